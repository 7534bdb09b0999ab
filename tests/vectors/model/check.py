"""The decision: one request against one policy, in the order of the reasons file."""

import base64
import re
from decimal import Decimal

from . import api_key, basic, jws, keys, presented, reasons
from . import claims as claim_rules
from .grammar import build
from .jsontext import Raw, compact
from .jws import Refused
from .policy import TEMPLATE

FIRST_PARAMS = ["realm", "error", "error_description", "scope", "acr_values", "max_age", "resource_metadata"]


class Request:
    """Method, target and header lines."""

    def __init__(self, value):
        """Read the case's `request`; raw bytes become Latin-1 text."""
        self.method = value.get("method", "GET")
        self.target = value["target"]
        self.thumbprint = value.get("client_cert_sha256")
        self.lines = []
        for name, text in value["headers"]:
            if isinstance(text, dict):
                text = base64.b64decode(text["b64"]).decode("latin-1")
            self.lines.append((name.lower(), text))

    def values(self, name):
        """All values of a field."""
        return [value for found, value in self.lines if found == name.lower()]


class Settings:
    """The policy with a profile and the request's own scopes applied."""

    def __init__(self, doc, profile, scopes):
        """`profile` is a dict of replacements; `scopes` None or text."""
        self.doc = doc
        self.bearer = doc.get("bearer", {})
        merged = {**doc, **profile}
        self.realm = merged["realm"]
        self.optional = merged.get("optional", False)
        self.describe = merged.get("describe", "full")
        self.challenge = profile.get("challenge", self.bearer.get("challenge", {}))
        self.access = profile.get("access")
        self.max_age = profile.get("max_age")
        self.strict = doc.get("whitespace") == "strict"
        self.cors = doc.get("cors", False)
        self.leeway = doc["leeway"].value if "leeway" in doc else Decimal(30)
        self.malformed_status = int(doc["malformed_status"].value) if "malformed_status" in doc else 401
        needed = merged.get("scopes", []) if scopes is None else scopes
        self.scopes = " ".join(needed) if isinstance(needed, list) else needed
        self.offered = doc.get("schemes", [name for name in ("bearer", "basic", "api_key") if name in doc])


class FixedKeys:
    """The keys of one `check`: sets that were pushed before it, else those of the policy."""

    def __init__(self, pushed):
        """`pushed` is sets by issuer."""
        self.pushed = pushed

    def of(self, issuer):
        """The issuer's set, or None."""
        known = self.pushed.get(issuer["issuer"])
        if known is None and "jwks" in issuer:
            known = keys.load_value(issuer["jwks"], [], jws.check_algorithm.p521)
        return known

    def want(self, issuer, _reason):
        """What is needed where a key is not there, and after how many seconds to ask again."""
        name = issuer["issuer"]
        need = {"keys": {"issuer": name, "jwks_uri": issuer["jwks_uri"]}} if "jwks_uri" in issuer else None
        cooldown = issuer.get("keys", {}).get("cooldown")
        return need, cooldown.text if cooldown else "30"


class RevokedIds:
    """Revoked token ids and nothing else."""

    def __init__(self, ids):
        """`ids` is a list of `jti`."""
        self.ids = ids

    def covers(self, claims):
        """Whether a token with these claims is revoked."""
        return claims.get("jti") in self.ids


class Outcome:
    """What is found out on the way."""

    def __init__(self):
        """Nothing yet."""
        self.reason = None
        self.scheme = self.issuer = self.subject = self.key_id = self.claims = self.need = None
        self.private = False
        self.cooldown = None


def decide(settings, request, key_sets, revoked, now):
    """Run the checks; the outcome always has a reason."""
    out = Outcome()
    found = presented.Found()
    try:
        if now <= 0:
            # An unset clock is a fault of the host, judged before everything else.
            raise Refused("internal_error")
        if preflight(settings.doc, request):
            out.reason = "preflight_exempt"
            return out
        if settings.doc.get("transport") == "tls" and not request.target.startswith("https://"):
            presented.at_transport(request, settings.doc, found)
            raise Refused("insecure_transport")
        presented.find(request, settings.doc, settings.strict, found)
        if found.scheme == "Bearer":
            token_checks(settings, found.value, key_sets, revoked, now, request.thumbprint, out)
        else:
            without_claims(settings, found, now, out)
        out.reason = "ok"
        out.private = not found.from_authorization
    except Refused as refusal:
        out.reason = refusal.reason
        out.claims = None
        if out.reason in ("credentials_missing", "session_cookie_missing") and settings.optional:
            out.reason = "anonymous_allowed"
    out.scheme = found.scheme
    return out


