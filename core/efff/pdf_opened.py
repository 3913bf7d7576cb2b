"""A PDF opened by pypdf, where a glance at its ends (`glance`) does not tell whether a person can open it."""

from __future__ import annotations

import logging
import struct
import zlib
from io import BytesIO

from pypdf import PasswordType, PdfReader
from pypdf.errors import DependencyError, PyPdfError
from pypdf.generic import ArrayObject, DictionaryObject

from core.efff.report import PdfVerdict

PAGE_TREE_DEPTH = 64

UNREADABLE = (
    PyPdfError,
    ArithmeticError,
    AssertionError,
    AttributeError,
    LookupError,
    NameError,
    OSError,
    RuntimeError,  # RecursionError and NotImplementedError are its children
    TypeError,
    ValueError,
    struct.error,
    zlib.error,
)
"""What pypdf raises for hostile bytes, by base class: its parser lets most errors of Python through."""

logging.getLogger("pypdf").setLevel(logging.CRITICAL)  # its remarks would land on the console's screen


def opened(pdf: bytes) -> PdfVerdict:
    """Whether pypdf can open it. Codes: `pdf_encrypted`, `pdf_unreadable`, `pdf_empty`."""
    try:
        return _opened(pdf)
    except DependencyError:  # AES without a library for it: we cannot try the empty password
        return PdfVerdict(False, "pdf_encrypted")
    except UNREADABLE:
        return PdfVerdict(False, "pdf_unreadable")


def _opened(pdf: bytes) -> PdfVerdict:
    reader = PdfReader(BytesIO(pdf), strict=False)
    restricted = reader.is_encrypted
    if restricted and reader.decrypt("") == PasswordType.NOT_DECRYPTED:
        return PdfVerdict(False, "pdf_encrypted")
    tree = reader.root_object.get("/Pages")
    pages = _first_pages(tree)
    if not pages:
        return PdfVerdict(False, "pdf_empty")
    return PdfVerdict(True, None, pages, restricted)


def _first_pages(tree: object) -> int:
    """How many pages the tree claims, once its first leaf is found; 0 where there is none."""
    root = node = _resolved(tree)
    for _ in range(PAGE_TREE_DEPTH):
        if not isinstance(node, DictionaryObject):
            return 0
        kids = _resolved(node.get("/Kids"))
        if not isinstance(kids, ArrayObject):
            claimed = _resolved(root.get("/Count")) if isinstance(root, DictionaryObject) else None
            return max(1, claimed) if isinstance(claimed, int) else 1
        node = next((kid for kid in map(_resolved, kids[:PAGE_TREE_DEPTH]) if isinstance(kid, DictionaryObject)), None)
    return 0


def _resolved(thing: object) -> object:
    return thing.get_object() if hasattr(thing, "get_object") else thing
