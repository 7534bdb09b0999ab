//! Alerts, dashboard and page name what exists: metrics of the table, reasons, alerts. promtool runs the alerts
//! (tools/monitoring.sh).
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test stops at the first surprise")]

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use countersign::{Reason, metrics};
use serde_json::Value;

fn in_tree(path: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap()
}

/// The words that begin with `start`.
fn words<'a>(text: &'a str, start: &str) -> BTreeSet<&'a str> {
    let is_part = |character: char| character.is_ascii_alphanumeric() || character == '_' || character == ':';
    text.split(|character| !is_part(character)).filter(|word| word.starts_with(start)).collect()
}

fn names() -> BTreeSet<&'static str> {
    metrics::FAMILIES.iter().map(|family| family.name).collect()
}

fn dashboard() -> Value {
    serde_json::from_str(&in_tree("docs/monitoring/dashboard.json")).unwrap()
}

fn queries(dashboard: &Value) -> Vec<String> {
    let panels = dashboard["panels"].as_array().unwrap().iter();
    let targets = panels.flat_map(|panel| panel["targets"].as_array().unwrap());
    targets.map(|target| target["expr"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn every_metric_of_the_dashboard_is_in_the_table_and_the_reverse() {
    let queries = queries(&dashboard()).join("\n");
    assert_eq!(words(&queries, "countersign_"), names());
    let variable = dashboard()["templating"]["list"][1]["query"].as_str().unwrap().to_owned();
    assert!(words(&variable, "countersign_").is_subset(&names()), "{variable}");
}

#[test]
fn the_panels_have_numbers_titles_and_places_of_their_own() {
    let dashboard = dashboard();
    let panels = dashboard["panels"].as_array().unwrap();
    let (mut ids, mut cells) = (BTreeSet::new(), BTreeSet::new());
    for panel in panels {
        assert!(ids.insert(panel["id"].as_u64().unwrap()));
        assert!(!panel["title"].as_str().unwrap().is_empty() && !panel["description"].as_str().unwrap().is_empty());
        let at = |name: &str| panel["gridPos"][name].as_u64().unwrap();
        assert!(at("x") + at("w") <= 24, "{}", panel["title"]);
        for x in at("x")..at("x") + at("w") {
            for y in at("y")..at("y") + at("h") {
                assert!(cells.insert((x, y)), "{} lies over another", panel["title"]);
            }
        }
    }
}

#[test]
fn every_metric_and_reason_of_the_alerts_exists() {
    let alerts = in_tree("docs/monitoring/alerts.yml");
    let mut named = words(&alerts, "countersign_");
    assert!(named.remove("countersign_status"), "nginx's location is named in a description");
    assert!(named.is_subset(&names()), "{named:?}");
    for family in [metrics::KEY_SET_AGE, metrics::KEY_FETCH_FAILURES, metrics::DECISIONS, metrics::KEY_SET_USABLE] {
        assert!(named.contains(family.name), "no alert for {}", family.name);
    }
    let texts = [alerts, in_tree("docs/monitoring/alerts_test.yml"), queries(&dashboard()).join("\n")];
    let mut count = 0;
    for text in &texts {
        for (_, rest) in text
            .match_indices("reason=\"")
            .chain(text.match_indices("reason!=\""))
            .map(|(at, mark)| (at, &text[at + mark.len()..]))
        {
            let name = rest.split('"').next().unwrap();
            assert!(Reason::all().any(|reason| reason.name() == name), "{name}");
            count += 1;
        }
    }
    assert!(count > 10, "{count}");
}

#[test]
fn every_alert_has_a_test_and_a_line_on_the_page() {
    let (alerts, tests, page) = (
        in_tree("docs/monitoring/alerts.yml"),
        in_tree("docs/monitoring/alerts_test.yml"),
        in_tree("docs/MONITORING.md"),
    );
    let defined: BTreeSet<&str> = alerts.lines().filter_map(|line| line.trim().strip_prefix("- alert: ")).collect();
    assert_eq!(words(&page, "Countersign"), defined);
    assert_eq!(words(&tests, "Countersign"), defined);
    for alert in defined {
        let fires = tests
            .split(&format!("alertname: {alert}\n"))
            .skip(1)
            .any(|rest| rest.trim_start().starts_with("exp_alerts:\n"));
        let is_silent = tests.contains(&format!("alertname: {alert}, exp_alerts: []"));
        assert!(fires && is_silent, "{alert} is not tested both ways");
    }
}

#[test]
fn nginx_takes_the_names_from_the_table() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("bindings/nginx/src");
    let mut count = 0;
    for entry in fs::read_dir(folder).unwrap() {
        let text = fs::read_to_string(entry.unwrap().path()).unwrap();
        let by_hand: Vec<_> = words(&text, "countersign_").intersection(&names()).copied().collect();
        assert!(by_hand.is_empty(), "{by_hand:?} are written by hand");
        count += text.matches("countersign_metric_at(").count();
    }
    assert!(count > 0);
}
