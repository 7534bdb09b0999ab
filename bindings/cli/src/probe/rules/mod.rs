//! The table of rules: one row each, in the order of a report, and no rule stands anywhere else.

mod cache;
mod challenge;
mod cors;
mod edge;
mod leak;
mod status;
mod token;

use super::rule::Severity::{Error, Note, Warning};
use super::rule::{Evidence, Rule, Severity, Verdict};

const fn rule(
    (id, severity): (&'static str, Severity),
    (requirement, section): (&'static str, &'static str),
    asks: &'static str,
    advice: &'static str,
    judge: fn(&Evidence) -> Verdict,
) -> Rule {
    Rule { id, severity, requirement, section, asks, advice, judge }
}

/// Every rule.
pub(crate) static RULES: &[Rule] = &[
    rule(
        ("answered", Error),
        ("REQ-HTTP-45", "RFC 9110 §15"),
        "Every request gets a whole answer in time.",
        "Find out what takes the server down, or who hangs up: a proxy, a firewall, a limit on field sizes.",
        status::answered,
    ),
    rule(
        ("guarded", Error),
        ("REQ-HTTP-29", "RFC 9110 §11.4"),
        "Without credentials nobody is let in.",
        "Guard the route, or probe one that wants credentials.",
        status::guarded,
    ),
    rule(
        ("status_401", Error),
        ("REQ-HTTP-29", "RFC 9110 §15.5.2"),
        "Missing credentials get 401, not 403, 404 or another status.",
        "Answer 401 with a challenge; 403 is for good credentials that are not enough. If the route wants another \
         method or path, probe with that.",
        status::status_401,
    ),
    rule(
        ("no_redirect", Error),
        ("REQ-HTTP-28", "RFC 9110 §15.5.2"),
        "An API does not redirect to a login page.",
        "Answer 401 where the request does not come from a person's browser; if the resource has moved, probe its \
         new place.",
        status::no_redirect,
    ),
    rule(
        ("bad_token_denied", Error),
        ("REQ-HTTP-29", "RFC 9110 §11.4"),
        "Made-up and malformed credentials let nobody in.",
        "Verify signature, times, issuer and audience of every token before the route runs.",
        status::bad_token_denied,
    ),
    rule(
        ("bad_token_401", Error),
        ("REQ-BEARER-18", "RFC 6750 §3.1"),
        "A token that is not valid gets 401.",
        "Answer 401 with error=\"invalid_token\": clients renew a token on that alone.",
        status::bad_token_401,
    ),
    rule(
        ("malformed_status", Error),
        ("REQ-BEARER-32", "RFC 6750 §3.1"),
        "A malformed Authorization gets 401 or 400.",
        "Answer 401 or 400 with error=\"invalid_request\".",
        status::malformed_status,
    ),
    rule(
        ("unknown_scheme_401", Warning),
        ("REQ-BEARER-11", "RFC 6750 §3.1"),
        "A scheme that is not supported is answered like no credentials: 401, a challenge, no error.",
        "Treat other schemes as if nothing had been sent.",
        status::unknown_scheme_401,
    ),
    rule(
        ("no_server_error", Error),
        ("REQ-HTTP-45", "RFC 9110 §15.6.1"),
        "Credentials cannot make the server fail.",
        "Catch what the token library throws, and answer 401.",
        status::no_server_error,
    ),
    rule(
        ("head_like_get", Warning),
        ("REQ-HTTP-28", "RFC 9110 §9.3.2"),
        "HEAD is denied as GET is, with the same challenge.",
        "Guard HEAD with GET, in the proxy's rules too.",
        status::head_like_get,
    ),
    rule(
        ("head_without_body", Error),
        ("REQ-HTTP-28", "RFC 9110 §9.3.2"),
        "The answer to HEAD has no body.",
        "Leave the body of the denial out for HEAD: on a kept connection it is read as the next answer.",
        status::head_without_body,
    ),
    rule(
        ("same_twice", Warning),
        ("REQ-HTTP-47", "RFC 9110 §15.5.2"),
        "The same request gets the same answer.",
        "Compare the servers behind the balancer: configuration, keys, clocks.",
        status::same_twice,
    ),
    rule(
        ("retry_after", Note),
        ("REQ-CLIENT-18", "RFC 9110 §10.2.3"),
        "A 503 says when to try again.",
        "Send Retry-After with 503.",
        status::retry_after,
    ),
    rule(
        ("challenge_present", Error),
        ("REQ-HTTP-28", "RFC 9110 §11.6.1"),
        "Every 401 has WWW-Authenticate.",
        "Send WWW-Authenticate with every 401, on error pages of the proxy too.",
        challenge::present,
    ),
    rule(
        ("challenge_grammar", Error),
        ("REQ-HTTP-03", "RFC 9110 §11.3"),
        "Challenges can be read by a strict reader.",
        "Quote values, part parameters by commas, name each once; `countersign challenge build` writes one.",
        challenge::grammar,
    ),
    rule(
        ("challenge_params", Warning),
        ("REQ-BEARER-12", "RFC 6750 §3"),
        "A challenge says something: Bearer has a parameter, Basic and Digest a realm.",
        "Add realm=\"...\".",
        challenge::params,
    ),
    rule(
        ("challenge_characters", Warning),
        ("REQ-BEARER-14", "RFC 6750 §3"),
        "error, error_description, error_uri and scope hold printable ASCII without quotes and backslashes.",
        "Send fixed texts, and never what came in.",
        challenge::characters,
    ),
    rule(
        ("error_unearned", Warning),
        ("REQ-BEARER-10", "RFC 6750 §3.1"),
        "No error is named where no credentials were sent.",
        "Leave error, error_description and error_uri out: clients renew a token that they never sent.",
        challenge::error_unearned,
    ),
    rule(
        ("invalid_token_named", Error),
        ("REQ-BEARER-13", "RFC 6750 §3.1"),
        "A token that is not valid is called invalid_token.",
        "Add error=\"invalid_token\" to the Bearer challenge.",
        challenge::invalid_token_named,
    ),
    rule(
        ("malformed_error", Warning),
        ("REQ-BEARER-32", "RFC 6750 §3.1"),
        "A malformed Authorization is called invalid_request, not invalid_token.",
        "Send error=\"invalid_request\": renewing the token cannot help.",
        challenge::malformed_error,
    ),
    rule(
        ("error_fits_status", Error),
        ("REQ-BEARER-18", "RFC 6750 §3.1"),
        "Error and status go together: invalid_request 400 or 401, invalid_token 401, insufficient_scope 403.",
        "Send the status that belongs to the error.",
        challenge::error_fits_status,
    ),
    rule(
        ("refusal_challenged", Note),
        ("REQ-BEARER-19", "RFC 6750 §3"),
        "A 400 or 403 that is about a token carries a Bearer challenge too.",
        "Send WWW-Authenticate with 400 and 403 as with 401.",
        challenge::refusal_challenged,
    ),
    rule(
        ("success_unchallenged", Warning),
        ("REQ-HTTP-28", "RFC 9110 §11.6.1"),
        "What is allowed carries no challenge.",
        "Send WWW-Authenticate with denials alone.",
        challenge::success_unchallenged,
    ),
    rule(
        ("denial_not_stored", Warning),
        ("REQ-CACHE-02", "RFC 9111 §5.2.2.5"),
        "Denials may not be kept by shared caches.",
        "Send Cache-Control: no-store with every denial.",
        cache::denial_not_stored,
    ),
    rule(
        ("denial_not_cached", Error),
        ("REQ-CACHE-02", "RFC 9111 §5.1"),
        "Denials do not come out of a cache.",
        "Keep caches from storing 400, 401 and 403, and purge what they hold.",
        cache::denial_not_cached,
    ),
    rule(
        ("allowed_not_public", Warning),
        ("REQ-CACHE-01", "RFC 9111 §3.5"),
        "What a token opened is not given to shared caches by public, s-maxage or must-revalidate.",
        "Send Cache-Control: private, or no-store.",
        cache::allowed_not_public,
    ),
    rule(
        ("allowed_not_leaked", Error),
        ("REQ-CACHE-01", "RFC 9111 §3.5"),
        "What a token opened is not given out without it.",
        "Purge the cache, and keep it from storing answers to requests with Authorization.",
        cache::allowed_not_leaked,
    ),
    rule(
        ("preflight_unchallenged", Warning),
        ("REQ-CORS-01", "Fetch, CORS-preflight fetch"),
        "A preflight is not asked for credentials.",
        "Let OPTIONS with Origin and Access-Control-Request-Method through: browsers put no credentials on it.",
        cors::preflight_unchallenged,
    ),
    rule(
        ("preflight_ok", Error),
        ("REQ-CORS-01", "Fetch, CORS-preflight fetch"),
        "A preflight is answered with 2xx.",
        "Answer OPTIONS by 204 before the route runs.",
        cors::preflight_ok,
    ),
    rule(
        ("preflight_allows_origin", Error),
        ("REQ-CORS-09", "Fetch, CORS check"),
        "The preflight's answer allows the origin.",
        "Send Access-Control-Allow-Origin with the page's origin.",
        cors::preflight_allows_origin,
    ),
    rule(
        ("preflight_allows_authorization", Error),
        ("REQ-CORS-04", "Fetch, CORS non-wildcard request-header name"),
        "The preflight's answer allows Authorization by its name; `*` does not cover it.",
        "Send Access-Control-Allow-Headers: authorization.",
        cors::preflight_allows_authorization,
    ),
    rule(
        ("denial_allows_origin", Error),
        ("REQ-CORS-09", "Fetch, CORS check"),
        "Denials allow the origin as other answers do.",
        "Send Access-Control-Allow-Origin with 401 too: without it a page sees a network error instead of a 401.",
        cors::denial_allows_origin,
    ),
    rule(
        ("challenge_exposed", Warning),
        ("REQ-CORS-07", "Fetch, CORS-safelisted response-header name"),
        "Denials that allow an origin expose WWW-Authenticate to it.",
        "Send Access-Control-Expose-Headers: WWW-Authenticate.",
        cors::challenge_exposed,
    ),
    rule(
        ("credentials_one_origin", Error),
        ("REQ-CORS-06", "Fetch, CORS protocol and credentials"),
        "Access-Control-Allow-Credentials is `true` or absent, and stands beside one origin.",
        "Name the origin, or leave Access-Control-Allow-Credentials out.",
        cors::credentials_one_origin,
    ),
    rule(
        ("origin_varies", Warning),
        ("REQ-CORS-10", "Fetch, CORS protocol and HTTP caches"),
        "An answer that repeats the page's origin has Vary: Origin.",
        "Send Vary: Origin, so that no cache gives the answer to another page.",
        cors::origin_varies,
    ),
    rule(
        ("nothing_echoed", Error),
        ("REQ-PRIVACY-12", "RFC 6750 §5.3"),
        "No answer repeats the credentials that were sent.",
        "Take no part of Authorization into error texts, pages or fields.",
        leak::nothing_echoed,
    ),
    rule(
        ("nothing_internal", Warning),
        ("REQ-PRIVACY-03", "RFC 9457 §5"),
        "Denials show no stack trace and no inside of the server.",
        "Switch debug pages off, and answer by fixed texts.",
        leak::nothing_internal,
    ),
    rule(
        ("token_accepted", Error),
        ("REQ-BEARER-01", "RFC 6750 §2.1"),
        "The real token is accepted.",
        "Look at error and error_description; `countersign check` with the policy and this token names the reason.",
        token::accepted,
    ),
    rule(
        ("scheme_without_case", Error),
        ("REQ-HTTP-01", "RFC 9110 §11.1"),
        "The scheme is read without case.",
        "Compare the scheme without case.",
        token::scheme_without_case,
    ),
    rule(
        ("changed_token_denied", Error),
        ("REQ-JWS-25", "RFC 7515 §5.2"),
        "The real token with a changed signature lets nobody in.",
        "Verify signatures: anyone can write what this server accepts now.",
        token::changed_denied,
    ),
    rule(
        ("other_scheme_denied", Error),
        ("REQ-BEARER-11", "RFC 9110 §11.4"),
        "The real token behind another scheme lets nobody in.",
        "Look at the scheme before the token.",
        token::other_scheme_denied,
    ),
    rule(
        ("query_ignored", Warning),
        ("REQ-BEARER-07", "RFC 6750 §2.3"),
        "A token in the query does not count.",
        "Take tokens from Authorization alone: addresses are logged and passed on.",
        token::query_ignored,
    ),
    rule(
        ("edge_authorization", Error),
        ("REQ-HTTP-34", "RFC 9110 §11.6.2"),
        "Authorization reaches the origin.",
        "Pass Authorization on (a redirect, a caching rule or a server interface drops it), and sign nothing of your \
         own in its place.",
        edge::authorization,
    ),
    rule(
        ("edge_challenge", Error),
        ("REQ-HTTP-34", "RFC 9110 §11.6.1"),
        "The origin's WWW-Authenticate reaches the client.",
        "Pass WWW-Authenticate on with every status; look at error pages and lists of allowed fields.",
        edge::challenge,
    ),
    rule(
        ("edge_challenge_bytes", Warning),
        ("REQ-HTTP-34", "RFC 9110 §11.6.1"),
        "WWW-Authenticate arrives as the origin wrote it.",
        "Change nothing in it, and add none of your own.",
        edge::challenge_bytes,
    ),
    rule(
        ("edge_status", Error),
        ("REQ-HTTP-34", "RFC 9110 §7.7"),
        "The origin's status reaches the client.",
        "Keep error pages and firewalls from changing statuses.",
        edge::status,
    ),
    rule(
        ("edge_denial_not_cached", Error),
        ("REQ-CACHE-02", "RFC 9111 §5.1"),
        "The edge does not answer with a denial of its cache.",
        "Do not cache 400, 401 and 403 at the edge.",
        edge::denial_not_cached,
    ),
    rule(
        ("edge_cache_control", Warning),
        ("REQ-CACHE-02", "RFC 9111 §5.2"),
        "The origin's Cache-Control for denials reaches the client.",
        "Pass Cache-Control on.",
        edge::cache_control,
    ),
    rule(
        ("edge_cors", Error),
        ("REQ-CORS-09", "Fetch, CORS check"),
        "The origin's CORS fields reach the client.",
        "Pass Access-Control fields on, and answer preflights in one place alone.",
        edge::cors,
    ),
    rule(
        ("edge_body", Note),
        ("REQ-HTTP-48", "RFC 9457 §3"),
        "The origin's problem document reaches the client.",
        "Keep the edge's error pages from replacing the body.",
        edge::body,
    ),
];

/// Whether a rule compares an edge with its origin.
pub(crate) fn is_of_edge(rule: &Rule) -> bool {
    rule.id.starts_with("edge_")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_rule_stands_once_with_a_requirement_and_a_sentence() {
        for (index, rule) in RULES.iter().enumerate() {
            assert!(RULES.iter().skip(index + 1).all(|other| other.id != rule.id), "{}", rule.id);
            assert!(rule.requirement.starts_with("REQ-"), "{}", rule.id);
            assert!(rule.section.starts_with("RFC ") || rule.section.starts_with("Fetch, "), "{}", rule.id);
            assert!(rule.asks.ends_with('.') && rule.advice.ends_with('.'), "{}", rule.id);
        }
    }
}
