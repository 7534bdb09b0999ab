// Made by scripts/build.mjs from the tables in the addon.

/** What a client does next. */
export type StepKind =
  | "refresh"
  | "retry"
  | "step_up"
  | "authorize"
  | "reauthenticate"
  | "switch_scheme"
  | "wait"
  | "stop";

/** Why it does so. */
export type StepReason =
  | "answered"
  | "invalid_token"
  | "token_expired"
  | "unexplained"
  | "token_superseded"
  | "dpop_nonce"
  | "digest_stale"
  | "authentication_insufficient"
  | "insufficient_scope"
  | "credentials_needed"
  | "credentials_refused"
  | "scheme_refused"
  | "scheme_unsupported"
  | "invalid_request"
  | "invalid_dpop_proof"
  | "error_unknown"
  | "forbidden"
  | "outage"
  | "no_response"
  | "wait_too_long"
  | "challenge_missing"
  | "challenges_unreadable"
  | "proxy_authentication"
  | "other_origin"
  | "downgrade"
  | "refused_again"
  | "client_error"
  | "server_error";

/** What was tolerated when challenges were read. */
export type Tolerance =
  | "comma_missing"
  | "semicolon"
  | "value_unquoted"
  | "param_repeated"
  | "param_stray"
  | "scheme_colon"
  | "tab_behind_scheme"
  | "quote_unclosed"
  | "quote_stray"
  | "not_utf8"
  | "unreadable"
  | "too_much";
