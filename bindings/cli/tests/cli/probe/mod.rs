//! `probe`: servers that break one rule each, one that breaks none, edges that lose something, hostile ones.

mod api;
mod broken;
mod clean;
mod docs;
mod edges;
mod hostile;
mod options;
mod results;

use serde_json::Value;

use crate::support::{Run, file, folder, run};

/// Probes with the real token and a page, and these options more.
pub(crate) fn probe(name: &str, url: &str, more: &[&str]) -> Run {
    let token = file(&folder(name), "token.txt", api::TOKEN);
    let args = ["probe", "--json", url, "--token-file", &token, "--origin", api::PAGE];
    run(args.iter().chain(more))
}

/// The ids of the rules with this result.
pub(crate) fn rules(json: &Value, result: &str) -> Vec<String> {
    let rows = json["rules"].as_array().unwrap().iter().filter(|row| row["result"] == result);
    rows.map(|row| row["id"].as_str().unwrap().to_owned()).collect()
}

/// The row of one rule.
pub(crate) fn rule<'a>(json: &'a Value, id: &str) -> &'a Value {
    json["rules"].as_array().unwrap().iter().find(|row| row["id"] == id).unwrap()
}
