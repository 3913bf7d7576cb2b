"""The sentences of this room: code -> what happened and what to do.

Reading and form, VAT codes, what was derived, what was not carried over, whose invoice it is. The rules' own sentences
stand in `core.wording.efff_rules`.
"""

from core.wording import Message
from core.wording.efff_rules import RULE_MESSAGES

ASK_SUPPLIER = "Ask the supplier for the electronic invoice (UBL) again."
CHECK_IN_PACKAGE = "Look at it in the accounting package after the import."
NOTHING = "Nothing to do."

READING: dict[str, Message] = {
    "file_is_empty": Message("The file is empty.", ASK_SUPPLIER),
    "file_is_pdf": Message(
        "The file is a PDF, not an electronic invoice.", "Use the XML file; give the PDF beside it."
    ),
    "file_is_zip": Message(
        "The file is a ZIP archive, not an electronic invoice.", "Unpack it and use the XML inside."
    ),
    "file_is_html": Message("The file is a web page, not an electronic invoice.", ASK_SUPPLIER),
    "file_is_not_xml": Message("The file is not an electronic invoice (no XML).", ASK_SUPPLIER),
    "document_too_large": Message(
        "The document is too large: {megabytes} MB; {limit} MB can be processed.",
        "Ask the supplier for the invoice with smaller attachments.",
    ),
    "document_too_long": Message(
        "The file has more than {limit} elements and attributes; no invoice has so many.", ASK_SUPPLIER
    ),
    "xml_too_crowded": Message("An element has more than {limit} attributes; no invoice has so many.", ASK_SUPPLIER),
    "xml_has_doctype": Message(
        "The file contains a document type declaration (DOCTYPE): an invoice never has one, and it can be an attack.",
        "Do not open it elsewhere. Ask the supplier where it comes from.",
    ),
    "xml_not_well_formed": Message("The file is damaged: it is no valid XML (line {line}: {reason}).", ASK_SUPPLIER),
    "xml_too_deep": Message("The file nests elements more than {limit} deep; no invoice does.", ASK_SUPPLIER),
    "xml_encoding_unknown": Message(
        "The file is written in the character set {encoding}, which is not known.", ASK_SUPPLIER
    ),
    "xml_encoding_wrong": Message("The file says it is written in {encoding}, but it is not.", ASK_SUPPLIER),
    "encoding_is_not_utf8": Message("The file is written in {encoding}, not in UTF-8.", "Check names with accents."),
    "root_is_no_ubl_invoice": Message(
        "The file is no UBL invoice or credit note, but: {root} {namespace}.", "Use the invoice in UBL (Peppol) form."
    ),
    "format_not_recognised": Message(
        "The file does not say which kind of UBL invoice it is.",
        "It was read as plain UBL; compare the result with the PDF.",
    ),
    "format_not_known": Message(
        "The file is neither Peppol BIS 3, EN 16931, UBL.BE nor e-fff; it calls itself {customization}.",
        "It was read as plain UBL; compare the result with the PDF.",
    ),
    "versions_mixed": Message(
        "The file mixes versions: read as {format}, it names UBL {version} and {customization}.",
        "If the accounting package refuses it, convert it first.",
    ),
    "value_is_no_number": Message("{value} is not a number.", ASK_SUPPLIER),
    "value_is_no_flag": Message("{value} is neither true nor false.", ASK_SUPPLIER),
    "value_is_no_date": Message("{value} is not a date.", ASK_SUPPLIER),
    "amount_in_other_currency": Message(
        "{count} amounts are in {currency}, the invoice is in {expected}.", "Compare the amounts with the PDF."
    ),
}

