"""The documents of a folder of UBL and PDF files, as they would stand in Banqup (`demo --from`).

The dossier is the party that occurs most. A document whose supplier it is goes to SALES, any other to PURCHASES.
`x.xml` and `x.pdf` are one document. Broken files come along as they are: what becomes of them is the product's work.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lxml import etree
from stdnum.be import vat as belgian
from stdnum.eu import vat as european

from core.errors import UsageError
from core.sandbox.companies import DOSSIER, Company
from core.sandbox.generator import Made
from core.sandbox.inspection import NAMES
from core.sandbox.records import PURCHASES, SALES, Draft, DraftFile

LARGEST = 200 * 1024 * 1024
"""Bytes a file may have; larger ones are left out."""


@dataclass(frozen=True, slots=True)
class _Party:
    """A party as a file states it; `number` identifies it, "" where it has none."""

    name: str
    number: str
    vat_number: str
    country: str

    def metadata(self) -> dict[str, Any]:
        identifiers = {"be:en": self.number} if self.country == "BE" and self.number else {}
        if self.vat_number:
            identifiers[f"{self.vat_number[:2].lower()}:vat"] = self.vat_number
        return {
            "legalName": self.name,
            "tradeName": self.name,
            "address": {"country": self.country},
            "globalIdentifiers": identifiers,
        }


@dataclass(frozen=True, slots=True)
class _Paper:
    """One document of the folder before it is known whose dossier it is."""

    files: tuple[DraftFile, ...]
    supplier: _Party | None
    customer: _Party | None
    category: str
    metadata: dict[str, Any]


def from_folder(folder: Path) -> Made:
    """Reads a folder with its subfolders, in the order of the names. Raises UsageError where it holds no document."""
    if not folder.is_dir():
        raise UsageError("sandbox_no_folder", where=str(folder))
    papers = [_paper(stem, files) for stem, files in sorted(_pairs(folder).items())]
    if not papers:
        raise UsageError("sandbox_empty_folder", where=str(folder))
    dossier = _dossier(papers)
    return Made(dossier, tuple(_draft(paper, dossier.number) for paper in papers))


def _pairs(folder: Path) -> dict[str, list[Path]]:
    """Files by their path without the ending."""
    pairs: dict[str, list[Path]] = {}
    for path in sorted(folder.rglob("*")):
        if path.suffix.lower() in {".xml", ".pdf"} and path.is_file() and path.stat().st_size <= LARGEST:
            pairs.setdefault(str(path.relative_to(folder).with_suffix("")), []).append(path)
    return pairs


def _paper(stem: str, paths: list[Path]) -> _Paper:
    files = []
    root = None
    for path in paths:
        content = path.read_bytes()
        if path.suffix.lower() == ".pdf":
            files.append(DraftFile("PDF", path.name, "application/pdf", content))
        else:
            files.insert(0, DraftFile("ORIGINAL", path.name, "application/xml", content))
            root = _root(content)
    name = Path(stem).name
    if root is None:
        return _Paper(tuple(files), None, None, "INVOICE", {"documentNumber": name})
    supplier, customer = _party(root, "AccountingSupplierParty"), _party(root, "AccountingCustomerParty")
    category = "CREDIT_NOTE" if etree.QName(root).localname == "CreditNote" else "INVOICE"
    return _Paper(tuple(files), supplier, customer, category, _metadata(root, supplier, customer, name))


def _root(content: bytes) -> etree._Element | None:
    """The root of a readable XML file without a document type; the rest is left to the product."""
    parser = etree.XMLParser(resolve_entities=False, load_dtd=False, no_network=True, huge_tree=True)
    if b"<!DOCTYPE" in content[:4096]:
        return None
    try:
        return etree.fromstring(content, parser)
    except etree.XMLSyntaxError:
        return None


def _text(root: etree._Element, *paths: str) -> str:
    """The first text found."""
    for path in paths:
        found = root.find(path, NAMES)
        if found is not None and (found.text or "").strip():
            return (found.text or "").strip()
    return ""


def _party(root: etree._Element, role: str) -> _Party | None:
    party = root.find(f"cac:{role}/cac:Party", NAMES)
    if party is None:
        return None
    name = _text(party, "cac:PartyLegalEntity/cbc:RegistrationName", "cac:PartyName/cbc:Name")
    country = _text(party, "cac:PostalAddress/cac:Country/cbc:IdentificationCode").upper()
    vat = _plain(_text(party, "cac:PartyTaxScheme/cbc:CompanyID"))
    vat = vat if vat[:2].isalpha() and vat[2:] else ""
    number = vat or _plain(
        _text(party, "cac:PartyLegalEntity/cbc:CompanyID", "cac:PartyIdentification/cbc:ID", "cbc:EndpointID")
    )
    return _Party(name, number.removeprefix("BE"), vat, country or vat[:2])


def _plain(text: str) -> str:
    return "".join(c for c in text.upper() if c.isalnum())


def _metadata(root: etree._Element, supplier: _Party | None, customer: _Party | None, name: str) -> dict[str, Any]:
    total = "cac:LegalMonetaryTotal"
    return {
        "documentNumber": _text(root, "cbc:ID") or name,
        "issueDate": _text(root, "cbc:IssueDate") or None,
        "dueDate": _text(root, "cbc:DueDate", "cac:PaymentMeans/cbc:PaymentDueDate") or None,
        "currency": _text(root, "cbc:DocumentCurrencyCode") or None,
        "supplier": supplier.metadata() if supplier else {},
        "customer": customer.metadata() if customer else {},
        "documentTotals": {
            "linesNetAmount": _text(root, f"{total}/cbc:LineExtensionAmount"),
            "netAmount": _text(root, f"{total}/cbc:TaxExclusiveAmount"),
            "vatAmount": _text(root, "cac:TaxTotal/cbc:TaxAmount"),
            "grossAmount": _text(root, f"{total}/cbc:TaxInclusiveAmount"),
            "payableAmount": _text(root, f"{total}/cbc:PayableAmount"),
        },
        "vatDetails": [],
    }


def _dossier(papers: list[_Paper]) -> Company:
    """The party that occurs in most documents; of several, the one that comes first.

    A number that fails its check digits cannot be a dossier's. Where no party has a good one: the made-up company.
    """
    counted: Counter[str] = Counter()
    parties: dict[str, _Party] = {}
    for paper in papers:
        named = {party.number: party for party in (paper.supplier, paper.customer) if party and _sound(party.number)}
        counted.update(named.keys())
        parties = {**named, **parties}
    if not counted:
        return DOSSIER
    number, _ = counted.most_common(1)[0]
    party = parties[number]
    return Company(party.name or number, "", "", "", number, party.country or "BE")


def _sound(number: str) -> bool:
    if number.isdigit():
        return belgian.is_valid(number)
    if number[:2].lower() in european.MEMBER_STATES:
        return european.is_valid(number)
    return number[:2].isalpha() and len(number) >= 6


def _draft(paper: _Paper, dossier: str) -> Draft:
    sold = paper.supplier is not None and paper.supplier.number == dossier
    both = sold and paper.customer is not None and paper.customer.number == dossier
    return Draft(
        folder=SALES if sold and not both else PURCHASES,
        category=paper.category,
        metadata=paper.metadata,
        files=paper.files,
        source="upload",
    )
