"""What the package raises."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from countersign._catalogue import Detail, Reason, Scheme
    from countersign._core import Challenge, Decision


class Entry(NamedTuple):
    """One thing that loading a document has to say about one place.

    >>> import countersign
    >>> try:
    ...     countersign.Policy({"realm": "api", "bearrer": {}})
    ... except countersign.PolicyError as fault:
    ...     print(fault.entries[0].severity, fault.entries[0].code, fault.entries[0].pointer)
    error member_unknown /bearrer
    """

    severity: str
    """``error`` or ``warning``."""
    code: str
    """The stable word for its kind, as in ``member_unknown``."""
    pointer: str
    """Where, as a JSON Pointer (RFC 6901); empty for the document as a whole."""
    text: str
    """What was found and what is allowed, for people; never the value of a secret."""


class PolicyError(ValueError):
    """A document was refused.

    >>> import countersign
    >>> try:
    ...     countersign.Policy({"realm": "api", "bearrer": {}})
    ... except PolicyError as fault:
    ...     print(fault.pointer, fault.entries[0].code)
    /bearrer member_unknown
    """

    def __init__(self, message: str, pointer: str, entries: tuple[Entry, ...]) -> None:
        super().__init__(message)
        self.pointer = pointer
        """The place of the error that decides."""
        self.entries = entries
        """Everything that was found, the deciding error first."""


class AuthenticationError(Exception):
    """A request was denied. Holds what a response and a log need, and nothing of the credentials.

    >>> import countersign, hashlib
    >>> keys = [{"id": "billing", "sha256": hashlib.sha256(b"a-long-and-secret-key").hexdigest()}]
    >>> verifier = countersign.Verifier(countersign.Policy({"realm": "api", "api_key": {"keys": keys}}))
    >>> try:
    ...     verifier.check({"X-API-Key": "another"}).raise_for_denial()
    ... except AuthenticationError as denial:
    ...     print(denial.status, denial.reason, denial.headers[0])
    401 api_key_unknown ('WWW-Authenticate', 'Api-Key realm="api", header="X-API-Key"')
    """

    def __init__(self, decision: Decision) -> None:
        super().__init__(f"{decision.status} {decision.reason.value}")
        self.decision = decision
        """The decision that denied."""

    @property
    def status(self) -> int:
        """The HTTP status to answer."""
        return self.decision.status

    @property
    def reason(self) -> Reason:
        """Why."""
        return self.decision.reason

    @property
    def detail(self) -> Detail | None:
        """What exactly was wrong with the credentials; for logs alone."""
        return self.decision.detail

    @property
    def scheme(self) -> Scheme | None:
        """The scheme that was tried."""
        return self.decision.scheme

    @property
    def headers(self) -> list[tuple[str, str]]:
        """The fields to send."""
        return self.decision.headers

    @property
    def body(self) -> str:
        """The problem document to send, as ``application/problem+json``."""
        return self.decision.body


class ChallengeError(ValueError):
    """A challenge cannot be read or written.

    >>> import countersign
    >>> try:
    ...     countersign.parse_challenges('Basic realm="a", Bearer realm="b')
    ... except ChallengeError as fault:
    ...     print(fault.challenges, fault.value, fault.offset)
    [<Challenge Basic {'realm': 'a'}>] 0 30
    """

    def __init__(self, message: str, *, challenges: list[Challenge], value: int | None, offset: int | None) -> None:
        super().__init__(message)
        self.challenges = challenges
        """The challenges before the fault."""
        self.value = value
        """The index of the field line with the fault; None when writing."""
        self.offset = offset
        """The byte in that line; None when writing."""


class CredentialsError(ValueError):
    """An Authorization value is malformed.

    >>> import countersign
    >>> try:
    ...     countersign.parse_credentials("Bearer: abc")
    ... except CredentialsError as fault:
    ...     print(fault.reason)
    bearer_colon
    """

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason.value)
        self.reason = reason
        """What is wrong."""


class KeysRefused(ValueError):  # noqa: N818 - the core's name
    """A key set or an issuer's metadata were not taken; what was there stays.

    >>> import countersign
    >>> try:
    ...     countersign.KeySet("[]")
    ... except KeysRefused as fault:
    ...     print(fault.kind)
    set
    """

    def __init__(self, message: str, kind: str) -> None:
        super().__init__(message)
        self.kind = kind
        """``set``, ``no_usable_key``, ``issuer_unknown``, ``older`` or ``metadata``."""
