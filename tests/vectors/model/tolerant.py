"""WWW-Authenticate as servers send it, read by a client that forgives: challenges, and a warning for each tolerance.

Lines are texts of one character a byte. What is left out ends the challenge before it.
"""

import re

from .grammar import TCHAR

SEPARATORS = re.compile(r"[ \t,;]*")
SPACES = re.compile(r"[ \t]*")
PARAM = re.compile(rf"(?P<name>{TCHAR}+)[ \t]*=[ \t]*")
WORD = re.compile(rf"(?P<name>{TCHAR}+)(?=[ \t,;:]|$)")
QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"', re.DOTALL)
BARE = re.compile(r'[^ \t,;"]*')
TOKEN = re.compile(TCHAR + "+")
FILLING_TOKEN68 = re.compile(r"(?P<text>[A-Za-z0-9\-._~+/]+=*)(?=[ \t]*(?:[,;]|$))")
BROKEN = re.compile(r"[\r\n\0]")
LINE_BYTES = 65536
MOST = 64


class RestUnreadable(Exception):
    """Nothing more of the line can be told apart."""


class Reader:
    """The lines of one response."""

    def __init__(self, lines):
        """Read them all."""
        self.found, self.warnings, self.taking = [], [], None
        for index, line in enumerate(lines):
            self.index, self.line = index, line
            broken = BROKEN.search(line)
            if len(line) > LINE_BYTES:
                self.leave_out("too_much", 0)
            elif broken:
                self.leave_out("unreadable", broken.start())
            else:
                try:
                    self.elements()
                except RestUnreadable:
                    continue

    def warn(self, tolerance, offset):
        """One warning, as long as there is room."""
        if len(self.warnings) < MOST:
            self.warnings.append({"tolerance": tolerance, "value": self.index, "offset": offset})

    def leave_out(self, tolerance, offset):
        """Something is left out, and no parameter behind it has an owner."""
        self.warn(tolerance, offset)
        self.taking = None

    def elements(self):
        """Go along one line."""
        at, behind = 0, "comma"
        while True:
            gap = SEPARATORS.match(self.line, at)
            for place in range(gap.start(), gap.end()):
                if self.line[place] == ";":
                    self.warn("semicolon", place)
            if set(gap.group()) & set(",;"):
                behind = "comma"
            at = gap.end()
            if at == len(self.line):
                return
            param, word = PARAM.match(self.line, at), WORD.match(self.line, at)
            if param:
                if behind == "value":
                    self.warn("comma_missing", at)
                at, behind = self.parameter(param)
            elif word:
                at, behind = self.scheme(word, behind)
            elif self.line[at] == '"':
                self.give_up("quote_stray", at)
            else:
                at, behind = self.skip(at), "comma"

    def scheme(self, word, behind):
        """A word: a scheme, with a token68 or with parameters to come."""
        at, colon = word.end(), self.line[word.end() : word.end() + 1] == ":"
        space = SPACES.match(self.line, at + colon)
        filling = FILLING_TOKEN68.match(self.line, space.end())
        if behind != "comma":
            if filling or not PARAM.match(self.line, space.end()):
                return self.skip(word.start()), "comma"
            self.warn("comma_missing", word.start())
        if len(self.found) == MOST:
            self.leave_out("too_much", word.start())
            raise RestUnreadable
        if colon:
            self.warn("scheme_colon", at)
        if "\t" in space.group():
            self.warn("tab_behind_scheme", space.start())
        challenge = {"scheme": word["name"], "token68": filling and filling["text"], "params": {}}
        self.found.append(challenge)
        self.taking = None if filling else challenge
        return (filling.end(), "value") if filling else (space.end(), "scheme")

    def parameter(self, param):
        """A name with its value."""
        name, at = param["name"].lower(), param.end()
        if self.line[at : at + 1] == '"':
            match = QUOTED.match(self.line, at)
            if not match:
                self.give_up("quote_unclosed", at)
            value, end = re.sub(r"\\(.)", r"\1", match[1], flags=re.DOTALL), match.end()
            if self.line[end : end + 1].strip(" \t,;"):
                self.give_up("quote_stray", end)
        else:
            match = BARE.match(self.line, at)
            value, end = match.group(), match.end()
            self.quotes_in_order(value, at, end)
            if not re.fullmatch(r"[!-~]*", value):
                return self.skip(param.start()), "comma"
            if not TOKEN.fullmatch(value):
                self.warn("value_unquoted", at)
        self.keep(name, value, param.start(), at)
        return end, "value"

    def quotes_in_order(self, value, at, end):
        """Give up where a quote touches a bare value, or where single quotes may hold spaces."""
        follows = self.line[SPACES.match(self.line, end).end() :][:1]
        if value.startswith("'") and follows not in ("", ","):
            self.give_up("quote_stray", at)
        if self.line[end : end + 1] == '"':
            self.give_up("quote_stray", end)

    def keep(self, name, value, at, value_at):
        """Give the parameter to the challenge that takes some."""
        if self.taking is None:
            self.warn("param_stray", at)
        elif name in self.taking["params"]:
            self.warn("param_repeated", at)
        elif len(self.taking["params"]) == MOST:
            self.warn("too_much", at)
        else:
            raw = value.encode("latin-1")
            self.taking["params"][name] = raw.decode("utf-8", "replace")
            if raw.decode("utf-8", "ignore").encode() != raw:
                self.warn("not_utf8", value_at)

    def give_up(self, tolerance, at):
        """Quotes cannot be told apart: neither the challenge nor the rest of the line is worth anything."""
        if self.taking is not None:
            self.found.pop()
        self.leave_out(tolerance, at)
        raise RestUnreadable

    def skip(self, at):
        """Behind an element that cannot be read: at the next comma outside quotes."""
        self.leave_out("unreadable", at)
        while at < len(self.line) and self.line[at] != ",":
            match = QUOTED.match(self.line, at)
            if self.line[at] == '"' and not match:
                raise RestUnreadable
            at = match.end() if match else at + 1
        return at


def read(lines):
    """Challenges and warnings of the lines."""
    reader = Reader(lines)
    return reader.found, reader.warnings
