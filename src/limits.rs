//! Every bound on what a stranger or a document may feed us, each with its origin.

/// Depth of nested containers in a JOSE header or payload; the outermost object is level 1 (REQ-JWS-28).
pub const TOKEN_JSON_DEPTH: usize = 16;
/// Members of one object in a JOSE header or payload (REQ-JWS-28).
pub const TOKEN_JSON_MEMBERS: usize = 256;
/// Values in one JOSE header or payload. A 64 KiB token full of 36-character group identifiers has
/// about 1,300; this leaves room and keeps the tape under 400 KB.
pub const TOKEN_JSON_NODES: usize = 24_576;
/// Bytes of a decoded JOSE header (REQ-JWS-28).
pub const JOSE_HEADER_BYTES: usize = 4096;
/// Default and bounds of the policy's `max_token_bytes`; nginx and Apache refuse header lines over 8 KiB.
pub const TOKEN_BYTES_DEFAULT: usize = 8192;
/// Smallest value that `max_token_bytes` takes.
pub const TOKEN_BYTES_MIN: usize = 64;
/// Largest value that `max_token_bytes` takes.
pub const TOKEN_BYTES_MAX: usize = 65_536;
/// Characters of the base64 of Basic credentials: user name and password of 3 KB, far over what any login form takes.
pub const BASIC_BYTES: usize = 4096;
/// Keys tried for a token without a `kid` (REQ-JWS-17, REQ-JWS-30).
pub const KEYS_TRIED: usize = 4;
/// Keys in one JWK Set (REQ-ROTATION-18).
pub const SET_KEYS: usize = 128;
/// Bytes of one JWK Set (REQ-ROTATION-18).
pub const SET_BYTES: usize = 512 * 1024;
/// Smallest and largest RSA modulus in bits (RFC 7518 section 3.3; REQ-JWK-09).
pub const RSA_BITS: core::ops::RangeInclusive<usize> = 2048..=8192;
/// Widest RSA public exponent in bits (REQ-JWK-09).
pub const RSA_EXPONENT_BITS: usize = 33;
/// Bytes of a policy document; a document with ten thousand users of 100 bytes each fits.
pub const POLICY_BYTES: usize = 4 * 1024 * 1024;
/// Depth of a policy document or JWK Set: what `serde_json` takes, so that a twin can be asked.
pub const DOCUMENT_JSON_DEPTH: usize = 64;
/// Values in a policy document or JWK Set.
pub const DOCUMENT_JSON_NODES: usize = 1_000_000;
/// Empty list elements in one WWW-Authenticate field value (REQ-HTTP-22).
pub const EMPTY_LIST_ELEMENTS: usize = 64;
/// Challenges read from one response (REQ-HTTP-44). Real servers send at most a handful.
pub const CHALLENGES: usize = 64;
/// auth-params of one challenge or of credentials (REQ-HTTP-44); Digest, the longest, has 13.
pub const AUTH_PARAMS: usize = 64;
/// Bytes of one WWW-Authenticate field line or one auth-param value (REQ-HTTP-44).
pub const CHALLENGE_BYTES: usize = 65_536;
/// Warnings that a client keeps about the challenges of one response; one is enough to tell whose fault it is.
pub const CHALLENGE_WARNINGS: usize = 64;
/// Largest leeway in seconds that a policy may ask for, and the one above which it is warned (REQ-JWT-07).
pub const LEEWAY_MAX_SECONDS: u32 = 300;
/// See [`LEEWAY_MAX_SECONDS`].
pub const LEEWAY_WARN_SECONDS: u32 = 60;
/// The last second of the year 9999; a `NumericDate` beyond it or its negative is refused (docs/REASONS.md).
pub const NUMERIC_DATE_MAX_SECONDS: i64 = 253_402_300_799;
/// Seconds that a set lives at least and at most, whatever its response says (REQ-ROTATION-11).
pub const SET_LIFETIME_MIN: u64 = 60;
/// See [`SET_LIFETIME_MIN`].
pub const SET_LIFETIME_MAX: u64 = 86_400;
/// Seconds that a host has for one fetch (REQ-ROTATION-20).
pub const FETCH_SECONDS: u64 = 5;
/// Longest back-off in seconds: how much later than its issuer's return a source may come back (REQ-ROTATION-22).
pub const BACKOFF_SECONDS: u64 = 300;
/// Doublings of the cooldown; 2^20 cooldowns are over any cap.
pub const BACKOFF_DOUBLINGS: u32 = 20;
/// How often in a row a ticket that was given back is handed out again at once.
pub const ABANDONED_IN_A_ROW: u8 = 3;
/// Seconds after which an issuer's metadata are read again (RFC 8414 section 3 leaves it open).
pub const METADATA_SECONDS: u64 = 86_400;
/// Bytes read of a Cache-Control field; servers refuse whole header lines of 8 KiB.
pub const CACHE_CONTROL_BYTES: usize = 8192;
/// Bytes of an entity tag that is kept for the next fetch; those of real servers have fewer than 100.
pub const ENTITY_TAG_BYTES: usize = 512;
/// Bytes of an address that metadata may name: what RFC 9110 section 4.1 asks servers to take at least.
pub const ADDRESS_BYTES: usize = 8000;
/// Characters kept of what a host says about a failed fetch.
pub const FAILURE_CHARACTERS: usize = 200;
/// Most remembered verdicts; at a few kilobytes each this is what a large machine can spare.
pub const REMEMBERED_MAX: usize = 1_048_576;
/// Bytes of a payload whose verdict is remembered; larger tokens are rare, and one entry's memory stays bounded.
pub const REMEMBERED_BYTES: usize = 4096;
/// Values of such a payload.
pub const REMEMBERED_NODES: usize = 512;
/// Bytes of the text of one stored password hash; the longest that the other bounds let through has under 250.
pub const PASSWORD_HASH_BYTES: usize = 512;
/// bcrypt's cost. Below 10 OWASP's Password Storage Cheat Sheet refuses it; each step doubles the time, and 16
/// takes seconds.
pub const BCRYPT_COST: core::ops::RangeInclusive<u32> = 10..=16;
/// The cost below which bcrypt is warned of: what bcrypt libraries and PHP 8.4 take by default.
pub const BCRYPT_COST_RECOMMENDED: u32 = 12;
/// Bytes of a password that bcrypt reads; what stands behind them it would not look at.
pub const BCRYPT_PASSWORD_BYTES: usize = 72;
/// argon2id's memory in KiB, from the least in OWASP's cheat sheet (7 MiB) to what a server can spare for a
/// check; RFC 9106 section 4 recommends 64 MiB where memory is scarce.
pub const ARGON2_MEMORY_KIB: core::ops::RangeInclusive<u32> = 7168..=262_144;
/// argon2id's passes (RFC 9106 section 3.1 asks for one or more); sixteen over 256 MiB take seconds.
pub const ARGON2_PASSES: core::ops::RangeInclusive<u32> = 1..=16;
/// argon2id's lanes (RFC 9106 section 4 recommends 4). They are computed one after the other.
pub const ARGON2_LANES: core::ops::RangeInclusive<u32> = 1..=8;
/// Memory in KiB times passes below which argon2id is warned of: the least of OWASP's equivalents, 7 MiB five times.
pub const ARGON2_WORK_RECOMMENDED: u32 = 7168 * 5;
/// Iterations of PBKDF2, from what NIST SP 800-63B section 5.1.1.2 asks for; RFC 8018 section 4.2 asks for a
/// thousand, which is from 2000. Ten million take seconds.
pub const PBKDF2_ITERATIONS: core::ops::RangeInclusive<u32> = 10_000..=10_000_000;
/// Iterations below which PBKDF2 with HMAC-SHA-256 is warned of (OWASP's cheat sheet).
pub const PBKDF2_SHA256_ITERATIONS_RECOMMENDED: u32 = 600_000;
/// The same with HMAC-SHA-512.
pub const PBKDF2_SHA512_ITERATIONS_RECOMMENDED: u32 = 210_000;
/// Bytes of a salt: 64 bits are the least of RFC 8018 section 4.1 and RFC 9106 section 3.1, 64 bytes the most
/// that the PHC string format lets through.
pub const SALT_BYTES: core::ops::RangeInclusive<usize> = 8..=64;
/// Bytes of a stored hash: 128 bits are the least of RFC 9106 section 4. PBKDF2 stops at the length of its
/// digest, as more costs the checker and not the guesser.
pub const STORED_HASH_BYTES: core::ops::RangeInclusive<usize> = 16..=64;
/// Bytes of a user's name in an htpasswd file; Apache's `htpasswd` writes at most so many.
pub const USER_NAME_BYTES: usize = 255;
/// Bytes of one line of an htpasswd file: a name, a hash and room for a remark.
pub const HTPASSWD_LINE_BYTES: usize = 1024;
/// Lines of an htpasswd file, six times the users of a large policy ([`POLICY_BYTES`]).
pub const HTPASSWD_LINES: usize = 65_536;
/// Bytes of the id of an API key, which stands in logs.
pub const API_KEY_ID_BYTES: usize = 128;
/// Bytes of a presented API key; vendors' longest have under 300.
pub const API_KEY_BYTES: usize = 1024;
/// Bytes of the prefix of a made API key; `acme_live_` has ten.
pub const API_KEY_PREFIX_BYTES: usize = 32;
/// API keys of one policy: 2^26, which leaves six bits of a 32-bit slot for the digest.
pub const API_KEYS: u32 = 67_108_864;
/// Bytes of a response's body that the diagnosis looks at: error bodies are short, error pages say it in front.
pub const EXPLAIN_BODY_BYTES: usize = 16_384;
/// Header field lines of one head that the diagnosis looks at; servers refuse more than about a hundred.
pub const EXPLAIN_LINES: usize = 256;
/// Bytes of credentials, with their parts, that texts of findings are held against; above it every text is withheld.
/// Servers refuse heads of 64 KiB, and each value counts up to three times.
pub const EXPLAIN_SECRET_BYTES: usize = 262_144;
/// Findings of one exchange.
pub const EXPLAIN_FINDINGS: usize = 32;
/// Changes that the diagnosis makes to one check in a row to find what would pass.
pub const EXPLAIN_CHANGES: usize = 6;
/// Characters of a claim or a name that a finding shows.
pub const EXPLAIN_SHOWN: usize = 200;
