//! The reference of members for the docs, made from the table.

use core::fmt::Write as _;

use super::kind::Kind;
use super::members::{
    API_KEY, BASIC, BEARER, CSRF, ISSUER, Member, POLICY, PROFILE, SESSION, STORED_KEY, TIMING, USER,
};

/// The members of every object as tables in Markdown.
///
/// ```
/// assert!(countersign::policy::reference().contains("| `leeway` | an integer from 0 to 300 | `30` |"));
/// ```
pub fn reference() -> String {
    let mut out = String::new();
    for object in [&POLICY, &BEARER, &ISSUER, &TIMING, &BASIC, &USER, &API_KEY, &STORED_KEY, &SESSION, &CSRF, &PROFILE]
    {
        let title =
            format!("## `{}`\n\n| member | type | default | meaning |\n| --- | --- | --- | --- |\n", object.name);
        out.push_str(&title);
        for member in object.members() {
            let required = object.required().any(|required| core::ptr::eq(required, member));
            // Writing to a String cannot fail.
            let _ = writeln!(out, "{}", row(member, required));
        }
        out.push('\n');
    }
    out
}

fn row(member: &Member, required: bool) -> String {
    let default = match (required, member.default) {
        (true, _) => "required".to_owned(),
        (false, "") => String::new(),
        (false, default) => format!("`{default}`"),
    };
    let allowed = match member.kind {
        Kind::Unsupported => "not yet supported".to_owned(),
        ref kind => kind.allowed(),
    };
    format!("| `{}` | {allowed} | {default} | {} |", member.name, member.meaning).replace('<', "\\<")
}
