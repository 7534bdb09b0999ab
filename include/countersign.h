/*
 * countersign decides who is asking, and answers a 401 properly.
 *
 * Generated from src/ffi by `make header`; do not edit.
 *
 * A host makes three objects at start: a policy (countersign_policy_new) from its JSON document, a
 * store of live keys (countersign_store_new) and a verifier of the two (countersign_verifier_new);
 * or all three at once (countersign_verifier_from_json). For each request it fills a
 * countersign_request and calls countersign_check with a countersign_decision that it keeps and
 * reuses. If the decision denies, it answers with the decision's status, fields and body; if not,
 * it reads the claims. examples/c/guard.c is the whole of it, examples/c/fetch.c the loop of a host
 * that fetches keys.
 *
 * Conventions
 *
 * - A function returns a countersign_status: COUNTERSIGN_OK, or why the call could not be carried
 *   out. countersign_check also returns COUNTERSIGN_DENIED. Why a request was denied is a reason,
 *   never a status.
 * - Deny is the resting state: zeroed memory, a new decision, a failed call and a NULL handle all
 *   read as a denial. A reason, kind or scheme whose number you do not know is a denial too.
 * - What _new gives has one owner, who gives it back with the _free of the same name; NULL may be
 *   given back. Objects may be freed in any order: what still needs another keeps it alive.
 *   Everything else is lent, and its comment says until when.
 * - Policies, stores, verifiers and key sets may be used by any number of threads at once.
 *   Decisions, reports, tokens and readings belong to one thread at a time.
 * - The library starts no thread, opens no file or socket, reads no clock and calls nobody back.
 * - A countersign_str is not terminated by a zero. {NULL, 0} is empty; NULL with a length is
 *   COUNTERSIGN_NULL_ARGUMENT. Where absent and empty differ, NULL is absent.
 * - A struct starts with struct_size, which the caller sets to sizeof of the struct, before passing
 *   it in either direction; the rest starts zeroed. Bytes behind what this library knows must be
 *   zero, and so must be what is called reserved. A struct of an older header, which is shorter, is
 *   taken: what it lacks reads as zero and is not written. What is called frozen has no size.
 * - Outputs change on success only, except a decision (which first denies), the needed length of a
 *   buffer that is too short, and a report. Memory handed in for an output overlaps nothing else.
 * - Numbers are never given to another meaning; later versions add some.
 * - A panic inside becomes COUNTERSIGN_PANIC, or the resting value of a function without a status,
 *   and a line on standard error; what the call touched denies. Only running out of memory or of
 *   stack ends the process.
 */

#ifndef COUNTERSIGN_H
#define COUNTERSIGN_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/** The version of this header. */
#define COUNTERSIGN_VERSION "0.1.0"
/** The same as a number to compare, two hexadecimal digits a part. */
#define COUNTERSIGN_VERSION_NUMBER UINT32_C(0x000100)

/* ==========================================================================
 * Text, bytes, fields and time
 *
 * Two frozen views of what belongs to somebody else, and the host's clocks.
 * ======================================================================= */

/** Bytes that belong to somebody else: a pointer and a length. Frozen. */
typedef struct countersign_str {
    /** The first byte; may be NULL if len is 0. */
    const char *data;
    /** Bytes, without a terminating zero. */
    size_t len;
} countersign_str;

/** A field line, or an auth-param: a name and a value. Frozen. */
typedef struct countersign_field {
    /** The name. */
    countersign_str name;
    /** The value. */
    countersign_str value;
} countersign_field;

/**
 * Both clocks of the host, read together. Frozen.
 *
 * The wall clock tells the age of what was fetched elsewhere; every duration is measured on the
 * monotonic one, so that setting the wall clock lengthens nothing.
 */
typedef struct countersign_time {
    /** Seconds since 1970, as in the tv_sec of CLOCK_REALTIME. */
    int64_t wall_seconds;
    /** Nanoseconds below one second, as in its tv_nsec. */
    uint32_t wall_nanos;
    /** Zero. */
    uint32_t reserved;
    /** Nanoseconds on a clock that is never set, as CLOCK_MONOTONIC; where it starts does not matter. */
    uint64_t monotonic_nanos;
} countersign_time;

/* ==========================================================================
 * Statuses
 *
 * How a call ended. A reason, why a request was denied, is something else.
 * ======================================================================= */

/** The call was carried out; for countersign_check: the request is allowed. */
#define COUNTERSIGN_OK UINT32_C(0)
/** countersign_check: the request is denied. The decision says why and what to send. */
#define COUNTERSIGN_DENIED UINT32_C(1)
/** A pointer that must not be NULL is. */
#define COUNTERSIGN_NULL_ARGUMENT UINT32_C(2)
/** An argument is out of range, not UTF-8 where text is asked, or contradicts another. */
#define COUNTERSIGN_ARGUMENT_INVALID UINT32_C(3)
/** A struct_size is none that the struct has or had, or what lies behind what this library knows is not zero. */
#define COUNTERSIGN_STRUCT_SIZE UINT32_C(4)
/** The policy is refused; the report says where and why. */
#define COUNTERSIGN_POLICY_INVALID UINT32_C(5)
/** The key set is refused; the report says why. The present set stays. */
#define COUNTERSIGN_KEYS_INVALID UINT32_C(6)
/** The memory handed in is too short; the needed length was written. */
#define COUNTERSIGN_BUFFER_TOO_SMALL UINT32_C(7)
/** There is no such thing: an index past the end, a claim that is not there. */
#define COUNTERSIGN_NOT_FOUND UINT32_C(8)
/** The claim is there and of another kind. */
#define COUNTERSIGN_WRONG_KIND UINT32_C(9)
/** The text cannot be read or written; nothing was changed. */
#define COUNTERSIGN_MALFORMED UINT32_C(10)
/** A fault inside the library was caught. Report it; what the call touched denies. */
#define COUNTERSIGN_PANIC UINT32_C(11)
/** The key set that is there stays: it was fetched later than this one, or serves while this one is too old to. */
#define COUNTERSIGN_KEYS_OLDER UINT32_C(12)

/** How a call ended: COUNTERSIGN_OK, or one of the other COUNTERSIGN_ statuses. */
typedef uint32_t countersign_status;

/**
 * The name of a status, as in "policy_invalid"; empty for a number that this library does not know.
 * Static text.
 */
countersign_str countersign_status_name(countersign_status status);

/* ==========================================================================
 * What this library is, and the table of reasons
 *
 * Static data; any thread may read it at any time.
 * ======================================================================= */

/** The number of the ABI, which is also that of the SONAME. */
#define COUNTERSIGN_ABI UINT32_C(0)

/** One row of the table of reasons. All texts are static. */
typedef struct countersign_reason_info {
    /** sizeof(countersign_reason_info), set by the caller. */
    uint64_t struct_size;
    /** The stable number, one of COUNTERSIGN_REASON_. */
    uint32_t number;
    /** The default HTTP status; 200 lets through, 0 decides nothing. */
    uint32_t http_status;
    /** 1 if the policy's malformed_status decides between 401 and 400. */
    uint32_t malformed;
    /** 1 if a fresh access token can be expected to cure the fault. */
    uint32_t refresh_helps;
    /** The stable name, as in "token_expired". */
    countersign_str name;
    /** The error of Bearer and DPoP challenges (RFC 6750 section 3.1); empty if there is none. */
    countersign_str error;
    /** The public text; empty if there is none. */
    countersign_str text;
    /** What the operator does next; never for the caller of the API. */
    countersign_str next_step;
} countersign_reason_info;

/** The version of this library, as in "0.1.0". Static text. Any thread. */
countersign_str countersign_version(void);

/** The number of the ABI that this library has; it goes with the header whose COUNTERSIGN_ABI is the same. */
uint32_t countersign_abi(void);

/** The cryptography that this library was built with: "ring" or "aws-lc-rs". Static text. */
countersign_str countersign_backend(void);

/** How many reasons this library knows; the length of an array of counters. */
size_t countersign_reason_count(void);

/**
 * The row of the table of reasons at index, which is also the place of the reason's counter.
 *
 * COUNTERSIGN_NOT_FOUND past the end. Any thread.
 */
countersign_status countersign_reason_at(size_t index,
                                         countersign_reason_info *out);

/**
 * The name of a reason, as in "token_expired"; empty for a number that this library does not know.
 * Static text. Any thread.
 */
countersign_str countersign_reason_name(uint32_t reason);

/*
 * Reasons: why a request was let through or denied, or why a document could not be read.
 * docs/REASONS.md tells what to do about each.
 */
