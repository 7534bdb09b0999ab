"""The reason that the server's check gave: alone, where it proves what is seen, and beside a check that is run here."""

from exchanges.base import API, CANARY, NOW, answer, get, jwk, jwks, jwt, keys, policy, refused, row

GOOD = jwt()
EXPIRED = jwt(iat=NOW - 700, exp=NOW - 100)
SLASHED = jwt(aud=API + "/")


def given(first, case_id, reason, text=GOOD, covers=("REQ-HTTP-34",), certainty="proved", **more):
    """A row with a reason, about a token that was refused."""
    more.setdefault("request", get("Bearer " + text if text else None))
    more.setdefault("response", refused())
    more.setdefault("now", NOW)
    hidden = [text or CANARY, *more.pop("canaries", ())]
    row("given-" + case_id, first, covers, certainty=certainty, reason=reason, canaries=hidden, **more)


def alone():
    """Without a policy: what is seen of the reason is proved, and the reason stands for itself where nothing is."""
    given("token_expired", "expired", "token_expired", EXPIRED, also=["clock_skew"])
    given("signature_invalid", "signature", "signature_invalid", never=["credentials_refused"])
    given("signature_invalid", "beside-expired", "signature_invalid", EXPIRED, also=["token_expired"])
    given("bearer_quoted", "quoted", "bearer_quoted", f'"{GOOD}"')
    given(
        "dates_in_milliseconds", "milliseconds", "claim_rejected", jwt(exp=(NOW + 600) * 1000), also=["claim_rejected"]
    )
    given(
        "audience_mismatch",
        "audience-client",
        "audience_mismatch",
        jwt(aud="app-1", azp="app-1"),
        also=["audience_is_client"],
    )
    given("alg_symmetric", "hs256", "alg_not_allowed", jwt("oct_32", "HS256"))
    given("token_revoked", "revoked", "token_revoked", covers=["REQ-STATUS-12"])
    given("header_missing", "missing", "credentials_missing", None, response=answer(401))
    given(
        "header_stripped_by_proxy",
        "twin",
        "credentials_missing",
        None,
        request=get(None, ("X-Forwarded-Authorization", f"Bearer {CANARY}")),
        also=["header_missing"],
    )
    for server, first, also in (
        ((), "header_stripped_by_proxy", []),
        ((("CF-Ray", "8a1-FRA"),), "header_stripped_by_cdn", []),
        ((("Server", "Apache/2.4.57"),), "header_stripped_by_cgi", []),
    ):
        given(
            first,
            "sent-and-missing-" + first.rsplit("_", 1)[1],
            "credentials_missing",
            response=answer(401, *server),
            also=also,
            never=["header_missing"],
            note="The request is there as the client sent it, and the server saw no credentials.",
        )
    given("keys_unavailable", "503", "keys_unavailable", response=answer(503), also=["unavailable"])
    given("scope_missing", "response-alone", "insufficient_scope", request=None, response=answer(403))
    given("would_pass", "ok-and-401", "ok", response=answer(401))
    given(
        "token_refused",
        "undecided-is-none",
        "undecided",
        certainty="said",
        note="A decision that was never made gives no reason.",
    )


def beside_a_check():
    """With a policy the check that is run here has the word."""
    given(
        "audience_slash",
        "agreed",
        "audience_mismatch",
        SLASHED,
        policy=policy(),
        keys=keys(),
        passes=f"the policy's audience were `{API}/`",
    )
    given("would_pass", "revoked-elsewhere", "token_revoked", policy=policy(), keys=keys(), also=["token_revoked"])
    other = jwks(jwk("p256_b", kid="k2", alg="ES256"))
    given(
        "kid_rotated",
        "keys-differ",
        "token_expired",
        EXPIRED,
        policy=policy(),
        keys=keys(jwks=other),
        also=["token_expired"],
    )
    given(
        "audience_slash",
        "allowed-elsewhere",
        "ok",
        SLASHED,
        policy=policy(),
        keys=keys(),
        also=["would_pass"],
    )
    given("policy_invalid", "policy-broken", "token_expired", EXPIRED, policy={"realm": 1}, also=["token_expired"])


def where_no_check_can_tell():
    """A policy without keys or without a time: the reason given has the word again."""
    given("audience_slash", "without-keys", "audience_mismatch", SLASHED, policy=policy())
    given("signature_invalid", "without-keys-signature", "signature_invalid", policy=policy())
    given(
        "token_expired",
        "without-clock",
        "token_expired",
        policy=policy(),
        keys=keys(),
        now=None,
        response=answer(401, date=None),
        never=["would_pass"],
    )
    given(
        "token_expired",
        "behind-the-dates",
        "token_expired",
        jwt(aud=API + "/", iat=NOW - 700, exp=NOW - 100),
        policy=policy(),
        keys=keys(),
        now=None,
        response=answer(401, date=None),
        also=["audience_slash"],
        note="The dates are judged before the audience, so both are true.",
    )
    given(
        "issuer_tenant",
        "before-the-dates",
        "token_expired",
        jwt(iss="https://other.example.com", iat=NOW - 700, exp=NOW - 100),
        policy=policy(),
        keys=keys(),
        now=None,
        response=answer(401, date=None),
        also=["token_expired"],
        note="No check comes to the dates of a token whose issuer is not known.",
    )


alone()
beside_a_check()
where_no_check_can_tell()