FORM: dict[str, Message] = {
    "not_valid_ubl": Message("Not valid UBL 2.1: {reason} (line {line}).", ASK_SUPPLIER),
    "ubl_element_unexpected": Message("{element} stands where UBL does not have it (line {line}).", ASK_SUPPLIER),
    "ubl_element_incomplete": Message("{element} is not complete: {missing} is missing (line {line}).", ASK_SUPPLIER),
    "ubl_value_empty": Message("{element} is empty, which UBL does not allow (line {line}).", ASK_SUPPLIER),
    "ubl_value_wrong": Message("{element}: {value} is not a value that UBL allows there (line {line}).", ASK_SUPPLIER),
    "ubl_attribute_missing": Message("{element} lacks {attribute}, which UBL demands (line {line}).", ASK_SUPPLIER),
    "ubl_attribute_unexpected": Message(
        "{element} has the attribute {attribute}, which UBL does not have there (line {line}).", ASK_SUPPLIER
    ),
    "ubl_content_wrong": Message("{element} holds something that does not belong there (line {line}).", ASK_SUPPLIER),
    "newer_body_under_old_header": Message(
        "The file says e-fff 1.0 (UBL 2.0), but {element} is only valid in UBL 2.1.",
        "Convert it again before you import it.",
    ),
    "element_not_in_profile": Message("{element} is not used in e-fff; packages ignore it.", NOTHING),
    "element_not_in_ubl_20": Message("{element} does not exist in e-fff 1.0 (UBL 2.0).", "Convert the file again."),
    "element_out_of_order": Message("{element} stands in the wrong place.", "Convert the file again."),
    "element_too_often": Message("{element} stands there too often.", "Convert the file again."),
    "code_not_in_ubl_20": Message("{element}: {value} is not a code that e-fff 1.0 knows.", "Convert the file again."),
    "attribute_not_in_ubl_20": Message(
        "{element} has the attribute {attribute}, which e-fff 1.0 does not know.", "Convert the file again."
    ),
    "amount_without_currency": Message("{element} has no currency.", "Convert the file again."),
    "flag_not_spelled_out": Message("{element} is {value}; e-fff 1.0 wants true or false.", "Convert the file again."),
    "required_value_missing": Message("{element} is missing; an e-fff file must have it.", ASK_SUPPLIER),
    "currency_not_in_efff_1": Message(
        "The currency {currency} does not exist in e-fff 1.0, whose list is of 2007.",
        "Write this invoice as e-fff 3.0: choose the format e-fff-3.0 in the installation's options, "
        "or convert it with --format e-fff-3.0.",
    ),
}

VAT: dict[str, Message] = {
    "vat_code_derived": Message(
        "The invoice has no Belgian VAT code for category {category}, {rate} %; {code} was filled in.",
        "Check the VAT code when you book it.",
    ),
    "vat_code_doubtful": Message(
        "The invoice has no Belgian VAT code for category {category}, {rate} %; {code} was filled in, "
        "but {otherwise} is possible too.",
        "Check the VAT code when you book it.",
    ),
    "vat_code_undecided": Message(
        "There is no Belgian VAT code for category {category}, {rate} %; none was filled in.",
        "Choose the VAT code yourself; for foreign VAT it is mostly {proposal}.",
    ),
    "vat_code_torn": Message(
        "The VAT table has category {category}, {rate} % under several Belgian VAT codes ({several}), and the lines do "
        "not tell which is theirs; none was filled in there.",
        "Look up on the PDF which lines are under which code, and choose them when you book it; or set one code for "
        "this supplier in the installation's options.",
    ),
    "vat_code_by_exemption_code": Message("Belgian VAT code by the exemption code ({count}×)."),
    "vat_code_by_exemption_reason": Message("Belgian VAT code by the exemption text ({count}×)."),
    "vat_code_by_category_and_rate": Message("Belgian VAT code by category {category} and {rate} % ({count}×)."),
    "vat_code_by_category": Message("Belgian VAT code by category {category} ({count}×)."),
    "vat_code_by_breakdown": Message("Belgian VAT code as the VAT total of the invoice states it ({count}×)."),
    "vat_code_by_own_rule": Message("Belgian VAT code by a rule of this installation ({count}×)."),
    "vat_code_replaced": Message("e-fff does not have the code {stated}."),
    "vat_code_unknown": Message("This is not a Belgian VAT code."),
    "vat_code_not_in_efff": Message("e-fff has no code for one-stop-shop VAT."),
    "line_category_from_breakdown": Message(
        "The line names no VAT category; it is the one of the invoice's VAT total."
    ),
}