/** Never the outcome of a check; a call failed and its result was read all the same. */
#define COUNTERSIGN_REASON_UNDECIDED UINT32_C(0)
/** Nothing to do. */
#define COUNTERSIGN_REASON_OK UINT32_C(1)
/** Nothing to do; the route takes callers without credentials. */
#define COUNTERSIGN_REASON_ANONYMOUS_ALLOWED UINT32_C(2)
/** Let the CORS layer answer; list Authorization by name in the allowed headers. */
#define COUNTERSIGN_REASON_PREFLIGHT_EXEMPT UINT32_C(3)
/** No credentials were sent. */
#define COUNTERSIGN_REASON_CREDENTIALS_MISSING UINT32_C(1001)
/** No credentials were sent. */
#define COUNTERSIGN_REASON_HEADER_STRIPPED_SUSPECTED UINT32_C(1002)
/** The authentication scheme is not supported here. */
#define COUNTERSIGN_REASON_SCHEME_UNSUPPORTED UINT32_C(1003)
/** Credentials were sent in a place that is not accepted. */
#define COUNTERSIGN_REASON_CREDENTIALS_MISPLACED UINT32_C(1004)
/** More than one Authorization header was sent. */
#define COUNTERSIGN_REASON_AUTHORIZATION_REPEATED UINT32_C(1101)
/** The credentials were sent in more than one way. */
#define COUNTERSIGN_REASON_MULTIPLE_TOKEN_METHODS UINT32_C(1102)
/** The Authorization header is malformed. */
#define COUNTERSIGN_REASON_AUTHORIZATION_MALFORMED UINT32_C(1103)
/** The credentials are too large. */
#define COUNTERSIGN_REASON_TOKEN_TOO_LARGE UINT32_C(1104)
/** Credentials must be sent over TLS. */
#define COUNTERSIGN_REASON_INSECURE_TRANSPORT UINT32_C(1105)
/** The Bearer token is empty. */
#define COUNTERSIGN_REASON_BEARER_EMPTY UINT32_C(1201)
/** Unexpected character after the Bearer scheme name. */
#define COUNTERSIGN_REASON_BEARER_COLON UINT32_C(1202)
/** A space is needed between the scheme and the token. */
#define COUNTERSIGN_REASON_BEARER_SPACE_MISSING UINT32_C(1203)
/** Unexpected space in the Authorization header. */
#define COUNTERSIGN_REASON_BEARER_STRAY_SPACE UINT32_C(1204)
/** The token must not be in quotes. */
#define COUNTERSIGN_REASON_BEARER_QUOTED UINT32_C(1205)
/** The token contains a line break. */
#define COUNTERSIGN_REASON_BEARER_NEWLINE UINT32_C(1206)
/** The scheme name appears twice. */
#define COUNTERSIGN_REASON_BEARER_PREFIX_REPEATED UINT32_C(1207)
/** The scheme name is missing. */
#define COUNTERSIGN_REASON_BEARER_SCHEME_MISSING UINT32_C(1208)
/** The token is a placeholder. */
#define COUNTERSIGN_REASON_BEARER_PLACEHOLDER UINT32_C(1209)
/** The token contains a character that is not allowed. */
#define COUNTERSIGN_REASON_BEARER_BAD_CHARACTER UINT32_C(1210)
/** The access token format is not supported. */
#define COUNTERSIGN_REASON_TOKEN_NOT_JWT UINT32_C(2001)
/** The access token is malformed. */
#define COUNTERSIGN_REASON_JWT_MALFORMED UINT32_C(2002)
/** Encrypted tokens are not accepted. */
#define COUNTERSIGN_REASON_JWE_GIVEN UINT32_C(2003)
/** Only the compact token form is accepted. */
#define COUNTERSIGN_REASON_JWS_JSON_GIVEN UINT32_C(2004)
/** The access token needs an unsupported extension. */
#define COUNTERSIGN_REASON_CRIT_UNSUPPORTED UINT32_C(2005)
/** The signing algorithm is not supported. */
#define COUNTERSIGN_REASON_ALG_UNSUPPORTED UINT32_C(2101)
/** The signing algorithm is not allowed. */
#define COUNTERSIGN_REASON_ALG_NOT_ALLOWED UINT32_C(2102)
/** The access token signature is not valid. */
#define COUNTERSIGN_REASON_KEY_MISMATCH UINT32_C(2103)
/** The access token signing key is not known. */
#define COUNTERSIGN_REASON_KID_UNKNOWN UINT32_C(2104)
/** The access token signature is not valid. */
#define COUNTERSIGN_REASON_SIGNATURE_INVALID UINT32_C(2105)
/** The access token expired. */
#define COUNTERSIGN_REASON_TOKEN_EXPIRED UINT32_C(3001)
/** The access token is not valid yet. */
#define COUNTERSIGN_REASON_TOKEN_NOT_YET_VALID UINT32_C(3002)
/** The access token is not valid at this time. */
#define COUNTERSIGN_REASON_CLOCK_SKEW_SUSPECTED UINT32_C(3003)
/** The access token issuer is not accepted. */
#define COUNTERSIGN_REASON_ISSUER_MISMATCH UINT32_C(3101)
/** The access token is not meant for this resource. */
#define COUNTERSIGN_REASON_AUDIENCE_MISMATCH UINT32_C(3102)
/** The credentials belong to another realm. */
#define COUNTERSIGN_REASON_REALM_MISMATCH UINT32_C(3103)
/** The access token lacks a required claim. */
#define COUNTERSIGN_REASON_CLAIM_MISSING UINT32_C(3104)
/** The access token has an unacceptable claim. */
#define COUNTERSIGN_REASON_CLAIM_REJECTED UINT32_C(3105)
/** The token is not an access token. */
#define COUNTERSIGN_REASON_TOKEN_TYPE_MISMATCH UINT32_C(3201)
/** The token is not an access token. */
#define COUNTERSIGN_REASON_ID_TOKEN_GIVEN UINT32_C(3202)
/** The token is not an access token. */
#define COUNTERSIGN_REASON_REFRESH_TOKEN_GIVEN UINT32_C(3203)
/** The access token was revoked. */
#define COUNTERSIGN_REASON_TOKEN_REVOKED UINT32_C(3301)
/** The access token is suspended. */
#define COUNTERSIGN_REASON_TOKEN_SUSPENDED UINT32_C(3302)
/** The access token is not active. */
#define COUNTERSIGN_REASON_TOKEN_INACTIVE UINT32_C(3303)
/** A DPoP proof is required. */
#define COUNTERSIGN_REASON_DPOP_PROOF_MISSING UINT32_C(4001)
/** The DPoP proof is not valid. */
#define COUNTERSIGN_REASON_DPOP_PROOF_INVALID UINT32_C(4002)
/** The DPoP proof does not match this request. */
#define COUNTERSIGN_REASON_DPOP_REQUEST_MISMATCH UINT32_C(4003)
/** The DPoP proof is not from a recent time. */
#define COUNTERSIGN_REASON_DPOP_PROOF_STALE UINT32_C(4004)
/** The DPoP proof was already used. */
#define COUNTERSIGN_REASON_DPOP_PROOF_REPLAYED UINT32_C(4005)
/** The DPoP proof needs the current nonce. */
#define COUNTERSIGN_REASON_DPOP_NONCE_REQUIRED UINT32_C(4006)
/** The access token is bound to another key. */
#define COUNTERSIGN_REASON_DPOP_KEY_MISMATCH UINT32_C(4007)
/** The access token must be used with DPoP. */
#define COUNTERSIGN_REASON_DPOP_DOWNGRADE UINT32_C(4008)
/** A client certificate is required. */
#define COUNTERSIGN_REASON_CERTIFICATE_MISSING UINT32_C(4101)
/** The access token is bound to another certificate. */
#define COUNTERSIGN_REASON_CERTIFICATE_MISMATCH UINT32_C(4102)
/** The Basic credentials are malformed. */
#define COUNTERSIGN_REASON_BASIC_MALFORMED UINT32_C(5001)
/** The user name or password is not correct. */
#define COUNTERSIGN_REASON_PASSWORD_REJECTED UINT32_C(5002)
/** The Digest credentials are malformed. */
#define COUNTERSIGN_REASON_DIGEST_MALFORMED UINT32_C(5101)
/** The nonce is no longer valid. */
#define COUNTERSIGN_REASON_DIGEST_NONCE_STALE UINT32_C(5102)
/** The user name or password is not correct. */
#define COUNTERSIGN_REASON_DIGEST_REJECTED UINT32_C(5103)
/** The API key is malformed. */
#define COUNTERSIGN_REASON_API_KEY_MALFORMED UINT32_C(5201)
/** The API key is not valid. */
#define COUNTERSIGN_REASON_API_KEY_UNKNOWN UINT32_C(5202)
/** The API key is not valid. */
#define COUNTERSIGN_REASON_API_KEY_WRONG_ENVIRONMENT UINT32_C(5203)
/** The API key is not valid. */
#define COUNTERSIGN_REASON_API_KEY_REVOKED UINT32_C(5204)
/** No session. */
#define COUNTERSIGN_REASON_SESSION_COOKIE_MISSING UINT32_C(5301)
/** The session is not valid. */
#define COUNTERSIGN_REASON_SESSION_INVALID UINT32_C(5302)
/** The request did not pass the cross-site check. */
#define COUNTERSIGN_REASON_CSRF_REJECTED UINT32_C(5303)
/** The access token does not cover this operation. */
#define COUNTERSIGN_REASON_INSUFFICIENT_SCOPE UINT32_C(6001)
/** Access is denied. */
#define COUNTERSIGN_REASON_ACCESS_DENIED UINT32_C(6002)
/** A stronger or more recent login is required. */
#define COUNTERSIGN_REASON_AUTHENTICATION_INSUFFICIENT UINT32_C(6101)
/** Authentication is temporarily unavailable. */
#define COUNTERSIGN_REASON_KEYS_UNAVAILABLE UINT32_C(9001)
/** Authentication is temporarily unavailable. */
#define COUNTERSIGN_REASON_INTROSPECTION_UNAVAILABLE UINT32_C(9002)
/** Authentication is temporarily unavailable. */
#define COUNTERSIGN_REASON_STATUS_UNAVAILABLE UINT32_C(9003)
/** Internal error. */
#define COUNTERSIGN_REASON_INTERNAL_ERROR UINT32_C(9004)
/** Authentication is temporarily unavailable. */
#define COUNTERSIGN_REASON_CHECK_PENDING UINT32_C(9005)
/** The document is refused; the JSON Pointer names the place. */
#define COUNTERSIGN_REASON_POLICY_INVALID UINT32_C(9101)
/** Not a JWK Set: no object, no keys array, or a repeated name in the set's own object. The
    last good set stays. */
#define COUNTERSIGN_REASON_JWKS_INVALID UINT32_C(9102)
/** A fault at the given value and offset; the challenges before it are returned. */
#define COUNTERSIGN_REASON_CHALLENGE_MALFORMED UINT32_C(9103)
/** What was asked cannot be written: control byte, a name that is no token, a name twice. */
#define COUNTERSIGN_REASON_CHALLENGE_INVALID UINT32_C(9104)
/** The line is not a case; the run goes on. */
#define COUNTERSIGN_REASON_CASE_INVALID UINT32_C(9105)
/** A required member is absent, repeated, of the wrong type or length, or the point is off the
    curve (kid, kty, alg are listed as null if repeated). */
#define COUNTERSIGN_REASON_KEY_MALFORMED UINT32_C(9111)
/** kty or crv is not known here; harmless unless a token needs it. */
#define COUNTERSIGN_REASON_KEY_TYPE_UNKNOWN UINT32_C(9112)
/** use or key_ops says it is for something else. */
#define COUNTERSIGN_REASON_KEY_NOT_FOR_SIGNATURES UINT32_C(9113)
/** Below the minimum size (RSA 2048 bits; HMAC as long as its hash). */
#define COUNTERSIGN_REASON_KEY_TOO_WEAK UINT32_C(9114)
/** A published key carries private members: tell its owner, and treat it as exposed. */
#define COUNTERSIGN_REASON_KEY_HAS_PRIVATE_PART UINT32_C(9115)
/** A secret came from a fetched set; configure it locally or use an asymmetric key. */
#define COUNTERSIGN_REASON_KEY_SYMMETRIC_FROM_NETWORK UINT32_C(9116)
/** Over the cap on modulus or exponent. */
#define COUNTERSIGN_REASON_KEY_TOO_LARGE UINT32_C(9117)
/** alg is no signature algorithm, or does not fit the key. */
#define COUNTERSIGN_REASON_KEY_ALG_UNUSABLE UINT32_C(9118)

/* ==========================================================================
 * Reports
 *
 * What a loader found, for the person who wrote the document.
 * ======================================================================= */

/** A finding without which the document would have loaded. */
#define COUNTERSIGN_SEVERITY_ERROR UINT32_C(1)
/** A finding that the document's author should know of. */
#define COUNTERSIGN_SEVERITY_WARNING UINT32_C(2)

/** What a loader found: one error, or any number of warnings. Belongs to one thread at a time. */
typedef struct countersign_report countersign_report;

/** One finding. The texts are lent until the report is freed. */
typedef struct countersign_finding {
    /** sizeof(countersign_finding), set by the caller. */
    uint64_t struct_size;
    /** COUNTERSIGN_SEVERITY_ERROR or COUNTERSIGN_SEVERITY_WARNING. */
    uint32_t severity;
    /** Zero. */
    uint32_t reserved;
    /** A stable word for the kind of finding, as in "member_unknown". */
    countersign_str code;
    /** The place in the document, a JSON Pointer (RFC 6901); empty for the whole document. */
    countersign_str pointer;
    /** What was found and what is allowed, for a person. Never holds a secret. */
    countersign_str text;
} countersign_finding;

/** How many findings there are; 0 for NULL. */
size_t countersign_report_count(const countersign_report *report);

/** The finding at index. COUNTERSIGN_NOT_FOUND past the end. */
countersign_status countersign_report_at(const countersign_report *report,
                                         size_t index,
                                         countersign_finding *out);

/** Gives a report back. NULL is ignored. */
void countersign_report_free(countersign_report *report);

/* ==========================================================================
 * Policies
 *
 * What an operator asks of requests: one JSON document, checked and compiled once. docs/POLICY.md
 * tells its members, docs/policy.schema.json checks it in an editor.
 * ======================================================================= */

/** A checked policy. Immutable; any number of threads and, after a fork, processes may use it. */
typedef struct countersign_policy countersign_policy;

