"""The invoice as EN 16931 means it: what every UBL dialect is read into and what e-fff is written from.

Names are EN 16931 business terms, their numbers (BT, BG) stand in the docstrings. Values are as the source states
them: amounts keep their sign and their decimals, an absent text is "", an absent amount, date or rate is None.
Nothing here computes or corrects an amount; what is worked out (VAT codes) is done by `core.efff.vat` and reported.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from core.efff.base64text import Base64
from core.efff.party import Address, Identifier, Party

INVOICE = "380"
CREDIT_NOTE = "381"


@dataclass(frozen=True, slots=True)
class Period:
    """BG-14 and BG-26, an invoicing period. `code` is BT-8, which date VAT is due by (3, 35, 432)."""

    start: date | None = None
    end: date | None = None
    code: str = ""


@dataclass(frozen=True, slots=True)
class DocumentReference:
    """A reference to another document by number, with its date where told (BT-25 and BT-26 for a billed invoice)."""

    id: str
    issue_date: date | None = None


@dataclass(frozen=True, slots=True)
class References:
    """The documents an invoice belongs to.

    buyer_reference BT-10, project BT-11, contracts BT-12, order BT-13, sales_order BT-14, receipts BT-15,
    despatches BT-16, originators BT-17, accounting_cost BT-19, preceding_invoices BG-3 (BT-25, BT-26).
    BT-18 is an attachment of type code 130.
    """

    buyer_reference: str = ""
    project: str = ""
    contracts: tuple[str, ...] = ()
    order: str = ""
    order_date: date | None = None
    sales_order: str = ""
    receipts: tuple[str, ...] = ()
    despatches: tuple[str, ...] = ()
    originators: tuple[str, ...] = ()
    accounting_cost: str = ""
    preceding_invoices: tuple[DocumentReference, ...] = ()


@dataclass(frozen=True, slots=True)
class LegalMention:
    """A Belgian legal mention of UBL.BE (`BELM-..`, e-fff reference 6.2) with its text."""

    code: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True)
class Delivery:
    """BG-13 to BG-15: delivered_on BT-72, location BT-71, address, who received it BT-70, legal mentions of UBL.BE."""

    delivered_on: date | None = None
    location: Identifier | None = None
    address: Address | None = None
    party_name: str = ""
    mentions: tuple[LegalMention, ...] = ()


@dataclass(frozen=True, slots=True)
class PaymentMeans:
    """BG-16 to BG-19, one way to pay.

    `code` BT-81 (UNCL4461), `code_name` BT-82, `due_date` of this means (BT-9 for the whole: `Invoice.due_date`).
    `structured_communication` is the Belgian one as 12 digits when it was recognised by form, also with wrong check
    digits (V42 tells), else "". `reference` is BT-83 in its original spelling, `note` free text (InstructionNote).
    `account` BT-84 (an IBAN, mostly), `account_name` BT-85, `bic` BT-86. `card_number` BT-87, `card_holder` BT-88,
    `card_network`. `mandate` BT-89, `debited_account` BT-91.
    """

    code: str = ""
    code_name: str = ""
    due_date: date | None = None
    structured_communication: str = ""
    reference: str = ""
    note: str = ""
    account: str = ""
    account_name: str = ""
    bic: str = ""
    card_number: str = ""
    card_holder: str = ""
    card_network: str = ""
    mandate: str = ""
    debited_account: str = ""


@dataclass(frozen=True, slots=True)
class CashDiscount:
    """A discount for paying early (art. 28 of the Belgian VAT code; e-fff reference 6.3).

    `amount` is the discount itself, `amount_to_pay` what is due in time; a source states one of them (e-fff 3.0 the
    first, UBL.BE the second), the other is None. `last_day` is the last day of the offer.
    """

    percent: Decimal | None = None
    amount: Decimal | None = None
    amount_to_pay: Decimal | None = None
    last_day: date | None = None


@dataclass(frozen=True, slots=True)
class PaymentTerms:
    """BT-20: the terms as text (`note`), and a cash discount where there is one."""

    note: str = ""
    cash_discount: CashDiscount | None = None


@dataclass(frozen=True, slots=True)
class VatCategory:
    """What VAT applies: EN category BT-118/BT-151 as the source writes it, rate in percent BT-119/BT-152.

    `belgian_code` is TaxCategory/Name (section 5: "03", "46/GO"), "" where the source states none.
    `exemption_reason` BT-120, `exemption_code` BT-121 (VATEX-.., BETE-..). `scheme` is the tax it is about, VAT but
    for a wrong document, "" where it says nothing.
    """

    category: str = ""
    rate: Decimal | None = None
    belgian_code: str = ""
    exemption_reason: str = ""
    exemption_code: str = ""
    scheme: str = field(default="VAT", compare=False)


@dataclass(frozen=True, slots=True)
class VatBreakdown:
    """BG-23: `taxable` BT-116 and `amount` BT-117 under one category; `amount_in_eur` is the VAT in euro where told.
    `place` is the source's element, from its document or line on; "" where it did not come from one."""

    vat: VatCategory
    taxable: Decimal | None
    amount: Decimal | None
    amount_in_eur: Decimal | None = None
    place: str = field(default="", compare=False)

    def path(self, number: int) -> str:
        """Where it stands, from its document or line on; the `number`th of the first TaxTotal where nobody knows."""
        return self.place or f"cac:TaxTotal/cac:TaxSubtotal[{number}]"


