"""The sentences of this room: code -> what happened and what to do."""

from core.wording import Message

MESSAGES: dict[str, Message] = {
    "sandbox_not_running": Message(
        "No sandbox is running here.", "Start one with `banqup-pingwin sandbox` and leave it running."
    ),
    "sandbox_unreachable": Message(
        "The sandbox at {address} does not answer.", "Start it again with `banqup-pingwin sandbox`."
    ),
    "sandbox_refused": Message("The sandbox refused the call {call}: {detail}", "Check the spelling and try again."),
    "sandbox_no_start": Message("The sandbox did not start on port {port}.", "Choose another port with --port."),
    "sandbox_port_taken": Message(
        "Port {port} cannot be used on this machine.", "Choose another port with --port, or leave it out."
    ),
    "sandbox_no_folder": Message("There is no such folder.", "Check the path behind --from."),
    "sandbox_empty_folder": Message(
        "The folder holds no XML or PDF file.", "Choose a folder with UBL invoices, or leave --from out."
    ),
    "sandbox_not_xml": Message("The received file is not readable XML: {detail}"),
    "sandbox_doctype": Message("The received file has a document type declaration, which an e-fff file never has."),
    "sandbox_not_ubl": Message("The received file is not a UBL invoice or credit note; it begins with {root}."),
    "sandbox_schema": Message("The received file does not follow the UBL 2.1 schema, line {line}: {detail}"),
    "sandbox_not_efff": Message(
        "The received file is not marked as e-fff (customization {customization}, profile {profile})."
    ),
    "sandbox_pdf_missing": Message("The received file has no PDF inside."),
    "sandbox_pdf_broken": Message("The PDF inside the received file does not open: {detail}"),
    "sandbox_not_this_dossier": Message("The dossier's number {number} is no party of the received invoice."),
    "sandbox_wrong_direction": Message("The file came as {direction}, but the dossier is on the other side of it."),
}
