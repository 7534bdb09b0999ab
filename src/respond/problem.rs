//! The problem document of a denial (RFC 9457), to the byte as every front sends it.

use crate::arena::Sink as _;
use crate::policy::Describe;
use crate::reason::Reason;

/// Appends `type`, `title`, `status`, `error`, `detail`, compact and in this order.
///
/// `detail` stands only at `full`, `error` at `full` and `code`; never the reason's name, and never
/// a byte of the request. All texts are ours and need no escape, which the table's test holds.
pub(crate) fn write_problem(sink: &mut Vec<u8>, status: u16, reason: Reason, describe: Describe) {
    let (title, digits) = match status {
        400 => ("Bad Request", "400"),
        401 => ("Unauthorized", "401"),
        403 => ("Forbidden", "403"),
        503 => ("Service Unavailable", "503"),
        _ => ("Internal Server Error", "500"),
    };
    let mut put = |text: &str| sink.put(text.as_bytes());
    put(r#"{"type":"about:blank","title":""#);
    put(title);
    put(r#"","status":"#);
    put(digits);
    if let Some(error) = reason.error().filter(|_| describe != Describe::None) {
        put(r#","error":""#);
        put(error);
        put("\"");
    }
    if describe == Describe::Full {
        put(r#","detail":""#);
        put(reason.text());
        put("\"");
    }
    put("}");
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problem(status: u16, reason: Reason, describe: Describe) -> String {
        let mut sink = Vec::new();
        write_problem(&mut sink, status, reason, describe);
        String::from_utf8(sink).unwrap()
    }

    #[test]
    fn each_level_tells_what_the_challenge_tells() {
        // REQ-HTTP-48, REQ-PRIVACY-04.
        assert_eq!(
            problem(401, Reason::TokenExpired, Describe::Full),
            r#"{"type":"about:blank","title":"Unauthorized","status":401,"error":"invalid_token","detail":"The access token expired"}"#
        );
        assert_eq!(
            problem(401, Reason::TokenExpired, Describe::Code),
            r#"{"type":"about:blank","title":"Unauthorized","status":401,"error":"invalid_token"}"#
        );
        assert_eq!(
            problem(401, Reason::TokenExpired, Describe::None),
            r#"{"type":"about:blank","title":"Unauthorized","status":401}"#
        );
        assert_eq!(
            problem(401, Reason::CredentialsMissing, Describe::Code),
            r#"{"type":"about:blank","title":"Unauthorized","status":401}"#
        );
    }

    #[test]
    fn every_problem_is_json() {
        for reason in Reason::all() {
            for status in [400, 401, 403, 500, 503] {
                let text = problem(status, reason, Describe::Full);
                let value: serde_json::Value = serde_json::from_str(&text).unwrap();
                assert_eq!(value["status"], status);
                assert_eq!(value["detail"], reason.text());
                assert!(value.get("reason").is_none());
            }
        }
    }
}
