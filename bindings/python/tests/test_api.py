"""The classes of the package: what they take, give and raise."""

from __future__ import annotations

import json
import logging
import os
import pickle
import subprocess
import sys
import threading
import time
import traceback
from decimal import Decimal
from pathlib import Path
from typing import Any

import countersign
import pytest
from countersign import (
    AuthenticationError,
    Decision,
    Detail,
    KeySet,
    Policy,
    PolicyError,
    Reason,
    Scheme,
    Verifier,
    _core,
)
from support import AUDIENCE, ISSUER, Signer, jwks, policy_document

SIGNER = Signer("a")


@pytest.fixture(scope="module")
def verifier() -> Verifier:
    return Verifier(Policy(policy_document(SIGNER)))


def test_a_policy_is_a_dict_a_text_bytes_or_a_path(tmp_path: Path) -> None:
    document = policy_document(SIGNER)
    text = json.dumps(document)
    path = tmp_path / "policy.json"
    path.write_text(text)
    for form in (document, text, text.encode(), path):
        assert Verifier(Policy(form)).check({"Authorization": SIGNER.bearer()}).allowed
    with pytest.raises(OSError, match="missing"):
        Policy(tmp_path / "missing")


def test_a_refused_policy_names_the_place() -> None:
    with pytest.raises(PolicyError) as caught:
        Policy({"realm": "api", "bearer": {"issuers": []}})
    assert caught.value.pointer == "/bearer/issuers"
    assert caught.value.entries[0].severity == "error"
    assert "/bearer/issuers" in str(caught.value)


def test_refs_stand_for_secrets_and_no_report_tells_them() -> None:
    signer = Signer("h", "HS256")
    document = policy_document(signer)
    document["bearer"]["issuers"][0]["jwks"]["keys"][0]["k"] = {"ref": "hs"}
    policy = Policy(document, refs={"hs": signer.key})
    assert Verifier(policy).check_bearer(signer.bearer()).allowed
    with pytest.raises(PolicyError):
        Policy(document)


def test_an_allowed_request_has_an_identity_and_claims(verifier: Verifier) -> None:
    decision = verifier.check([(b"authorization", SIGNER.bearer(n=2**70, f=1.5, deep={"a": [1, None, True]}).encode())])
    assert (decision.allowed, decision.authenticated, decision.status) == (True, True, 200)
    assert (decision.reason, decision.issuer, decision.subject) == (Reason.OK, ISSUER, "alice")
    assert (decision.scheme, decision.key_id, decision.headers, decision.body) == (Scheme.BEARER, "a", [], "")
    assert decision.claims["n"] == 2**70
    assert decision.claims["f"] == 1.5
    assert decision.claims["deep"] == {"a": [1, None, True]}
    assert decision.claims is decision.claims
    assert json.loads(decision.claims_json or "") == decision.claims
    decision.raise_for_denial()


def test_integers_are_exact_however_long(verifier: Verifier) -> None:
    # Behind the digits that `int` reads from a text by default.
    digits = 10**5000 + 7
    sys.set_int_max_str_digits(0)
    try:
        token = SIGNER.bearer(n=digits)
    finally:
        sys.set_int_max_str_digits(4300)
    decision = Verifier(Policy(policy_document(SIGNER))).check_bearer(token)
    assert decision.claims["n"] == digits


def test_claims_of_a_denied_token_raise(verifier: Verifier) -> None:
    decision = verifier.check_bearer(SIGNER.bearer(exp=1))
    assert (decision.status, decision.reason) == (401, Reason.TOKEN_EXPIRED)
    assert decision.subject == "alice"
    for read in (lambda: decision.claims, lambda: decision.claims_json, decision.raise_for_denial):
        with pytest.raises(AuthenticationError) as caught:
            read()
        assert caught.value.status == 401
        assert caught.value.reason == "token_expired"
        assert caught.value.headers == decision.headers
        assert json.loads(caught.value.body)["detail"] == "The access token expired"


def test_a_decision_has_no_truth_value_and_cannot_be_made(verifier: Verifier) -> None:
    with pytest.raises(TypeError, match="allowed"):
        bool(verifier.check({}))
    with pytest.raises(TypeError):
        Decision()
    with pytest.raises((TypeError, pickle.PicklingError)):
        pickle.dumps(verifier.check({}))


