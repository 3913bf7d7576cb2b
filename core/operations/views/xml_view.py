"""The XML of a delivery to look into: the e-fff file of the spool, or the source as Banqup gives it now.

Parsed by the only parser there is (`core.efff.tree`), so that a hostile file is refused here as everywhere; it is then
shown as text. Reads only.
"""

from __future__ import annotations

import asyncio
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

from core.efff.node import Node
from core.efff.report import Finding
from core.efff.tree import parse
from core.errors import UsageError
from core.model import Arguments
from core.operations.desk import Desk
from core.operations.views import overview
from core.sync.prepare import source_xml

__all__ = ["Node", "XmlView", "efff_view", "source_view"]

SHOWN_AS_TEXT = 2_000_000
"""Bytes of an unreadable file that are shown: enough to see what it is."""


@dataclass(frozen=True, slots=True)
class XmlView:
    """A file opened: its tree, or (`root` None) why it has none and its text as it stands."""

    content: bytes
    root: Node | None
    code: str = ""
    arguments: Arguments = field(default_factory=dict)
    text: str = ""


def opened(content: bytes) -> XmlView:
    """Parses a file for display; what is wrong with it is part of the view."""
    found = parse(content)
    if not isinstance(found, Finding):
        return XmlView(content, found.root)
    text = content[:SHOWN_AS_TEXT].decode("utf-8", "replace")
    return XmlView(content, None, found.code, found.arguments, text)


def efff_view(desk: Desk, delivery: int) -> XmlView:
    """The e-fff file. Raises UsageError where there is none (any more)."""
    content = overview.efff(desk, delivery)
    if content is None:
        raise UsageError("no_file_yet", id=delivery)
    return opened(content)


async def source_view(desk: Desk, delivery: int) -> XmlView:
    """The document's XML as Banqup has it now. Raises UsageError where it has none, SourceError where it is silent."""
    row = desk.ledger.delivery(delivery)
    if row is None:
        raise UsageError("no_such_delivery", id=delivery)
    async with desk.banqup() as banqup:
        with tempfile.TemporaryDirectory(prefix="banqup-pingwin-xml-") as folder:
            file = await source_xml(banqup, await banqup.document(row.space, row.source_id), Path(folder))
            content = file.read_bytes() if file else None
    if content is None:
        raise UsageError("no_source_xml", id=delivery)
    return await asyncio.to_thread(opened, content)
