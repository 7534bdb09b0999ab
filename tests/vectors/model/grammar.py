"""RFC 9110 section 11: challenges and credentials, read and written."""

import base64
import re

TCHAR = r"[!#$%&'*+\-.^_`|~0-9A-Za-z]"
TOKEN = re.compile(TCHAR + "+")
TOKEN68 = re.compile(r"[A-Za-z0-9\-._~+/]+=*")
PARAM_START = re.compile(rf"({TCHAR}+)[ \t]*=[ \t]*")
UNQUOTED_IN_DIGEST = ("stale", "algorithm", "userhash")
LINE_BREAKERS = "\r\n\0"
# In credentials every control is refused; in a challenge being read the others may stand inside quotes.
CONTROLS = "".join(map(chr, range(0x20))).replace("\t", "") + "\x7f"
PLAIN_ONLY = ("error", "error_description", "scope")


class Fault(Exception):
    """A fault of grammar at an offset; `done` holds a challenge that was complete before it."""

    def __init__(self, offset, done=None):
        """Keep the place."""
        super().__init__(offset)
        self.offset = offset
        self.done = done


def skip_spaces(text, at):
    """The offset behind spaces and tabs."""
    while at < len(text) and text[at] in " \t":
        at += 1
    return at


def quoted_string(text, at, forbidden):
    """Value of a quoted string and the offset behind it; faults point at the opening quote."""
    start, out = at, []
    at += 1
    while at < len(text):
        char = text[at]
        if char == '"':
            return "".join(out), at + 1
        if char == "\\":
            at += 1
            if at == len(text):
                break
            char = text[at]
        if char in forbidden:
            raise Fault(start)
        out.append(char)
        at += 1
    raise Fault(start)


def parameter(text, at, forbidden=LINE_BREAKERS):
    """One name=value; None if there is no name with an equals sign here."""
    match = PARAM_START.match(text, at)
    if not match:
        return None
    name, at = match.group(1).lower(), match.end()
    if text[at : at + 1] == '"':
        value, at = quoted_string(text, at, forbidden)
    else:
        word = TOKEN.match(text, at)
        if not word:
            raise Fault(at)
        value, at = word.group(), word.end()
    return name, value, at


def token68(text, at):
    """A token68 that fills its place (end or comma behind it), or None."""
    match = TOKEN68.match(text, at)
    if not match:
        return None
    end = skip_spaces(text, match.end())
    return match if end == len(text) or text[end] == "," else None


def starts_challenge(text, at):
    """Whether a new challenge, not a parameter, begins here."""
    return TOKEN.match(text, at) and not PARAM_START.match(text, at)


def challenges_of(text):
    """Challenges of one field value; yields them and raises `Fault` at the first fault."""
    at = 0
    while True:
        while at < len(text) and text[at] in " \t,":
            at += 1
        if at == len(text):
            return
        word = TOKEN.match(text, at)
        if not word:
            raise Fault(at)
        out = {"scheme": word.group(), "token68": None, "params": []}
        at = word.end()
        body = skip_spaces(text, at)
        if body > at and text[body : body + 1] == ",":
            # Empty elements may stand before the first parameter.
            first = re.compile(r"[ \t,]*").match(text, body).end()
            body = first if PARAM_START.match(text, first) else body
        if body == len(text) or text[body] == ",":
            yield out
            at = body
            continue
        if body == at:
            raise Fault(at)
        at = challenge_body(text, body, out)
        yield out
        at = skip_spaces(text, at)
        if at < len(text) and text[at] != ",":
            raise Fault(at)


def challenge_body(text, at, out):
    """Fill in token68 or parameters; the offset behind them."""
    match = token68(text, at)
    if match:
        out["token68"] = match.group()
        return match.end()
    if not PARAM_START.match(text, at):
        match = TOKEN68.match(text, at)
        behind = skip_spaces(text, match.end()) if match else at
        raise Fault(match.end() if match and behind == match.end() else at)
    while True:
        start = at
        name, value, at = parameter(text, at)
        if name in [p[0] for p in out["params"]]:
            raise Fault(start)
        out["params"].append([name, value])
        at = skip_spaces(text, at)
        if at == len(text):
            return at
        if text[at] != ",":
            raise Fault(at)
        end = at
        while at < len(text) and text[at] in " \t,":
            at += 1
        if at == len(text) or starts_challenge(text, at):
            return end
        if not PARAM_START.match(text, at):
            raise Fault(at)


def parse_challenges(case_id, values, as_bytes):
    """The answer of `parse_challenges`; bytes come as Latin-1 text here."""
    found, error = [], None
    for index, value in enumerate(values):
        try:
            for challenge in challenges_of(value):
                found.append(challenge)
        except Fault as fault:
            error = {"reason": "challenge_malformed", "value": index, "offset": fault.offset}
            break
    if as_bytes:
        for challenge in found:
            challenge["params"] = [[n, raw_bytes(v)] for n, v in challenge["params"]]
    return {"id": case_id, "challenges": found, "error": error}


def raw_bytes(value):
    """A value with a byte over 0x7F comes back in base64."""
    if value.isascii():
        return value
    return {"b64": base64.b64encode(value.encode("latin-1")).decode()}


def credentials(text):
    """Scheme, token68 and parameters of an Authorization value (already trimmed), or None."""
    word = TOKEN.match(text)
    if not word:
        return None
    out = {"scheme": word.group(), "token68": None, "params": []}
    at = word.end()
    if at == len(text):
        return out
    if text[at] != " ":
        return None
    while at < len(text) and text[at] == " ":
        at += 1
    match = TOKEN68.fullmatch(text, at)
    if match:
        out["token68"] = match.group()
        return out
    while True:
        try:
            found = parameter(text, at, CONTROLS)
        except Fault:
            return None
        if not found or found[0] in [p[0] for p in out["params"]]:
            return None
        out["params"].append([found[0], found[1]])
        at = skip_spaces(text, found[2])
        if at == len(text):
            return out
        if text[at] != ",":
            return None
        at = skip_spaces(text, at + 1)


def build(scheme, params):
    """A challenge as text, or None where it cannot be written."""
    if not TOKEN.fullmatch(scheme):
        return None
    out, seen = [], set()
    for name, value in params:
        if not TOKEN.fullmatch(name) or name.lower() in seen:
            return None
        seen.add(name.lower())
        if any((c < " " and c != "\t") or c == "\x7f" for c in value):
            return None
        if name in PLAIN_ONLY and any(c in '"\\' or c > "~" for c in value):
            return None
        if scheme == "Digest" and name in UNQUOTED_IN_DIGEST:
            out.append(f"{name}={value}")
            continue
        escaped = value.replace("\\", "\\\\").replace('"', '\\"')
        out.append(f'{name}="{escaped}"')
    return f"{scheme} {', '.join(out)}".rstrip()


def build_answer(case_id, scheme, params):
    """The answer of `build_challenge`."""
    value = build(scheme, params)
    error = None if value is not None else {"reason": "challenge_invalid", "message": "*"}
    return {"id": case_id, "value": value, "error": error}