/** What a policy is loaded with, beside its document. */
typedef struct countersign_policy_options {
    /** sizeof(countersign_policy_options), set by the caller. */
    uint64_t struct_size;
    /** What {"ref": "name"} in the document stands for: names and bytes. Read during the call only. */
    const countersign_field *refs;
    /** How many there are. */
    size_t ref_count;
} countersign_policy_options;

/**
 * Loads a policy (docs/POLICY.md) from its JSON text.
 *
 * options may be NULL. On success *out is the caller's; give it back with countersign_policy_free.
 * If report is not NULL, *report becomes the caller's on success (warnings, perhaps none) and with
 * COUNTERSIGN_POLICY_INVALID (the error); otherwise it is left alone. Any thread.
 */
countersign_status countersign_policy_new(const countersign_policy_options *options,
                                          countersign_str json,
                                          countersign_policy **out,
                                          countersign_report **report);

/** How many header fields the policy wants to see; 0 for NULL. */
size_t countersign_policy_field_count(const countersign_policy *policy);

/**
 * The name, in lower case, of a header field that the policy wants to see: the host passes every line of
 * these fields, unmerged and in order, and need not pass others. Lent until the policy is freed.
 *
 * COUNTERSIGN_NOT_FOUND past the end.
 */
countersign_status countersign_policy_field_at(const countersign_policy *policy,
                                               size_t index,
                                               countersign_str *out);

/** How many query parameters can carry a credential; 0 for NULL. */
size_t countersign_policy_parameter_count(const countersign_policy *policy);

/**
 * The name of a query parameter that can carry a credential: the host scrubs its value from logs and from what it
 * hands on. access_token is always one, because clients send it whether it is read or not. Names compare with case.
 * Lent until the policy is freed.
 *
 * COUNTERSIGN_NOT_FOUND past the end.
 */
countersign_status countersign_policy_parameter_at(const countersign_policy *policy,
                                                   size_t index,
                                                   countersign_str *out);

/** Gives a policy back. Stores and verifiers made of it go on working. NULL is ignored. */
void countersign_policy_free(countersign_policy *policy);

/* ==========================================================================
 * Stores
 *
 * The live keys of a policy's issuers, and what is revoked.
 * ======================================================================= */

/**
 * The live key sources of a policy. One per process; any number of its threads may use it. A check never waits for
 * another thread; calls that change or export the same source wait for each other.
 */
typedef struct countersign_store countersign_store;

/** What a store is made with. */
typedef struct countersign_store_options {
    /** sizeof(countersign_store_options), set by the caller. */
    uint64_t struct_size;
    /** At least 16 random bytes, other ones in every process: they spread what processes do at the same time. */
    countersign_str entropy;
} countersign_store_options;

/**
 * Makes the store of a policy. Its inline key sets are there at once.
 *
 * On success *out is the caller's; give it back with countersign_store_free.
 * COUNTERSIGN_ARGUMENT_INVALID for less than 16 bytes of entropy.
 */
countersign_status countersign_store_new(const countersign_store_options *options,
                                         const countersign_policy *policy,
                                         countersign_store **out);

/**
 * Puts a JWK Set (RFC 7517 section 5), fetched just now, in place of the present one of issuer, as the policy names it.
 *
 * Its age counts from when the store next hears the time: a host that never calls countersign_store_next_fetch keeps
 * it until it brings another. countersign_store_set_keys_fetched takes one of an earlier time.
 *
 * Checks under way finish with the old one. COUNTERSIGN_NOT_FOUND for an issuer that the
 * policy does not have. COUNTERSIGN_KEYS_INVALID for what is no JWK Set or has no usable key: the present set
 * stays, and *report, if report is not NULL, becomes the caller's and says why.
 */
countersign_status countersign_store_set_keys(countersign_store *store,
                                              countersign_str issuer,
                                              countersign_str jwks,
                                              countersign_report **report);

/**
 * Writes how many sets the issuer has had so far. While a request waits for a set
 * (countersign_decision_need), it is worth another check once this is another number than the need's.
 *
 * COUNTERSIGN_NOT_FOUND for an issuer that the policy does not have. Any thread; takes no lock.
 */
countersign_status countersign_store_generation(const countersign_store *store,
                                                countersign_str issuer,
                                                uint64_t *out);

/**
 * 1 while a fetch for the issuer is under way, else 0; 0 for NULL and for an issuer that the policy does not have.
 * When it is over without another generation, waiting longer is of no use. Any thread; takes no lock.
 */
uint32_t countersign_store_is_fetching(const countersign_store *store,
                                       countersign_str issuer);

/** How many issuers the policy has; 0 for NULL. */
size_t countersign_store_issuer_count(const countersign_store *store);

/**
 * The issuer at index, in the order of the policy and as it names it. Lent until the store is freed.
 *
 * COUNTERSIGN_NOT_FOUND past the end.
 */
countersign_status countersign_store_issuer_at(const countersign_store *store,
                                               size_t index,
                                               countersign_str *out);

/**
 * Writes what an operator wants to see as one JSON object on one line: every source with its keys, age, last
 * failure, next fetch and counters, and how much is revoked. Durations are whole seconds; what is not known is null.
 *
 * It names issuers, addresses and key ids, never a key, a token or a secret. *needed, if needed is not NULL, becomes
 * the length, also with COUNTERSIGN_BUFFER_TOO_SMALL; the text may grow from one call to the next. Allocates; not
 * for every request.
 */
countersign_status countersign_store_write_status(const countersign_store *store,
                                                  const countersign_time *now,
                                                  char *text,
                                                  size_t capacity,
                                                  size_t *needed);

/**
 * Writes the metrics of every source that is fetched in Prometheus' text format: fetches, failures, age, whether its
 * keys decide, tokens of unknown keys. They name issuers and addresses, never a key.
 *
 * *needed, if needed is not NULL, becomes the length, also with COUNTERSIGN_BUFFER_TOO_SMALL; it may grow from one call
 * to the next. Beside it, countersign_metrics_write has the decisions.
 */
countersign_status countersign_store_write_metrics(const countersign_store *store,
                                                   const countersign_time *now,
                                                   char *text,
                                                   size_t capacity,
                                                   size_t *needed);

/** Gives a store back. Verifiers made of it go on working. NULL is ignored. */
void countersign_store_free(countersign_store *store);

/* ==========================================================================
 * Fetching keys
 *
 * The library says what to fetch and when; the host fetches it where it likes and hands the answer in. A ticket is
 * one request to make, at most one for a source at a time. docs/ABI.md has the loop.
 * ======================================================================= */

/** The issuer's metadata (OpenID Connect Discovery 1.0 section 4, RFC 8414), which name the key set. */
#define COUNTERSIGN_FETCH_KIND_METADATA UINT32_C(1)
/** A JWK Set (RFC 7517 section 5). */
#define COUNTERSIGN_FETCH_KIND_KEY_SET UINT32_C(2)
/** A token needs the set for the first time. */
#define COUNTERSIGN_FETCH_REASON_FIRST_USE UINT32_C(1)
/** The policy wants the set before the first token. */
#define COUNTERSIGN_FETCH_REASON_PREFETCH UINT32_C(2)
/** The set is about to expire. */
#define COUNTERSIGN_FETCH_REASON_REFRESH UINT32_C(3)
/** The set has expired. */
#define COUNTERSIGN_FETCH_REASON_EXPIRED UINT32_C(4)
/** A token named a key that the set does not have. */
#define COUNTERSIGN_FETCH_REASON_UNKNOWN_KID UINT32_C(5)
/** The last attempt failed. */
#define COUNTERSIGN_FETCH_REASON_RETRY UINT32_C(6)
/** The host gave the last ticket back. */
#define COUNTERSIGN_FETCH_REASON_ABANDONED UINT32_C(7)
/** 200 with a body. */
#define COUNTERSIGN_OUTCOME_BODY UINT32_C(1)
/** 304: the set is the one that was there. */
#define COUNTERSIGN_OUTCOME_NOT_MODIFIED UINT32_C(2)
/** Anything else: another status, no answer, a body over max_bytes, a certificate that is not trusted. */
#define COUNTERSIGN_OUTCOME_FAILED UINT32_C(3)
/**
 * The host could not go on (the client went away, the worker stops), so nothing is known of the issuer. The ticket is
 * handed out again at once, a few times in a row.
 */
#define COUNTERSIGN_OUTCOME_ABANDONED UINT32_C(4)
/** The number belongs to no open ticket: nothing changed. */
#define COUNTERSIGN_DONE_IGNORED UINT32_C(1)
/** The answer came behind its deadline: nothing changed, it counts as a failure. */
#define COUNTERSIGN_DONE_LATE UINT32_C(2)
/** The set is in place. */
#define COUNTERSIGN_DONE_LOADED UINT32_C(3)
/** The set that is there has a new lifetime. */
#define COUNTERSIGN_DONE_RENEWED UINT32_C(4)
/** The metadata told where the set is; its ticket is next. */
#define COUNTERSIGN_DONE_LOCATED UINT32_C(5)
/** The failure is noted, or the next address of the metadata is tried. */
#define COUNTERSIGN_DONE_NOTED UINT32_C(6)
/** The ticket will be handed out again. */
#define COUNTERSIGN_DONE_AGAIN UINT32_C(7)

/**
 * A ticket as it was handed out: one request for the host to make. Needs the store no more. Belongs to one thread at
 * a time.
 */
typedef struct countersign_fetch countersign_fetch;

/**
 * One request for the host to make: GET without cookies and credentials, over https unless url says http, following
 * redirects to the same origin alone. The texts are lent until the fetch is freed.
 */
typedef struct countersign_fetch_info {
    /** sizeof(countersign_fetch_info), set by the caller. */
    uint64_t struct_size;
    /** The number of the ticket; never 0, never given twice by one store. */
    uint64_t ticket;
    /** One of COUNTERSIGN_FETCH_KIND_. */
    uint32_t kind;
    /** One of COUNTERSIGN_FETCH_REASON_, for logs. */
    uint32_t reason;
    /** The issuer as the policy names it. */
    countersign_str issuer;
    /**
     * Where. That metadata name no private network by address was seen to; what a name resolves to is for the host to
     * refuse, where they may name other hosts.
     */
    countersign_str url;
    /** What If-None-Match carries, quotes and all; NULL for no such field. */
    countersign_str etag;
    /**
     * On the clock of countersign_time's monotonic_nanos; an answer that comes later changes nothing and counts as a
     * failure.
     */
    uint64_t deadline_nanos;
    /** A longer body is a failure, and need not be read. */
    uint64_t max_bytes;
    /**
     * The policy's cooldown. A host whose processes fetch for each other keeps it between two fetches of one url: an
     * answer that is younger answers this ticket too.
     */
    uint64_t cooldown_nanos;
} countersign_fetch_info;

/**
 * What came of a fetch. Everything it points to is read during countersign_store_fetch_done only. The texts of the
 * response stand here as the issuer sent them: what cannot be read of them spoils nothing but itself.
 */
typedef struct countersign_fetch_result {
    /** sizeof(countersign_fetch_result), set by the caller. */
    uint64_t struct_size;
    /** The number of the ticket. */
    uint64_t ticket;
    /** One of COUNTERSIGN_OUTCOME_. */
    uint32_t outcome;
    /** Zero. */
    uint32_t reserved;
    /** With COUNTERSIGN_OUTCOME_BODY: the body, without content codings. */
    countersign_str body;
    /** With COUNTERSIGN_OUTCOME_BODY: the response's ETag, quotes and all; NULL for none. */
    countersign_str etag;
    /** The response's Cache-Control as it stood, several lines joined by commas; NULL for none. */
    countersign_str cache_control;
    /** The seconds that the response's Age tells; 0 for none. */
    uint64_t age_seconds;
    /**
     * With COUNTERSIGN_OUTCOME_FAILED: a word for the operator, as in "HTTP 500" or "timeout", which appears in the
     * status; NULL for none.
     */
    countersign_str failure;
} countersign_fetch_result;

