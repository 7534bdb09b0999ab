"""The core's tables as enums. Written by `catalogue.py`; texts come from the core itself."""

from __future__ import annotations

from enum import Enum
from typing import NamedTuple

from countersign import _core


class _ReasonRow(NamedTuple):
    name: str
    number: int
    http_status: int
    error: str | None
    text: str
    refresh_helps: bool
    next_step: str
    cause: str


_REASONS = {row[0]: _ReasonRow(*row) for row in _core.reasons()}
_DETAILS = {name: (number, text) for name, number, text in _core.details()}
_SCHEMES = dict(_core.schemes())
_ATTRIBUTES = {name: (kind, text) for name, kind, text in _core.attributes()}
_STEP_KINDS, _STEP_REASONS, _TOLERANCES = (dict(rows) for rows in _core.client_words())


class _Word(str, Enum):
    """A member is its own stable word."""

    def __str__(self) -> str:
        return str(self.value)

    def __format__(self, spec: str) -> str:
        return format(str(self.value), spec)


class Reason(_Word):
    """Why a request was decided as it was; equal to its stable name.

    >>> Reason.TOKEN_EXPIRED.http_status, Reason("token_expired").error
    (401, 'invalid_token')
    """

    @property
    def number(self) -> int:
        """The stable number."""
        return _REASONS[self.value].number

    @property
    def http_status(self) -> int:
        """The default status; 0 where the reason decides nothing."""
        return _REASONS[self.value].http_status

    @property
    def error(self) -> str | None:
        """The ``error`` parameter of challenges, if the reason has one."""
        return _REASONS[self.value].error

    @property
    def text(self) -> str:
        """The fixed public text."""
        return _REASONS[self.value].text

    @property
    def refresh_helps(self) -> bool:
        """Whether a fresh access token can be expected to cure the fault."""
        return _REASONS[self.value].refresh_helps

    @property
    def next_step(self) -> str:
        """What the operator does next; never sent to the caller."""
        return _REASONS[self.value].next_step

    @property
    def cause(self) -> str:
        """The everyday cause; never sent to the caller."""
        return _REASONS[self.value].cause

    UNDECIDED = "undecided"
    OK = "ok"
    ANONYMOUS_ALLOWED = "anonymous_allowed"
    PREFLIGHT_EXEMPT = "preflight_exempt"
    CREDENTIALS_MISSING = "credentials_missing"
    HEADER_STRIPPED_SUSPECTED = "header_stripped_suspected"
    SCHEME_UNSUPPORTED = "scheme_unsupported"
    CREDENTIALS_MISPLACED = "credentials_misplaced"
    AUTHORIZATION_REPEATED = "authorization_repeated"
    MULTIPLE_TOKEN_METHODS = "multiple_token_methods"
    AUTHORIZATION_MALFORMED = "authorization_malformed"
    TOKEN_TOO_LARGE = "token_too_large"
    INSECURE_TRANSPORT = "insecure_transport"
    BEARER_EMPTY = "bearer_empty"
    BEARER_COLON = "bearer_colon"
    BEARER_SPACE_MISSING = "bearer_space_missing"
    BEARER_STRAY_SPACE = "bearer_stray_space"
    BEARER_QUOTED = "bearer_quoted"
    BEARER_NEWLINE = "bearer_newline"
    BEARER_PREFIX_REPEATED = "bearer_prefix_repeated"
    BEARER_SCHEME_MISSING = "bearer_scheme_missing"
    BEARER_PLACEHOLDER = "bearer_placeholder"
    BEARER_BAD_CHARACTER = "bearer_bad_character"
    TOKEN_NOT_JWT = "token_not_jwt"
    JWT_MALFORMED = "jwt_malformed"
    JWE_GIVEN = "jwe_given"
    JWS_JSON_GIVEN = "jws_json_given"
    CRIT_UNSUPPORTED = "crit_unsupported"
    ALG_UNSUPPORTED = "alg_unsupported"
    ALG_NOT_ALLOWED = "alg_not_allowed"
    KEY_MISMATCH = "key_mismatch"
    KID_UNKNOWN = "kid_unknown"
    SIGNATURE_INVALID = "signature_invalid"
    TOKEN_EXPIRED = "token_expired"
    TOKEN_NOT_YET_VALID = "token_not_yet_valid"
    CLOCK_SKEW_SUSPECTED = "clock_skew_suspected"
    ISSUER_MISMATCH = "issuer_mismatch"
    AUDIENCE_MISMATCH = "audience_mismatch"
    REALM_MISMATCH = "realm_mismatch"
    CLAIM_MISSING = "claim_missing"
    CLAIM_REJECTED = "claim_rejected"
    TOKEN_TYPE_MISMATCH = "token_type_mismatch"
    ID_TOKEN_GIVEN = "id_token_given"
    REFRESH_TOKEN_GIVEN = "refresh_token_given"
    TOKEN_REVOKED = "token_revoked"
    TOKEN_SUSPENDED = "token_suspended"
    TOKEN_INACTIVE = "token_inactive"
    DPOP_PROOF_MISSING = "dpop_proof_missing"
    DPOP_PROOF_INVALID = "dpop_proof_invalid"
    DPOP_REQUEST_MISMATCH = "dpop_request_mismatch"
    DPOP_PROOF_STALE = "dpop_proof_stale"
    DPOP_PROOF_REPLAYED = "dpop_proof_replayed"
    DPOP_NONCE_REQUIRED = "dpop_nonce_required"
    DPOP_KEY_MISMATCH = "dpop_key_mismatch"
    DPOP_DOWNGRADE = "dpop_downgrade"
    CERTIFICATE_MISSING = "certificate_missing"
    CERTIFICATE_MISMATCH = "certificate_mismatch"
    BASIC_MALFORMED = "basic_malformed"
    PASSWORD_REJECTED = "password_rejected"
    DIGEST_MALFORMED = "digest_malformed"
    DIGEST_NONCE_STALE = "digest_nonce_stale"
    DIGEST_REJECTED = "digest_rejected"
    API_KEY_MALFORMED = "api_key_malformed"
    API_KEY_UNKNOWN = "api_key_unknown"
    API_KEY_WRONG_ENVIRONMENT = "api_key_wrong_environment"
    API_KEY_REVOKED = "api_key_revoked"
    SESSION_COOKIE_MISSING = "session_cookie_missing"
    SESSION_INVALID = "session_invalid"
    CSRF_REJECTED = "csrf_rejected"
    INSUFFICIENT_SCOPE = "insufficient_scope"
    ACCESS_DENIED = "access_denied"
    AUTHENTICATION_INSUFFICIENT = "authentication_insufficient"
    KEYS_UNAVAILABLE = "keys_unavailable"
    INTROSPECTION_UNAVAILABLE = "introspection_unavailable"
    STATUS_UNAVAILABLE = "status_unavailable"
    INTERNAL_ERROR = "internal_error"
    CHECK_PENDING = "check_pending"
    POLICY_INVALID = "policy_invalid"
    JWKS_INVALID = "jwks_invalid"
    CHALLENGE_MALFORMED = "challenge_malformed"
    CHALLENGE_INVALID = "challenge_invalid"
    CASE_INVALID = "case_invalid"
    KEY_MALFORMED = "key_malformed"
    KEY_TYPE_UNKNOWN = "key_type_unknown"
    KEY_NOT_FOR_SIGNATURES = "key_not_for_signatures"
    KEY_TOO_WEAK = "key_too_weak"
    KEY_HAS_PRIVATE_PART = "key_has_private_part"
    KEY_SYMMETRIC_FROM_NETWORK = "key_symmetric_from_network"
    KEY_TOO_LARGE = "key_too_large"
    KEY_ALG_UNUSABLE = "key_alg_unusable"


