"""Every public name says what it is, and shows it by an example that runs."""

from __future__ import annotations

import doctest
import importlib
import inspect
from typing import TYPE_CHECKING, Any

import countersign
import pytest
from countersign import _core

if TYPE_CHECKING:
    from collections.abc import Iterator

MODULES = ["", ".asgi", ".conform", ".django", ".fastapi", ".httpx", ".opentelemetry", ".requests", ".wsgi"]


def public() -> Iterator[tuple[str, Any]]:
    for module_name in MODULES:
        module = importlib.import_module(f"countersign{module_name}")
        yield module.__name__, module
        for name in module.__all__:
            yield f"{module.__name__}.{name}", getattr(module, name)


def members(thing: Any) -> Iterator[tuple[str, Any]]:
    if inspect.isclass(thing) and thing.__module__.startswith("countersign"):
        yield from ((name, member) for name, member in vars(thing).items() if not name.startswith("_"))


PUBLIC = dict(public())


@pytest.mark.parametrize("name", PUBLIC)
def test_every_public_name_is_told_and_shown(name: str) -> None:
    thing = PUBLIC[name]
    assert inspect.getdoc(thing), name
    silent = [member for member, found in members(thing) if not inspect.getdoc(found)]
    assert silent == []
    texts = [inspect.getdoc(found) or "" for _, found in [("", thing), *members(thing)]]
    if not inspect.ismodule(thing):
        assert any(">>> " in text for text in texts), f"{name} has no example"


@pytest.mark.parametrize("name", [name for name in dir(_core) if not name.startswith("__")])
def test_examples_of_the_extension_run(name: str) -> None:
    # The standard finder passes over what is not written in Python.
    thing = getattr(_core, name)
    text = inspect.getdoc(thing) or ""
    assert text, name
    test = doctest.DocTestParser().get_doctest(text, {}, name, None, None)
    faults: list[str] = []
    options = doctest.ELLIPSIS | doctest.IGNORE_EXCEPTION_DETAIL
    doctest.DocTestRunner(optionflags=options).run(test, out=faults.append)
    assert not faults, "".join(faults)
    assert test.examples or name not in countersign.__all__


def test_every_module_with_public_names_is_looked_at() -> None:
    package = importlib.import_module("pkgutil")
    modules = {f".{module.name}" for module in package.iter_modules(countersign.__path__)}
    assert {name for name in modules if not name.startswith("._")} == set(MODULES) - {""}
