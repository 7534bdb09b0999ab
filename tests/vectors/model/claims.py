"""Claims: times, audience, required ones, rules, binding, scopes."""

from decimal import Decimal, getcontext

from .jsontext import Num
from .jws import Refused

# Comparison is exact: sums must not be rounded.
getcontext().prec = 2000
LAST_DATE = Decimal(253402300799)
PROFILE_CLAIMS = ["iss", "exp", "aud", "sub", "client_id", "iat", "jti"]


def lookup(claims, name):
    """A claim by name or JSON Pointer; (found, value)."""
    if not name.startswith("/"):
        return name in claims, claims.get(name)
    value = claims
    for step in name[1:].split("/"):
        step = step.replace("~1", "/").replace("~0", "~")
        if isinstance(value, dict) and step in value:
            value = value[step]
        elif isinstance(value, list) and step.isdigit() and int(step) < len(value):
            value = value[int(step)]
        else:
            return False, None
    return True, value


def same(left, right):
    """Equality of JSON scalars: one type, exact value."""
    return type(left) is type(right) and not isinstance(left, (dict, list)) and left == right


def fits(claims, name, rule):
    """Whether a rule of `claims` or `access` fits."""
    found, value = lookup(claims, name)
    if not found:
        return False
    if isinstance(rule, dict):
        return isinstance(value, list) and any(same(member, rule["contains"]) for member in value)
    wanted = rule if isinstance(rule, list) else [rule]
    present = value if isinstance(value, list) else [value]
    return any(same(p, w) for p in present for w in wanted)


def times(claims, now, leeway):
    """The types of the dates, then their values."""
    dates = {}
    for name in ("exp", "nbf", "iat"):
        if name in claims:
            value = claims[name]
            if not isinstance(value, Num) or abs(value.value) > LAST_DATE:
                raise Refused("claim_rejected")
            dates[name] = value.value
    if "exp" in dates and now >= dates["exp"] + leeway:
        raise Refused("token_expired")
    for name in ("nbf", "iat"):
        if name in dates and dates[name] > now + leeway:
            raise Refused("token_not_yet_valid")
    return dates


def audience(claims, wanted):
    """`aud`: its type always, its value unless switched off."""
    value = claims.get("aud")
    if "aud" in claims:
        strings = isinstance(value, list) and all(isinstance(member, str) for member in value)
        if not isinstance(value, str) and not strings:
            raise Refused("claim_rejected")
    if wanted is False:
        return
    wanted = wanted if isinstance(wanted, list) else [wanted]
    present = [value] if isinstance(value, str) else value or []
    if not any(member in wanted for member in present):
        raise Refused("audience_mismatch")


def required(claims, issuer, has_max_age):
    """Types of `sub` and `jti`, then what is missing."""
    for name in ("sub", "jti"):
        if name in claims and not isinstance(claims[name], str):
            raise Refused("claim_rejected")
    names = list(issuer.get("required", ["exp"]))
    if issuer.get("typ") == ["at+jwt"]:
        names += PROFILE_CLAIMS
    if has_max_age:
        names.append("iat")
    if any(name not in claims for name in names):
        raise Refused("claim_missing")


def rules(claims, issuer):
    """The `claims` rules, then `reject`."""
    for name, rule in issuer.get("claims", {}).items():
        if not fits(claims, name, rule):
            raise Refused("claim_rejected")
    for name, rule in issuer.get("reject", {}).items():
        if fits(claims, name, rule):
            text = lookup(claims, name)[1]
            text = text.lower() if isinstance(text, str) else ""
            kind = "refresh_token_given" if "refresh" in text else "id_token_given"
            raise Refused(kind if "refresh" in text or "id" in text else "token_type_mismatch")


def binding(claims, thumbprint):
    """`cnf`: DPoP first, then the certificate."""
    if "cnf" not in claims:
        return
    cnf = claims["cnf"]
    if not isinstance(cnf, dict):
        raise Refused("claim_rejected")
    for name in ("jkt", "x5t#S256"):
        if name in cnf and not isinstance(cnf[name], str):
            raise Refused("claim_rejected")
    if "jkt" in cnf:
        raise Refused("dpop_downgrade")
    if "x5t#S256" in cnf:
        if thumbprint is None:
            raise Refused("certificate_missing")
        if thumbprint != cnf["x5t#S256"]:
            raise Refused("certificate_mismatch")


def scopes(claims, needed, names, profile_mode):
    """The first scope claim that is present must hold every needed word."""
    if not needed:
        return
    granted = []
    for name in names:
        if name not in claims:
            continue
        value = claims[name]
        if isinstance(value, str):
            granted = [word for word in value.split(" ") if word]
        elif isinstance(value, list) and all(isinstance(member, str) for member in value):
            if profile_mode and name == "scope":
                raise Refused("claim_rejected")
            granted = value
        else:
            raise Refused("claim_rejected")
        break
    if any(word not in granted for word in needed):
        raise Refused("insufficient_scope")
