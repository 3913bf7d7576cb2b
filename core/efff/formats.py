"""The formats this room reads and writes, and where the PDF of an output came from."""

from __future__ import annotations

from enum import StrEnum


class Format(StrEnum):
    """What we write."""

    EFFF_1 = "e-fff-1.0"
    EFFF_3 = "e-fff-3.0"


class SourceFormat(StrEnum):
    """What we read (e-fff reference, section 2)."""

    EFFF_1 = "e-fff-1.0"
    EFFF_3 = "e-fff-3.0"
    UBL_BE = "UBL.BE"
    PEPPOL = "Peppol BIS 3"
    EN16931 = "EN 16931"
    UBL = "UBL"


class PdfOrigin(StrEnum):
    """Where the PDF inside the output came from."""

    DELIVERED = "delivered"
    EMBEDDED = "embedded"
    RENDERED = "rendered"
