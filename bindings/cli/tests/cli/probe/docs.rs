//! docs/PROBE.md holds the tables of the command; written anew if `COUNTERSIGN_UPDATE_DOCS` is set (`make docs`).

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use crate::support::run;

#[test]
fn the_tables_of_the_page_are_those_of_the_command() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/PROBE.md");
    let page = fs::read_to_string(&path).unwrap();
    let json = run(["probe", "--rules", "--json"]).json();
    let text = |value: &serde_json::Value| value.as_str().unwrap_or("that of `--method`").replace('|', "\\|");
    let mut requests = "| id | method | sends |\n| --- | --- | --- |\n".to_owned();
    for row in json["requests"].as_array().unwrap() {
        writeln!(requests, "| `{}` | {} | {} |", text(&row["id"]), text(&row["method"]), text(&row["sends"])).unwrap();
    }
    let mut rules = "| id | severity | asks | requirement | section |\n| --- | --- | --- | --- | --- |\n".to_owned();
    for row in json["rules"].as_array().unwrap() {
        let cells = ["severity", "asks", "requirement", "section"].map(|name| text(&row[name]));
        writeln!(rules, "| `{}` | {} |", text(&row["id"]), cells.join(" | ")).unwrap();
    }
    let fresh = hold(&hold(&page, "requests", requests.trim_end()), "rules", rules.trim_end());
    if std::env::var_os("COUNTERSIGN_UPDATE_DOCS").is_some() {
        fs::write(path, fresh).unwrap();
    } else {
        assert_eq!(page, fresh, "docs/PROBE.md has drifted; run `make docs`");
    }
}

#[test]
fn the_number_of_requests_is_the_documented_one() {
    let json = run(["probe", "--rules", "--json"]).json();
    let count = json["requests"].as_array().unwrap().len();
    assert_eq!(count, super::broken::REQUESTS);
    let page = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/PROBE.md")).unwrap();
    let help = run(["probe", "--help"]).out;
    assert!(page.contains(&format!("at most {count} requests")) && help.contains(&format!("At most {count} requests")));
}

/// The page with `text` between the marks of a part.
fn hold(page: &str, name: &str, text: &str) -> String {
    let (start, end) = (format!("<!-- generated: {name} -->\n"), format!("\n<!-- end: {name} -->"));
    let (before, rest) = page.split_once(&start).unwrap();
    let (_, behind) = rest.split_once(&end).unwrap();
    format!("{before}{start}{text}{end}{behind}")
}
