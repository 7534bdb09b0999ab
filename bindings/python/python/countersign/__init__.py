"""Decides who is asking, and answers a 401 properly.

>>> import countersign
>>> policy = countersign.Policy({
...     "realm": "api.example.com",
...     "bearer": {"issuers": [{
...         "issuer": "https://login.example.com",
...         "audience": "api://billing",
...         "jwks_uri": "https://login.example.com/jwks.json",
...     }]},
... })
>>> verifier = countersign.Verifier(policy)
>>> decision = verifier.check({"Authorization": "Bearer undefined"}, url="/v1/reports")
>>> decision.status, decision.reason
(401, <Reason.BEARER_PLACEHOLDER: 'bearer_placeholder'>)
>>> decision.headers[0]
('WWW-Authenticate', 'Bearer realm="api.example.com", error="invalid_token", error_description="The token is a placeholder"')
"""  # noqa: E501 - one line of output

from __future__ import annotations

from countersign._async_refresher import AsyncKeyRefresher
from countersign._catalogue import Detail, Reason, Scheme, StepKind, StepReason, Tolerance
from countersign._core import (
    Abilities,
    Challenge,
    Credentials,
    Decision,
    Exported,
    Fetch,
    Finding,
    HashAnswer,
    KeySet,
    KeyStore,
    ListedKey,
    Need,
    Outcome,
    Policy,
    Reading,
    ReadingWarning,
    Sent,
    SlowHash,
    Step,
    UnverifiedToken,
    VerifiedJws,
    Verifier,
    backend,
    build_challenge,
    cache_control_max_age,
    decode_unverified,
    explain,
    may_send_to,
    next_step,
    parse_challenges,
    parse_credentials,
    read_challenges,
    token_fresh,
)
from countersign._errors import (
    AuthenticationError,
    ChallengeError,
    CredentialsError,
    Entry,
    KeysRefused,
    PolicyError,
)
from countersign._refresher import KeyRefresher
from countersign._tokens import RefreshRefused, Tokens

__all__ = [
    "Abilities",
    "AsyncKeyRefresher",
    "AuthenticationError",
    "Challenge",
    "ChallengeError",
    "Credentials",
    "CredentialsError",
    "Decision",
    "Detail",
    "Entry",
    "Exported",
    "Fetch",
    "Finding",
    "HashAnswer",
    "KeyRefresher",
    "KeySet",
    "KeyStore",
    "KeysRefused",
    "ListedKey",
    "Need",
    "Outcome",
    "Policy",
    "PolicyError",
    "Reading",
    "ReadingWarning",
    "Reason",
    "RefreshRefused",
    "Scheme",
    "Sent",
    "SlowHash",
    "Step",
    "StepKind",
    "StepReason",
    "Tokens",
    "Tolerance",
    "UnverifiedToken",
    "VerifiedJws",
    "Verifier",
    "backend",
    "build_challenge",
    "cache_control_max_age",
    "decode_unverified",
    "explain",
    "may_send_to",
    "next_step",
    "parse_challenges",
    "parse_credentials",
    "read_challenges",
    "token_fresh",
]
