"""What renews tokens, and one run of it that all who need it wait for."""

from __future__ import annotations

from concurrent.futures import Future
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable


class Renewal(NamedTuple):
    """A renewal that is due."""

    version: int
    """The number of the tokens that it replaces."""
    callback: Callable[..., Any]
    """What is given the present tokens, and gives new ones."""
    more: tuple[Any, ...] = ()
    """What the callback is given beside them."""
    ends_session: bool = True
    """Whether a no ends the session: that of a token endpoint does, that of a person who is asked for more does not."""


class Flight:
    """One run of a renewal."""

    def __init__(self, renewal: Renewal, loop: asyncio.AbstractEventLoop | None) -> None:
        self.renewal = renewal
        self.came: Future[bool] = Future()
        """Whether there are newer tokens."""
        self.has_thread = False
        """Whether a thread of its own has it, which ends it whatever becomes of the loop."""
        self._loop = loop

    def is_lost(self) -> bool:
        """Whether nobody will end it, as its loop was closed with its task still waiting."""
        return self._loop is not None and not self.has_thread and self._loop.is_closed()
