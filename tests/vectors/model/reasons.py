"""The table of reasons: status, error, text and whether `malformed_status` applies."""

OVERRIDABLE = True
INVALID_REQUEST = "invalid_request"
INVALID_TOKEN = "invalid_token"

# reason: (status, error, text of error_description)
TABLE = {
    "ok": (200, None, None),
    "anonymous_allowed": (200, None, None),
    "preflight_exempt": (200, None, None),
    "credentials_missing": (401, None, None),
    "scheme_unsupported": (401, None, None),
    "credentials_misplaced": (401, None, None),
    "authorization_repeated": (401, INVALID_REQUEST, "More than one Authorization header was sent"),
    "multiple_token_methods": (401, INVALID_REQUEST, "The credentials were sent in more than one way"),
    "authorization_malformed": (401, INVALID_REQUEST, "The Authorization header is malformed"),
    "token_too_large": (401, INVALID_REQUEST, "The credentials are too large"),
    "insecure_transport": (401, INVALID_REQUEST, "Credentials must be sent over TLS"),
    "bearer_empty": (401, INVALID_REQUEST, "The Bearer token is empty"),
    "bearer_colon": (401, INVALID_REQUEST, "Unexpected character after the Bearer scheme name"),
    "bearer_space_missing": (401, INVALID_REQUEST, "A space is needed between the scheme and the token"),
    "bearer_stray_space": (401, INVALID_REQUEST, "Unexpected space in the Authorization header"),
    "bearer_quoted": (401, INVALID_REQUEST, "The token must not be in quotes"),
    "bearer_newline": (401, INVALID_REQUEST, "The token contains a line break"),
    "bearer_prefix_repeated": (401, INVALID_REQUEST, "The scheme name appears twice"),
    "bearer_scheme_missing": (401, INVALID_REQUEST, "The scheme name is missing"),
    "bearer_placeholder": (401, INVALID_TOKEN, "The token is a placeholder"),
    "bearer_bad_character": (401, INVALID_REQUEST, "The token contains a character that is not allowed"),
    "token_not_jwt": (401, INVALID_TOKEN, "The access token format is not supported"),
    "jwt_malformed": (401, INVALID_TOKEN, "The access token is malformed"),
    "jwe_given": (401, INVALID_TOKEN, "Encrypted tokens are not accepted"),
    "jws_json_given": (401, INVALID_TOKEN, "Only the compact token form is accepted"),
    "crit_unsupported": (401, INVALID_TOKEN, "The access token needs an unsupported extension"),
    "alg_unsupported": (401, INVALID_TOKEN, "The signing algorithm is not supported"),
    "alg_not_allowed": (401, INVALID_TOKEN, "The signing algorithm is not allowed"),
    "key_mismatch": (401, INVALID_TOKEN, "The access token signature is not valid"),
    "kid_unknown": (401, INVALID_TOKEN, "The access token signing key is not known"),
    "signature_invalid": (401, INVALID_TOKEN, "The access token signature is not valid"),
    "token_expired": (401, INVALID_TOKEN, "The access token expired"),
    "token_not_yet_valid": (401, INVALID_TOKEN, "The access token is not valid yet"),
    "issuer_mismatch": (401, INVALID_TOKEN, "The access token issuer is not accepted"),
    "audience_mismatch": (401, INVALID_TOKEN, "The access token is not meant for this resource"),
    "claim_missing": (401, INVALID_TOKEN, "The access token lacks a required claim"),
    "claim_rejected": (401, INVALID_TOKEN, "The access token has an unacceptable claim"),
    "token_type_mismatch": (401, INVALID_TOKEN, "The token is not an access token"),
    "id_token_given": (401, INVALID_TOKEN, "The token is not an access token"),
    "refresh_token_given": (401, INVALID_TOKEN, "The token is not an access token"),
    "token_revoked": (401, INVALID_TOKEN, "The access token was revoked"),
    "dpop_downgrade": (401, INVALID_TOKEN, "The access token must be used with DPoP"),
    "certificate_missing": (401, INVALID_TOKEN, "A client certificate is required"),
    "certificate_mismatch": (401, INVALID_TOKEN, "The access token is bound to another certificate"),
    "basic_malformed": (401, None, None),
    "password_rejected": (401, None, None),
    "api_key_malformed": (401, None, None),
    "api_key_unknown": (401, None, None),
    "api_key_wrong_environment": (401, None, None),
    "api_key_revoked": (401, None, None),
    "session_cookie_missing": (401, None, None),
    "session_invalid": (401, None, None),
    "csrf_rejected": (403, None, None),
    "insufficient_scope": (403, "insufficient_scope", "The access token does not cover this operation"),
    "access_denied": (403, None, None),
    "keys_unavailable": (503, None, None),
    "internal_error": (500, None, None),
}

MALFORMED = {"basic_malformed", "api_key_malformed"}
NO_CHALLENGE = {"csrf_rejected", "access_denied", "keys_unavailable", "internal_error"}
WITH_SCOPE = {"credentials_missing", "scheme_unsupported", "credentials_misplaced", "insufficient_scope"}


def status_of(reason, malformed_status):
    """The HTTP status, with `malformed_status` applied to malformed credentials."""
    status, error, _ = TABLE[reason]
    return malformed_status if error == INVALID_REQUEST or reason in MALFORMED else status