def preflight(doc, request):
    """A CORS preflight that the policy lets through."""
    names = {name for name, _ in request.lines}
    asked = request.method == "OPTIONS" and {"origin", "access-control-request-method"} <= names
    return asked and doc.get("preflight", "allow") == "allow"


def without_claims(settings, found, now, out):
    """Basic and API keys: the secret, then `access`, which nothing without claims fits, then scopes."""
    if found.scheme == "Basic":
        granted = basic.check(settings.doc["basic"], found.value, settings.strict, out)
    else:
        granted = api_key.check(settings.doc["api_key"], found.value, now, out)
    if settings.access:
        raise Refused("access_denied")
    words = " ".join(granted).split(" ")
    if not all(word in words for word in settings.scopes.split(" ") if word):
        raise Refused("insufficient_scope")


def token_checks(settings, text, key_sets, revoked, now, thumbprint, out):
    """Everything from the size on."""
    limit = settings.bearer.get("max_token_bytes")
    if len(text) > (int(limit.value) if limit else 8192):
        raise Refused("token_too_large")
    token = jws.Token(text)
    if token.form_fault:
        raise Refused(token.form_fault)
    header = token.header
    jws.header_members(header)
    if ("typ" in header and not isinstance(header["typ"], str)) or header.get("cty") == "JWT":
        raise Refused("token_type_mismatch")
    claims, issuer = choose_issuer(settings, token)
    check_type(header, issuer)
    p521 = jws.check_algorithm.p521
    jws.check_algorithm(header["alg"], issuer.get("algorithms"), jws.supported(p521))
    key = signature(token, issuer, key_sets, out)
    out.issuer, out.key_id = claims["iss"], key.kid
    out.subject = claims["sub"] if isinstance(claims.get("sub"), str) else None
    claim_checks(settings, issuer, claims, now, revoked, thumbprint)
    out.claims = Raw(compact(token.payload.decode()))


def choose_issuer(settings, token):
    """Payload form and `iss`."""
    claims = jws.strict_object(token.payload)
    if claims is None:
        raise Refused("jwt_malformed")
    if "iss" not in claims:
        raise Refused("claim_missing")
    iss = claims["iss"]
    if not isinstance(iss, str):
        raise Refused("claim_rejected")
    exact = [i for i in settings.bearer["issuers"] if i["issuer"] == iss and not TEMPLATE.search(i["issuer"])]
    matching = exact or [i for i in settings.bearer["issuers"] if template_fits(i, iss, claims)]
    if not matching:
        raise Refused("issuer_mismatch")
    return claims, matching[0]


def template_fits(issuer, iss, claims):
    """Whether `iss` is the template with the claim's own value in it."""
    place = TEMPLATE.search(issuer["issuer"])
    if not place:
        return False
    value = claims.get(place.group(1))
    if not isinstance(value, str) or not re.fullmatch(r"[A-Za-z0-9._-]+", value):
        return False
    allowed = issuer["tenants"] == "any" or value in issuer["tenants"]
    return allowed and iss == issuer["issuer"].replace(place.group(), value)


def media(value):
    """A media type for comparison."""
    value = value.lower()
    return value if "/" in value else "application/" + value


def check_type(header, issuer):
    """`typ` against the issuer's list."""
    allowed = issuer.get("typ", ["JWT", "at+jwt", None])
    if "typ" not in header:
        fits = None in allowed
    else:
        fits = media(header["typ"]) in [media(entry) for entry in allowed if entry is not None]
    if not fits:
        raise Refused("token_type_mismatch")


def signature(token, issuer, key_sets, out):
    """The key that holds; notes what the host has to fetch."""
    known = key_sets.of(issuer)
    if known is None:
        out.need, out.cooldown = key_sets.want(issuer, "keys_unavailable")
        raise Refused("keys_unavailable")
    try:
        return jws.choose_and_verify(token, known, issuer.get("algorithms"), strict=True)
    except Refused as refusal:
        if refusal.reason == "kid_unknown" and "kid" in token.header:
            out.need, _ = key_sets.want(issuer, "kid_unknown")
        raise