/**
 * When to call countersign_store_next_fetch, on the clock of countersign_time's monotonic_nanos; UINT64_MAX while
 * there is nothing to do, and for NULL.
 *
 * A check may bring the moment forward, so a host that sleeps until then looks again after checks whose decision has
 * a need. Any thread; one atomic load.
 */
uint64_t countersign_store_due_at(const countersign_store *store);

/**
 * Hands out the next ticket that is due. A host calls it until it gives COUNTERSIGN_NOT_FOUND, for there may be
 * several sources.
 *
 * COUNTERSIGN_NOT_FOUND if nothing is due now. On success *out is the caller's; give it back with
 * countersign_fetch_free. The ticket stays open until countersign_store_fetch_done or its deadline. Any thread:
 * no two get the same ticket.
 */
countersign_status countersign_store_next_fetch(countersign_store *store,
                                                const countersign_time *now,
                                                countersign_fetch **out);

/** What is to be fetched. */
countersign_status countersign_fetch_describe(const countersign_fetch *fetch,
                                              countersign_fetch_info *out);

/**
 * Gives a fetch back; NULL is ignored. Its ticket stays open: a host that will not answer says
 * COUNTERSIGN_OUTCOME_ABANDONED to countersign_store_fetch_done.
 */
void countersign_fetch_free(countersign_fetch *fetch);

/**
 * Closes a ticket with what came of it. A set that was loaded decides the next check of every thread.
 *
 * On success *done, if done is not NULL, becomes one of COUNTERSIGN_DONE_. A late, unknown or already closed number
 * changes nothing and is a success. How long a set is fresh is read from cache_control and age_seconds, or is the
 * policy's ttl.
 *
 * COUNTERSIGN_KEYS_INVALID for a body that is of no use: the ticket is closed, it counts as a failed attempt, the last
 * good set stays, and *report, if report is not NULL, becomes the caller's and says why. Any other status leaves the
 * ticket open. Any thread; only calls for the same source wait for each other.
 */
countersign_status countersign_store_fetch_done(countersign_store *store,
                                                const countersign_fetch_result *result,
                                                const countersign_time *now,
                                                uint32_t *done,
                                                countersign_report **report);

/** The word for a kind of fetch, as in "key_set"; empty for a number that this library does not know. Static text. */
countersign_str countersign_fetch_kind_name(uint32_t kind);

/**
 * The word for the reason of a fetch, as in "unknown_kid"; empty for a number that this library does not know.
 * Static text.
 */
countersign_str countersign_fetch_reason_name(uint32_t reason);

/**
 * The word for what became of an answer, as in "loaded"; empty for a number that this library does not know.
 * Static text.
 */
countersign_str countersign_done_name(uint32_t done);

/* ==========================================================================
 * Key sets that travel
 *
 * From one store to the next, over a reload, through a file or memory that processes share.
 * ======================================================================= */

/** A copy of the set that an issuer had at one moment. Belongs to one thread at a time. */
typedef struct countersign_export countersign_export;

/**
 * A JWK Set with what is known of it. What an export lends in it lives until the export is freed; what a host
 * hands in is read during the call only.
 */
typedef struct countersign_keys {
    /** sizeof(countersign_keys), set by the caller. */
    uint64_t struct_size;
    /** The JWK Set (RFC 7517 section 5), byte for byte as it came. */
    countersign_str jwks;
    /** The entity tag of its response, quotes and all, for the next fetch; NULL for none. */
    countersign_str etag;
    /** When it was fetched: seconds since 1970; 0 if that is not known. */
    int64_t fetched_at_seconds;
    /** The same: nanoseconds below one second. */
    uint32_t fetched_at_nanos;
    /** Zero. */
    uint32_t reserved;
} countersign_keys;

/**
 * Copies the set of an issuer that was fetched or pushed last, for countersign_store_set_keys_fetched of another store.
 *
 * COUNTERSIGN_NOT_FOUND for an issuer that the policy does not have, and while there is no set but what stands in
 * the policy. On success *out is the caller's and needs the store no more; give it back with countersign_export_free.
 */
countersign_status countersign_store_export(const countersign_store *store,
                                            countersign_str issuer,
                                            countersign_export **out);

/** What was exported. */
countersign_status countersign_export_describe(const countersign_export *exported,
                                               countersign_keys *out);

/** Gives an export back. NULL is ignored. */
void countersign_export_free(countersign_export *exported);

/**
 * Puts a set that was fetched at an earlier time in place of the present one of issuer: a file, a copy of another
 * process, the export of before a reload.
 *
 * Its age counts: it is refreshed and given up when it would have been. A moment in the future, of a clock that was
 * set since, counts as now, and so does one that is not known. keys is read during the call only. Any thread.
 *
 * COUNTERSIGN_NOT_FOUND for an issuer that the policy does not have. COUNTERSIGN_KEYS_OLDER if the set that is there
 * was fetched later, or serves while this one is too old to. COUNTERSIGN_KEYS_INVALID for what is no JWK Set or has no usable key; *report, if report is not
 * NULL, then becomes the caller's and says why. In all three cases the present set stays.
 */
countersign_status countersign_store_set_keys_fetched(countersign_store *store,
                                                      countersign_str issuer,
                                                      const countersign_keys *keys,
                                                      const countersign_time *now,
                                                      countersign_report **report);

/* ==========================================================================
 * Revocation
 *
 * Token ids (jti), sessions (sid) and everything of a subject before a moment. What is said here counts for the
 * next check of every thread, in this process. Texts are copied; a call that fails changes nothing.
 * ======================================================================= */

/** A subject, and the moment before which its tokens are revoked. Frozen. */
typedef struct countersign_revoked_subject {
    /** The sub of the tokens, of whatever issuer. */
    countersign_str subject;
    /** Seconds since 1970, above zero. A token whose iat is earlier is revoked, and one that has none. */
    int64_t before_seconds;
} countersign_revoked_subject;

/** Puts these token ids (jti) in place of the revoked ones. They are copied. Any thread. */
countersign_status countersign_store_set_revoked(countersign_store *store,
                                                 const countersign_str *ids,
                                                 size_t id_count);

/** Revokes these token ids (jti) too. They are copied. Any thread; cheap however many there are already. */
countersign_status countersign_store_revoke_ids(countersign_store *store,
                                                const countersign_str *ids,
                                                size_t id_count);

/**
 * Puts these session ids (sid, OpenID Connect Front-Channel Logout 1.0 section 3) in place of the revoked ones.
 * They are copied. Any thread.
 */
countersign_status countersign_store_set_revoked_sessions(countersign_store *store,
                                                          const countersign_str *sessions,
                                                          size_t session_count);

/** Revokes these session ids (sid) too. They are copied. Any thread. */
countersign_status countersign_store_revoke_sessions(countersign_store *store,
                                                     const countersign_str *sessions,
                                                     size_t session_count);

/**
 * Puts these subjects in place of the revoked ones; of a subject that stands twice the later moment counts. They are
 * copied. Any thread.
 *
 * COUNTERSIGN_ARGUMENT_INVALID for a moment of zero or less, which is that of a clock that was not set.
 */
countersign_status countersign_store_set_revoked_subjects(countersign_store *store,
                                                          const countersign_revoked_subject *subjects,
                                                          size_t subject_count);

/**
 * Revokes every token of this subject, of whatever issuer, that was issued (iat) before this moment or does not say
 * when. An earlier moment than the one that is there changes nothing. Any thread.
 *
 * COUNTERSIGN_ARGUMENT_INVALID for a moment of zero or less, which is that of a clock that was not set.
 */
countersign_status countersign_store_revoke_subject_before(countersign_store *store,
                                                           countersign_str subject,
                                                           int64_t before_seconds);

/* ==========================================================================
 * Requests
 *
 * What HTTP handed over, borrowed for one check.
 * ======================================================================= */

/** One request. Everything it points to is read during countersign_check only. */
typedef struct countersign_request {
    /** sizeof(countersign_request), set by the caller. */
    uint64_t struct_size;
    /** The method, as in "GET". */
    countersign_str method;
    /** The target: a path with its query, or an absolute URI. */
    countersign_str target;
    /**
     * The header lines, unmerged and in order: at least all those of the fields that
     * countersign_policy_field_at names.
     */
    const countersign_field *fields;
    /** How many lines there are. */
    size_t field_count;
    /** The wall time: seconds since 1970, as in the tv_sec of CLOCK_REALTIME. Zero or less is an internal_error. */
    int64_t now_seconds;
    /** The wall time: nanoseconds below one second, as in tv_nsec. */
    uint32_t now_nanos;
    /** Zero. */
    uint32_t reserved;
    /** The policy's profile to judge by; NULL for none. */
    countersign_str profile;
    /** Space-separated scopes in place of the policy's; NULL for the policy's, "" for none. */
    countersign_str scopes;
    /** The SHA-256 of the client certificate as base64url (RFC 8705 section 3.1), from the TLS layer; NULL for none. */
    countersign_str client_cert_sha256;
    /** An array of counters by reason, or NULL. They are counted up atomically and may lie in shared memory. */
    uint64_t *counters;
    /** The length of the array; the places are those of countersign_reason_at. */
    size_t counter_count;
    /**
     * Nanoseconds on the clock of countersign_time's monotonic_nanos; 0 for a host that does not tell. Without it no
     * key set grows too old to use, and a denial that waits for keys does not know when to come again.
     */
    uint64_t monotonic_nanos;
} countersign_request;

/* ==========================================================================
 * Decisions
 *
 * The answer to a request, read by accessors, and kept in the host's memory if need be.
 * ======================================================================= */

/** No scheme was recognised. */
#define COUNTERSIGN_SCHEME_NONE UINT32_C(0)
/** Bearer (RFC 6750). */
#define COUNTERSIGN_SCHEME_BEARER UINT32_C(1)
/** DPoP (RFC 9449). */
#define COUNTERSIGN_SCHEME_DPOP UINT32_C(2)
/** Digest (RFC 7616). */
#define COUNTERSIGN_SCHEME_DIGEST UINT32_C(3)
/** Basic (RFC 7617). */
#define COUNTERSIGN_SCHEME_BASIC UINT32_C(4)
/** Api-Key, by convention. */
#define COUNTERSIGN_SCHEME_API_KEY UINT32_C(5)
/** The host has nothing to do. */
#define COUNTERSIGN_NEED_NONE UINT32_C(0)
/**
 * The issuer's JWK Set is wanted: the host takes tickets (countersign_store_next_fetch), or brings a set without one
 * (countersign_store_set_keys).
 */
#define COUNTERSIGN_NEED_KEYS UINT32_C(1)
/**
 * The host takes the work of a slow hash by countersign_slow_hash_new, runs it where it may block, and hands it to
 * countersign_resume; or it calls countersign_check_blocking in the first place.
 */
#define COUNTERSIGN_NEED_SLOW_HASH UINT32_C(2)

/**
 * The answer to one request, with the working memory that the next one reuses. One thread at a time.
 *
 * A new one denies. What its accessors lend lives until the next call that changes it: countersign_check,
 * countersign_decision_load, countersign_decision_reset, countersign_decision_free.
 */
typedef struct countersign_decision countersign_decision;