def test_headers_come_in_every_form(verifier: Verifier) -> None:
    value = SIGNER.bearer()

    class Multi:
        def items(self) -> list[tuple[str, str]]:
            return [("AUTHORIZATION", value)]

    forms: list[Any] = [
        {"Authorization": value},
        {"authorization": value.encode()},
        [("Host", "x"), ("Authorization", value)],
        ([b"authorization", value.encode()],),
        iter([("authorization", value)]),
        Multi(),
    ]
    assert [verifier.check(form).status for form in forms] == [200] * len(forms)
    assert verifier.check([("Authorization", value)] * 2).status == 401
    for wrong in ({"Authorization": 1}, [("Authorization",)], 5):
        with pytest.raises((TypeError, ValueError)):
            verifier.check(wrong)  # type: ignore[arg-type]
    # Whatever a framework made of bytes that it could not decode is a denial.
    for strange in ("Bearer \udcff", "Bearer \xff", "Bearer \u20ac", "\x00"):
        assert verifier.check({"Authorization": strange}).status == 401


def test_scopes_profile_time_and_clock() -> None:
    document = policy_document(SIGNER, profiles={"open": {"optional": True}})
    verifier = Verifier(Policy(document))
    value = {"Authorization": SIGNER.bearer()}
    assert verifier.check(value, scopes="read").allowed
    assert verifier.check(value, scopes=["read"]).allowed
    denied = verifier.check(value, scopes=["read", "write"])
    assert (denied.status, denied.reason) == (403, Reason.INSUFFICIENT_SCOPE)
    with pytest.raises(ValueError, match="scopes"):
        verifier.check(value, scopes='a"b')
    anonymous = verifier.check({}, profile="open")
    assert (anonymous.allowed, anonymous.authenticated, anonymous.claims) == (True, False, {})
    assert verifier.check({}, profile="no such").status == 500
    for later in (int(time.time()) + 900, time.time() + 900.5, Decimal(int(time.time()) + 900) + Decimal("0.5")):
        assert verifier.check(value, now=later).reason == Reason.TOKEN_EXPIRED
        assert Verifier(Policy(document), clock=lambda: later).check_bearer(SIGNER.bearer()).status == 401  # noqa: B023
    assert verifier.check(value, now=0).reason == Reason.INTERNAL_ERROR
    with pytest.raises(ValueError, match="time"):
        verifier.check(value, now=float("nan"))


def test_a_store_of_another_policy_is_refused() -> None:
    policy = Policy(policy_document(SIGNER))
    assert Verifier(policy, store=policy.key_store()).check_bearer(SIGNER.bearer()).allowed
    with pytest.raises(ValueError, match="another policy"):
        Verifier(policy, store=Policy(policy_document(SIGNER)).key_store())


def test_revocation_and_pushed_keys() -> None:
    verifier = Verifier(Policy(policy_document(issuer={"jwks_uri": f"{ISSUER}/jwks"})))
    assert verifier.check_bearer(SIGNER.bearer()).status == 503
    need = verifier.check_bearer(SIGNER.bearer()).need
    assert need is not None
    assert (need.kind, need.issuer, need.jwks_uri) == ("keys", ISSUER, f"{ISSUER}/jwks")
    verifier.store.set_keys(ISSUER, json.dumps(jwks(SIGNER)))
    assert verifier.check_bearer(SIGNER.bearer(jti="t1")).allowed
    verifier.store.revoke(ids=["t1"], subjects={"bob": time.time()})
    assert verifier.check_bearer(SIGNER.bearer(jti="t1")).reason == Reason.TOKEN_REVOKED
    assert verifier.check_bearer(SIGNER.bearer(sub="bob")).reason == Reason.TOKEN_REVOKED
    verifier.store.set_revoked(ids=[])
    assert verifier.check_bearer(SIGNER.bearer(jti="t1")).allowed
    with pytest.raises(countersign.KeysRefused) as caught:
        verifier.store.set_keys("https://nobody.example.com", "{}")
    assert caught.value.kind == "issuer_unknown"
    exported = verifier.store.export(ISSUER)
    assert exported is not None
    other = Verifier(Policy(policy_document(issuer={"jwks_uri": f"{ISSUER}/jwks"})))
    other.store.import_keys(ISSUER, exported)
    assert other.check_bearer(SIGNER.bearer()).allowed
    assert verifier.store.status()["sources"][0]["state"] == "good"


