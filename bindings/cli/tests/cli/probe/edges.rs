//! `--against`: edges that lose, change or keep something of what their origin says.

use super::api::{PAGE, Said, Seen, TOKEN, api};
use super::{probe, rule, rules};

type Change = fn(&Seen<'_>, &mut Said);

/// What the edge does with the origin's answers, and the rules of edges that it breaks by that; with words of what is told.
const ROWS: &[(&[&str], &str, Change)] = &[
    // REQ-HTTP-34
    (&["edge_challenge"], "does not leave the edge", |_, said| said.remove("WWW-Authenticate")),
    (&["edge_challenge_bytes"], "at the edge", |_, said| {
        if let Some(value) = said.get("WWW-Authenticate") {
            let value = value.replace("\"api\"", "\"edge\"");
            said.set("WWW-Authenticate", &value);
        }
    }),
    (&["edge_authorization"], "as without credentials: Authorization did not arrive", |seen, said| {
        if said.status == 200 || is_bad_token(seen) {
            *said = without_credentials(said);
        }
    }),
    (&["edge_authorization"], "as without credentials: Authorization did not arrive", |seen, said| {
        if !seen.is_preflight {
            *said = without_credentials(said);
        }
    }),
    (&["edge_authorization"], "did not arrive whole", |seen, said| {
        if seen.authorization.first().is_some_and(|line| line.ends_with(TOKEN)) && said.status == 200 {
            *said = without_credentials(said);
            said.set("WWW-Authenticate", "Bearer realm=\"api\", error=\"invalid_token\"");
        }
    }),
    (&["edge_status"], "401 at the origin, 403 at the edge", |_, said| {
        if said.status == 401 {
            said.status = 403;
        }
    }),
    // REQ-CACHE-02
    (&["edge_denial_not_cached"], "Age: 30", |seen, said| {
        if seen.authorization.is_empty() && said.status == 401 {
            said.set("Age", "30");
        }
    }),
    (&["edge_cache_control"], "no-store is lost", |_, said| {
        if said.status == 401 {
            said.remove("Cache-Control");
        }
    }),
    // REQ-CORS-09
    (&["edge_cors"], "access-control-expose-headers", |_, said| said.remove("Access-Control-Expose-Headers")),
    (&["edge_cors"], "access-control-allow-origin", |_, said| {
        said.remove("Access-Control-Allow-Origin");
        said.remove("Vary");
    }),
    // REQ-HTTP-48
    (&["edge_body"], "401 of type text/html", |_, said| {
        if said.status == 401 {
            said.set("Content-Type", "text/html");
            "<h1>Unauthorized</h1>".clone_into(&mut said.body);
        }
    }),
];

#[test]
fn what_an_edge_loses_is_told_and_nothing_else() {
    for (index, (expected, words, change)) in ROWS.iter().enumerate() {
        let (edge, origin) = (api(*change), api(|_, _| {}));
        let run = probe("probe-edges", &edge.origin, &["--against", &origin.origin]);
        let json = run.json();
        let mut broken = rules(&json, "broken");
        broken.retain(|id| id.starts_with("edge_"));
        assert_eq!(broken, *expected, "row {index}: {}", run.out);
        assert!(rule(&json, expected[0])["seen"].to_string().contains(words), "row {index}: {}", run.out);
        assert_ne!(run.code, 2, "row {index}: {}", run.err);
        let paths = |server: &crate::server::Server| server.heads().len();
        assert_eq!(paths(&edge), paths(&origin), "the same requests to both");
    }
}

#[test]
fn every_rule_of_edges_is_broken_by_a_test() {
    let json = crate::support::run(["probe", "--rules", "--json"]).json();
    let all = json["rules"].as_array().unwrap().iter().map(|row| row["id"].as_str().unwrap());
    for id in all.filter(|id| id.starts_with("edge_")) {
        assert!(ROWS.iter().any(|(rules, ..)| rules.contains(&id)), "{id}");
    }
}

#[test]
fn an_edge_that_passes_all_on_comes_out_clean() {
    let (edge, origin) = (api(|_, _| {}), api(|_, _| {}));
    let run = probe("probe-edge-clean", &edge.origin, &["--against", &origin.origin]);
    assert_eq!((run.code, rules(&run.json(), "broken")), (0, vec![]), "{}", run.out);
}

#[test]
fn where_a_rule_breaks_is_told_of_both() {
    let (edge, origin) = (api(|_, said| said.remove("WWW-Authenticate")), api(|_, _| {}));
    let url = format!("{}/v1/reports?access_key=hidden-in-the-query", edge.origin);
    let lost = probe("probe-both", &url, &["--against", &origin.origin]);
    assert_eq!(rule(&lost.json(), "challenge_present")["origin"], "kept");
    assert!(origin.paths().iter().all(|path| path == "/v1/reports?access_key=hidden-in-the-query"));
    assert!(!lost.out.contains("hidden-in-the-query"), "{}", lost.out);
    let told = crate::support::run(["probe", &edge.origin, "--against", &origin.origin, "--origin", PAGE]);
    assert!(told.out.contains("The origin keeps this: look at what stands between the two."), "{}", told.out);
    // Both break it: it is to be mended at the origin.
    let told = crate::support::run(["probe", &edge.origin, "--against", &edge.origin]);
    assert!(told.out.contains("The origin breaks this too: mend it there."), "{}", told.out);
    // A whole URL is taken as it stands.
    let other = format!("{}/other", origin.origin);
    let run = probe("probe-both", &url, &["--against", &other]);
    assert!(origin.paths().iter().any(|path| path == "/other"), "{}", run.out);
}

#[test]
fn an_origin_that_is_not_there_is_a_fault() {
    let edge = api(|_, _| {});
    let run = probe("probe-no-origin", &edge.origin, &["--against", "http://127.0.0.1:1"]);
    assert_eq!(run.code, 2);
    assert!(run.out.contains("127.0.0.1:1: connection refused"), "{}", run.out);
}

fn is_bad_token(seen: &Seen<'_>) -> bool {
    let [line] = seen.authorization.as_slice() else { return false };
    line.strip_prefix("Bearer ").is_some_and(|token| !token.contains(['"', ' ']) && token != TOKEN)
}

/// What the API says where nothing was sent.
fn without_credentials(said: &Said) -> Said {
    let mut other = Said { status: 401, fields: said.fields.clone(), body: "{\"status\":401}".to_owned() };
    other.set("WWW-Authenticate", "Bearer realm=\"api\"");
    other.set("Cache-Control", "no-store");
    other.set("Content-Type", "application/problem+json");
    other
}