/** What the host must do before the same request can pass. The texts are lent as the decision says. */
typedef struct countersign_need {
    /** sizeof(countersign_need), set by the caller. */
    uint64_t struct_size;
    /** COUNTERSIGN_NEED_NONE, COUNTERSIGN_NEED_KEYS or a later one. */
    uint32_t kind;
    /** Zero. */
    uint32_t reserved;
    /** The issuer as the policy names it. */
    countersign_str issuer;
    /** Where its JWK Set is; NULL if the policy leaves that to discovery. */
    countersign_str jwks_uri;
    /**
     * Which of the issuer's sets judged the token, 0 for none. Once countersign_store_generation tells another number,
     * the same request is worth another check.
     */
    uint64_t generation;
} countersign_need;

/** Makes a decision, which denies. Give it back with countersign_decision_free. */
countersign_status countersign_decision_new(countersign_decision **out);

/** Takes a decision back to its resting state, which denies. Its memory is kept. NULL is ignored. */
void countersign_decision_reset(countersign_decision *decision);

/** Gives a decision back. NULL is ignored. */
void countersign_decision_free(countersign_decision *decision);

/** 1 if the request is let through, else 0; 0 for NULL. It may still be anonymous. */
uint32_t countersign_decision_allowed(const countersign_decision *decision);

/** 1 if the request is let through and its credential proved an identity, else 0; 0 for NULL. */
uint32_t countersign_decision_authenticated(const countersign_decision *decision);

/** Why: one of COUNTERSIGN_REASON_; COUNTERSIGN_REASON_UNDECIDED for NULL. */
uint32_t countersign_decision_reason(const countersign_decision *decision);

/** The HTTP status to answer with, 200 if the request is let through; 500 for NULL. */
uint32_t countersign_decision_http_status(const countersign_decision *decision);

/** The scheme that was tried, one of COUNTERSIGN_SCHEME_, also if its credentials were malformed. */
uint32_t countersign_decision_scheme(const countersign_decision *decision);

/**
 * The usual spelling of a scheme, as in "Bearer"; empty for COUNTERSIGN_SCHEME_NONE and unknown numbers.
 * Static text.
 */
countersign_str countersign_scheme_name(uint32_t scheme);

/**
 * The token's issuer, once its signature held, on denials too; for logs.
 * COUNTERSIGN_NOT_FOUND if there is none. Lent as the decision says.
 */
countersign_status countersign_decision_issuer(const countersign_decision *decision,
                                               countersign_str *out);

/**
 * The token's subject, once its signature held, on denials too; for logs.
 * COUNTERSIGN_NOT_FOUND if there is none. Lent as the decision says.
 */
countersign_status countersign_decision_subject(const countersign_decision *decision,
                                                countersign_str *out);

/**
 * The kid of the key whose signature held, on denials too; for logs.
 * COUNTERSIGN_NOT_FOUND if there is none. Lent as the decision says.
 */
countersign_status countersign_decision_key_id(const countersign_decision *decision,
                                               countersign_str *out);

/**
 * What exactly was wrong with the credentials, where the reason does not say; 0 if there is nothing to tell, and for
 * NULL. For logs, never for the caller. The numbers are stable; countersign_detail_name names them.
 */
uint32_t countersign_decision_detail(const countersign_decision *decision);

/** The stable name of a detail, as in "newline_encoded"; empty for 0 and for unknown numbers. Static text. */
countersign_str countersign_detail_name(uint32_t detail);

/** What a detail says, for people; empty for 0 and for unknown numbers. Static text. */
countersign_str countersign_detail_text(uint32_t detail);

/**
 * What to count wrong passwords by: a keyed digest of the user name that was tried, as hexadecimal digits, the same in
 * every process with this policy. There for every readable Basic credential, right or wrong; COUNTERSIGN_NOT_FOUND
 * else. Lent as the decision says.
 */
countersign_status countersign_decision_attempt_key(const countersign_decision *decision,
                                                    countersign_str *out);

/**
 * The problem document (RFC 9457) to send with a denial, as application/problem+json.
 * COUNTERSIGN_NOT_FOUND if the request is let through. Lent as the decision says.
 */
countersign_status countersign_decision_body(const countersign_decision *decision,
                                             countersign_str *out);

/** How many fields the host adds to its response; 0 for NULL. */
size_t countersign_decision_field_count(const countersign_decision *decision);

/**
 * One field that the host adds to its response, one field line each, in this order.
 * COUNTERSIGN_NOT_FOUND past the end. Lent as the decision says.
 */
countersign_status countersign_decision_field_at(const countersign_decision *decision,
                                                 size_t index,
                                                 countersign_str *name,
                                                 countersign_str *value);

/** What the host must do before the same request can pass; kind is COUNTERSIGN_NEED_NONE if nothing. */
countersign_status countersign_decision_need(const countersign_decision *decision,
                                             countersign_need *out);

/**
 * Writes the decision as one block to the caller's memory, which may then be copied and moved.
 *
 * *needed, if needed is not NULL, becomes the length of the block, also with COUNTERSIGN_BUFFER_TOO_SMALL; block may
 * be NULL with a capacity of 0 to ask for it. It is for processes on this machine with this version: no seal
 * protects it, so keep it where only they can write.
 */
countersign_status countersign_decision_save(const countersign_decision *decision,
                                             char *block,
                                             size_t capacity,
                                             size_t *needed);

/**
 * Takes the decision that countersign_decision_save wrote at the front of block in place of what decision holds.
 *
 * COUNTERSIGN_MALFORMED for anything else; decision then denies. The block is copied.
 */
countersign_status countersign_decision_load(countersign_decision *decision,
                                             const char *block,
                                             size_t len);

/* ==========================================================================
 * Claims
 *
 * Those of an allowed decision, found by JSON Pointer; a denied one has none.
 * ======================================================================= */

/** null. */
#define COUNTERSIGN_KIND_NULL UINT32_C(1)
/** true or false. */
#define COUNTERSIGN_KIND_BOOLEAN UINT32_C(2)
/** A number. */
#define COUNTERSIGN_KIND_NUMBER UINT32_C(3)
/** A string. */
#define COUNTERSIGN_KIND_STRING UINT32_C(4)
/** An array. */
#define COUNTERSIGN_KIND_ARRAY UINT32_C(5)
/** An object. */
#define COUNTERSIGN_KIND_OBJECT UINT32_C(6)

/** One claim, or one value inside a claim. The texts are lent as the decision says. */
typedef struct countersign_claim {
    /** sizeof(countersign_claim), set by the caller. */
    uint64_t struct_size;
    /** One of COUNTERSIGN_KIND_. */
    uint32_t kind;
    /** Zero. */
    uint32_t reserved;
    /** The JSON text as it was signed, quotes and escapes included. */
    countersign_str raw;
    /** The name, for a member found by countersign_decision_claim_at: JSON text without its quotes, else NULL. */
    countersign_str raw_name;
    /** How many members or elements it has. */
    size_t count;
} countersign_claim;

/**
 * The whole payload of an allowed token, the JSON text as it was signed. Lent as the decision says.
 * COUNTERSIGN_NOT_FOUND for a denial and for an anonymous request.
 */
countersign_status countersign_decision_claims(const countersign_decision *decision,
                                               countersign_str *out);

/**
 * The value that a JSON Pointer (RFC 6901), as in "/realm_access/roles", leads to in the claims.
 * COUNTERSIGN_NOT_FOUND if there is none, for a denial and for an anonymous request.
 */
countersign_status countersign_decision_claim(const countersign_decision *decision,
                                              countersign_str pointer,
                                              countersign_claim *out);

/**
 * The member or element at index of the object or array that a JSON Pointer leads to, in signed order.
 * COUNTERSIGN_NOT_FOUND past the end, COUNTERSIGN_WRONG_KIND if it is neither.
 */
countersign_status countersign_decision_claim_at(const countersign_decision *decision,
                                                 countersign_str pointer,
                                                 size_t index,
                                                 countersign_claim *out);

/**
 * Copies the text of a string claim, escapes resolved, to the caller's memory, without a terminating zero.
 *
 * *needed, if needed is not NULL, becomes the length of the text, also with COUNTERSIGN_BUFFER_TOO_SMALL; text may be
 * NULL with a capacity of 0 to ask for it. The text can hold any code point, U+0000 too.
 * COUNTERSIGN_NOT_FOUND if there is no such claim, COUNTERSIGN_WRONG_KIND if it is no string.
 */
countersign_status countersign_decision_claim_text(const countersign_decision *decision,
                                                   countersign_str pointer,
                                                   char *text,
                                                   size_t capacity,
                                                   size_t *needed);

/**
 * The value of a number claim that is an integer and fits; 1e3 and 1000.0 are integers too.
 * COUNTERSIGN_NOT_FOUND if there is no such claim, COUNTERSIGN_WRONG_KIND if it is not such a number.
 */
countersign_status countersign_decision_claim_integer(const countersign_decision *decision,
                                                      countersign_str pointer,
                                                      int64_t *out);

/* ==========================================================================
 * Verifiers
 *
 * What a host asks, once a request.
 * ======================================================================= */

/** A policy with its live keys. Any number of threads may use it at once. */
typedef struct countersign_verifier countersign_verifier;

/**
 * Makes a verifier of a policy and the store that was made of it.
 *
 * It keeps both alive: they may be freed before it. On success *out is the caller's; give it back with
 * countersign_verifier_free. A store of another policy gives COUNTERSIGN_ARGUMENT_INVALID.
 */
countersign_status countersign_verifier_new(const countersign_policy *policy,
                                            const countersign_store *store,
                                            countersign_verifier **out);

/**
 * Makes a verifier of a document alone, for policies whose keys all stand inline.
 *
 * The same as countersign_policy_new, countersign_store_new and countersign_verifier_new together.
 */
countersign_status countersign_verifier_from_json(const countersign_policy_options *options,
                                                  countersign_str json,
                                                  countersign_verifier **out,
                                                  countersign_report **report);

/**
 * Judges one request: COUNTERSIGN_OK if it is allowed, COUNTERSIGN_DENIED if not.
 *
 * Any other status says that it could not be judged: treat it as a denial. What decision held before is gone in
 * every case; it denies until the check has allowed. On a decision that has met a token of this size before,
 * nothing is allocated. The verifier may be shared by threads, the decision not.
 */
countersign_status countersign_check(const countersign_verifier *verifier,
                                     const countersign_request *request,
                                     countersign_decision *decision);

/**
 * Puts these API keys in place of the present ones: the bytes that `api_key.keys` of a policy may refer to, a JSON list
 * of key objects or one object a line.
 *
 * Checks under way finish with the old ones; no thread waits. COUNTERSIGN_KEYS_INVALID for keys that cannot be taken:
 * the present ones stay. *report, if report is not NULL, becomes the caller's; it says why, or holds warnings.
 */
countersign_status countersign_verifier_set_api_keys(const countersign_verifier *verifier,
                                                     countersign_str keys,
                                                     countersign_report **report);

/** Gives a verifier back. No thread may be in a check with it. NULL is ignored. */
void countersign_verifier_free(countersign_verifier *verifier);

/* ==========================================================================
 * Passwords
 *
 * Hashing a password takes as long as it was made to. countersign_check never does it: it denies with
 * COUNTERSIGN_NEED_SLOW_HASH, and the host runs the hash where it may block.
 * ======================================================================= */

/**
 * A password to be hashed, and then what came of it. Needs neither verifier nor decision while it runs. Belongs to
 * one thread at a time.
 */
typedef struct countersign_slow_hash countersign_slow_hash;

/**
 * Takes the hash that a decision of this verifier asks for, with the password, which the decision no longer holds.
 *
 * On success *out is the caller's; give it back with countersign_slow_hash_free. COUNTERSIGN_NOT_FOUND if the decision
 * asks for none, or it was taken, or the decision was saved and loaded since. The decision goes on denying.
 */
