"""The sentences of the rules V05 to V84: code -> what was found and what to do. See `core.efff.rules.table`."""

from core.wording import Message

ASK_SUPPLIER = "Ask the supplier for a correct invoice."
ASK_OR_BOOK = (
    "Compare with the PDF; if the PDF is right, book from the PDF, else ask the supplier for a correct invoice."
)
AMOUNTS = "Compare with the PDF: what is written there counts. Ask the supplier for a correct invoice."
ROUNDING = "Nothing to do if this comes from rounding; compare with the PDF when in doubt."
VAT_BOOKING = "Check the VAT in the PDF before you book."
AGAIN = "Convert the file again from its source."
DISCOUNT = "Look in the PDF for it before you pay less."
OTHER_PDF = "Open the PDF that is inside now; ask the supplier for the original if you need it."

RULE_MESSAGES: dict[str, Message] = {
    # what the document says it is
    "file_name_unlike_efff": Message(
        "The file is called {file}; an e-fff file is called efff_, VAT number of the supplier, _, number, .xml.",
        "Rename it if the accounting package does not find it.",
    ),
    "file_name_of_other_supplier": Message(
        "The file name {file} does not contain the supplier's VAT number {vat}.",
        "Check that it is the right file, then rename it.",
    ),
    "number_missing": Message("The invoice has no number.", ASK_SUPPLIER),
    "number_too_long": Message(
        "The invoice number has {length} characters; accounting packages take up to {most}.",
        "Check after the import that the number was not cut off.",
    ),
    "issue_date_missing": Message("The invoice has no date, or one that cannot be read.", ASK_SUPPLIER),
    "issue_date_too_old": Message("The invoice is dated {date}.", "Check the date in the PDF."),
    "issue_date_in_future": Message(
        "The invoice is dated {date}, {days} days from now.", "Check the date in the PDF and the period to book it in."
    ),
    "type_not_of_efff": Message(
        "The document type is {type}; e-fff knows 380 (invoice) and 381 (credit note).",
        "Convert the file again from its source, or ask the supplier which of the two it is.",
    ),
    "type_missing": Message(
        "The file does not say whether it is an invoice (380) or a credit note (381).",
        "Convert the file again from its source.",
    ),
    "currency_missing": Message("The invoice does not say in which currency it is.", ASK_SUPPLIER),
    "currency_unknown": Message("{currency} is not a currency code.", ASK_SUPPLIER),
    "due_before_issue": Message(
        "The invoice of {issued} is due on {due}, before it was issued.",
        "Check the due date in the PDF before you pay.",
    ),
    "due_date_missing": Message(
        "{payable} is to be paid, but there is no due date and there are no payment terms.",
        "Look for the due date in the PDF, or use the terms agreed with the supplier.",
    ),
    "credited_invoice_missing": Message(
        "The credit note does not say which invoice it corrects.", "Look for the invoice number in the PDF."
    ),
    "invoice_twice_in_batch": Message(
        "The invoice {number} of this supplier is in {earlier} already.",
        "Import only one of the two files: a package refuses the second, or books it twice.",
    ),
    # the PDF and other attachments
    "pdf_missing": Message(
        "There is no PDF inside; an e-fff file must contain one.", "Convert the file again, with its PDF beside it."
    ),
    "pdf_rendered": Message(
        "The invoice came without a usable PDF; the page inside was drawn from the electronic invoice.",
        "Ask the supplier for the original PDF if you need it.",
    ),
    "pdf_to_be_rendered": Message(
        "There is no PDF inside; when it is converted, a page is drawn from the electronic invoice.",
        "Give the PDF along with --pdf if you have it.",
    ),
    "pdf_signs_missing": Message(
        "{count} kinds of characters could not be drawn and show as boxes in the PDF: {signs}.",
        "The electronic invoice itself has them; ask the supplier for the original PDF if you need it.",
    ),
    "pdf_not_whole": Message(
        "The invoice is too long for the pages that were drawn: {count} rows or ends of texts are not in the PDF.",
        "The electronic invoice itself has them; ask the supplier for the original PDF.",
    ),
    "base64_broken": Message("The attachment {name} is damaged and cannot be taken out.", ASK_SUPPLIER),
    "base64_padding_repaired": Message(
        "The attachment {name} is not closed off properly; it can be read all the same.", "Nothing to do."
    ),
    "pdf_not_a_pdf": Message("What is inside as a PDF is not a PDF.", "Ask the supplier for the PDF."),
    "pdf_truncated": Message("The PDF inside is cut off: its end is missing.", "Ask the supplier for the PDF."),
    "pdf_encrypted": Message(
        "The PDF inside is encrypted and asks for a password.", "Ask the supplier for a PDF without a password."
    ),
    "pdf_unreadable": Message("The PDF inside is damaged and cannot be opened.", "Ask the supplier for the PDF."),
    "pdf_empty": Message("The PDF inside has no pages.", "Ask the supplier for the PDF."),
    "pdf_restricted": Message(
        "The PDF inside is encrypted, but opens without a password.",
        "Nothing to do, unless the accounting package cannot show it.",
    ),
    "replaced_pdf_not_a_pdf": Message(
        "What came with the invoice as its PDF is not a PDF; another one is inside now.", OTHER_PDF
    ),
    "replaced_pdf_truncated": Message(
        "The PDF that came with the invoice is cut off; another one is inside now.", OTHER_PDF
    ),
    "replaced_pdf_encrypted": Message(
        "The PDF that came with the invoice asks for a password; another one is inside now.", OTHER_PDF
    ),
    "replaced_pdf_unreadable": Message(
        "The PDF that came with the invoice cannot be opened; another one is inside now.", OTHER_PDF
    ),
    "replaced_pdf_empty": Message(
        "The PDF that came with the invoice has no pages; another one is inside now.", OTHER_PDF
    ),
    "several_pdfs": Message(
        "There are {count} PDFs inside; the one that looks like the invoice stands first in the e-fff file.",
        "Check that it is the invoice and not one of its annexes.",
    ),
    "attachment_large": Message(
        "The attachment {name} is {size} MB, above {limit} MB.",
        "Check that the accounting package takes a file this large.",
    ),
    "attachment_too_large": Message(
        "The attachment {name} is {size} MB; more than {limit} MB is not sent.", "Ask the supplier for a smaller PDF."
    ),
    "pdf_type_wrong": Message(
        "The PDF is announced as “{type}”; e-fff 3.0 wants {expected}.", "Convert the file again from its source."
    ),
    # who the parties are
    "supplier_name_missing": Message("The supplier has no name.", ASK_SUPPLIER),
    "customer_name_missing": Message("The customer has no name.", ASK_SUPPLIER),
    "supplier_number_missing": Message(
        "The invoice charges {vat} VAT, but the supplier states no VAT or enterprise number.",
        "Do not deduct the VAT; ask the supplier for a correct invoice.",
    ),
    "vat_number_wrong": Message(
        "{number}, the VAT number of {party}, does not exist: its check digits are wrong.",
        "Look the company up in the enterprise register (KBO/BCE) and ask for a correct invoice.",
    ),
    "foreign_vat_number_wrong": Message(
        "{number}, the VAT number of {party}, does not fit the rules of its country.",
        "Look it up in VIES before you book.",
    ),
    "enterprise_number_differs": Message(
        "{party} states enterprise number {number} and VAT number {vat}, which do not belong together.",
        "Fine for a member of a VAT unit; else check which of the two is right.",
    ),
    "endpoint_wrong": Message(
        "{number}, the electronic address (0208) of {party}, is not an enterprise number.",
        "Check the party's number in the PDF and ask for a correct invoice.",
    ),
    "country_missing": Message("The address of {party} has no country.", "Check the country where VAT depends on it."),
    "country_unofficial": Message(
        "The country of {party} is written {country}; the code is {official}.", "Nothing to do."
    ),
    "country_unknown": Message("{country}, the country of {party}, is not a country code.", ASK_SUPPLIER),
    "supplier_is_customer": Message(
        "Supplier and customer are the same company: {party}, {number}.",
        "Check whether it is a purchase or a sale, and whether it belongs in the books at all.",
    ),
    # how it is paid
    "iban_wrong": Message(
        "The account {account} looks like an IBAN, but its length or check digits are wrong.",
        "Do not pay to it; check the account in the PDF or with the supplier.",
    ),
    "bic_wrong": Message(
        "The bank code {bic} is not a BIC.", "Leave it out when you pay within Europe: the IBAN is enough."
    ),
    "structured_communication_wrong": Message(
        "The structured communication {reference} has wrong check digits.",
        "Take the one from the PDF, or pay with the invoice number as free text.",
    ),
    "payment_means_missing": Message(
        "The invoice does not say how it is to be paid.", "Look in the PDF how it is to be paid."
    ),
    "payment_means_unknown": Message(
        "“{means}” is not a code for a way to pay.", "Look in the PDF how it is to be paid."
    ),
    "account_missing": Message(
        "The invoice asks for a bank transfer, but gives no account.",
        "Take the account from the PDF or your supplier file.",
    ),
    # the totals
    "lines_nearly_add_up": Message("The lines add up to {lines}, the invoice says {total}: {gap} apart.", ROUNDING),
    "lines_do_not_add_up": Message("The lines add up to {lines}, the invoice says {total}: {gap} apart.", AMOUNTS),
    "allowances_do_not_add_up": Message("The discounts add up to {added}, the invoice says {total}.", AMOUNTS),
    "charges_do_not_add_up": Message("The extra costs add up to {added}, the invoice says {total}.", AMOUNTS),
    "total_without_vat_wrong": Message(
        "Lines {lines} - discounts {allowances} + costs {charges} is {expected}, the total without VAT says {total}.",
        AMOUNTS,
    ),
    "vat_does_not_add_up": Message("The VAT of the rates adds up to {added}, the invoice says {total}.", AMOUNTS),
    "total_with_vat_wrong": Message(
        "{exclusive} without VAT + {vat} VAT is {expected}, the total with VAT says {total}.", AMOUNTS
    ),
    "payable_wrong": Message(
        "Total {inclusive} - paid {prepaid} + rounding {rounding} is {expected}, the amount to pay says {total}.",
        AMOUNTS,
    ),
    "taxable_does_not_add_up": Message(
        "The amounts that VAT is worked out on add up to {added}; the total without VAT is {total}.", VAT_BOOKING
    ),
    "total_too_fine": Message(
        "The total {amount} has {decimals} decimals; a total is in cents.",
        "Check after the import that the totals are those of the PDF.",
    ),
    "line_too_fine": Message(
        "The amount {amount} has {decimals} decimals; more than 4 are not allowed.",
        "Check after the import that the amount was not cut off.",
    ),
    "credit_note_negative": Message(
        "The credit note has a negative total, {payable}: read strictly, it asks for money.",
        "Check in the PDF whether it is to be booked as a credit or as a charge.",
    ),
    "invoice_negative": Message(
        "The invoice has a negative total, {payable}: it gives money back.",
        "Check that it is booked like a credit note.",
    ),
    # VAT
    "vat_slightly_off": Message("VAT at {rate} % on {taxable} is {expected}, the invoice says {vat}.", ROUNDING),
    "vat_wrong": Message("VAT at {rate} % on {taxable} is {expected}, the invoice says {vat}.", AMOUNTS),
    "taxable_slightly_off": Message(
        "The lines under {category} {rate} % come to {expected}, VAT is worked out on {taxable}.", ROUNDING
    ),
    "taxable_wrong": Message(
        "The lines under {category} {rate} % come to {expected}, VAT is worked out on {taxable}.", AMOUNTS
    ),
    "lines_under_other_codes": Message(
        "The lines under code {category} come to {expected}, the VAT table has {taxable} under it; all codes of"
        " {of_category} together are right.",
        "The VAT table is what is booked; compare the codes of the lines with the PDF.",
    ),
    "rate_not_belgian": Message(
        "The Belgian supplier charges {rate} % VAT, which is not a Belgian rate.",
        "Foreign VAT is not deducted in the Belgian return: choose the VAT code yourself when you book.",
    ),
    "rate_not_of_code": Message(
        "VAT code {code} belongs to {expected} %, the invoice has {rate} % there.", "Choose the VAT code when you book."
    ),
    "tax_is_not_vat": Message(
        "The invoice has a tax that is not VAT ({tax}); e-fff knows no other tax and would show it as VAT.",
        "Book this invoice by hand, or ask the supplier to invoice the tax as a line.",
    ),
    "code_unknown": Message(
        "{code} is not a Belgian VAT code of this format (category {category}, {rate} %).",
        "Choose the VAT code when you book. e-fff 3.0 has no code for it; send it as e-fff 1.0, which goes without.",
    ),
    "code_missing": Message(
        "There is no Belgian VAT code (category {category}, {rate} %).",
        "Choose the VAT code when you book. e-fff 3.0 cannot do without one: send it as e-fff 1.0, or give this"
        " supplier's VAT a code of your own (vat-codes).",
    ),
    "category_not_of_code": Message(
        "VAT code {code} goes with category {expected}, the invoice says {category}.", VAT_BOOKING
    ),
    "vat_where_none_is_due": Message("Under {category} there is no VAT, yet the invoice charges {vat}.", AMOUNTS),
    "customer_vat_missing": Message(
        "VAT is shifted to the customer ({category}), but {customer} has no VAT number in the invoice.",
        "Ask the supplier for an invoice with the VAT number: without it VAT is due in Belgium.",
    ),
    "customer_not_in_eu": Message(
        "The invoice is an intra-community supply ({category}), but the customer's country is {country}.", VAT_BOOKING
    ),
    "customer_in_eu": Message(
        "The invoice is an export ({category}), but the customer's country is {country}, inside the EU.", VAT_BOOKING
    ),
    "exemption_reason_missing": Message(
        "No VAT is charged under {category}, but the invoice does not say why.",
        "Look for the legal mention in the PDF.",
    ),
    "subtotal_twice": Message(
        "The VAT summary has {times} rows for {category} {rate} %.", "Check after the import that each was booked."
    ),
    # the lines
    "line_amount_wrong": Message(
        "Line {line}: {quantity} x {price} with its discounts is {expected}, the line says {amount}.", ASK_OR_BOOK
    ),
    "line_amount_wrong_by_base": Message(
        "Line {line}: {quantity} x {price} for every {base}, with its discounts, is {expected}; the line says "
        "{amount}.",
        ASK_OR_BOOK,
    ),
    "line_vat_wrong": Message("Line {line}: VAT at {rate} % on {net} is {expected}, the line says {vat}.", VAT_BOOKING),
    "line_vat_does_not_add_up": Message(
        "The VAT of the lines adds up to {added}, the invoice says {total}.", VAT_BOOKING
    ),
    "allowance_percent_wrong": Message(
        "A discount of {percent} % on {base} is {expected}, the invoice says {amount}.", ASK_OR_BOOK
    ),
    "charge_percent_wrong": Message(
        "A cost of {percent} % on {base} is {expected}, the invoice says {amount}.", ASK_OR_BOOK
    ),
    "base_quantity_wrong": Message(
        "Line {line}: the price is for {base} units, which must be more than 0.", ASK_SUPPLIER
    ),
    "no_lines": Message("The invoice has no lines.", "Book from the PDF, or ask the supplier for a correct invoice."),
    "line_number_twice": Message(
        "{times} lines have the number {number}.", "Check after the import that no line is missing."
    ),
    "line_without_text": Message("Line {line} does not say what was delivered.", "Look in the PDF what it is for."),
    "unit_unknown": Message(
        "Line {line}: {unit} is not a code for a unit.",
        "You can book it: no amount depends on it. Tell the supplier, for others may refuse such an invoice.",
    ),
    "line_count_wrong": Message(
        "The file says it has {stated} lines and has {lines}.", "Compare with the PDF whether a line is missing."
    ),
    # the official rules of 3.0 beyond these
    "software_not_named": Message(
        "The file does not name the software that made it (reference eFFF); e-fff 3.0 demands it.", AGAIN
    ),
    "software_name_short": Message("“{name}” is too short for the name of the software that made the file.", AGAIN),
    "cash_discount_amount_missing": Message("There is a discount for paying early, but not its amount.", DISCOUNT),
    "cash_discount_day_missing": Message("There is a discount for paying early, but not until which day.", DISCOUNT),
    "line_part_without_taxable": Message(
        "Line {line}: one part of its VAT does not say on which amount, which a discount for paying early demands.",
        AGAIN,
    ),
    "line_part_without_vat": Message(
        "Line {line}: one part of its VAT has no amount, which a discount for paying early demands.", AGAIN
    ),
    "line_part_without_category": Message(
        "Line {line}: one part of its VAT has no category, which a discount for paying early demands.", AGAIN
    ),
    "line_part_without_code": Message(
        "Line {line}: one part of its VAT has no Belgian VAT code, which a discount for paying early demands.", AGAIN
    ),
    "line_part_without_rate": Message(
        "Line {line}: one part of its VAT has no rate, which a discount for paying early demands.", AGAIN
    ),
    "line_part_not_vat": Message(
        "Line {line}: one part of its tax is not marked as VAT, which a discount for paying early demands.", AGAIN
    ),
    "line_without_vat": Message(
        "Line {line} does not state its VAT, which a discount for paying early demands.", AGAIN
    ),
    "cash_discount_part_missing": Message(
        "There is a discount for paying early, but the VAT summary has no part without VAT for it.", VAT_BOOKING
    ),
    "line_cash_discount_missing": Message(
        "There is a discount for paying early, but line {line} has no part without VAT for it.", VAT_BOOKING
    ),
    # the rules of UBL.BE
    "ublbe_invoice_reference_missing": Message(
        "No attachment is described as CommercialInvoice or CreditNote; UBL.BE wants one.",
        "Convert it to e-fff: the invoice's PDF is marked there.",
    ),
    "ublbe_invoice_references_several": Message(
        "{count} attachments are described as the invoice; UBL.BE wants one.",
        "Check after the import that the right PDF is shown.",
    ),
    "ublbe_software_not_named": Message(
        "The file does not name the software that made it (reference UBL.BE).", "Nothing to do for the booking."
    ),
    "ublbe_reference_not_described": Message(
        "The attachment {name} has no description; UBL.BE wants one.", "Nothing to do for the booking."
    ),
    "ublbe_mention_unknown": Message(
        "{mention} is not a legal mention of UBL.BE (BELM-001 to BELM-008).", "Look for the legal mention in the PDF."
    ),
    "ublbe_discount_percent_wrong": Message("A discount of {percent} % for paying early is not possible.", DISCOUNT),
    "ublbe_discount_amount_missing": Message(
        "There is a discount for paying early, but not the amount to pay then.", DISCOUNT
    ),
    "ublbe_discount_day_missing": Message("There is a discount for paying early, but not its last day.", DISCOUNT),
    "ublbe_exemption_code_unknown": Message("{stated} is not an exemption code of UBL.BE (BETE-..).", VAT_BOOKING),
    "ublbe_exemption_reason_unknown": Message(
        "“{stated}” is not one of the exemption texts that UBL.BE knows.", VAT_BOOKING
    ),
    "ublbe_line_without_vat": Message("Line {line} does not state its VAT amount; UBL.BE wants it.", VAT_BOOKING),
}
