//! What servers say of credentials, whoever wrote them: bare words ([`super::sentences`]) and what they mean.
//!
//! Facts alone. The first row that the text states gives the meaning, so what says more stands above what says less.

#[allow(clippy::enum_glob_use, reason = "a table of them")]
use super::super::finding::FindingId::{self, *};

/// A meaning, and the words for it.
pub(super) struct Wording {
    pub(super) means: FindingId,
    /// Rows, parted by commas; `|` is an end of a sentence.
    rows: &'static str,
}

impl Wording {
    pub(super) fn rows(&self) -> impl Iterator<Item = &'static str> {
        self.rows.split(", ")
    }
}

const fn says(means: FindingId, rows: &'static str) -> Wording {
    Wording { means, rows }
}

pub(super) const WORDINGS: &[Wording] = &[
    says(
        CsrfRejected,
        "csrf verification failed, csrf validation failed, csrf check failed, csrf failed, csrf token mismatch, \
         csrf token missing, csrf token not, csrf token invalid, csrf token expired, csrf token required, csrf \
         cookie not, csrf session token missing, invalid csrf, missing csrf, bad csrf, not verify csrf, invalid \
         authenticity token, cross site request forgery",
    ),
    says(ApiKeyRevoked, "api key revoked, api key expired, api key disabled, expired api key, revoked api key"),
    says(
        ApiKeyMissing,
        "missing api key, no api key, api key missing |, api key required, api key not |, not provide api key, x \
         api key header missing, x api key header required, missing x api key",
    ),
    says(
        ApiKeyUnknown,
        "invalid api key, incorrect api key, unknown api key, wrong api key, api key invalid, api key not valid, \
         api key not found, api key not recognized",
    ),
    says(
        TokenExpired,
        "token expired, expired token, token lifetime expired, token validity expired, token expiry utc time, \
         signature expired, exp claim expired, exp claim timestamp check failed, credentials expired",
    ),
    says(
        TokenNotYetValid,
        "token not yet valid, token not valid yet, token not yet active, token not active yet, token not valid \
         before, token not used before, token used before, token issued in future, issued in future, nbf claim \
         timestamp check failed",
    ),
    says(TokenRevoked, "token revoked, revoked token, token blacklisted, token blocklisted, token denylisted"),
    says(
        SessionEnded,
        "session expired, session expired or invalid, session invalid or expired, invalid or expired session, \
         invalid session, expired session, session timed out, session not found, session ended, session no longer \
         valid, session terminated",
    ),
    says(
        KeysUnavailable,
        "unable to fetch jwks, failed to fetch jwks, error fetching jwks, unable to retrieve jwks, failed to \
         retrieve jwks, unable to obtain configuration, not retrieve remote jwk set, failed to fetch key, failed \
         to fetch public key, discovery endpoint communication error",
    ),
    says(
        KidUnknown,
        "unknown kid, invalid kid, kid unknown, kid not found, no matching key, no matching kid, no matching jwk, \
         no key with kid, no matching signing key, no matching public key, not find matching key, no applicable \
         key, no suitable key, unable to find signing key, unable to find matching key, unable to match key, \
         signing key not found, signature key not found, public key not found, no key found for kid, unknown key \
         id",
    ),
    says(
        SignatureInvalid,
        "invalid signature, bad signature, signature invalid, signature not valid, signature not match, signature \
         mismatch, signature verification failed, signature verification error, signature verification raised, \
         signature validation failed, signature check failed, signature not verified, signature resulted invalid, \
         invalid token signature, failed to verify signature, unable to verify signature, not verify signature",
    ),
    says(
        AudienceMismatch,
        "invalid audience, invalid token audience, wrong audience, bad audience, incorrect audience, unexpected \
         audience, expected audience, required audience, audience invalid, audience mismatch, audience not match, \
         audience not valid, audience not allowed, audience not accepted, not issued for audience, not intended \
         for audience, audience validation failed, audience check failed, audience claim not valid, audience \
         claim invalid, audience claim mismatch, audience value not contain",
    ),
    says(
        IssuerMismatch,
        "invalid issuer, invalid token issuer, wrong issuer, bad issuer, incorrect issuer, unexpected issuer, \
         unknown issuer, unrecognized issuer, untrusted issuer, issuer invalid, issuer mismatch, issuer not \
         match, issuer not valid, issuer not trusted, issuer not allowed, issuer not configured, issuer unknown, \
         issuer validation failed, issuer claim not valid, issuer claim invalid, issuer claim mismatch, issuer \
         value not match, issued by different provider",
    ),
    says(
        AlgNotAllowed,
        "invalid algorithm, algorithm not allowed, algorithm not supported, algorithm mismatch, alg value not \
         allowed, alg not allowed, unsupported algorithm, unexpected signing method, signing method not allowed",
    ),
    says(
        TokenKindWrong,
        "wrong token type, invalid token type, token wrong type, token type mismatch, only non refresh token \
         allowed, refresh token not allowed",
    ),
    says(
        ClaimMissing,
        "missing required claim, required claim missing, missing claim, token missing claim, token missing \
         required claim, token missing audience, token missing issuer, token missing exp, token missing sub, \
         token no expiration, token missing expiration",
    ),
    says(
        TokenMalformed,
        "malformed token, token malformed, bad token, not enough segments, too many segments, not enough or too \
         many segments, invalid number of segments, wrong number of segments, must have three segments, token not \
         well formed, token parsing failed, token header invalid, token payload invalid, failed to parse token, \
         not parse token, unable to parse token, invalid token format, exactly 2 period characters",
    ),
    says(
        ScopeMissing,
        "insufficient scope, insufficient client scope, insufficient authentication scope, scope insufficient, \
         missing scope, missing required scope, requires scope, not have required scope, not contain required \
         scope, required scope",
    ),
    says(
        LoginInsufficient,
        "mfa required, multi factor authentication required, multifactor authentication required, two factor \
         authentication required, reauthentication required",
    ),
    says(
        AccessDenied,
        "permission denied, not have permission, not have sufficient permission, not have required permission, \
         insufficient permission, missing permission, not authorized to perform, not have authorization to \
         perform, resource not accessible, not permitted to",
    ),
    says(
        HeaderMissing,
        "no token |, no token found, no auth token, no authentication token, no authorization token, no \
         authorization header, no credentials |, no credentials found, missing token |, missing authorization |, \
         missing authorization header, missing authorization token, missing authentication |, missing \
         authentication token, missing required authentication credentials, missing credentials |, token missing \
         |, token required |, token not found |, token not present, authorization header missing |, authorization \
         header required, authorization header not found, authorization header not present, authorization header \
         not set, requires authentication |, authentication credentials not |, authentication token missing |, \
         not authenticated |",
    ),
    says(
        PasswordRejected,
        "invalid username or password, incorrect username or password, wrong username or password, invalid user \
         name or password, invalid email or password",
    ),
    // Whose, the request tells.
    says(CredentialsRefused, "bad credentials, invalid credentials, incorrect credentials"),
    says(TokenInactive, "token not active, token inactive, inactive token"),
    says(
        TokenRefused,
        "invalid token, invalid authorization token, invalid authentication credentials, invalid or expired \
         token, expired or invalid token, token invalid, token invalid or expired, token expired or invalid, \
         token not valid, token not validated, token not recognized, token rejected, token unknown, unknown \
         token, token verification failed, token validation failed, token validation error, token authentication \
         failed, unable to verify token, failed to verify token, failed to validate token, not verify token, not \
         validate token, not validate credentials",
    ),
];
