"""What a client does after a response: one step, with a reason, and the state that bounds every loop."""

import base64
import calendar
import datetime
import ipaddress
import re

from . import tolerant
from .jsontext import Num
from .shape import CaseInvalid, members, text_list, want

SCHEMES = {name.lower(): name for name in ("Bearer", "DPoP", "Digest", "Basic", "Api-Key")}
TOKEN_SCHEMES = ("bearer", "dpop")
TRIPS, WAITS, LONGEST = 3, 5, 300
MOST_SECONDS = 2**32 - 1
RENEWED, STEPPED_UP, SWITCHED, SAW_STRONG, NONCED = (1 << place for place in range(16, 21))
ERRORS_OF_PROOF = ("use_dpop_nonce", "invalid_dpop_proof")
WHOLE = re.compile(r"-?[0-9]+")
URL = re.compile(r"(https?)://(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._\-]+)(?::([0-9]+))?(?=[/?#]|$)", re.IGNORECASE)
URL_REST = re.compile(r"(?:[A-Za-z0-9\-._~!$&'()*+,;=:@/?]|%[0-9A-Fa-f]{2})*")
MONTHS = list(calendar.month_abbr)[1:]
DATES = (
    re.compile(r"\w+, (?P<day>\d\d) (?P<month>\w{3}) (?P<year>\d{4}) (?P<time>\d\d:\d\d:\d\d) GMT"),
    re.compile(r"\w+, (?P<day>\d\d)-(?P<month>\w{3})-(?P<year>\d\d) (?P<time>\d\d:\d\d:\d\d) GMT"),
    re.compile(r"\w{3} (?P<month>\w{3}) +(?P<day>\d{1,2}) (?P<time>\d\d:\d\d:\d\d) (?P<year>\d{4})"),
)


def whole(value, low, end):
    """A whole number of a range."""
    want(isinstance(value, Num) and WHOLE.fullmatch(value.text) and low <= int(value.text) < end)
    return int(value.text)


def scheme_of(name):
    """The scheme of a name, in lower case; a name that is not known makes the line no case."""
    want(isinstance(name, str) and name.lower() in SCHEMES)
    return name.lower()


def text_or_none(value):
    """A string, or null."""
    want(value is None or isinstance(value, str))
    return value


class Ask:
    """A case, read: what was sent, what the client can do, and the responses."""

    def __init__(self, case):
        """Check members and types."""
        sent, can, far = case.get("sent", {}), case.get("can", {}), 2**53
        members(sent, (), ("scheme", "expires", "superseded", "url"))
        members(can, (), ("refresh", "interactive", "schemes", "replay", "idempotent", "strict", "downgrade"))
        name, expires = sent.get("scheme"), sent.get("expires")
        self.scheme = None if name is None else scheme_of(name)
        self.expires = None if expires is None else whole(expires, 1 - far, far)
        self.url = text_or_none(sent.get("url"))
        self.superseded = self.truth(sent, "superseded")
        want(text_list(can.get("schemes", [])))
        self.schemes = [scheme_of(name) for name in can.get("schemes", [])]
        names = ("refresh", "interactive", "replay", "idempotent", "strict", "downgrade")
        self.can = {name for name in names if self.truth(can, name)}
        self.now = whole(case["now"], 1 - far, far)
        self.seed = whole(case.get("seed", Num("0")), 0, far)
        self.state = self.whole_state(whole(case.get("state", Num("0")), 0, 2**32))
        want(isinstance(case["responses"], list) and len(case["responses"]) <= 256)
        self.responses = [self.response(value) for value in case["responses"]]

    @staticmethod
    def truth(holder, name):
        """True or false; false if it is absent."""
        value = holder.get(name, False)
        want(isinstance(value, bool))
        return value

    @staticmethod
    def whole_state(bits):
        """A number that no state has is that of a request without any tries left."""
        return bits if bits < 1 << 21 else bits & 0x1F0000 | 0xFFFF

    @staticmethod
    def response(value):
        """Status, field lines and address of a response."""
        members(value, ("status",), ("headers", "url"))
        lines = value.get("headers", [])
        want(isinstance(lines, list))
        found = []
        for line in lines:
            want(isinstance(line, list) and len(line) == 2 and isinstance(line[0], str))
            found.append((line[0].lower(), field_bytes(line[1])))
        return whole(value["status"], 0, 2**16), found, text_or_none(value.get("url"))


