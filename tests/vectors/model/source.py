"""One live key source: its set, the age of that, and the attempts to get another one.

Times are seconds on the monotonic clock, exact. A moment that jitter moves is a pair, the earliest and the latest; a
question that lies between the two has no one answer, and then the row is no row.
"""

from decimal import Decimal
from math import ceil

from . import keys, metadata

FETCH_SECONDS = 5
GIVEN_BACK = 3
METADATA_SECONDS = 86400
BACKOFF_SECONDS = 300
LIFETIME = (60, 86400)
SET_KEYS = 128
SET_BYTES = 512 * 1024


class Ambiguous(Exception):
    """The answer depends on jitter."""


def exactly(moment):
    """A moment without jitter."""
    return moment, moment


def reached(span, now):
    """Whether the moment has come."""
    earliest, latest = span
    if earliest <= now < latest:
        raise Ambiguous(f"{now} lies between {earliest} and {latest}")
    return now >= latest


def good_set(text, p521):
    """The keys of a text, or None where it may not replace a good set."""
    loaded = keys.load_set(text, p521)
    if loaded is None or len(loaded) > SET_KEYS or len(text.encode()) > SET_BYTES:
        return None
    keys.refuse_symmetric(loaded)
    return loaded if any(key.usable for key in loaded) else None


class Attempt:
    """One try to get the set: one ticket, or several where metadata tell its address."""

    def __init__(self, started, reason, step):
        """`step` is "key_set", or how many addresses of the metadata were tried."""
        self.started, self.reason, self.step = started, reason, step
        self.given_back = 0
        self.ticket = self.handed_out = self.asked_by = None

    def open(self):
        """Whether the host has the ticket."""
        return self.ticket is not None

    def late(self, now):
        """Whether the open ticket's time is over."""
        return self.open() and now > self.handed_out + FETCH_SECONDS


