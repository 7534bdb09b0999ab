"""One case line in, one answer line out."""

import base64
import re

from . import check, client, credentials, grammar, jws, keys, policy, store
from .jsontext import JsonError, Reader, parse, write
from .shape import CaseInvalid, check_asked, steps_of, text_list, want

ID = {"op", "id"}
MEMBERS = {
    "check": ID | {"policy", "policy_text", "keys", "request", "profile", "scopes", "revoked", "now"},
    "store": ID | {"policy", "policy_text", "steps"},
    "verify_jws": ID | {"token", "jwks", "algorithms"},
    "load_keys": ID | {"jwks", "jwks_text"},
    "parse_challenges": ID | {"values", "values_b64"},
    "parse_authorization": ID | {"value"},
    "build_challenge": ID | {"scheme", "params"},
    "decode": ID | {"token"},
    "next_step": ID | {"sent", "can", "state", "now", "seed", "responses"},
}
NEEDED = {
    "check": [("policy", "policy_text"), ("request",), ("now",)],
    "store": [("policy", "policy_text"), ("steps",)],
    "verify_jws": [("token",), ("jwks",)],
    "load_keys": [("jwks", "jwks_text")],
    "parse_challenges": [("values", "values_b64")],
    "parse_authorization": [("value",)],
    "build_challenge": [("scheme",), ("params",)],
    "decode": [("token",)],
    "next_step": [("now",), ("responses",)],
}
# Documents inside a case, which may repeat names: their own readers judge that.
FOREIGN = re.compile(r"/policy/|(/keys/[0-9]+)?/jwks/")
OF_STEP = re.compile(r"/steps/[0-9]+/(fetch_done/outcome/body|set_keys/jwks)/")


def policy_invalid(case_id, refused):
    """The answer where the policy does not load."""
    return {"id": case_id, "error": {"reason": "policy_invalid", "message": "*", "pointer": refused.pointer}}


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
            if OF_STEP.match(pointer):
                raise ValueError("a document of a step repeats a name: state it as text")
            want(FOREIGN.match(pointer))

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

    def next_step(self, case_id, case):
        """`next_step`."""
        return {"id": case_id, "steps": client.run(case)}

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
        try:
            doc = policy.load(self.policy_text(case), self.p521)
        except policy.PolicyInvalid as refused:
            return policy_invalid(case_id, refused)
        found = check.FixedKeys(self.fetched(case, doc))
        return {"id": case_id, **check.judge(doc, case, found, check.RevokedIds(case.get("revoked", [])))}

    def store(self, case_id, case):
        """`store`."""
        steps = steps_of(case)
        try:
            doc = policy.load(self.policy_text(case), self.p521)
        except policy.PolicyInvalid as refused:
            return policy_invalid(case_id, refused)
        return {"id": case_id, "steps": store.run(doc, steps, self.p521)}

    def policy_text(self, case):
        """The text of the policy document."""
        want("policy_text" not in case or isinstance(case["policy_text"], str))
        want("policy" not in case or isinstance(case["policy"], dict))
        return case["policy_text"] if "policy_text" in case else raw_member(self.source, "policy")

    def check_types(self, case):
        """Types of a `check` case."""
        check_asked(case)
        want("revoked" not in case or text_list(case["revoked"]))
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
            keys.refuse_symmetric(loaded)
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
