"""What the loader's rules are made of: each checker takes a value and its pointer, and refuses or says nothing."""

import re

from .jsontext import Num, escape_pointer


class PolicyInvalid(Exception):
    """The document is refused; carries the pointer."""

    def __init__(self, pointer):
        """Keep the pointer."""
        super().__init__(pointer)
        self.pointer = pointer


def need(condition, pointer):
    """Refuse unless the condition holds."""
    if not condition:
        raise PolicyInvalid(pointer)


def join(pointer, name):
    """The pointer of a member."""
    return f"{pointer}/{escape_pointer(str(name))}"


def whole(value):
    """The integer a JSON number stands for, or None."""
    if isinstance(value, Num) and re.fullmatch(r"-?[0-9]+", value.text):
        return int(value.text)
    return None


def is_text(value, pointer):
    """A string."""
    need(isinstance(value, str), pointer)


def is_bool(value, pointer):
    """A boolean."""
    need(isinstance(value, bool), pointer)


def integer(low, high):
    """A checker of integers in a range."""

    def check(value, pointer):
        number = whole(value)
        need(number is not None and low <= number <= high, pointer)

    return check


def one_of(*allowed):
    """A checker of fixed strings."""

    def check(value, pointer):
        need(isinstance(value, str) and value in allowed, pointer)

    return check


def list_of(item, empty=False):
    """A checker of lists."""

    def check(value, pointer):
        need(isinstance(value, list) and (empty or value), pointer)
        for index, member in enumerate(value):
            item(member, join(pointer, index))

    return check


def text_or_list(item, empty=False):
    """A checker of one item or a list of them."""

    def check(value, pointer):
        (list_of(item, empty) if isinstance(value, list) else item)(value, pointer)

    return check


def record(table, required=()):
    """A checker of objects: missing members first, then each member in document order."""

    def check(value, pointer):
        need(isinstance(value, dict), pointer)
        for name in required:
            need(name in value, pointer)
        for name, member in value.items():
            need(name in table, join(pointer, name))
            table[name](member, join(pointer, name))

    return check


def scope_text(value, pointer):
    """Scope words with single spaces between."""
    word = r"[!#-\[\]-~]+"
    need(isinstance(value, str) and re.fullmatch(rf"{word}( {word})*", value), pointer)
