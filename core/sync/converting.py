"""XML and PDF of a document, as files -> its e-fff file. The engine holds no document: a large one is read, converted
and written by a process of its own, whose memory goes back with it (decision 28); what comes back are words and facts.
"""

from __future__ import annotations

from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from multiprocessing import get_context
from pathlib import Path
from threading import Lock
from typing import Protocol

from core.efff import convert as efff
from core.efff.convert import Conversion, Format, VatOverride

LARGE = 2 * 1024 * 1024
"""Bytes of XML and PDF above which a document is converted apart: starting a process takes as long as some ten of
them, and four workers at once hold no more than three times this each."""

_apart = Lock()
"""One large document at a time, or several of them at once would take the machine's memory."""


@dataclass(frozen=True, slots=True)
class Files:
    """What Banqup gave of a document. The e-fff file is made in `folder` too."""

    folder: Path
    xml: Path
    pdf: Path | None

    @property
    def size(self) -> int:
        """Bytes of both."""
        return self.xml.stat().st_size + (self.pdf.stat().st_size if self.pdf else 0)


@dataclass(frozen=True, slots=True)
class Converted:
    """What the conversion said, without the bytes of any file. `file` is the e-fff file, None where none was made."""

    conversion: Conversion
    file: Path | None


class OverBytes(Protocol):
    """A conversion of bytes: XML, format, PDF beside it (or None), delivery key; own VAT codes where there are any."""

    def __call__(
        self, xml: bytes, target: Format, pdf: bytes | None, key: str, /, *, vat_overrides: tuple[VatOverride, ...] = ()
    ) -> Conversion:
        """Converts; whatever is wrong with the document is a finding."""
        ...


def convert(files: Files, target: Format, key: str, /, *, vat_overrides: tuple[VatOverride, ...] = ()) -> Converted:
    """Converts here, or apart where the document is large."""
    if files.size <= LARGE:
        return converted(files, target, key, vat_overrides=vat_overrides)
    with _apart, ProcessPoolExecutor(1, mp_context=get_context("spawn")) as process:
        return process.submit(converted, files, target, key, vat_overrides=vat_overrides).result()


def converted(
    files: Files,
    target: Format,
    key: str,
    /,
    *,
    vat_overrides: tuple[VatOverride, ...] = (),
    by: OverBytes | None = None,
) -> Converted:
    """Reads the files, converts (`by` something else in tests), writes the e-fff file."""
    pdf = files.pdf.read_bytes() if files.pdf else None
    conversion = (by or _efff)(files.xml.read_bytes(), target, pdf, key, vat_overrides=vat_overrides)
    file = None
    if conversion.output is not None:
        file = files.folder / "efff.xml"
        file.write_bytes(conversion.output)
    return Converted(_bare(conversion), file)


def _efff(
    xml: bytes, target: Format, pdf: bytes | None, key: str, /, *, vat_overrides: tuple[VatOverride, ...] = ()
) -> Conversion:
    return efff.convert(xml, target, pdf=pdf, key=key, vat_overrides=vat_overrides)


def _bare(conversion: Conversion) -> Conversion:
    """The conversion without the bytes of the file and of the attachments, which are in the file."""
    if conversion.invoice is None:
        return replace(conversion, output=None)
    attachments = tuple(replace(one, content="") for one in conversion.invoice.attachments)
    return replace(conversion, output=None, invoice=replace(conversion.invoice, attachments=attachments))