def claim_checks(settings, issuer, claims, now, revoked, thumbprint):
    """Everything behind the signature."""
    dates = claim_rules.times(claims, now, settings.leeway)
    claim_rules.audience(claims, issuer["audience"])
    max_age = settings.max_age or issuer.get("max_age")
    claim_rules.required(claims, issuer, max_age is not None)
    if max_age is not None and now - dates["iat"] > max_age.value + settings.leeway:
        raise Refused("claim_rejected")
    claim_rules.rules(claims, issuer)
    if revoked.covers(claims):
        raise Refused("token_revoked")
    claim_rules.binding(claims, thumbprint)
    access = issuer.get("access", {}) if settings.access is None else settings.access
    if not all(claim_rules.fits(claims, name, rule) for name, rule in access.items()):
        raise Refused("access_denied")
    names = settings.bearer.get("scope_claims", ["scope", "scp"])
    needed = [word for word in settings.scopes.split(" ") if word]
    claim_rules.scopes(claims, needed, names, issuer.get("typ") == ["at+jwt"])


def challenges(settings, out):
    """One challenge for each scheme offered; an error only on Bearer, unless another scheme was tried."""
    lines = []
    for section in settings.offered:
        if section == "bearer":
            lines.append(bearer_challenge(settings, out.reason, out.scheme in (None, "Bearer")))
            continue
        params, word = [["realm", settings.realm]], "Basic"
        if section == "basic":
            extra = ["charset", "UTF-8"]
        else:
            word = api_key.place(settings.doc["api_key"], "scheme") or "Api-Key"
            extra = ["header", api_key.place(settings.doc["api_key"], "header")]
        if extra[1] and settings.describe != "none":
            params.append(extra)
        lines.append(build(word, params))
    return lines


def bearer_challenge(settings, reason, was_tried):
    """The Bearer challenge for a reason."""
    _, error, text = reasons.TABLE[reason]
    error = error if was_tried else None
    given = dict(settings.challenge)
    params = {"realm": settings.realm}
    if settings.describe != "none":
        if error:
            params["error"] = error
        if error and settings.describe == "full":
            params["error_description"] = text
        scope = settings.scopes or given.get("scope")
        if scope and reason in reasons.WITH_SCOPE:
            params["scope"] = scope
        given.pop("scope", None)
        if not error:
            given.pop("error_uri", None)
        rest = [name for name in FIRST_PARAMS if name in given]
        rest += sorted(name for name in given if name not in FIRST_PARAMS)
        params.update({name: given[name] for name in rest})
    return build("Bearer", list(params.items()))


def headers(settings, out, status):
    """What the host adds to its response."""
    if status == 200:
        return [["Cache-Control", "private"]] if out.private else []
    lines = []
    if out.reason not in reasons.NO_CHALLENGE:
        lines += [["WWW-Authenticate", value] for value in challenges(settings, out)]
    lines.append(["Cache-Control", "no-store"])
    if status == 503:
        lines.append(["Retry-After", out.cooldown])
    if settings.cors:
        lines.append(["Access-Control-Expose-Headers", "WWW-Authenticate"])
    return lines


def judge(doc, asked, key_sets, revoked):
    """The answer's members for one request: `asked` has `request`, `now` and perhaps `profile` and `scopes`."""
    profile = asked.get("profile")
    if profile is not None and profile not in doc.get("profiles", {}):
        out = Outcome()
        out.reason = "internal_error"
        return answer(Settings(doc, {}, None), out)
    named = doc["profiles"][profile] if profile is not None else {}
    settings = Settings(doc, named, asked.get("scopes"))
    now = Decimal(asked["now"].text)
    return answer(settings, decide(settings, Request(asked["request"]), key_sets, revoked, now))


def answer(settings, out):
    """The members of an answer behind its id."""
    status = reasons.status_of(out.reason, settings.malformed_status)
    return {
        "status": status,
        "reason": out.reason,
        "scheme": out.scheme,
        "issuer": out.issuer,
        "subject": out.subject,
        "key_id": out.key_id,
        "headers": headers(settings, out, status),
        "claims": out.claims,
        "need": out.need,
    }
