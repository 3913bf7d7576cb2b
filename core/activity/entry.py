"""One request, or one file written: what the activity keeps of it, and which delivery it was made for.

No secret can be in an entry by how it is made: of headers only known harmless ones keep their value, of an address no
query but known harmless parameters, of a body nothing that was sent; what a server answered is kept where it refused.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field, replace


@dataclass(frozen=True, slots=True)
class Entry:
    """One line. `at` is when it began (Unix seconds), `seconds` how long it took, sizes are bytes.

    `purpose` is what it was made for (poll, prepare, send, ask, ...), `who` the engine or the person who started it.
    `trouble` names what broke the call, where no whole answer came. Headers and answer are kept of failed calls only.
    """

    at: float
    kind: str
    method: str
    address: str
    id: str = ""
    status: int | None = None
    seconds: float = 0.0
    sent: int = 0
    received: int = 0
    trouble: str = ""
    who: str = ""
    purpose: str = ""
    space: str = ""
    source_id: str = ""
    delivery: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    answer_headers: Mapping[str, str] = field(default_factory=dict)
    answer: str = ""

    @property
    def failed(self) -> bool:
        """Whether it did not end as it should."""
        return bool(self.trouble) or (self.status is not None and not 200 <= self.status <= 299)


Record = Callable[[Entry], None]
"""Takes an entry; never raises, never waits for long."""


def nobody(_entry: Entry) -> None:
    """Records nothing."""


@dataclass(frozen=True, slots=True)
class About:
    """What is being done at the moment."""

    purpose: str = ""
    space: str = ""
    source_id: str = ""
    delivery: int | None = None


_ABOUT: ContextVar[About] = ContextVar("about", default=About())  # noqa: B039 - frozen


@contextmanager
def about(purpose: str, *, space: str = "", source_id: str = "", delivery: int | None = None) -> Iterator[None]:
    """Says what the calls of a block are made for, also those of the tasks and threads it starts."""
    token = _ABOUT.set(About(purpose, space, source_id, delivery))
    try:
        yield
    finally:
        _ABOUT.reset(token)


def placed(entry: Entry) -> Entry:
    """The entry with what is being done at the moment."""
    now = _ABOUT.get()
    return replace(entry, purpose=now.purpose, space=now.space, source_id=now.source_id, delivery=now.delivery)