class Source:
    """See the module."""

    def __init__(self, issuer, p521):
        """`issuer` is the policy's entry."""
        self.p521 = p521
        self.name, self.url, self.rules = issuer["issuer"], issuer.get("jwks_uri"), issuer.get("discovery", {})
        self.nowhere = self.url is None and "jwks" in issuer
        self.discovers = self.url is None and not self.nowhere
        timing = issuer.get("keys", {})
        number = {"ttl": 600, "cooldown": 30, "stale": 86400}
        number.update({name: timing[name].value for name in number if name in timing})
        self.ttl, self.cooldown, self.stale = number["ttl"], number["cooldown"], number["stale"]
        self.keys = keys.load_value(issuer["jwks"], [], p521) if "jwks" in issuer else None
        # A set of the policy serves until the first fetch, which its first use asks for.
        self.stands_in = self.keys is not None and not self.nowhere
        self.generation = 0 if self.keys is None else 1
        self.text = self.etag = self.born = self.lifetime = None
        self.unheard = False
        self.wanted = "prefetch" if timing.get("prefetch") and not self.nowhere else None
        self.attempt = self.gate = self.location = None
        self.located_at = self.first_address = self.failures = 0

    def usable_keys(self, now):
        """The present set, unless it is too old."""
        old = self.born is not None and now is not None and now >= self.born + self.lifetime + self.stale
        return None if old else self.keys

    def want(self, reason):
        """A token needs another set; the first need counts."""
        if not self.nowhere and self.wanted is None:
            self.wanted = reason

    def seconds_left(self, now):
        """Whole seconds until the next attempt may start, at least one; the cooldown if nobody knows."""
        if self.nowhere or self.gate is None or now is None:
            return self.cooldown
        earliest, latest = (max(1, ceil(moment - now)) for moment in self.gate)
        if earliest != latest:
            raise Ambiguous(f"Retry-After is {earliest} or {latest}")
        return earliest

    def waiting_helps(self, now):
        """Whether a set may come soon."""
        if self.nowhere:
            return False
        return bool(self.attempt) or self.gate is None or now is None or reached(self.gate, now)

    def hand_out(self, now):
        """What is to be fetched now: (kind, reason, url, etag), or None."""
        if self.attempt and self.attempt.late(now):
            self.missed(now)
        if self.unheard and not self.attempt:
            self.born, self.unheard = now, False
        if self.attempt is None:
            if self.nowhere or (self.gate is not None and not reached(self.gate, now)):
                return None
            reason = self.why(now)
            if reason is None:
                return None
            self.attempt = Attempt(now, reason, self.first_step(now))
            self.gate = exactly(now + self.cooldown)
        attempt = self.attempt
        if attempt.open():
            return None
        attempt.handed_out = now
        reason = "abandoned" if attempt.given_back else attempt.reason
        if attempt.step == "key_set":
            attempt.asked_by = None if self.etag is None else self.generation
            return "key_set", reason, self.url or self.location, self.etag
        places = metadata.addresses(self.name)
        return "metadata", reason, places[(self.first_address + attempt.step) % len(places)], None

    def why(self, now):
        """Why an attempt starts, or None for not at all."""
        if self.failures:
            return "retry"
        if self.wanted:
            return self.wanted
        if self.born is None:
            return None
        if now >= self.born + self.lifetime:
            return "expired"
        early, late = (self.born + self.lifetime * Decimal(share) for share in ("0.75", "0.9"))
        return "refresh" if reached((early, late), now) else None

    def first_step(self, now):
        """The set where its address is known and fresh; else the metadata."""
        fresh = self.location and not self.failures and now - self.located_at < METADATA_SECONDS
        return 0 if self.discovers and not fresh else "key_set"

    def answered(self, kind, response, now):
        """What became of an answer to the open ticket."""
        attempt = self.attempt
        if attempt.late(now):
            self.missed(now)
            return "late"
        handed_out, attempt.ticket = attempt.handed_out, None
        if kind == "abandoned":
            if attempt.given_back == GIVEN_BACK:
                self.fail(now)
                return "noted"
            attempt.given_back += 1
            return "again"
        attempt.given_back = 0
        if attempt.step != "key_set":
            return self.metadata_answered(kind, response, now)
        if kind == "body" and self.install(response, handed_out):
            self.attempt = None
            return "loaded" if self.is_new else "renewed"
        if kind == "not_modified" and attempt.asked_by == self.generation:
            self.attempt = None
            self.live(response["max_age"], handed_out)
            return "renewed"
        self.fail(now)
        return "refused" if kind == "body" else "noted"

    def metadata_answered(self, kind, response, now):
        """The address of the set, or the next place to ask."""
        attempt = self.attempt
        address = metadata.key_set_address(response["text"], self.name, self.rules) if kind == "body" else None
        places = len(metadata.addresses(self.name))
        if address is not None:
            self.first_address = (self.first_address + attempt.step) % places
            if address != self.location:
                self.etag = None
            self.location, self.located_at = address, now
            attempt.step = "key_set"
            return "located"
        self.missed(now)
        return "refused" if kind == "body" else "noted"

    def missed(self, now):
        """A ticket brought nothing: metadata have other places, and then there is where the set was."""
        attempt = self.attempt
        attempt.ticket, attempt.given_back = None, 0
        if attempt.step == "key_set":
            self.fail(now)
            return
        attempt.step += 1
        if attempt.step == len(metadata.addresses(self.name)):
            attempt.step = "key_set"
            if self.location is None:
                self.fail(now)

    def fail(self, now):
        """The attempt is over without a set: what is there stays, and the next one waits longer."""
        self.failures += 1
        most = max(min(self.ttl, BACKOFF_SECONDS), self.cooldown)
        delay = min(self.cooldown * 2 ** (self.failures - 1), most)
        started = self.attempt.started
        self.gate = started + delay, started + delay * Decimal("1.25")
        self.attempt = None

    def push(self, response, born, now):
        """A set without a ticket; `born` and `now` are None if its time is not known."""
        if self.born is not None and born is not None and born < self.born:
            return "older"
        if born is not None and not self.nowhere and now >= born + self.ttl + self.stale and self.usable_keys(now):
            return "older"
        return "taken" if self.install(response, born) else "refused"

    def install(self, response, born):
        """Put a set in place; False where it is none to use."""
        self.is_new = response["text"] != self.text
        if self.is_new:
            loaded = good_set(response["text"], self.p521)
            if loaded is None:
                return False
            self.keys, self.text = loaded, response["text"]
            self.generation += 1
        self.stands_in = False
        self.etag = response["etag"]
        self.live(response["max_age"], born)
        return True

    def live(self, max_age, born):
        """The present set is the issuer's, from `born` on."""
        self.failures, self.wanted = 0, None
        self.lifetime = self.ttl if max_age is None else min(max(max_age, LIFETIME[0]), LIFETIME[1])
        self.born, self.unheard = born, born is None
        if self.nowhere:
            self.born, self.unheard = None, False
