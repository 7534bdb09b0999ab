//! What known programs write when they refuse: the words by which they are recognised, and what those mean.
//!
//! Facts alone, in lower case. The first row that fits gives the meaning; every row that fits may name the program.

#[allow(clippy::enum_glob_use, reason = "a table of them")]
use super::super::finding::FindingId::{self, *};

/// Where words are looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Where {
    /// In the body, or in an `error_description` of a challenge.
    Text,
    /// In the value of this field.
    Field(&'static str),
}

/// One row.
#[derive(Clone, Copy)]
pub(super) struct Mark {
    /// The program, as people call it; empty if several write so.
    pub(super) maker: &'static str,
    pub(super) place: Where,
    /// What stands there, in lower case.
    pub(super) words: &'static str,
    /// The statuses; none for any.
    pub(super) statuses: &'static [u16],
    /// What it means, if it means more than who wrote it.
    pub(super) means: Option<FindingId>,
}

const fn says(maker: &'static str, words: &'static str, means: FindingId) -> Mark {
    Mark { maker, place: Where::Text, words, statuses: &[], means: Some(means) }
}

const fn field(maker: &'static str, name: &'static str, words: &'static str) -> Mark {
    Mark { maker, place: Where::Field(name), words, statuses: &[], means: None }
}

const fn field_says(maker: &'static str, name: &'static str, words: &'static str, means: FindingId) -> Mark {
    Mark { maker, place: Where::Field(name), words, statuses: &[], means: Some(means) }
}

const fn at(statuses: &'static [u16], mark: Mark) -> Mark {
    Mark { statuses, ..mark }
}

/// The edges: what never reached the server.
pub(super) const EDGES: &[Mark] = &[
    says("Cloudflare", "error code: 1020", EdgeBlocked),
    says("Cloudflare", "error 1020", EdgeBlocked),
    says("Cloudflare", "sorry, you have been blocked", EdgeBlocked),
    field_says("Cloudflare", "cf-mitigated", "challenge", EdgeBlocked),
    field_says("Cloudflare Access", "location", "cloudflareaccess.com", EdgeLogin),
    field_says("Cloudflare Access", "www-authenticate", "cloudflare-access", EdgeLogin),
    at(&[403], says("CloudFront", "request blocked", EdgeBlocked)),
    at(&[403], says("Akamai", "you don't have permission to access \"http", EdgeBlocked)),
    says("Google IAP", "invalid iap credentials", EdgeLogin),
    says("Google Cloud Run", "your client does not have permission to get url", EdgeLogin),
    field_says("oauth2-proxy", "location", "/oauth2/start", RedirectToLogin),
    field_says("Squid", "x-squid-error", "err_cache_access_denied", ProxyAuthenticationRequired),
];

/// The gateways, whose words are often about something else than they say.
pub(super) const GATEWAYS: &[Mark] = &[
    at(&[403], says("AWS API Gateway", "missing authentication token", GatewayRouteUnknown)),
    says("AWS API Gateway", "(missing equal-sign) in authorization header", GatewaySignatureExpected),
    says("AWS API Gateway", "authorization header requires 'credential' parameter", GatewaySignatureExpected),
    says("AWS API Gateway", "is not authorized to access this resource", GatewayAuthorizerDenied),
    says("AWS API Gateway", "the incoming token has expired", TokenExpired),
    field_says("AWS API Gateway", "x-amzn-errortype", "authorizerconfigurationexception", GatewayAuthorizerFailed),
    field_says("AWS API Gateway", "x-amzn-errortype", "authorizerfailureexception", GatewayAuthorizerFailed),
    says("AWS", "the security token included in the request is expired", TokenExpired),
    says("AWS", "the security token included in the request is invalid", TokenRefused),
    says("AWS", "signature expired: ", ClockSkew),
    says("AWS", "signature not yet current: ", ClockSkew),
    says("AWS", "requesttimetooskewed", ClockSkew),
    says("AWS", "the request signature we calculated does not match", SignatureInvalid),
    says("Azure API Management", "access denied due to missing subscription key", ApiKeyMissing),
    says("Azure API Management", "access denied due to invalid subscription key", ApiKeyUnknown),
    says("Azure API Management", "jwt not present", HeaderMissing),
    says("Azure API Management", "unauthorized. access token is missing or invalid", TokenRefused),
    says("Kong", "no api key found in request", ApiKeyMissing),
    says("Kong", "no credentials found for given", IssuerMismatch),
    says("Kong", "no mandatory 'iss' in claims", ClaimMissing),
    says("Kong", "\"exp\":\"token expired\"", TokenExpired),
    says("Kong", "you cannot consume this service", AccessDenied),
    says("Envoy", "jwt is missing", HeaderMissing),
    says("Envoy", "jwt is expired", TokenExpired),
    says("Envoy", "jwt not yet valid", TokenNotYetValid),
    says("Envoy", "jwt is not in the form of header.payload.signature", TokenMalformed),
    says("Envoy", "jwt issuer is not configured", IssuerMismatch),
    says("Envoy", "audiences in jwt are not allowed", AudienceMismatch),
    says("Envoy", "jwks doesn't have key to match kid or alg from jwt", KidUnknown),
    says("Envoy", "jwt verification fails", SignatureInvalid),
    says("Envoy", "jwks remote fetch is failed", KeysUnavailable),
    at(&[403], says("Envoy", "rbac: access denied", RbacDenied)),
    says("nginx", "no required ssl certificate was sent", CertificateMissing),
    says("nginx", "the ssl certificate error", CertificateMismatch),
    says("nginx", "request header or cookie too large", HeaderTooLarge),
    says("Apache", "size of a request header field exceeds server limit", HeaderTooLarge),
];

