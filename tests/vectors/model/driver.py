"""One case line in, one answer line out."""

import base64
import re
from decimal import Decimal

from . import check, credentials, grammar, jws, keys, policy
from .jsontext import JsonError, Num, Reader, parse, write

ID = {"op", "id"}
MEMBERS = {
    "check": ID | {"policy", "policy_text", "keys", "request", "profile", "scopes", "revoked", "now"},
    "verify_jws": ID | {"token", "jwks", "algorithms"},
    "load_keys": ID | {"jwks", "jwks_text"},
    "parse_challenges": ID | {"values", "values_b64"},
    "parse_authorization": ID | {"value"},
    "build_challenge": ID | {"scheme", "params"},
    "decode": ID | {"token"},
}
NEEDED = {
    "check": [("policy", "policy_text"), ("request",), ("now",)],
    "verify_jws": [("token",), ("jwks",)],
    "load_keys": [("jwks", "jwks_text")],
    "parse_challenges": [("values", "values_b64")],
    "parse_authorization": [("value",)],
    "build_challenge": [("scheme",), ("params",)],
    "decode": [("token",)],
}
NOW = re.compile(r"-?[0-9]+(\.[0-9]{1,9})?")
SCOPES = re.compile(r"([!#-\[\]-~]+( [!#-\[\]-~]+)*)?")


class CaseInvalid(Exception):
    """The line is not a case."""


def want(condition):
    """Give the line up unless the condition holds."""
    if not condition:
        raise CaseInvalid


def text_list(value):
    """Whether the value is a list of strings."""
    return isinstance(value, list) and all(isinstance(member, str) for member in value)