countersign_status countersign_slow_hash_new(const countersign_verifier *verifier,
                                             countersign_decision *decision,
                                             countersign_slow_hash **out);

/**
 * Runs the hash: tens to hundreds of milliseconds, and the memory that it asks for. On any thread.
 *
 * Whether the password was right is for countersign_resume to say.
 */
countersign_status countersign_slow_hash_run(countersign_slow_hash *work);

/**
 * Judges the request again with what came of its hash; else as countersign_check.
 *
 * COUNTERSIGN_ARGUMENT_INVALID for work that was not run. Work of other credentials or of another verifier is of no
 * use: the decision then asks for a hash again.
 */
countersign_status countersign_resume(const countersign_verifier *verifier,
                                      const countersign_request *request,
                                      const countersign_slow_hash *work,
                                      countersign_decision *decision);

/** Judges one request as countersign_check does, and runs a slow hash at once, on this thread: for hosts that may block. */
countersign_status countersign_check_blocking(const countersign_verifier *verifier,
                                              const countersign_request *request,
                                              countersign_decision *decision);

/** Gives a slow hash back; its password is wiped. NULL is ignored. */
void countersign_slow_hash_free(countersign_slow_hash *work);

/* ==========================================================================
 * Metrics
 *
 * Their names; an array of the host's that counts decisions by reason; the sources of keys as their metrics tell them,
 * for hosts whose processes have a store each; and their text for Prometheus.
 * ======================================================================= */

/** The place of decisions by reason in the table of metrics. */
#define COUNTERSIGN_METRIC_DECISIONS UINT32_C(0)

/** One row of the table of metrics, which is a family as Prometheus calls it. All texts are static. */
typedef struct countersign_metric_info {
    /** sizeof(countersign_metric_info), set by the caller. */
    uint64_t struct_size;
    /** The name, with its unit. */
    countersign_str name;
    /** "counter" or "gauge". */
    countersign_str kind;
    /** What it says, for people. */
    countersign_str help;
} countersign_metric_info;

/**
 * One source of keys as its metrics tell it. Moments are nanoseconds of the monotonic clock; a host that puts several
 * stores together adds the counters and takes the earliest of each moment, so that no store that lags behind is hidden.
 */
typedef struct countersign_source_state {
    /** sizeof(countersign_source_state), set by the caller. */
    uint64_t struct_size;
    /** The issuer as the policy names it. */
    countersign_str issuer;
    /**
     * Where its set is fetched, or its metadata as long as they did not tell. Empty for one whose keys are never
     * fetched: there is nothing to tell.
     */
    countersign_str url;
    /** Fetches that were handed out. */
    uint64_t fetches;
    /** Those that failed or brought no good set. */
    uint64_t failures;
    /** Checks of tokens whose kid is not in the set. */
    uint64_t unknown_kids;
    /** When the set was fetched, negative for before the clock's start; INT64_MAX if there is none, or it is not known. */
    int64_t fetched_at_nanos;
    /** When it should have been renewed; UINT64_MAX for never. */
    uint64_t expires_at_nanos;
    /** From when on no keys decide: 0 if there are none, UINT64_MAX if they last for good. */
    uint64_t dead_at_nanos;
    /** 1 if keys were asked for or are there. 0: the three moments say nothing. */
    uint32_t asked;
    /** 0. */
    uint32_t reserved;
} countersign_source_state;

/**
 * The row of the table of metrics at index.
 *
 * COUNTERSIGN_NOT_FOUND past the end. Any thread.
 */
countersign_status countersign_metric_at(size_t index,
                                         countersign_metric_info *out);

/**
 * Writes the counters that are not zero in Prometheus' text format.
 *
 * *needed, if needed is not NULL, becomes the length, also with COUNTERSIGN_BUFFER_TOO_SMALL. The array may be counted
 * up by other threads and processes meanwhile.
 */
countersign_status countersign_metrics_write(const uint64_t *counters,
                                             size_t counter_count,
                                             char *text,
                                             size_t capacity,
                                             size_t *needed);

/**
 * The source of the issuer at index, in the order of countersign_store_issuer_at; COUNTERSIGN_NOT_FOUND past the end. One
 * whose keys are never fetched, because they stand in the policy or the host brings them, has an empty url, and the
 * rest says nothing.
 *
 * The issuer is lent until the store is freed; the url stands in memory, of which *needed, if needed is not NULL,
 * becomes how much it takes, also with COUNTERSIGN_BUFFER_TOO_SMALL. Takes as long for the last as for the first. Any
 * thread; waits for calls that change the source.
 */
countersign_status countersign_store_source_at(const countersign_store *store,
                                               size_t index,
                                               countersign_source_state *out,
                                               char *memory,
                                               size_t capacity,
                                               size_t *needed);

/**
 * The next index, from or behind it, whose countersign_store_source_at may be another one than when this function gave
 * that index last; at first, every index is. COUNTERSIGN_NOT_FOUND if there is none.
 *
 * So a host copies what changed and never looks at the rest. For one taker a store: an index that was given is not given
 * again until it changes. Any thread; waits for nothing.
 */
countersign_status countersign_store_next_changed(const countersign_store *store,
                                                  size_t from,
                                                  size_t *index);

/**
 * Writes the metrics of these sources as countersign_store_write_metrics does, at now. No two may have the same
 * issuer and url.
 *
 * *needed, if needed is not NULL, becomes the length, also with COUNTERSIGN_BUFFER_TOO_SMALL. Any thread.
 */
countersign_status countersign_sources_write_metrics(const countersign_source_state *const *sources,
                                                     size_t source_count,
                                                     const countersign_time *now,
                                                     char *text,
                                                     size_t capacity,
                                                     size_t *needed);

/* ==========================================================================
 * Key sets
 *
 * For tools that look at a JWK Set; a store takes its text.
 * ======================================================================= */

/** A JWK Set, parsed and prepared once. Immutable; any number of threads may use it. */
typedef struct countersign_key_set countersign_key_set;

/** One key of a set. The texts are lent until the set is freed; NULL where the key has none. */
typedef struct countersign_key {
    /** sizeof(countersign_key), set by the caller. */
    uint64_t struct_size;
    /** 1 if it can verify a signature. */
    uint32_t usable;
    /** COUNTERSIGN_REASON_OK, or why it cannot be used. */
    uint32_t reason;
    /** The key's kid. */
    countersign_str kid;
    /** The key's kty. */
    countersign_str kty;
    /** The key's alg. */
    countersign_str alg;
    /** The SHA-256 thumbprint (RFC 7638) as base64url. */
    countersign_str thumbprint;
} countersign_key;

/**
 * Reads a JWK Set (RFC 7517 section 5). A key that cannot be used is listed and spoils nothing.
 *
 * COUNTERSIGN_KEYS_INVALID for what is no JWK Set; *report, if report is not NULL, then becomes the caller's. On
 * success *out is the caller's; give it back with countersign_key_set_free.
 */
countersign_status countersign_key_set_new(countersign_str jwks,
                                           countersign_key_set **out,
                                           countersign_report **report);

/** How many keys the set lists, usable or not; 0 for NULL. */
size_t countersign_key_set_count(const countersign_key_set *key_set);

/** The key at index. COUNTERSIGN_NOT_FOUND past the end. */
countersign_status countersign_key_set_at(const countersign_key_set *key_set,
                                          size_t index,
                                          countersign_key *out);

/** Gives a set back. NULL is ignored. */
void countersign_key_set_free(countersign_key_set *key_set);

/* ==========================================================================
 * Tokens on their own
 *
 * A signature checked, or a token only read, outside of any policy. For tools: this decides nothing about access.
 * ======================================================================= */

/** What was read of a token. One thread at a time. */
typedef struct countersign_token countersign_token;

/** What was read of a token. The texts are lent until the token is freed; NULL where there is none. */
typedef struct countersign_token_info {
    /** sizeof(countersign_token_info), set by the caller. */
    uint64_t struct_size;
    /** COUNTERSIGN_REASON_OK, or what is wrong with the token. */
    uint32_t reason;
    /** Zero. */
    uint32_t reserved;
    /** The kid of the key whose signature held. */
    countersign_str key_id;
    /** The JOSE header: JSON text as it was signed, white space outside strings removed. */
    countersign_str header;
    /**
     * From countersign_token_verify: the payload as base64url, if the signature held. From
     * countersign_token_read_unverified: the claims as JSON text, white space outside strings removed.
     */
    countersign_str payload;
} countersign_token_info;

/**
 * Checks the signature of a compact JWS (RFC 7515 section 5.2) against a key set. No claim is looked at: this decides
 * nothing about access.
 *
 * algorithms are the names allowed: NULL lets each key decide, a list of none lets nothing through, a name that is
 * not known here matches nothing. On success, which a signature that does not hold is too, *out is the caller's;
 * give it back with countersign_token_free.
 */
countersign_status countersign_token_verify(const countersign_key_set *key_set,
                                            countersign_str token,
                                            const countersign_str *algorithms,
                                            size_t algorithm_count,
                                            countersign_token **out);

/**
 * Reads a compact JWS and verifies nothing: anybody can have made what it says.
 *
 * On success, which an unreadable token is too, *out is the caller's; give it back with countersign_token_free.
 */
countersign_status countersign_token_read_unverified(countersign_str token,
                                                     countersign_token **out);

/** What was read of a token. */
countersign_status countersign_token_describe(const countersign_token *token,
                                              countersign_token_info *out);

/** Gives what was read back. NULL is ignored. */
void countersign_token_free(countersign_token *token);

/* ==========================================================================
 * Challenges and credentials on their own
 *
 * Read and written by the grammar of RFC 9110 section 11, for clients, proxies and tools.
 * ======================================================================= */

/** What was read of WWW-Authenticate lines or of an Authorization value. One thread at a time. */
typedef struct countersign_challenges countersign_challenges;

/** One challenge, or the one credentials. The texts are lent until the reading is freed. */
typedef struct countersign_challenge {
    /** sizeof(countersign_challenge), set by the caller. */
    uint64_t struct_size;
    /** The scheme as written; compare it without case. */
    countersign_str scheme;
    /** The token68; NULL if there is none. */
    countersign_str token68;
    /** How many auth-params it has. */
    size_t param_count;
} countersign_challenge;

/** Where the reading of challenges ended early. */
typedef struct countersign_challenge_fault {
    /** sizeof(countersign_challenge_fault), set by the caller. */
    uint64_t struct_size;
    /** The index of the value. */
    size_t value;
    /** The offset in that value, in bytes. */
    size_t offset;
} countersign_challenge_fault;

/** Something that a server should not have sent, and a tolerant reading met. */
typedef struct countersign_challenge_warning {
    /** sizeof(countersign_challenge_warning), set by the caller. */
    uint64_t struct_size;
    /** What it is, one of COUNTERSIGN_TOLERANCE_. */
    uint32_t tolerance;
    /** Zero. */
    uint32_t reserved;
    /** The index of the value. */
    size_t value;
    /** The offset in that value, in bytes. */
    size_t offset;
} countersign_challenge_warning;

/**
 * Reads WWW-Authenticate field values (RFC 9110 section 11.6.1), each one line, several challenges in each.
 *
 * At a fault the reading ends: the challenges before it are there, and countersign_challenges_fault tells where. On
 * success *out is the caller's; give it back with countersign_challenges_free. The values are copied.
 */
countersign_status countersign_challenges_new(const countersign_str *values,
                                              size_t value_count,
                                              countersign_challenges **out);