class Detail(_Word):
    """What exactly was wrong with credentials; for logs, never for the caller.

    >>> Detail("password_wrong").text
    'The user is there and the password is another.'
    """

    @property
    def number(self) -> int:
        """The stable number."""
        return _DETAILS[self.value][0]

    @property
    def text(self) -> str:
        """What it says, for people."""
        return _DETAILS[self.value][1]

    CREDENTIALS_EMPTY = "credentials_empty"
    SPACE_STRAY = "space_stray"
    SPACE_INSIDE = "space_inside"
    NEWLINE_INSIDE = "newline_inside"
    NEWLINE_ENCODED = "newline_encoded"
    CONTROL_CHARACTER = "control_character"
    NON_ASCII = "non_ascii"
    PERCENT_ENCODED = "percent_encoded"
    BASE64_INVALID = "base64_invalid"
    BASE64_URL_SAFE = "base64_url_safe"
    PADDING_MISSING = "padding_missing"
    BASE64_TWICE = "base64_twice"
    COLON_MISSING = "colon_missing"
    NOT_UTF8 = "not_utf8"
    USER_EMPTY = "user_empty"
    PASSWORD_EMPTY = "password_empty"
    USER_UNKNOWN = "user_unknown"
    PASSWORD_WRONG = "password_wrong"
    PREFIX_MISSING = "prefix_missing"
    CHECKSUM_WRONG = "checksum_wrong"
    KEY_REPEATED = "key_repeated"
    KEY_REVOKED = "key_revoked"
    KEY_NOT_YET_VALID = "key_not_yet_valid"
    KEY_EXPIRED = "key_expired"
    COOKIE_REPEATED = "cookie_repeated"
    CROSS_SITE = "cross_site"
    ORIGIN_REFUSED = "origin_refused"
    PROOF_MISSING = "proof_missing"


