//! CORS preflights (Fetch standard, CORS-preflight request), which carry no credentials by design.
//!
//! Refuses nothing and allocates nothing; whether one is let through is the policy's business.

/// Whether a request is a CORS preflight: `OPTIONS` exactly, since methods have a case (RFC 9110
/// section 9.1), with both an `Origin` and an `Access-Control-Request-Method` field. The fields'
/// values do not matter; `None` says that there is none (REQ-CORS-01).
///
/// ```
/// use countersign::http::is_preflight;
///
/// assert!(is_preflight(b"OPTIONS", Some(b"https://app.example.com"), Some(b"PUT")));
/// assert!(!is_preflight(b"OPTIONS", Some(b"https://app.example.com"), None));
/// ```
pub fn is_preflight(method: &[u8], origin: Option<&[u8]>, request_method: Option<&[u8]>) -> bool {
    method == b"OPTIONS" && origin.is_some() && request_method.is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_preflight_needs_all_three() {
        // REQ-CORS-01
        let there: Option<&[u8]> = Some(b"");
        assert!(is_preflight(b"OPTIONS", there, there));
        assert!(!is_preflight(b"OPTIONS", None, there));
        assert!(!is_preflight(b"OPTIONS", there, None));
        assert!(!is_preflight(b"options", there, there), "methods have a case");
        assert!(!is_preflight(b"GET", there, there));
    }
}