/**
 * Reads what servers really send in WWW-Authenticate, for clients: where countersign_challenges_new ends at a fault,
 * this goes on, and names each tolerance in a warning. Quoted text stays one value, a parameter belongs to the
 * challenge before it, and what cannot be told apart is left out.
 *
 * Bytes of a value that are no UTF-8 are replaced. On success *out is the caller's; give it back with
 * countersign_challenges_free. The values are copied.
 */
countersign_status countersign_challenges_new_tolerant(const countersign_str *values,
                                                       size_t value_count,
                                                       countersign_challenges **out);

/**
 * Reads one Authorization field value by its grammar alone (RFC 9110 section 11.4) as a reading of one.
 *
 * COUNTERSIGN_MALFORMED if it is not of the grammar; *reason, if reason is not NULL, then becomes the reason that a
 * check would give. On success *out is the caller's; give it back with countersign_challenges_free.
 */
countersign_status countersign_credentials_new(countersign_str value,
                                               countersign_challenges **out,
                                               uint32_t *reason);

/** How many challenges were read; 0 for NULL. */
size_t countersign_challenges_count(const countersign_challenges *challenges);

/** The challenge at index. COUNTERSIGN_NOT_FOUND past the end. */
countersign_status countersign_challenges_at(const countersign_challenges *challenges,
                                             size_t index,
                                             countersign_challenge *out);

/**
 * An auth-param of the challenge at index: its name in lower case, its value unquoted, which may be any bytes.
 * COUNTERSIGN_NOT_FOUND past the end. Lent until the reading is freed.
 */
countersign_status countersign_challenges_param_at(const countersign_challenges *challenges,
                                                   size_t index,
                                                   size_t param,
                                                   countersign_field *out);

/** Where the reading ended early. COUNTERSIGN_NOT_FOUND if it did not. */
countersign_status countersign_challenges_fault(const countersign_challenges *challenges,
                                                countersign_challenge_fault *out);

/** How many warnings a tolerant reading has; 0 for any other and for NULL. */
size_t countersign_challenges_warning_count(const countersign_challenges *challenges);

/** The warning at index, in the order of the values. COUNTERSIGN_NOT_FOUND past the end. */
countersign_status countersign_challenges_warning_at(const countersign_challenges *challenges,
                                                     size_t index,
                                                     countersign_challenge_warning *out);

/** Gives a reading back. NULL is ignored. */
void countersign_challenges_free(countersign_challenges *challenges);

/**
 * Writes one challenge to the caller's memory, names and order as given.
 *
 * *needed, if needed is not NULL, becomes the length, also with COUNTERSIGN_BUFFER_TOO_SMALL. COUNTERSIGN_MALFORMED
 * for what cannot be written: a control character, a name that is no token or stands twice, a quote in error.
 */
countersign_status countersign_challenge_write(countersign_str scheme,
                                               const countersign_field *params,
                                               size_t param_count,
                                               char *text,
                                               size_t capacity,
                                               size_t *needed);

/*
 * What a tolerant reading puts up with.
 */
/** No comma stands before a parameter or a challenge. */
#define COUNTERSIGN_TOLERANCE_COMMA_MISSING UINT32_C(1)
/** A semicolon stands in place of a comma. */
#define COUNTERSIGN_TOLERANCE_SEMICOLON UINT32_C(2)
/** A value that needs quotes has none. */
#define COUNTERSIGN_TOLERANCE_VALUE_UNQUOTED UINT32_C(3)
/** A parameter stands in one challenge twice; the first counts. */
#define COUNTERSIGN_TOLERANCE_PARAM_REPEATED UINT32_C(4)
/** A parameter stands where no challenge can have it, and is left out. */
#define COUNTERSIGN_TOLERANCE_PARAM_STRAY UINT32_C(5)
/** A colon stands behind the scheme. */
#define COUNTERSIGN_TOLERANCE_SCHEME_COLON UINT32_C(6)
/** A tab stands behind the scheme in place of a space. */
#define COUNTERSIGN_TOLERANCE_TAB_BEHIND_SCHEME UINT32_C(7)
/** A quoted value has no end; its challenge and the rest of the line are left out. */
#define COUNTERSIGN_TOLERANCE_QUOTE_UNCLOSED UINT32_C(8)
/** A quote stands where none can, so that nobody can tell what is quoted; its challenge and the
    rest of the line are left out. */
#define COUNTERSIGN_TOLERANCE_QUOTE_STRAY UINT32_C(9)
/** A value holds bytes that are no UTF-8, and these are replaced. */
#define COUNTERSIGN_TOLERANCE_NOT_UTF8 UINT32_C(10)
/** What stands here is neither a challenge nor a parameter, and is left out. */
#define COUNTERSIGN_TOLERANCE_UNREADABLE UINT32_C(11)
/** There is more than is read: too long a line, too many challenges or parameters. */
#define COUNTERSIGN_TOLERANCE_TOO_MUCH UINT32_C(12)

/*
 * Steps of a client, and why they are taken (docs/CLIENT.md).
 */
/** Get another access token by the refresh token. */
#define COUNTERSIGN_STEP_REFRESH UINT32_C(1)
/** Send again: with the present token, or with the nonce. */
#define COUNTERSIGN_STEP_RETRY UINT32_C(2)
/** Authorize anew for more: the authentication contexts, the age of the login or the scopes
    that are asked for. */
#define COUNTERSIGN_STEP_STEP_UP UINT32_C(3)
/** Get a token for the first time, for the scopes and by the metadata that are named. */
#define COUNTERSIGN_STEP_AUTHORIZE UINT32_C(4)
/** Ask the person to log in again. */
#define COUNTERSIGN_STEP_REAUTHENTICATE UINT32_C(5)
/** Use a credential of the scheme that is named. */
#define COUNTERSIGN_STEP_SWITCH_SCHEME UINT32_C(6)
/** Wait for as many seconds. */
#define COUNTERSIGN_STEP_WAIT UINT32_C(7)
/** Hand the response to the caller. */
#define COUNTERSIGN_STEP_STOP UINT32_C(8)
/** The response is no denial. */
#define COUNTERSIGN_STEP_REASON_ANSWERED UINT32_C(1)
/** The server says that the token is not good. */
#define COUNTERSIGN_STEP_REASON_INVALID_TOKEN UINT32_C(2)
/** A 401 in answer to a token says nothing, and the token is past its end. */
#define COUNTERSIGN_STEP_REASON_TOKEN_EXPIRED UINT32_C(3)
/** A 401 in answer to a token says nothing; once it counts as a token that is not good. */
#define COUNTERSIGN_STEP_REASON_UNEXPLAINED UINT32_C(4)
/** The client has a newer token than the one that was sent. */
#define COUNTERSIGN_STEP_REASON_TOKEN_SUPERSEDED UINT32_C(5)
/** The server wants a proof with its nonce. */
#define COUNTERSIGN_STEP_REASON_DPOP_NONCE UINT32_C(6)
/** The nonce is too old; the password was right. */
#define COUNTERSIGN_STEP_REASON_DIGEST_STALE UINT32_C(7)
/** The server wants a stronger or a newer login. */
#define COUNTERSIGN_STEP_REASON_AUTHENTICATION_INSUFFICIENT UINT32_C(8)
/** The token does not cover the operation. */
#define COUNTERSIGN_STEP_REASON_INSUFFICIENT_SCOPE UINT32_C(9)
/** The server wants a credential, and none was sent. */
#define COUNTERSIGN_STEP_REASON_CREDENTIALS_NEEDED UINT32_C(10)
/** The user name, password or key is not good. */
#define COUNTERSIGN_STEP_REASON_CREDENTIALS_REFUSED UINT32_C(11)
/** The scheme that was sent is not offered, another that the client supports is. */
#define COUNTERSIGN_STEP_REASON_SCHEME_REFUSED UINT32_C(12)
/** The client supports no scheme that is offered. */
#define COUNTERSIGN_STEP_REASON_SCHEME_UNSUPPORTED UINT32_C(13)
/** The credentials were malformed; another token does not mend the request. */
#define COUNTERSIGN_STEP_REASON_INVALID_REQUEST UINT32_C(14)
/** The server does not accept the proof of possession. */
#define COUNTERSIGN_STEP_REASON_INVALID_DPOP_PROOF UINT32_C(15)
/** The challenge names an error that is not known. */
#define COUNTERSIGN_STEP_REASON_ERROR_UNKNOWN UINT32_C(16)
/** The credential is good and does not suffice. */
#define COUNTERSIGN_STEP_REASON_FORBIDDEN UINT32_C(17)
/** The server cannot answer now. */
#define COUNTERSIGN_STEP_REASON_OUTAGE UINT32_C(18)
/** No response came: the connection failed or took too long. */
#define COUNTERSIGN_STEP_REASON_NO_RESPONSE UINT32_C(19)
/** The server asks for a wait that is too long to be worth it. */
#define COUNTERSIGN_STEP_REASON_WAIT_TOO_LONG UINT32_C(20)
/** A 401 without a challenge, in answer to no token. */
#define COUNTERSIGN_STEP_REASON_CHALLENGE_MISSING UINT32_C(21)
/** Not one of the challenges can be read. */
#define COUNTERSIGN_STEP_REASON_CHALLENGES_UNREADABLE UINT32_C(22)
/** A proxy wants credentials of its own. */
#define COUNTERSIGN_STEP_REASON_PROXY_AUTHENTICATION UINT32_C(23)
/** A redirect led to another origin, where the credential does not belong. */
#define COUNTERSIGN_STEP_REASON_OTHER_ORIGIN UINT32_C(24)
/** The origin offered more before, and now wants a password alone. */
#define COUNTERSIGN_STEP_REASON_DOWNGRADE UINT32_C(25)
/** What could help was done for this request, and it was refused again. */
#define COUNTERSIGN_STEP_REASON_REFUSED_AGAIN UINT32_C(26)
/** The request itself is at fault. */
#define COUNTERSIGN_STEP_REASON_CLIENT_ERROR UINT32_C(27)
/** The server failed; sending again may do the same thing twice. */
#define COUNTERSIGN_STEP_REASON_SERVER_ERROR UINT32_C(28)

/* ==========================================================================
 * The client's side
 *
 * What to do after a response (docs/CLIENT.md), what was read of its challenges, and where a credential may go. No
 * call sends or waits: each step is the host's to take.
 * ======================================================================= */

/** A step, with what was read of the challenges. One thread at a time. */
typedef struct countersign_step countersign_step;

/** A response, as far as it matters to the next step. It is read during the call alone. */
typedef struct countersign_response {
    /** sizeof(countersign_response), set by the caller. */
    uint64_t struct_size;
    /** The HTTP status; 0 if no response came. */
    uint32_t http_status;
    /** Zero. */
    uint32_t reserved;
    /** The field lines, unmerged and in order; at least WWW-Authenticate, Retry-After and DPoP-Nonce. */
    const countersign_field *fields;
    /** How many. */
    size_t field_count;
    /** The URL that answered, behind all redirects that were followed; NULL if the host does not tell. */
    countersign_str url;
} countersign_response;

/** What was sent with the request. */
typedef struct countersign_sent {
    /** sizeof(countersign_sent), set by the caller. */
    uint64_t struct_size;
    /** The scheme of the credential, one of COUNTERSIGN_SCHEME_; COUNTERSIGN_SCHEME_NONE if there was none. */
    uint32_t scheme;
    /** 1 if the client has a newer token by now than the one that was sent. */
    uint32_t superseded;
    /** 1 if expires_seconds tells when the token ends. */
    uint32_t expires_known;
    /** Zero. */
    uint32_t reserved;
    /** When the token ends, in seconds since 1970. */
    int64_t expires_seconds;
    /** The URL that the credential was sent to; NULL if the host does not tell. */
    countersign_str url;
} countersign_sent;