class Scheme(_Word):
    """An authentication scheme; equal to its usual spelling.

    >>> Scheme.BEARER == "Bearer"
    True
    """

    @property
    def number(self) -> int:
        """The stable number."""
        return _SCHEMES[self.value]

    BEARER = "Bearer"
    DPOP = "DPoP"
    DIGEST = "Digest"
    BASIC = "Basic"
    API_KEY = "Api-Key"


class Attribute(_Word):
    """What a span says of a decision; equal to its name.

    >>> Attribute.STATUS == "countersign.status", Attribute.STATUS.kind
    (True, 'int')
    """

    @property
    def kind(self) -> str:
        """The type of the value: ``boolean``, ``int`` or ``string``."""
        return _ATTRIBUTES[self.value][0]

    @property
    def text(self) -> str:
        """What it says, for people."""
        return _ATTRIBUTES[self.value][1]

    @property
    def member(self) -> str:
        """What of a `Decision` it says."""
        return self.value.rpartition(".")[2]

    ALLOWED = "countersign.allowed"
    AUTHENTICATED = "countersign.authenticated"
    STATUS = "countersign.status"
    REASON = "countersign.reason"
    SCHEME = "countersign.scheme"
    ISSUER = "countersign.issuer"


class StepKind(_Word):
    """What a client does next; equal to its stable name.

    >>> StepKind.REFRESH.text
    'Get another access token by the refresh token.'
    """

    @property
    def text(self) -> str:
        """What it says, for people."""
        return _STEP_KINDS[self.value]

    REFRESH = "refresh"
    RETRY = "retry"
    STEP_UP = "step_up"
    AUTHORIZE = "authorize"
    REAUTHENTICATE = "reauthenticate"
    SWITCH_SCHEME = "switch_scheme"
    WAIT = "wait"
    STOP = "stop"


class StepReason(_Word):
    """Why a client takes a step; equal to its stable name.

    >>> StepReason("refused_again") is StepReason.REFUSED_AGAIN
    True
    """

    @property
    def text(self) -> str:
        """What it says, for people."""
        return _STEP_REASONS[self.value]

    ANSWERED = "answered"
    INVALID_TOKEN = "invalid_token"
    TOKEN_EXPIRED = "token_expired"
    UNEXPLAINED = "unexplained"
    TOKEN_SUPERSEDED = "token_superseded"
    DPOP_NONCE = "dpop_nonce"
    DIGEST_STALE = "digest_stale"
    AUTHENTICATION_INSUFFICIENT = "authentication_insufficient"
    INSUFFICIENT_SCOPE = "insufficient_scope"
    CREDENTIALS_NEEDED = "credentials_needed"
    CREDENTIALS_REFUSED = "credentials_refused"
    SCHEME_REFUSED = "scheme_refused"
    SCHEME_UNSUPPORTED = "scheme_unsupported"
    INVALID_REQUEST = "invalid_request"
    INVALID_DPOP_PROOF = "invalid_dpop_proof"
    ERROR_UNKNOWN = "error_unknown"
    FORBIDDEN = "forbidden"
    OUTAGE = "outage"
    NO_RESPONSE = "no_response"
    WAIT_TOO_LONG = "wait_too_long"
    CHALLENGE_MISSING = "challenge_missing"
    CHALLENGES_UNREADABLE = "challenges_unreadable"
    PROXY_AUTHENTICATION = "proxy_authentication"
    OTHER_ORIGIN = "other_origin"
    DOWNGRADE = "downgrade"
    REFUSED_AGAIN = "refused_again"
    CLIENT_ERROR = "client_error"
    SERVER_ERROR = "server_error"


class Tolerance(_Word):
    """What is tolerated when a challenge is read; equal to its stable name.

    >>> Tolerance.COMMA_MISSING.text
    'No comma stands before a parameter or a challenge.'
    """

    @property
    def text(self) -> str:
        """What it says, for people."""
        return _TOLERANCES[self.value]

    COMMA_MISSING = "comma_missing"
    SEMICOLON = "semicolon"
    VALUE_UNQUOTED = "value_unquoted"
    PARAM_REPEATED = "param_repeated"
    PARAM_STRAY = "param_stray"
    SCHEME_COLON = "scheme_colon"
    TAB_BEHIND_SCHEME = "tab_behind_scheme"
    QUOTE_UNCLOSED = "quote_unclosed"
    QUOTE_STRAY = "quote_stray"
    NOT_UTF8 = "not_utf8"
    UNREADABLE = "unreadable"
    TOO_MUCH = "too_much"