@dataclass(frozen=True, slots=True)
class AllowanceCharge:
    """BG-20, BG-21 (document), BG-27, BG-28 (line). `is_charge` tells which; `vat` is None on lines.

    amount BT-92/99/136/141, base BT-93/100/137/142, percent BT-94/101/138/143, reason BT-97/104/139/144,
    reason_code BT-98/105/140/145.
    """

    is_charge: bool
    amount: Decimal | None
    base: Decimal | None = None
    percent: Decimal | None = None
    reason: str = ""
    reason_code: str = ""
    vat: VatCategory | None = None


@dataclass(frozen=True, slots=True)
class Totals:
    """BG-22. lines BT-106, allowances BT-107, charges BT-108, tax_exclusive BT-109, vat BT-110,
    vat_in_accounting_currency BT-111, tax_inclusive BT-112, prepaid BT-113, rounding BT-114, payable BT-115."""

    lines: Decimal | None = None
    allowances: Decimal | None = None
    charges: Decimal | None = None
    tax_exclusive: Decimal | None = None
    vat: Decimal | None = None
    vat_in_accounting_currency: Decimal | None = None
    tax_inclusive: Decimal | None = None
    prepaid: Decimal | None = None
    rounding: Decimal | None = None
    payable: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Price:
    """BG-29. `amount` BT-146 net unit price, `discount` BT-147, `gross` BT-148, `base_quantity` BT-149, unit BT-150."""

    amount: Decimal | None
    base_quantity: Decimal | None = None
    base_unit: str = ""
    discount: Decimal | None = None
    gross: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Classification:
    """BT-158: an item class code, its list and the list's version."""

    code: str
    list_id: str = ""
    version: str = ""


