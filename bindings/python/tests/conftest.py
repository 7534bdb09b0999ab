"""Fixtures that the tests share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from client_support import KINDS, Scripted, scripted

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> Any:
    """Give a kind of client: how it asks, and its `RefreshAuth`."""
    return KINDS[request.param]


@pytest.fixture
def server() -> Iterator[Scripted]:
    """Give a server that answers by a script."""
    with scripted() as server:
        yield server
