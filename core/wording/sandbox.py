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
    "demo_sandbox": Message("The sandbox runs: Banqup at {banqup}, Pingwin at {pingwin}."),
    "demo_connected": Message("Both connections are set and answer."),
    "demo_installed": Message(
        "Pingwin is installed for {name} ({number}), dossier {file_id}; the three credentials are right."
    ),
    "demo_active": Message("{name} is active. Approved or sent before: {history}, which stay history."),
    "demo_faults": Message("From now on answers get lost, servers fail and links expire."),
    "demo_approved": Message("{approved} of {total} documents are approved or sent in Banqup."),
    "demo_delivered": Message("{delivered} of {total} documents are delivered, {waiting} are on their way."),
    "demo_done": Message("Done: {delivered} delivered, {needs_attention} wait for a person."),
    "demo_engine_gone": Message("The engine ended before everything was delivered."),
    "demo_real_home": Message(
        "This home is connected to the real Banqup or Pingwin, or has installations of its own.",
        "Leave --home out, or name an empty folder for the demo.",
    ),
    "demo_runs_already": Message(
        "An engine runs in this home.", "Stop it with `banqup-pingwin stop`, or name another home."
    ),
    "demo_no_sandbox": Message("The sandbox of the demo did not start.", "Read the file named here."),
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
