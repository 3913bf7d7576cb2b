"""The corpus as parameters of tests: empty, and so skipped, where the folder is absent."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest
from lxml import etree

from core.efff.formats import Format
from tests.conftest import CORPUS

UBLBE = sorted(CORPUS.glob("ublbe/testcases-1.31/*.xml"))
DOCUMENTS = [path for path in sorted(CORPUS.glob("**/*.xml")) if "xsd" not in path.parts]
WITHOUT_PDF = sorted(CORPUS.glob("peppol-bis-3/**/*.xml"))


def named(paths: list[Path]) -> list[object]:
    """Documents as parameters with short names."""
    return [pytest.param(path, id=path.relative_to(CORPUS).as_posix()) for path in paths]


@cache
def schema(version: str, root: str) -> etree.XMLSchema:
    """The official schema, as the corpus holds it."""
    return etree.XMLSchema(
        etree.parse(str(CORPUS / "xsd" / f"ubl-{version}" / "maindoc" / f"UBL-{root}-{version}.xsd"))
    )


def faults(content: bytes, target: Format) -> list[str]:
    """What the official schema of the target's UBL version says against a file."""
    root = etree.fromstring(content, etree.XMLParser(huge_tree=True))
    official = schema("2.0" if target is Format.EFFF_1 else "2.1", etree.QName(root).localname)
    return [] if official.validate(root) else [str(entry) for entry in official.error_log]