def test_no_token_in_any_repr_log_or_traceback(verifier: Verifier, caplog: pytest.LogCaptureFixture) -> None:
    value = SIGNER.bearer(exp=1)
    decision = verifier.check_bearer(value)
    things = [decision, verifier, verifier.policy, verifier.store, countersign.parse_credentials(value)]
    things += [countersign.decode_unverified(value[7:]), KeySet(jwks(SIGNER)).verify_jws(value[7:])]
    things += [KeySet(jwks(SIGNER)), *KeySet(jwks(SIGNER)).keys]
    # A client that forgot the scheme, and one that forgot the space behind it.
    things += [countersign.parse_credentials(value[7:]), countersign.parse_credentials(value.replace(" ", "", 1))]
    written = [f"{thing!r} {thing!s}" for thing in things]
    try:
        decision.raise_for_denial()
    except AuthenticationError as fault:
        with caplog.at_level(logging.DEBUG):
            logging.getLogger("app").exception("denied")
        written += [repr(fault), "".join(traceback.format_exception(fault)), caplog.text]
    for text in written:
        for part in value[7:].split("."):
            assert part not in text
        assert "alice" not in text
        assert SIGNER.jwk["x"] not in text
    assert any("token_expired" in text for text in written)


def test_challenges_are_read_and_written() -> None:
    basic, bearer = countersign.parse_challenges(['Basic realm="a, b"', "Bearer Scope=read"])
    assert (basic.scheme, basic.params, bearer.params) == ("Basic", {"realm": "a, b"}, {"scope": "read"})
    assert bearer.is_scheme("bearer")
    assert countersign.parse_challenges("Negotiate abc==")[0].token68 == "abc=="
    with pytest.raises(countersign.ChallengeError) as caught:
        countersign.parse_challenges('Basic realm="a", Bearer realm="b')
    assert [challenge.scheme for challenge in caught.value.challenges] == ["Basic"]
    assert (caught.value.value, caught.value.offset) == (0, 30)
    assert countersign.build_challenge("Bearer", {"realm": 'a "b"'}) == 'Bearer realm="a \\"b\\""'
    assert countersign.build_challenge("Negotiate") == "Negotiate"
    with pytest.raises(countersign.ChallengeError):
        countersign.build_challenge("Bearer", {"realm": "a\r\nSet-Cookie: b"})
    with pytest.raises(countersign.CredentialsError) as slip:
        countersign.parse_credentials("Bearer: abc")
    assert slip.value.reason == Reason.BEARER_COLON


def test_keys_and_tokens_outside_a_policy() -> None:
    keys = KeySet({"keys": [SIGNER.jwk, {"kty": "RSA", "e": "AQAB"}]})
    assert [(key.kid, key.usable, key.reason) for key in keys.keys] == [
        ("a", True, Reason.OK),
        (None, False, Reason.KEY_MALFORMED),
    ]
    verdict = keys.verify_jws(SIGNER.sign())
    assert verdict.valid
    assert json.loads(verdict.payload or b"")["sub"] == "alice"
    assert keys.verify_jws(SIGNER.sign(), ["RS256"]).reason == Reason.ALG_NOT_ALLOWED
    assert keys.verify_jws(Signer("a").sign()).payload is None
    token = countersign.decode_unverified(SIGNER.sign())
    assert token.header == {"alg": "EdDSA", "kid": "a"}
    assert token.claims is not None
    assert token.claims["aud"] == AUDIENCE
    with pytest.raises(countersign.KeysRefused):
        KeySet("[]")


def test_passwords_are_hashed_where_the_host_says() -> None:
    # bcrypt of "secret" at its lowest cost that a policy takes without a report of an error.
    import bcrypt

    stored = bcrypt.hashpw(b"secret", bcrypt.gensalt(10)).decode()
    verifier = Verifier(Policy({"realm": "api", "basic": {"users": {"alice": stored}}}))
    right, wrong = {"Authorization": "Basic YWxpY2U6c2VjcmV0"}, {"Authorization": "Basic YWxpY2U6b3RoZXI="}
    pending = verifier.check(right)
    assert (pending.status, pending.reason) == (503, Reason.CHECK_PENDING)
    assert pending.need is not None
    assert pending.need.kind == "slow_hash"
    work = verifier.slow_hash(pending)
    assert work is not None
    assert verifier.slow_hash(pending) is None
    answer = work.run()
    allowed = verifier.resume(right, answer)
    assert (allowed.allowed, allowed.subject, allowed.scheme, allowed.claims) == (True, "alice", Scheme.BASIC, {})
    assert verifier.resume(wrong, answer).status != 200
    denied = verifier.check_blocking(wrong)
    assert (denied.status, denied.detail) == (401, Detail.PASSWORD_WRONG)
    assert denied.attempt_key
    assert verifier.check_blocking(right).allowed