class Line:
    """One parsed case line."""

    def __init__(self, text, p521):
        """Parse the line; `p521` says what the backend has."""
        self.p521 = p521
        jws.check_algorithm.p521 = p521
        try:
            self.case, self.repeated = parse(text)
        except JsonError as error:
            raise CaseInvalid from error
        self.source = text

    def below(self, pointer):
        """Repeated names below a place, relative to it."""
        return [p[len(pointer) :] for p in self.repeated if p.startswith(pointer + "/")]

    def own_names_once(self):
        """No repeated name outside `policy` and the key sets."""
        for pointer in self.repeated:
            want(pointer.startswith("/policy/") or re.match(r"(/keys/[0-9]+)?/jwks/", pointer))

    def key_set(self, holder, pointer):
        """The keys of a `jwks` or `jwks_text` member of `holder`."""
        want(("jwks" in holder) != ("jwks_text" in holder))
        if "jwks_text" in holder:
            want(isinstance(holder["jwks_text"], str))
            return keys.load_set(holder["jwks_text"], self.p521)
        return keys.load_value(holder["jwks"], self.below(pointer + "/jwks"), self.p521)

    def answer(self):
        """The answer as a value."""
        case = self.case
        want(isinstance(case, dict) and isinstance(case.get("id"), str))
        self.own_names_once()
        op = case.get("op")
        want(isinstance(op, str) and op in MEMBERS and set(case) <= MEMBERS[op])
        for choice in NEEDED[op]:
            want(sum(name in case for name in choice) == 1)
        return getattr(self, op)(case["id"], case)

    def load_keys(self, case_id, case):
        """`load_keys`."""
        return keys.answer(case_id, self.key_set(case, ""))

    def verify_jws(self, case_id, case):
        """`verify_jws`."""
        want(isinstance(case["token"], str) and ("algorithms" not in case or text_list(case["algorithms"])))
        return jws.verify_jws(case_id, case["token"], self.key_set(case, ""), case.get("algorithms"))

    def decode(self, case_id, case):
        """`decode`."""
        want(isinstance(case["token"], str))
        return jws.decode(case_id, case["token"])

    def parse_authorization(self, case_id, case):
        """`parse_authorization`."""
        want(isinstance(case["value"], str))
        return credentials.parse_authorization(case_id, case["value"])

    def build_challenge(self, case_id, case):
        """`build_challenge`."""
        want(isinstance(case["scheme"], str) and isinstance(case["params"], list))
        want(all(text_list(pair) and len(pair) == 2 for pair in case["params"]))
        return grammar.build_answer(case_id, case["scheme"], case["params"])

    def parse_challenges(self, case_id, case):
        """`parse_challenges`."""
        values = case.get("values", case.get("values_b64"))
        want(text_list(values))
        if "values_b64" in case:
            decoded = [base64.b64decode(value).decode("latin-1") for value in values]
            return grammar.parse_challenges(case_id, decoded, as_bytes=True)
        # Offsets count bytes, so the text is read as its UTF-8 bytes and given back as text.
        found = grammar.parse_challenges(case_id, [v.encode().decode("latin-1") for v in values], as_bytes=False)
        for challenge in found["challenges"]:
            challenge["params"] = [[n, v.encode("latin-1").decode()] for n, v in challenge["params"]]
        return found

    def check(self, case_id, case):
        """`check`."""
        self.check_types(case)
        source = case["policy_text"] if "policy_text" in case else raw_member(self.source, "policy")
        try:
            doc = policy.load(source, self.p521)
        except policy.PolicyInvalid as refused:
            error = {"reason": "policy_invalid", "message": "*", "pointer": refused.pointer}
            return {"id": case_id, "error": error}
        profile = case.get("profile")
        if profile is not None and profile not in doc.get("profiles", {}):
            settings = check.Settings(doc, {}, None)
            out = check.Outcome()
            out.reason = "internal_error"
            return check.answer(case_id, settings, out)
        named = doc["profiles"][profile] if profile is not None else {}
        settings = check.Settings(doc, named, case.get("scopes"))
        sets = self.fetched(case, doc)
        now = Decimal(case["now"].text)
        out = check.decide(settings, check.Request(case["request"]), sets, case.get("revoked", []), now)
        return check.answer(case_id, settings, out)

    def check_types(self, case):
        """Types of a `check` case."""
        want("policy_text" not in case or isinstance(case["policy_text"], str))
        want(isinstance(case["now"], Num) and NOW.fullmatch(case["now"].text))
        want(case.get("profile") is None or isinstance(case["profile"], str))
        if "scopes" in case:
            want(isinstance(case["scopes"], str) and SCOPES.fullmatch(case["scopes"]))
        want("revoked" not in case or text_list(case["revoked"]))
        request = case["request"]
        want(isinstance(request, dict) and {"target", "headers"} <= set(request))
        want(set(request) <= {"method", "target", "headers", "client_cert_sha256"})
        want(isinstance(request.get("method", "GET"), str) and isinstance(request["target"], str))
        thumbprint = request.get("client_cert_sha256")
        want(thumbprint is None or isinstance(thumbprint, str))
        want(isinstance(request["headers"], list))
        for pair in request["headers"]:
            want(isinstance(pair, list) and len(pair) == 2 and isinstance(pair[0], str))
            raw = isinstance(pair[1], dict) and set(pair[1]) == {"b64"} and isinstance(pair[1]["b64"], str)
            want(isinstance(pair[1], str) or raw)
        want(isinstance(case.get("keys", []), list))
        for entry in case.get("keys", []):
            want(isinstance(entry, dict) and set(entry) <= {"issuer", "jwks", "jwks_text"})
            want(isinstance(entry.get("issuer"), str))

    def fetched(self, case, doc):
        """The sets of `keys`, by issuer; those without a usable key are ignored."""
        known = {entry["issuer"] for entry in doc.get("bearer", {}).get("issuers", [])}
        out = {}
        for index, entry in enumerate(case.get("keys", [])):
            loaded = self.key_set(entry, f"/keys/{index}")
            if loaded is None or entry["issuer"] not in known:
                continue
            for key in loaded:
                if key.kty == "oct":
                    key.reason = "key_symmetric_from_network"
            if any(key.usable for key in loaded):
                out[entry["issuer"]] = loaded
        return out


def raw_member(text, wanted):
    """The text of one member of the outermost object, so that it can be read again by itself."""
    reader = Reader(text)
    reader.skip()
    reader.expect("{")
    while True:
        reader.skip()
        name = reader.string()
        reader.skip()
        reader.expect(":")
        reader.skip()
        start = reader.at
        reader.value("", 2)
        if name == wanted:
            return text[start : reader.at]
        reader.skip()
        reader.expect(",")


def run(text, p521=True):
    """The answer line for a case line."""
    case_id = None
    try:
        line = Line(text, p521)
        case_id = line.case.get("id") if isinstance(line.case, dict) else None
        case_id = case_id if isinstance(case_id, str) and "/id" not in line.repeated else None
        return write(line.answer())
    except CaseInvalid:
        return write({"id": case_id, "error": {"reason": "case_invalid", "message": "*"}})
