"""A strict JSON reader that keeps what matters here: the text of numbers, repeated names, depth, member counts."""

import base64
import re
from decimal import Decimal


class JsonError(ValueError):
    """The text is no JSON, or breaks a limit."""


class Num:
    """A number, kept as it was written."""

    def __init__(self, text):
        """Keep the text."""
        self.text = text

    @property
    def value(self):
        """The exact value."""
        return Decimal(self.text)

    def __repr__(self):
        """Show the text."""
        return self.text

    def __eq__(self, other):
        """Compare by value."""
        return isinstance(other, Num) and self.value == other.value

    def __hash__(self):
        """Hash by value."""
        return hash(self.value)


NUMBER = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?")
ESCAPES = {'"': '"', "\\": "\\", "/": "/", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}
SPACE = " \t\r\n"


class Reader:
    """Reads one JSON text; `repeated` collects JSON Pointers of names that stand twice in one object."""

    def __init__(self, text, max_depth=200, max_members=None):
        """Start at the beginning of the text."""
        self.text = text
        self.at = 0
        self.max_depth = max_depth
        self.max_members = max_members
        self.repeated = []

    def skip(self):
        """Skip white space."""
        while self.at < len(self.text) and self.text[self.at] in SPACE:
            self.at += 1

    def peek(self):
        """The next character, or nothing."""
        return self.text[self.at] if self.at < len(self.text) else ""

    def expect(self, char):
        """Take one given character."""
        if self.peek() != char:
            raise JsonError(f"{char!r} expected at {self.at}")
        self.at += 1

    def document(self):
        """One value and nothing behind it."""
        self.skip()
        value = self.value("", 1)
        self.skip()
        if self.at != len(self.text):
            raise JsonError("trailing text")
        return value

    def value(self, pointer, depth):
        """Any value; containers stand at `depth`."""
        char = self.peek()
        if char in ("{", "["):
            if depth > self.max_depth:
                raise JsonError("too deep")
            return self.object(pointer, depth) if char == "{" else self.array(pointer, depth)
        if char == '"':
            return self.string()
        for word, meaning in (("true", True), ("false", False), ("null", None)):
            if self.text.startswith(word, self.at):
                self.at += len(word)
                return meaning
        match = NUMBER.match(self.text, self.at)
        if not match:
            raise JsonError(f"no value at {self.at}")
        self.at = match.end()
        return Num(match.group())

    def object(self, pointer, depth):
        """An object as a dict in document order; the last of a repeated name stays."""
        out = {}
        count = 0
        self.expect("{")
        self.skip()
        if self.peek() == "}":
            self.at += 1
            return out
        while True:
            self.skip()
            if self.peek() != '"':
                raise JsonError("a name is needed")
            name = self.string()
            child = pointer + "/" + escape_pointer(name)
            if name in out:
                self.repeated.append(child)
            count += 1
            if self.max_members is not None and count > self.max_members:
                raise JsonError("too many members")
            self.skip()
            self.expect(":")
            self.skip()
            out[name] = self.value(child, depth + 1)
            self.skip()
            if self.peek() == ",":
                self.at += 1
                continue
            self.expect("}")
            return out

    def array(self, pointer, depth):
        """An array as a list."""
        out = []
        self.expect("[")
        self.skip()
        if self.peek() == "]":
            self.at += 1
            return out
        while True:
            self.skip()
            out.append(self.value(f"{pointer}/{len(out)}", depth + 1))
            self.skip()
            if self.peek() == ",":
                self.at += 1
                continue
            self.expect("]")
            return out

    def string(self):
        """A string, escapes resolved; a lone surrogate is an error."""
        self.expect('"')
        out = []
        while True:
            char = self.peek()
            if char == "" or char < " ":
                raise JsonError("a string breaks off")
            self.at += 1
            if char == '"':
                break
            if char != "\\":
                out.append(char)
                continue
            kind = self.peek()
            self.at += 1
            if kind == "u":
                out.append(self.unit())
            elif kind in ESCAPES and kind:
                out.append(ESCAPES[kind])
            else:
                raise JsonError("unknown escape")
        try:
            return "".join(out).encode("utf-16-le", "surrogatepass").decode("utf-16-le")
        except UnicodeDecodeError as error:
            raise JsonError("lone surrogate") from error

    def unit(self):
        """The four digits of a \\u escape."""
        digits = self.text[self.at : self.at + 4]
        if not re.fullmatch(r"[0-9a-fA-F]{4}", digits):
            raise JsonError("bad escape")
        self.at += 4
        return chr(int(digits, 16))


def escape_pointer(name):
    """One reference token of a JSON Pointer."""
    return name.replace("~", "~0").replace("/", "~1")


def parse(text, **limits):
    """Value and pointers of repeated names; bytes must be UTF-8 without a byte order mark."""
    if isinstance(text, bytes):
        try:
            text = text.decode("utf-8")
        except UnicodeDecodeError as error:
            raise JsonError("not UTF-8") from error
    if text.startswith("\ufeff"):
        raise JsonError("byte order mark")
    reader = Reader(text, **limits)
    value = reader.document()
    return value, reader.repeated


def compact(text):
    """The text without white space outside strings, nothing else changed."""
    return "".join(re.findall(r'"(?:[^"\\]|\\.)*"|[^"\s]+', text, re.DOTALL))


class Raw(str):
    """Text that goes into an answer or a case as it stands."""


def quote(text):
    """A JSON string in the answer form: quote, backslash and controls escaped, the rest UTF-8."""
    short = {'"': '\\"', "\\": "\\\\", "\b": "\\b", "\f": "\\f", "\n": "\\n", "\r": "\\r", "\t": "\\t"}
    return '"' + "".join(short.get(c) or (f"\\u{ord(c):04x}" if c < " " else c) for c in text) + '"'


def write(value):
    """Compact JSON of a Python value; `Raw` and `Num` stand as they are."""
    if isinstance(value, Raw):
        return str(value)
    if isinstance(value, Num):
        return value.text
    if isinstance(value, str):
        return quote(value)
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, int):
        return str(value)
    if isinstance(value, dict):
        return "{" + ",".join(quote(k) + ":" + write(v) for k, v in value.items()) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ",".join(write(v) for v in value) + "]"
    raise TypeError(f"{value!r} cannot be written exactly; use Raw")


def ascii_only(text):
    """JSON text with everything outside ASCII escaped (such characters only stand inside strings)."""
    out = []
    for char in text:
        if char <= "~":
            out.append(char)
            continue
        units = char.encode("utf-16-be")
        out.extend(f"\\u{units[i]:02x}{units[i + 1]:02x}" for i in range(0, len(units), 2))
    return "".join(out)


def b64url(data):
    """Base64url without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def unb64url(text):
    """Strict reading: URL-safe alphabet, no padding, no length 1 mod 4, unused bits zero; else None."""
    if not re.fullmatch(r"[A-Za-z0-9_-]*", text) or len(text) % 4 == 1:
        return None
    data = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    return data if b64url(data) == text else None
