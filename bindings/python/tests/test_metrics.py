"""The counters of a verifier, in the names that all fronts share."""

import re

import countersign

POLICY = {
    "realm": "api",
    "bearer": {
        "issuers": [{"issuer": "https://a.example", "audience": "api", "jwks_uri": "https://a.example/keys"}],
    },
}
SAMPLE = re.compile(r'^(countersign_[a-z_]+)\{([a-z]+="(\\.|[^"\\])*",?)+\} \d+$')


def samples(text: str) -> dict[str, int]:
    """Read the lines that are no comment, each of which has to be a sample."""
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    assert all(SAMPLE.match(line) for line in lines), lines
    return {line.rpartition(" ")[0]: int(line.rpartition(" ")[2]) for line in lines}


def test_decisions_are_counted_by_reason_and_keys_by_source() -> None:
    verifier = countersign.Verifier(countersign.Policy(POLICY))
    assert not any("decisions" in name for name in samples(verifier.metrics()))
    for _ in range(3):
        verifier.check({})
    verifier.check_bearer("Bearer a.b")
    told = samples(verifier.metrics())
    assert told['countersign_decisions_total{reason="credentials_missing",status="401"}'] == 3
    assert sum(count for name, count in told.items() if "decisions" in name) == 4
    source = '{issuer="https://a.example",url="https://a.example/keys"}'
    assert "countersign_key_set_usable" + source not in told, "no token asked for keys"
    assert told["countersign_key_fetches_total" + source] == 0


def test_verifiers_count_each_for_itself() -> None:
    policy = countersign.Policy(POLICY)
    first, second = countersign.Verifier(policy), countersign.Verifier(policy)
    first.check({})
    assert 'reason="credentials_missing"' in first.metrics()
    assert "reason=" not in second.metrics()


def test_a_password_that_is_checked_at_once_is_one_decision() -> None:
    hashed = "$argon2id$v=19$m=19456,t=2,p=1$c2FsdCBmb3IgZG9jcyE$HMY6gMnlYTFAbPUkX0pQmNTUyMMUkvN2TV5ElpBQcrs"
    users = countersign.Policy({"realm": "api", "basic": {"users": {"alice": {"hash": hashed}}}})
    verifier = countersign.Verifier(users)
    decision = verifier.check_blocking({"Authorization": "Basic YWxpY2U6eA=="})
    assert decision.reason == countersign.Reason.PASSWORD_REJECTED
    told = samples(verifier.metrics())
    assert told == {'countersign_decisions_total{reason="password_rejected",status="401"}': 1}
