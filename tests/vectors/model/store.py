"""A live store, asked step by step: its sources, their tickets, and what is revoked."""

from decimal import Decimal

from . import check, metadata
from .jsontext import write
from .source import FETCH_SECONDS, Source

MAX_BYTES = metadata.BYTES


def seconds(number):
    """The exact value of a time."""
    return Decimal(number.text)


def moment_of(step):
    """The monotonic time of a step, or None."""
    return seconds(step["monotonic"]) if "monotonic" in step else None


def response_of(holder, name):
    """A document with what its response said; `holder` has it as JSON or as text."""
    text = holder[f"{name}_text"] if f"{name}_text" in holder else write(holder[name])
    max_age = holder.get("max_age")
    age = None if max_age is None else int(max_age.text)
    return {"text": text, "etag": holder.get("etag"), "max_age": age}


class Revoked:
    """What the host has revoked."""

    def __init__(self):
        """Nothing."""
        self.ids, self.sessions, self.subjects = set(), set(), {}

    def add(self, names):
        """These too; of two moments for one subject the later one counts."""
        self.ids |= set(names.get("ids", []))
        self.sessions |= set(names.get("sessions", []))
        for entry in names.get("subjects", []):
            subject, before = entry["subject"], seconds(entry["before"])
            self.subjects[subject] = max(before, self.subjects.get(subject, before))

    def replace(self, names):
        """These and no others, of each kind that is spoken of."""
        for kind in names:
            setattr(self, kind, {} if kind == "subjects" else set())
        self.add(names)

    def covers(self, claims):
        """Whether a token with these claims is revoked."""
        if claims.get("jti") in self.ids:
            return True
        if isinstance(claims.get("sid"), str) and claims["sid"] in self.sessions:
            return True
        before = self.subjects.get(claims.get("sub"))
        return before is not None and ("iat" not in claims or claims["iat"].value < before)


class LiveKeys:
    """The store as one check meets it."""

    def __init__(self, store, now):
        """`now` is the monotonic time, or None."""
        self.store, self.now = store, now

    def of(self, issuer):
        """The issuer's set, or None."""
        source = self.store.sources[issuer["issuer"]]
        if source.stands_in:
            source.want("first_use")
        return source.usable_keys(self.now)

    def want(self, issuer, reason):
        """Mark the source; what the host is asked for, and for how many seconds there is nothing to get."""
        source = self.store.sources[issuer["issuer"]]
        missing = "first_use" if source.keys is None else "expired"
        source.want("unknown_kid" if reason == "kid_unknown" else missing)
        need = {"keys": {"issuer": source.name, "jwks_uri": source.url}} if source.waiting_helps(self.now) else None
        if reason == "kid_unknown":
            return need, None
        return need, str(source.seconds_left(self.now))


class Store:
    """The sources of a policy in their order."""

    def __init__(self, doc, p521):
        """`doc` is the checked policy."""
        self.doc = doc
        issuers = doc.get("bearer", {}).get("issuers", [])
        self.sources = {entry["issuer"]: Source(entry, p521) for entry in issuers}
        self.revoked = Revoked()
        self.tickets = 0
        self.first = 0

    def next_fetch(self, step):
        """Each source gets its turn: the one behind that of the last ticket is asked first."""
        now, sources = seconds(step["monotonic"]), list(self.sources.values())
        for place in [*range(self.first, len(sources)), *range(self.first)]:
            handed = sources[place].hand_out(now)
            if handed is None:
                continue
            kind, reason, url, etag = handed
            ticket, self.first = self.tickets, (place + 1) % len(sources)
            self.tickets += 1
            sources[place].attempt.ticket = ticket
            return {
                "ticket": ticket,
                "kind": kind,
                "reason": reason,
                "issuer": sources[place].name,
                "url": url,
                "etag": etag,
                "deadline_in": FETCH_SECONDS,
                "max_bytes": MAX_BYTES,
            }
        return None

    def fetch_done(self, step):
        """The answer goes to the source whose open ticket it names."""
        named = step["ticket"]
        ticket = self.tickets - 1 if named == "last" else int(named.text)
        outcome = step["outcome"]
        if isinstance(outcome, str):
            kind, response = outcome, {"max_age": None}
        elif "not_modified" in outcome:
            kind, max_age = "not_modified", outcome["not_modified"].get("max_age")
            response = {"max_age": None if max_age is None else int(max_age.text)}
        else:
            kind, response = "body", response_of(outcome, "body")
        for source in self.sources.values():
            if source.attempt and source.attempt.open() and source.attempt.ticket == ticket:
                return source.answered(kind, response, seconds(step["monotonic"]))
        return "ignored"

    def check(self, step):
        """One request."""
        return check.judge(self.doc, step, LiveKeys(self, moment_of(step)), self.revoked)

    def set_keys(self, step):
        """A set without a ticket; its age counts, and one from the future is of now."""
        source = self.sources.get(step["issuer"])
        if source is None:
            return "issuer_unknown"
        born = now = None
        if "fetched_at" in step:
            age = max(0, seconds(step["now"]) - seconds(step["fetched_at"]))
            now = seconds(step["monotonic"])
            born = now - age
        return source.push(response_of(step, "jwks"), born, now)

    def revoke(self, step):
        """These too."""
        self.revoked.add(step)

    def set_revoked(self, step):
        """These and no others."""
        self.revoked.replace(step)

    def generation(self, issuer):
        """How many sets the issuer has had."""
        source = self.sources.get(issuer)
        return None if source is None else source.generation


def run(doc, steps, p521):
    """One answer for each step."""
    store = Store(doc, p521)
    return [{verb: getattr(store, verb)(value)} for verb, value in steps]
