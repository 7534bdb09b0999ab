"""Decisions on the spans of OpenTelemetry: ``pip install 'countersign[opentelemetry]'``.

.. code-block:: python

    app = CountersignMiddleware(app, verifier, on_decision=countersign.opentelemetry.record)
    app = OpenTelemetryMiddleware(app)  # outside, so that its span is there when the decision is made

The attributes are all: the status of the span and ``error.type`` are for the instrumentation that began it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

try:
    from opentelemetry import trace
except ImportError as fault:
    needed = "countersign.opentelemetry needs opentelemetry-api: pip install 'countersign[opentelemetry]'"
    raise ImportError(needed, name=fault.name, path=fault.path) from fault

from countersign._catalogue import Attribute

if TYPE_CHECKING:
    from countersign._core import Decision

__all__ = ["Attribute", "attributes", "record"]


def attributes(decision: Decision) -> dict[str, bool | int | str]:
    """Give what a span says of a decision, without what there is not; see `Attribute`.

    No value names a user, a client, a token or a key, and the issuer is one of the policy's whose signature held.

    >>> import countersign
    >>> verifier = countersign.Verifier(countersign.Policy({"realm": "api", "bearer": {"issuers": [{
    ...     "issuer": "https://login.example.com", "audience": "api", "jwks_uri": "https://login.example.com/keys",
    ... }]}}))
    >>> attributes(verifier.check({"Authorization": "Bearer undefined"}))["countersign.reason"]
    'bearer_placeholder'
    """
    values = {attribute.value: getattr(decision, attribute.member) for attribute in Attribute}
    # Reasons and schemes go as plain strings: an exporter need not know enums.
    return {name: getattr(value, "value", value) for name, value in values.items() if value is not None}


def record(decision: Decision) -> None:
    """Set the attributes of a decision on the current span, if there is one that is recorded.

    >>> import countersign
    >>> verifier = countersign.Verifier(countersign.Policy({"realm": "api", "bearer": {"issuers": [{
    ...     "issuer": "https://login.example.com", "audience": "api", "jwks_uri": "https://login.example.com/keys",
    ... }]}}))
    >>> record(verifier.check({}))
    """
    span = trace.get_current_span()
    if span.is_recording():
        span.set_attributes(attributes(decision))