def test_the_catalogue_is_the_cores() -> None:
    assert [reason.value for reason in Reason] == [row[0] for row in _core.reasons()]
    assert [detail.value for detail in Detail] == [row[0] for row in _core.details()]
    assert [scheme.value for scheme in Scheme] == [row[0] for row in _core.schemes()]
    for reason in Reason:
        assert reason == reason.value
        assert f"{reason}" == str(reason) == reason.value
        row = (reason.number, reason.http_status, reason.error, reason.text, reason.refresh_helps, reason.next_step)
        assert row == next(row for row in _core.reasons() if row[0] == reason.value)[1:7]
    script = Path(__file__).parents[1] / "catalogue.py"
    assert subprocess.run([sys.executable, script, "--check"], timeout=30).returncode == 0


def test_threads_share_a_verifier() -> None:
    signers = [Signer(alg, alg) for alg in ("EdDSA", "ES256", "RS256")]
    verifier = Verifier(Policy(policy_document(*signers)))
    values = [(signer.bearer(sub=f"{signer.kid}-{i}"), f"{signer.kid}-{i}") for signer in signers for i in range(5)]
    wrong: list[object] = []

    def work() -> None:
        for _ in range(20):
            for value, subject in values:
                decision = verifier.check_bearer(value)
                if decision.claims["sub"] != subject:
                    wrong.append(decision)

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


def test_fields_may_change_under_a_check(verifier: Verifier) -> None:
    fields: dict[str, str] = {"Authorization": SIGNER.bearer()}
    faults: list[BaseException] = []
    ended = threading.Event()

    def check() -> None:
        try:
            while not ended.is_set():
                assert verifier.check(fields).allowed
        except BaseException as fault:  # noqa: BLE001 - a panic of the extension is no Exception
            faults.append(fault)

    threads = [threading.Thread(target=check) for _ in range(4)]
    for thread in threads:
        thread.start()
    for turn in range(20_000):
        fields[f"x-{turn % 50}"] = ""
        fields.pop(f"x-{(turn + 25) % 50}", None)
    ended.set()
    for thread in threads:
        thread.join()
    assert not faults


def test_decisions_outlive_checks_and_threads(verifier: Verifier) -> None:
    kept: list[Decision] = []

    def check(number: int) -> None:
        kept.append(verifier.check_bearer(SIGNER.bearer(sub=str(number))))

    threads = [threading.Thread(target=check, args=(number,)) for number in range(40)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(int(decision.claims["sub"]) for decision in kept) == list(range(40))


def resident() -> int:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


def test_a_million_checks_take_no_memory() -> None:
    signer = Signer("h", "HS256")
    verifier = Verifier(Policy(policy_document(signer)))
    good, bad = signer.bearer(), signer.bearer(exp=1)

    def run(count: int) -> None:
        for i in range(count):
            decision = verifier.check_bearer(bad if i % 5 == 0 else good)
            if i % 10 == 1:
                assert decision.claims["sub"] == "alice"
            elif i % 10 == 5:
                assert decision.headers

    run(50_000)
    before = resident()
    run(1_000_000)
    assert resident() - before < 2_000_000


def test_a_forked_child_checks_too(verifier: Verifier) -> None:
    value = SIGNER.bearer()
    assert verifier.check_bearer(value).allowed
    child = os.fork()
    if child == 0:
        ok = all(verifier.check_bearer(value).claims["sub"] == "alice" for _ in range(100))
        os._exit(0 if ok else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert verifier.check_bearer(value).allowed


def test_a_sub_interpreter_is_refused_cleanly() -> None:
    code = (
        "import sys\n"
        "try:\n"
        "    import _interpreters as interpreters\n"
        "except ImportError:\n"
        "    import _xxsubinterpreters as interpreters\n"
        "import countersign\n"
        "sub = interpreters.create()\n"
        "code = '''\n"
        "try:\n"
        "    import countersign\n"
        "    print(countersign.backend(), flush=True)\n"
        "except ImportError as fault:\n"
        "    print('refused', fault, flush=True)\n"
        "'''\n"
        "interpreters.run_string(sub, code)\n"
        "interpreters.destroy(sub)\n"
        "print('still', countersign.backend())\n"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=30)
    assert run.returncode == 0, run.stderr
    first, last = run.stdout.splitlines()
    assert first.startswith("refused ")
    assert first.endswith("does not support loading in subinterpreters")
    assert last == f"still {countersign.backend()}"