def field_bytes(value):
    """The bytes of a field value."""
    if isinstance(value, str):
        return value.encode()
    members(value, ("b64",))
    want(isinstance(value["b64"], str))
    try:
        return base64.b64decode(value["b64"], validate=True)
    except ValueError as error:
        raise CaseInvalid from error


def origin(url):
    """Scheme, host and port; None for what is no http or https URL."""
    match = URL.match(url)
    if not match:
        return None
    scheme, host, port = match[1].lower(), match[2].lower(), match[3]
    port = int(port) if port else {"http": 80, "https": 443}[scheme]
    return (scheme, host, port) if 0 < port < 2**16 else None


def metadata_url(text):
    """Whether metadata may be fetched from here: by https, or on this machine."""
    match, found = URL.match(text), origin(text)
    if not found or not URL_REST.fullmatch(text[match.end() :]):
        return False
    host = found[1].strip("[]")
    return found[0] == "https" or host == "localhost" or is_loopback(host)


def is_loopback(host):
    """Whether an address is this machine's."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def retry_after(text, now):
    """Seconds of a Retry-After value, or None."""
    text = text.strip(" \t")
    if re.fullmatch(r"[0-9]+", text):
        return min(int(text), MOST_SECONDS)
    match = next(filter(None, (form.fullmatch(text) for form in DATES)), None)
    if not match or match["month"] not in MONTHS:
        return None
    year = int(match["year"])
    year += 0 if year > 99 else 2000 if year < 70 else 1900
    clock = [int(part) for part in match["time"].split(":")]
    try:
        moment = datetime.datetime(year, MONTHS.index(match["month"]) + 1, int(match["day"]), *clock)
    except ValueError:
        return None
    return min(max(calendar.timegm(moment.timetuple()) - now, 0), MOST_SECONDS)


def backoff(seed, waits):
    """A number between nothing and a bound that doubles, by SplitMix64."""
    mask = 2**64 - 1
    bits = (seed + waits * 0x9E3779B97F4A7C15) & mask
    for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
        bits = (bits ^ bits >> shift) * factor & mask
    return (bits ^ bits >> 31) % (min(2 ** (waits + 1), LONGEST) + 1)


def error_of(challenge):
    """The error, if one is named."""
    return challenge["params"].get("error") or None


def is_stale(challenge):
    """Whether only the nonce was old."""
    return challenge["params"].get("stale", "").lower() == "true"


def strength(challenge):
    """Place among the schemes, the strongest first."""
    name, algorithm = challenge["scheme"].lower(), challenge["params"].get("algorithm", "MD5").upper()
    if name == "digest":
        order = {"SHA-512-256": 2, "SHA-512-256-SESS": 2, "SHA-256": 3, "SHA-256-SESS": 3}
        return order.get(algorithm, 6)
    return {"dpop": 0, "bearer": 1, "api-key": 4, "basic": 5}[name]


class Turn:
    """One response and its step."""

    def __init__(self, ask, state, response):
        """Read the response."""
        self.ask, self.state = ask, state
        self.status, self.fields, self.url = response
        lines = [value.decode("latin-1") for value in self.values("www-authenticate")]
        self.challenged = bool(lines)
        self.challenges, self.warnings = tolerant.read(lines)
        self.token = ask.scheme in TOKEN_SCHEMES
        self.deciding = None
        self.out = {}

    def values(self, name):
        """The field lines of a name."""
        return [value for field, value in self.fields if field == name]

    def answer(self):
        """The step as the driver writes it."""
        step, reason = self.decide()
        state = self.state | (
            SAW_STRONG if any(c["scheme"].lower() in ("dpop", "digest") for c in self.challenges) else 0
        )
        params = self.deciding["params"] if self.deciding else {}
        age, metadata = params.get("max_age", ""), params.get("resource_metadata", "")
        moves = step != "stop"
        nonce = self.out.get("nonce")
        if nonce is None and (self.ask.scheme == "dpop" or self.out.get("scheme") == "DPoP"):
            nonce = self.dpop_nonce()
        return {
            "step": step,
            "reason": reason,
            "replay": moves and "replay" in self.ask.can,
            "state": state,
            "scheme": self.out.get("scheme"),
            "scope": params.get("scope"),
            "acr_values": params.get("acr_values"),
            "max_age": int(age) if re.fullmatch(r"[0-9]+", age) and int(age) < 2**32 else None,
            "resource_metadata": metadata if metadata_url(metadata) else None,
            "nonce": nonce,
            "seconds": self.out.get("seconds"),
            "offered": [challenge["scheme"] for challenge in self.challenges],
            "warnings": self.warnings,
        }

    def decide(self):
        """Step and reason by status."""
        status, ask = self.status, self.ask
        if status == 0:
            return self.wait(None, "no_response") if "idempotent" in ask.can else ("stop", "no_response")
        if status < 400:
            return "stop", "answered"
        both = ask.url is not None and self.url is not None
        elsewhere = both and (origin(ask.url) is None or origin(ask.url) != origin(self.url))
        if status in (401, 403) and elsewhere:
            return "stop", "other_origin"
        if status == 401:
            return self.unauthorized()
        if status == 403:
            return self.forbidden()
        if status in (429, 503):
            return self.outage()
        if status == 407:
            return "stop", "proxy_authentication"
        if status >= 500:
            return "stop", "server_error"
        if any(self.of_token(c) and error_of(c) == "invalid_request" for c in self.challenges):
            return "stop", "invalid_request"
        if status == 400 and ask.scheme is None and self.challenges and not elsewhere:
            return self.choose()
        return "stop", "client_error"

    @staticmethod
    def of_token(challenge):
        """Whether a challenge is about access tokens."""
        return challenge["scheme"].lower() in TOKEN_SCHEMES

    def go(self, step, reason, marks=0):
        """A round trip, if one is left."""
        if self.state & 0xFF >= TRIPS:
            return "stop", "refused_again"
        self.state = (self.state + 1) & ~NONCED | marks
        return step, reason

    def renewal(self, step, reason):
        """Another credential, once."""
        return ("stop", "refused_again") if self.state & RENEWED else self.go(step, reason, RENEWED)

    def unauthorized(self):
        """401: a challenge that speaks of what was sent, or a choice among others."""
        same = [c for c in self.challenges if c["scheme"].lower() == self.ask.scheme]
        others = [c for c in self.challenges if self.token and self.of_token(c) and c not in same]
        named = [c for c in same if error_of(c)]
        told = [c for c in others if error_of(c) and error_of(c) not in ERRORS_OF_PROOF]
        for group in (named, told, same):
            if group:
                requests = [c for c in group if error_of(c) == "invalid_request"]
                stale = [c for c in group if is_stale(c)]
                self.deciding = (requests or stale or group)[0]
                return self.refused(error_of(self.deciding))
        return self.choose()

    def refused(self, error):
        """What the error of the deciding challenge asks for."""
        interactive = "interactive" in self.ask.can
        if error == "invalid_request":
            return "stop", "invalid_request"
        if not self.token:
            if self.ask.scheme == "digest" and is_stale(self.deciding):
                value = self.deciding["params"].get("nonce", "")
                return self.nonce(value if re.fullmatch(r"[ -~]+", value) else None, "digest_stale")
            return (
                self.renewal("reauthenticate", "credentials_refused")
                if interactive
                else ("stop", "credentials_refused")
            )
        if error == "invalid_token":
            return self.renew("invalid_token")
        if error == "use_dpop_nonce":
            return self.nonce(self.dpop_nonce(), "dpop_nonce")
        if error == "insufficient_user_authentication":
            return self.step_up("authentication_insufficient")
        if error == "insufficient_scope":
            return self.step_up("insufficient_scope")
        if error == "invalid_dpop_proof":
            return "stop", "invalid_dpop_proof"
        return self.unexplained() if error is None else ("stop", "error_unknown")

    def renew(self, reason):
        """Another token by the best way there is."""
        if self.ask.superseded:
            return self.renewal("retry", "token_superseded")
        for way, step in (("refresh", "refresh"), ("interactive", "reauthenticate")):
            if way in self.ask.can:
                return self.renewal(step, reason)
        return "stop", "refused_again" if self.state & RENEWED else reason

    def unexplained(self):
        """A token was refused without a word."""
        if self.ask.expires is not None and self.ask.now >= self.ask.expires:
            return self.renew("token_expired")
        return ("stop", "unexplained") if "strict" in self.ask.can else self.renew("unexplained")

    def nonce(self, value, reason):
        """Once more with the server's nonce, not twice in a row."""
        self.out["nonce"] = value
        if value is None:
            return "stop", reason
        return ("stop", "refused_again") if self.state & NONCED else self.go("retry", reason, NONCED)

    def step_up(self, reason):
        """The person is asked, once, and not for what another request got meanwhile."""
        if self.state & STEPPED_UP:
            return "stop", "refused_again"
        if "interactive" not in self.ask.can:
            return "stop", reason
        if self.ask.superseded and not self.state & RENEWED:
            return self.renewal("retry", "token_superseded")
        return self.go("step_up", reason, STEPPED_UP | RENEWED)

    def choose(self):
        """The strongest scheme that is offered and supported."""
        if not self.challenges:
            if self.token:
                return self.unexplained()
            return "stop", "challenges_unreadable" if self.challenged else "challenge_missing"
        known = sorted((c for c in self.challenges if c["scheme"].lower() in self.ask.schemes), key=strength)
        if not known:
            return "stop", "scheme_unsupported"
        name = known[0]["scheme"].lower()
        strong = any(c["scheme"].lower() in ("dpop", "digest") for c in self.challenges)
        if name == "basic" and not strong and self.state & SAW_STRONG and "downgrade" not in self.ask.can:
            return "stop", "downgrade"
        self.deciding = known[0]
        if self.ask.scheme is None and name in TOKEN_SCHEMES:
            way = "interactive" in self.ask.can
            return self.renewal("authorize", "credentials_needed") if way else ("stop", "credentials_needed")
        if self.state & SWITCHED:
            return "stop", "refused_again"
        step = self.go("switch_scheme", "scheme_refused" if self.ask.scheme else "credentials_needed", SWITCHED)
        if step[0] != "stop":
            self.out["scheme"] = SCHEMES[name]
        return step

    def forbidden(self):
        """403: a step-up by scope, or nothing."""
        of_scope = [c for c in self.challenges if self.of_token(c) and error_of(c) == "insufficient_scope"]
        if not of_scope or not self.token:
            return "stop", "forbidden"
        self.deciding = of_scope[0]
        return self.step_up("insufficient_scope")

    def outage(self):
        """429 and 503."""
        told = [retry_after(value.decode("latin-1"), self.ask.now) for value in self.values("retry-after")[:1]]
        seconds = told[0] if told else None
        if seconds is not None and seconds > LONGEST:
            self.out["seconds"] = seconds
            return "stop", "wait_too_long"
        return self.wait(seconds, "outage")

    def wait(self, seconds, reason):
        """Wait as told or for a random while, five times at most."""
        waits = self.state >> 8 & 0xFF
        if waits >= WAITS:
            return "stop", "refused_again"
        self.out["seconds"] = backoff(self.ask.seed, waits) if seconds is None else seconds
        self.state += 1 << 8
        return "wait", reason

    def dpop_nonce(self):
        """The one DPoP-Nonce, if its form is right."""
        lines = [value.decode("latin-1").strip(" \t") for value in self.values("dpop-nonce")]
        return lines[0] if len(lines) == 1 and re.fullmatch(r"[!#-\[\]-~]+", lines[0]) else None


def run(case):
    """The steps after the responses of a case."""
    ask = Ask(case)
    state, steps = ask.state, []
    for response in ask.responses:
        steps.append(Turn(ask, state, response).answer())
        state = steps[-1]["state"]
    return steps