/** What the client can do: each 1 or 0. */
typedef struct countersign_abilities {
    /** sizeof(countersign_abilities), set by the caller. */
    uint64_t struct_size;
    /** There is a refresh token (RFC 6749 section 6). */
    uint32_t refresh;
    /** A person can be asked to log in or to consent. */
    uint32_t interactive;
    /** The request can be sent again: its body is there once more. */
    uint32_t replay;
    /** The request may be carried out twice, as one by GET or PUT may (RFC 9110 section 9.2.2). */
    uint32_t idempotent;
    /** A 401 that says nothing is no ground for a refresh, unless the token is known to be past its end. */
    uint32_t strict;
    /** A password may go to an origin that offered more before. */
    uint32_t downgrade;
    /** The schemes that the client has credentials for, or could get them: numbers of COUNTERSIGN_SCHEME_. */
    const uint32_t *schemes;
    /** How many. */
    size_t scheme_count;
} countersign_abilities;

/** What a step says. The texts are lent until the step is freed; NULL where there is none. */
typedef struct countersign_step_info {
    /** sizeof(countersign_step_info), set by the caller. */
    uint64_t struct_size;
    /** What to do, one of COUNTERSIGN_STEP_. One that you do not know is COUNTERSIGN_STEP_STOP. */
    uint32_t kind;
    /** Why, one of COUNTERSIGN_STEP_REASON_. */
    uint32_t reason;
    /** 1 if the request is to be sent again afterwards; else this response is the caller's. */
    uint32_t replay;
    /** What to hand in with the next response to this request. */
    uint32_t state;
    /** The scheme to use with COUNTERSIGN_STEP_SWITCH_SCHEME, else COUNTERSIGN_SCHEME_NONE. */
    uint32_t scheme;
    /** 1 if max_age was named. */
    uint32_t max_age_known;
    /** 1 if seconds says how long to wait. */
    uint32_t seconds_known;
    /** Zero. */
    uint32_t reserved;
    /** The greatest age of the login that the server asks for, in seconds (RFC 9470 section 3). */
    uint64_t max_age;
    /** How long to wait; with COUNTERSIGN_STEP_REASON_WAIT_TOO_LONG how long the server would have had it. */
    uint64_t seconds;
    /** The scopes that the deciding challenge names, space-separated. */
    countersign_str scope;
    /** The authentication contexts that it names, in order of preference (RFC 9470 section 3). */
    countersign_str acr_values;
    /** Where it says that the resource's metadata are (RFC 9728 section 5.1). */
    countersign_str resource_metadata;
    /** The nonce to use from now on (RFC 9449 section 8, RFC 7616 section 3.3). */
    countersign_str nonce;
} countersign_step_info;

/**
 * Tells what to do after a response. Where it is NULL, sent says that nothing was sent and can that nothing can be
 * done.
 *
 * state is 0 for a request's first response, then the state of the step before; it bounds every loop. now_seconds is
 * the time since 1970; seed is any number of the host's, which spreads the waits of clients that fail together. On
 * success *out is the caller's; give it back with countersign_step_free.
 */
countersign_status countersign_next_step(const countersign_response *response,
                                         const countersign_sent *sent,
                                         const countersign_abilities *can,
                                         uint32_t state,
                                         int64_t now_seconds,
                                         uint64_t seed,
                                         countersign_step **out);

/** What a step says. */
countersign_status countersign_step_describe(const countersign_step *step,
                                             countersign_step_info *out);

/** What was read of the response's challenges, with its warnings. Lent until the step is freed; NULL for NULL. */
const countersign_challenges *countersign_step_challenges(const countersign_step *step);

/** Gives a step back. NULL is ignored. */
void countersign_step_free(countersign_step *step);

/** The state for the next request to the same origin: of the old one only stays what the origin has offered. */
uint32_t countersign_state_for_next_request(uint32_t state);

/** The word of a step, as in "refresh"; empty for a number that is not known. Static text. */
countersign_str countersign_step_name(uint32_t kind);

/** The word of a step's reason, as in "invalid_token"; empty for a number that is not known. Static text. */
countersign_str countersign_step_reason_name(uint32_t reason);

/** What a step's reason says, for people; empty for a number that is not known. Static text. */
countersign_str countersign_step_reason_text(uint32_t reason);

/** The word of a tolerance, as in "comma_missing"; empty for a number that is not known. Static text. */
countersign_str countersign_tolerance_name(uint32_t tolerance);

/** What a tolerance says, for people; empty for a number that is not known. Static text. */
countersign_str countersign_tolerance_text(uint32_t tolerance);

/**
 * 1 if a token that ends at expires_seconds is worth sending at now_seconds, else 0: refresh first.
 *
 * A token counts as used up 30 seconds before its end, or half of its lifetime if that is shorter; lifetime_seconds is
 * the expires_in that it came with, 0 or less if that is not known.
 */
uint32_t countersign_token_fresh(int64_t expires_seconds,
                                 int64_t lifetime_seconds,
                                 int64_t now_seconds);

/**
 * 1 if a credential for the origin of the URL granted may go to the URL target, else 0: to the same scheme, host and
 * port alone, by https, or by http to loopback where http_loopback is 1. To ask before every request, redirected ones
 * too.
 */
uint32_t countersign_may_send_to(countersign_str granted,
                                 countersign_str target,
                                 uint32_t http_loopback);

/** 1 if two http or https URLs have one origin: scheme, host and port; else 0. */
uint32_t countersign_same_origin(countersign_str one,
                                 countersign_str other);

/* ==========================================================================
 * The diagnosis
 *
 * Why a request was denied, and what to do: findings about one exchange, the likeliest first (docs/EXPLAIN.md). For
 * tools and for development, not for the way of every request: it allocates.
 * ======================================================================= */

/** A finding that denies requests. */
#define COUNTERSIGN_EXPLAINED_ERROR UINT32_C(1)
/** A finding that is wrong and hurts some clients. */
#define COUNTERSIGN_EXPLAINED_WARNING UINT32_C(2)
/** A finding that is worth knowing. */
#define COUNTERSIGN_EXPLAINED_NOTE UINT32_C(3)

/** The findings about one exchange. One thread at a time. */
typedef struct countersign_explanation countersign_explanation;

/** A redirect on the way to a response. Frozen. */
typedef struct countersign_redirect {
    /** Its HTTP status, as 302. */
    uint32_t http_status;
    /** Zero. */
    uint32_t reserved;
    /** The address that was asked; NULL if that is not known. */
    countersign_str from;
    /** The value of its Location field. */
    countersign_str location;
} countersign_redirect;

/** What is at hand of an exchange; everything may be missing. It is read during the call alone. */
typedef struct countersign_exchange {
    /** sizeof(countersign_exchange), set by the caller. */
    uint64_t struct_size;
    /** The method of the request; NULL if the request is not at hand. */
    countersign_str method;
    /** Its target: a path or an absolute URI; only the latter tells the origin and whether TLS was used. */
    countersign_str target;
    /** Its field lines, unmerged and in order. */
    const countersign_field *request_fields;
    /** How many. */
    size_t request_field_count;
    /** The SHA-256 of the client certificate's DER as base64url (RFC 8705 section 3.1); NULL if there was none. */
    countersign_str client_cert_sha256;
    /** The HTTP status of the response; 0 if the response is not at hand. */
    uint32_t http_status;
    /** 1 if now_seconds and now_nanos tell when the request was judged; else the response's Date is taken. */
    uint32_t now_known;
    /** The field lines of the response, unmerged and in order. */
    const countersign_field *response_fields;
    /** How many. */
    size_t response_field_count;
    /** The response's body, or its front. */
    countersign_str response_body;
    /** The redirects that came before the response, in order. */
    const countersign_redirect *redirects;
    /** How many. */
    size_t redirect_count;
    /** The token, where the request does not hold it; NULL otherwise. */
    countersign_str token;
    /** The policy that judges such requests, as JSON; NULL if it is not at hand. */
    countersign_str policy;
    /** What {"ref": "name"} in the policy stands for: names and bytes. */
    const countersign_field *policy_refs;
    /** How many. */
    size_t policy_ref_count;
    /** Key sets: names of issuers, and the bytes of their JWK Sets. */
    const countersign_field *keys;
    /** How many. */
    size_t key_count;
    /** The policy's profile; NULL for the unnamed one. */
    countersign_str profile;
    /** The scopes that the call asks for in place of the policy's; NULL for the policy's. */
    countersign_str scopes;
    /** Token ids (jti) that were revoked. */
    const countersign_str *revoked;
    /** How many. */
    size_t revoked_count;
    /** When the request was judged, in seconds since 1970. */
    int64_t now_seconds;
    /** Nanoseconds below one second. */
    uint32_t now_nanos;
    /** Zero. */
    uint32_t reserved;
    /** The number of the reason that the server's check gave, from its decision or its log; 0 if it is not at hand. */
    uint32_t reason;
    /** Zero. */
    uint32_t reserved_behind;
} countersign_exchange;

/** One finding. The texts are lent until the explanation is freed; none holds a token, a key or a password. */
typedef struct countersign_explained {
    /** sizeof(countersign_explained), set by the caller. */
    uint64_t struct_size;
    /** The stable number of the finding (docs/FINDINGS.md). */
    uint32_t number;
    /** How bad it is, one of COUNTERSIGN_EXPLAINED_. */
    uint32_t severity;
    /** 1 if offset says where in the value it is. */
    uint32_t offset_known;
    /** Zero. */
    uint32_t reserved;
    /** Bytes from the start of the field's value, or of the token. */
    size_t offset;
    /** The stable name, as in "token_expired". */
    countersign_str name;
    /** How it is known: "proved", "observed", "said" or "suspected". */
    countersign_str certainty;
    /** What it is about: "request", "response", "token", "policy" or "keys". */
    countersign_str part;
    /** The field name, the claim or the JSON Pointer; NULL for the part as a whole. */
    countersign_str place;
    /** What was seen. */
    countersign_str evidence;
    /** The cause, in words for people. */
    countersign_str cause;
    /** What to do next. */
    countersign_str advice;
    /** With what change the policy's check lets the request through; NULL if none was found. */
    countersign_str would_pass_if;
    /** The project's requirement that it goes back to. */
    countersign_str requirement;
    /** The section of the standard. */
    countersign_str section;
} countersign_explained;

/**
 * Explains one exchange: why was it denied, and what would help?
 *
 * With a policy and keys the check is run, and run again with changes, so that the cause is proved. On success *out is
 * the caller's, perhaps without a finding; give it back with countersign_explanation_free. Any thread.
 */
countersign_status countersign_explain(const countersign_exchange *exchange,
                                       countersign_explanation **out);

/** How many findings there are; 0 for NULL. */
size_t countersign_explanation_count(const countersign_explanation *explanation);

/** The finding at index, the likeliest at 0; COUNTERSIGN_NOT_FOUND behind the last. */
countersign_status countersign_explanation_at(const countersign_explanation *explanation,
                                              size_t index,
                                              countersign_explained *out);

/** All findings as one compact JSON list, lent until the explanation is freed. */
countersign_status countersign_explanation_json(const countersign_explanation *explanation,
                                                countersign_str *out);

/** Gives an explanation back. NULL is ignored. */
void countersign_explanation_free(countersign_explanation *explanation);

#ifdef __cplusplus
} /* extern C */
#endif

#endif /* COUNTERSIGN_H */