/// The frameworks and libraries behind them.
pub(super) const FRAMEWORKS: &[Mark] = &[
    // Microsoft.IdentityModel: ASP.NET Core in its challenges, API Management and Graph in their bodies.
    says("Microsoft.IdentityModel", "idx10223", TokenExpired),
    says("Microsoft.IdentityModel", "idx10222", TokenNotYetValid),
    says("Microsoft.IdentityModel", "idx10225", ClaimMissing),
    says("Microsoft.IdentityModel", "idx10206", AudienceMissing),
    says("Microsoft.IdentityModel", "idx10208", AudienceMismatch),
    says("Microsoft.IdentityModel", "idx10214", AudienceMismatch),
    says("Microsoft.IdentityModel", "idx10204", IssuerMismatch),
    says("Microsoft.IdentityModel", "idx10205", IssuerMismatch),
    says("Microsoft.IdentityModel", "idx10211", ClaimMissing),
    says("Microsoft.IdentityModel", "idx10500", KeysUnavailable),
    says("Microsoft.IdentityModel", "idx20803", KeysUnavailable),
    says("Microsoft.IdentityModel", "idx20804", KeysUnavailable),
    says("Microsoft.IdentityModel", "idx10501", KidUnknown),
    says("Microsoft.IdentityModel", "idx10503", SignatureInvalid),
    says("Microsoft.IdentityModel", "idx10511", SignatureInvalid),
    says("Microsoft.IdentityModel", "idx10517", SignatureInvalid),
    says("Microsoft.IdentityModel", "idx10504", AlgNone),
    says("Microsoft.IdentityModel", "idx10696", AlgNotAllowed),
    says("Microsoft.IdentityModel", "idx12709", TokenMalformed),
    says("Microsoft.IdentityModel", "idx12729", TokenMalformed),
    says("Microsoft.IdentityModel", "idx12741", TokenMalformed),
    says("Microsoft.IdentityModel", "idx14100", TokenMalformed),
    says("Microsoft.IdentityModel", "idx14120", TokenMalformed),
    says("Microsoft Graph", "compacttoken parsing failed", TokenMalformed),
    says("Microsoft Graph", "\"code\":\"authorization_requestdenied\"", ScopeMissing),
    says("Microsoft Entra", "aadsts700082", TokenExpired),
    says("Microsoft Entra", "aadsts700084", TokenExpired),
    says("Microsoft Entra", "aadsts500133", TokenExpired),
    says("Microsoft Entra", "aadsts70008", TokenExpired),
    says("Microsoft Entra", "aadsts50173", TokenRevoked),
    says("Microsoft Entra", "aadsts500011", AudienceMismatch),
    says("Microsoft Entra", "aadsts50076", LoginInsufficient),
    says("Microsoft Entra", "aadsts50079", LoginInsufficient),
    says("Microsoft Entra", "aadsts50158", LoginInsufficient),
    says("Microsoft Entra", "aadsts65001", ScopeMissing),
    says("Microsoft Entra", "aadsts53003", AccessDenied),
    says("Microsoft Entra", "aadsts50105", AccessDenied),
    says("Microsoft Entra", "aadsts50126", PasswordRejected),
    says("Microsoft Entra", "aadsts7000215", PasswordRejected),
    says("Azure Resource Manager", "obtained for wrong audience or resource", AudienceMismatch),
    says("Facebook", "error validating access token: session has expired", TokenExpired),
    says("Facebook", "error validating access token", TokenRefused),
    at(&[403], says("Kubernetes", "\"reason\":\"forbidden\"", AccessDenied)),
    says("", "crypto/rsa: verification error", SignatureInvalid),
    says("", "crypto/ecdsa: verification error", SignatureInvalid),
    // RFC 6750 section 3.1 in its own words.
    says("", "the request requires higher privileges than provided by the access token", ScopeMissing),
    says("Spring Security", "jwt expired at", TokenExpired),
    says("Spring Security", "jwt used before", TokenNotYetValid),
    says("Spring Security", "another algorithm expected, or no matching key(s) found", KidUnknown),
    says("Spring Security", "signed jwt rejected: invalid signature", SignatureInvalid),
    says("Spring Security", "the iss claim is not valid", IssuerMismatch),
    says("Spring Security", "the aud claim is not valid", AudienceMismatch),
    says("Spring Security", "found multiple bearer tokens in the request", CredentialsInSeveralPlaces),
    says("Spring Security", "couldn't retrieve remote jwk set", KeysUnavailable),
    says("Spring Security", "bearer token is malformed", BearerBadCharacter),
    says("Spring Security", "attempt to decode the jwt: malformed", TokenMalformed),
    says("ASP.NET Core", "the token expired at", TokenExpired),
    says("ASP.NET Core", "the token is not valid before", TokenNotYetValid),
    says("ASP.NET Core", "the audience '", AudienceMismatch),
    says("ASP.NET Core", "the issuer '", IssuerMismatch),
    says("ASP.NET Core", "the signature key was not found", KidUnknown),
    says("ASP.NET Core", "the signature is invalid", SignatureInvalid),
    says("express-jwt", "no authorization token was found", HeaderMissing),
    says("express-jwt", "format is authorization: bearer [token]", AuthorizationMalformed),
    says("jsonwebtoken", "jwt audience invalid", AudienceMismatch),
    says("jsonwebtoken", "jwt issuer invalid", IssuerMismatch),
    says("jsonwebtoken", "jwt not active", TokenNotYetValid),
    says("jsonwebtoken", "jwt malformed", TokenMalformed),
    says("jsonwebtoken", "jwt must be provided", HeaderMissing),
    says("jose", "\"exp\" claim timestamp check failed", TokenExpired),
    says("jose", "\"nbf\" claim timestamp check failed", TokenNotYetValid),
    says("jose", "unexpected \"aud\" claim value", AudienceMismatch),
    says("jose", "unexpected \"iss\" claim value", IssuerMismatch),
    says("jose", "no applicable key found in the json web key set", KidUnknown),
    says("FastAPI", "{\"detail\":\"not authenticated\"}", HeaderMissing),
    says("FastAPI", "{\"detail\":\"invalid authentication credentials\"}", SchemeWrong),
    says("FastAPI", "{\"detail\":\"could not validate credentials\"}", TokenRefused),
    says("Django REST framework", "authentication credentials were not provided", HeaderMissing),
    says("Django REST framework", "given token not valid for any token type", TokenRefused),
    says("Flask-JWT-Extended", "{\"msg\":\"missing authorization header\"}", HeaderMissing),
    says("Flask-JWT-Extended", "{\"msg\":\"token has expired\"}", TokenExpired),
    says("Flask-JWT-Extended", "{\"msg\":\"token has been revoked\"}", TokenRevoked),
    says("Symfony", "jwt token not found", HeaderMissing),
    says("Symfony", "expired jwt token", TokenExpired),
    says("Symfony", "invalid jwt token", TokenRefused),
    says("Keycloak", "user session not found", SessionEnded),
    says("Keycloak", "token verification failed", TokenRefused),
    says("PyJWT", "signature has expired", TokenExpired),
];

