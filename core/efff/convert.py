"""The door of the room: `convert` a UBL document into e-fff, `check` one. Pure functions over bytes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from core.efff.formats import Format, PdfOrigin, SourceFormat
from core.efff.report import Derived, Dropped, Finding

if TYPE_CHECKING:
    from core.efff.invoice import Invoice


__all__ = ["Check", "Conversion", "Format", "PdfOrigin", "SourceFormat", "check", "convert"]


@dataclass(frozen=True, slots=True)
class Conversion:
    """What became of one source. `output` is None where nothing could be written; `ok` means no blocking finding."""

    output: bytes | None
    file_name: str | None
    format: Format
    source_format: SourceFormat | None
    invoice: Invoice | None
    findings: tuple[Finding, ...]
    derived: tuple[Derived, ...]
    dropped: tuple[Dropped, ...]
    pdf_origin: PdfOrigin | None
    carried_over: bool = False

    @property
    def ok(self) -> bool:
        """Whether nothing stands in the way of sending it."""
        return self.output is not None and not any(finding.blocks for finding in self.findings)


@dataclass(frozen=True, slots=True)
class Check:
    """What `check` found. `ok` means no finding of level error."""

    source_format: SourceFormat | None
    invoice: Invoice | None
    findings: tuple[Finding, ...]

    @property
    def ok(self) -> bool:
        """Whether there is no error-level finding."""
        return not any(finding.severity == "error" for finding in self.findings)


def convert(source: bytes, target: Format = Format.EFFF_1, *, pdf: bytes | None = None, key: str = "") -> Conversion:
    """Turns a UBL document into e-fff. Never raises for what the document is: that is a finding.

    `pdf` is a PDF delivered beside the XML. `key` is the delivery key; its first 16 digits end the file name.
    The same input gives the same bytes.
    """
    raise NotImplementedError


def check(source: bytes, *, file_name: str = "") -> Check:
    """Checks an e-fff or UBL document against the rules (e-fff reference, section 10)."""
    raise NotImplementedError