@dataclass(frozen=True, slots=True)
class Item:
    """BG-31. name BT-153, description BT-154, seller_id BT-155, buyer_id BT-156, standard_id BT-157,
    classifications BT-158, origin_country BT-159, properties BG-32 as (name, value)."""

    name: str = ""
    description: str = ""
    seller_id: str = ""
    buyer_id: str = ""
    standard_id: Identifier | None = None
    classifications: tuple[Classification, ...] = ()
    origin_country: str = ""
    properties: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Line:
    """BG-25.

    id BT-126, notes BT-127, object_id BT-128 (with scheme), quantity BT-129, unit BT-130 (UN/ECE Rec 20/21),
    net_amount BT-131, order_line BT-132, accounting_cost BT-133, period BG-26, allowances_charges BG-27/28,
    vat BT-151/152, item, price. `vat_amount` is the VAT of the line where the source states it (UBL.BE, e-fff 1.0),
    `vat_subtotals` its breakdown where there is more than the one category of `vat` (cash discount).
    """

    id: str
    notes: tuple[str, ...] = ()
    quantity: Decimal | None = None
    unit: str = ""
    net_amount: Decimal | None = None
    period: Period | None = None
    order_line: str = ""
    accounting_cost: str = ""
    object_id: Identifier | None = None
    allowances_charges: tuple[AllowanceCharge, ...] = ()
    vat: VatCategory = field(default_factory=VatCategory)
    vat_amount: Decimal | None = None
    vat_subtotals: tuple[VatBreakdown, ...] = ()
    item: Item = field(default_factory=Item)
    price: Price | None = None


@dataclass(frozen=True, slots=True)
class Attachment:
    """BG-24: a supporting document; also a bare reference (`content` and `uri` empty), such as BT-18 (type code 130).

    id BT-122, description BT-123 (or UBL 2.0 DocumentType), uri BT-124, content BT-125 with mime and file_name.
    `content` is the base64 *text* exactly as it stands in the source, blanks and line breaks included, so that it is
    carried over without being decoded (a view of the source where it is large); decode it only to look inside.
    `place` is its number among the source's AdditionalDocumentReference, 0 where it comes from no document.
    """

    id: str
    description: str = ""
    type_code: str = ""
    scheme: str = ""
    mime: str = ""
    file_name: str = ""
    content: str | Base64 = field(default="", repr=False)
    uri: str = ""
    place: int = field(default=0, compare=False)

    @property
    def is_pdf(self) -> bool:
        """Whether it is declared as an embedded PDF; what it really is, `core.efff.pdf` tells."""
        return bool(self.content) and self.mime.strip().lower() == "application/pdf"


@dataclass(frozen=True, slots=True)
class Invoice:
    """BG-0: an invoice or credit note.

    number BT-1, issue_date BT-2, type_code BT-3 normalised to 380 or 381 with the source's own in `source_type_code`,
    currency BT-5, vat_currency BT-6, tax_point_date BT-7, due_date BT-9 (header, else the earliest of the payment
    means), period BG-14, notes BT-22 each with its subject code (BT-21) as `#code#text` where the source has it so.
    `line_count` is LineCountNumeric. `software` is who made the file, by its `eFFF`/`UBL.BE` reference or ProfileID.
    `copy` is CopyIndicator. `root` is the source's root element and no part of the meaning.
    """

    number: str
    type_code: str = INVOICE
    source_type_code: str = ""
    issue_date: date | None = None
    due_date: date | None = None
    tax_point_date: date | None = None
    currency: str = ""
    vat_currency: str = ""
    period: Period | None = None
    notes: tuple[str, ...] = ()
    references: References = field(default_factory=References)
    supplier: Party = field(default_factory=Party)
    customer: Party = field(default_factory=Party)
    payee: Party | None = None
    tax_representative: Party | None = None
    deliveries: tuple[Delivery, ...] = ()
    payment_means: tuple[PaymentMeans, ...] = ()
    payment_terms: tuple[PaymentTerms, ...] = ()
    allowances_charges: tuple[AllowanceCharge, ...] = ()
    vat_breakdown: tuple[VatBreakdown, ...] = ()
    totals: Totals = field(default_factory=Totals)
    lines: tuple[Line, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    copy: bool = False
    line_count: int | None = None
    software: str = field(default="", compare=False)
    root: str = field(default="Invoice", compare=False)

    @property
    def is_credit_note(self) -> bool:
        """Whether it is a credit note by its type (381), whatever the sign of its amounts."""
        return self.type_code == CREDIT_NOTE

    @property
    def cash_discount(self) -> CashDiscount | None:
        """The cash discount of the payment terms, where there is one."""
        return next((terms.cash_discount for terms in self.payment_terms if terms.cash_discount), None)