DERIVED: dict[str, Message] = {
    "currency_from_amounts": Message("The invoice names no currency; this one stands at the amount to pay."),
    "enterprise_number_from_vat": Message("The enterprise number is the Belgian VAT number without BE."),
    "tax_point_is_issue_date": Message("No VAT date is given; it is the date of the invoice."),
    "payment_means_not_stated": Message("How to pay is not stated; 1 means: not defined."),
    "cash_discount_computed": Message("The amount to pay less the amount to pay in time."),
    "line_number_given": Message("The line has no number; it is its place."),
    "line_vat_computed": Message("VAT of a line: net amount times rate, rounded half up ({count}×)."),
    "vat_totals_added": Message("The VAT stands in parts ({amounts}); they were added up."),
    "date_alone": Message("The date stands as {stated}; what follows the day was left away."),
    "category_of_efff": Message("e-fff has another letter for the category {stated} with this VAT code."),
    "vat_added_up": Message("The VAT total is not stated; it is the sum of the VAT amounts."),
}

DROPPED: dict[str, Message] = {
    "no_place_in_efff": Message("e-fff has no place for it."),
    "not_in_this_version": Message("This version of e-fff has no place for it."),
    "kept_as_note": Message("It stands in the notes of the e-fff file."),
    "kept_as_line_note": Message("It stands in the note of the line."),
    "kept_as_payment_terms": Message("It stands in the payment terms."),
    "kept_as_order_number": Message("It stands in the place of the order number."),
    "type_replaced": Message("e-fff knows invoices (380) and credit notes (381); {type} was written."),
    "unit_replaced": Message("e-fff 1.0 does not know the unit; {unit} was written."),
    "unit_left_out": Message("e-fff 1.0 does not know the unit; the quantity stands without one."),
    "half_a_property": Message("A property needs a name and a value."),
    "price_without_amount": Message("There is no price that it belongs to."),
    "kind_unknown": Message("The attachment does not say of what kind it is; it is taken along as any file."),
    "attachment_damaged": Message("The attachment is damaged; ask the supplier for it."),
    "attachment_kind_not_in_efff_1": Message("e-fff 1.0 takes no attachment of the kind {kind}; find it in Banqup."),
    "pdf_named_anew": Message("The PDF of the invoice is called {name} in an e-fff file."),
    "says_itself_what_it_is": Message("An e-fff file says itself which format it is and which program made it."),
    "list_written_anew": Message("The list that a code is of: an e-fff file names its own ({count}×)."),
    "language_not_kept": Message("e-fff does not say in which language a text is ({count}×)."),
    "attribute_not_kept": Message("e-fff has no place for this attribute ({count}×)."),
    "lines_counted": Message("The invoice has {count} lines; that number was written."),
    "due_date_of_means": Message("The due date of the means of payment is the only one that has a place."),
    "cash_discount_restated": Message("e-fff states the discount itself, not what is left to pay with it."),
    "card_without_number": Message("There is no card number that it belongs to."),
    "price_without_discount": Message("A price before discount is only written with the discount."),
    "reason_restated": Message("The official rules of e-fff want these words: {written}."),
    "pdf_replaced_by_delivered": Message("The PDF that came beside the electronic invoice was taken instead."),
    "pdf_replaced_by_rendered": Message(
        "It cannot be opened as a PDF; a PDF drawn from the invoice was taken instead."
    ),
}

OWN_RULES: dict[str, Message] = {
    "vat_code_rule_unknown": Message(
        "There is no own rule {number}; the installation has {count}.", "Look at their numbers with vat-codes."
    ),
    "vat_code_rule_wrong": Message(
        "This rule for a VAT code is not possible ({field}: {why}).", "Look at the codes with vat-codes."
    ),
}

DOSSIER: dict[str, Message] = {  # not_this_dossier and direction_unclear are reasons of the delivery: core.wording.sync
    "dossier_numbers_missing": Message(
        "The installation has no enterprise number to compare the invoice with.",
        "Enter the dossier's enterprise number.",
    ),
}

MESSAGES: dict[str, Message] = {**READING, **FORM, **VAT, **DERIVED, **DROPPED, **OWN_RULES, **DOSSIER, **RULE_MESSAGES}
