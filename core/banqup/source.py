"""What the engine needs of a document source. `client.py` is Banqup over HTTP; tests bring their own."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from core.model import Document, SourceFile, Space


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a scan. `clock_ns` is the source's clock when it answered; `ignored` counts unknown folders."""

    documents: tuple[Document, ...]
    clock_ns: int
    ignored: int = 0


class Source(Protocol):
    """Read-only access to documents. Raises `core.errors.SourceError` subclasses (see client.py)."""

    async def spaces(self) -> list[Space]:
        """The spaces that let this app in; empty where none does."""
        ...

    def scan(self, space: str, since_ns: int | None = None) -> AsyncGenerator[Page, None]:
        """Reads the list to its end, page by page. `since_ns` is a hint: older documents may come too."""
        ...

    async def document(self, space: str, document_id: str) -> Document:
        """One document with its files."""
        ...

    async def download(self, space: str, file: SourceFile, into: Path) -> None:
        """Writes a file's bytes to `into`, through a short-lived signed link that is asked for each time."""
        ...