/// The programs, by what they write whatever it is about.
pub(super) const MAKERS: &[Mark] = &[
    field("Cloudflare", "server", "cloudflare"),
    field("CloudFront", "server", "cloudfront"),
    field("CloudFront", "via", "(cloudfront)"),
    field("Akamai", "server", "akamaighost"),
    field("AWS API Gateway", "x-amzn-errortype", "exception"),
    field("AWS API Gateway", "x-amz-apigw-id", ""),
    field("AWS API Gateway", "apigw-requestid", ""),
    field("Kong", "server", "kong/"),
    field("Kong", "via", "kong"),
    field("Traefik", "www-authenticate", "basic realm=\"traefik\""),
    field("Istio", "server", "istio-envoy"),
    field("Envoy", "server", "envoy"),
    field("IIS", "server", "microsoft-iis"),
    field("ASP.NET", "x-powered-by", "asp.net"),
    field("Express", "x-powered-by", "express"),
    field("PHP", "x-powered-by", "php"),
    field("Apache", "server", "apache"),
    field("nginx", "server", "nginx"),
    field("uvicorn (FastAPI, Starlette)", "server", "uvicorn"),
    field("Werkzeug (Flask)", "server", "werkzeug"),
    field("Caddy", "server", "caddy"),
    says("nginx", "<center>nginx", AnsweredBy),
    says("HAProxy", "you need a valid user and password to access this content", AnsweredBy),
    says("Apache", "this server could not verify that you are authorized to access the document", AnsweredBy),
];
