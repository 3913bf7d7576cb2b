"""What the engine says of a delivery or a space: why it is where it is, and what to do."""

from core.wording import Message

MESSAGES: dict[str, Message] = {
    # why a document is history
    "baseline": Message(
        "Approved or sent before the connection was switched on, so it stays history.",
        "Include it if it should go to Pingwin all the same.",
    ),
    "inactive": Message(
        "Approved or sent while the connection was switched off, so it stays history.",
        "Include it if it should go to Pingwin all the same.",
    ),
    "late": Message(
        "Became visible only now, but was approved or sent before the connection was switched on.",
        "Include it if it should go to Pingwin all the same.",
    ),
    "rule": Message(
        "Already stood at the new trigger when the trigger was widened, so it stays history.",
        "Include it if it should go to Pingwin all the same.",
    ),
    "dossier": Message(
        "Approved or sent before this dossier was chosen, so it stays history.",
        "Include it if it should go to Pingwin all the same.",
    ),
    "restore": Message(
        "Already approved or sent when the backup was put back; whether it was delivered before is not known here.",
        "Look for it in Pingwin; include it if it is not there.",
    ),
    "during": Message(
        "Changed while the connection was being switched on; it may have been approved before or after that.",
        "Send it if it was approved afterwards, else choose not to send it.",
    ),
    "gone_while_off": Message(
        "Banqup said for a while that it does not have the document, and Active was off meanwhile.",
        "Send it if it was approved while Active was on, else choose not to send it.",
    ),
    # why a delivery waits for a person
    "outcome_unknown": Message(
        "The file left, but no answer came back: Pingwin may have it or not.",
        "Look for it in Pingwin. Mark it delivered if it is there; send it again if it is not.",
    ),
    "already_there": Message(
        "Pingwin says that it already has this document, although it was never sent from here.",
        "Look for it in Pingwin. Mark it delivered if it is the same invoice.",
    ),
    "possible_duplicate": Message(
        "The same invoice (supplier, number, date, total) also came as another document: {other_number}, line {other}.",
        "Send it only if Pingwin really needs both; else choose not to send it.",
    ),
    "not_this_dossier": Message(
        "The dossier's company is neither the supplier nor the customer of this document.",
        "Check the dossier's enterprise numbers; if the document does not belong here, choose not to send it.",
    ),
    "direction_unclear": Message(
        "Banqup files it as a {folder}, but the parties on the document say otherwise.",
        "Check in Banqup whether it is a purchase or a sale (a self-billed invoice, perhaps).",
    ),
    "other_dossier": Message(
        "This delivery was made for dossier {dossier}, but the space now sends to another one.",
        "Put the File ID back, or choose not to send it.",
    ),
    "worker_died": Message(
        "The engine died {crashes} times while it worked on this document.",
        "Ask support to look at the document; send it to try once more.",
    ),
    "changed_in_banqup": Message(
        "Its number, date, parties, amounts or files changed in Banqup after it was delivered.",
        "Compare both. Send it again if Pingwin needs the new version; else mark it delivered as it is.",
    ),
    "gave_up": Message(
        "It was tried {attempts} times without success, so the product gave up.",
        "Read the last reason, mend it, then retry.",
    ),
    "no_structured_file": Message(
        "Banqup has no structured invoice (XML) for this document, only a picture of it.",
        "Retry once Banqup has validated the document and made its electronic invoice.",
    ),
    "cannot_convert": Message(
        "The document cannot be turned into an e-fff file.",
        "Read the findings; ask the supplier for a correct invoice.",
    ),
    # why something waits by itself
    "not_at_trigger": Message(
        "When its turn came it was no longer approved or sent in Banqup (now: {status}).",
        "Nothing to do: it goes out by itself once it is approved or sent again.",
    ),
    "changed_on_its_way": Message(
        "It changed in Banqup after its file was made. Once it is delivered you are asked whether to send it again."
    ),
    "moved_in_banqup": Message("It changed in Banqup while it waited: it is read again before it is sent."),
    "document_gone": Message(
        "When its turn came Banqup no longer had the document.",
        "Nothing to do: if it comes back in Banqup, it is looked at again.",
    ),
    "banqup_waits": Message("Waits until Banqup answers again.", "Nothing to do."),
    "target_waits": Message("Waits until Pingwin can be asked again.", "Nothing to do."),
    "asked_once": Message(
        "The answer was lost. Pingwin was asked and does not have it; it is asked once more before it is sent again.",
        "Nothing to do.",
    ),
    "circuit_open": Message("Waits until Pingwin can be reached again.", "Nothing to do."),
    "credentials_missing": Message(
        "One of the three credentials is missing.", "Enter API Key, CLID and File ID in the settings of the space."
    ),
    "not_installed": Message(
        "The extension is no longer installed in this space.", "Install it again to send what waits."
    ),
    "file_missing": Message("Its e-fff file was no longer in the spool; it is made again.", "Nothing to do."),
    "paused_before_sending": Message(
        "The machine paused just before sending; nothing left, and it is tried again.", "Nothing to do."
    ),
    "same_key_again": Message(
        "The answer was lost; it is sent again under the same key, which Pingwin recognises.", "Nothing to do."
    ),
    "found_by_key": Message("The answer was lost, but Pingwin was asked and has it.", "Nothing to do."),
    "not_there": Message(
        "The answer was lost; Pingwin was asked and does not have it, so it is sent again.", "Nothing to do."
    ),
    "dossier_silent": Message(
        "Pingwin gives no clear answer for this dossier, while others go on; its queue waits.",
        "It is asked again at {again}. If it lasts: look at the dossier in Pingwin.",
    ),
    "dossier_undecided": Message(
        "Whether Pingwin took the last documents of this dossier is unknown: its queue waits, others go on.",
        "Look in Pingwin and decide for one of them: the queue then goes on.",
    ),
    "target_undecided": Message(
        "Pingwin answers, yet whether it took the last documents is unknown: the queue waits.",
        "Look in Pingwin and decide for one of them: the queue then goes on.",
    ),
    # the engine itself
    "engine_runs_already": Message(
        "An engine already runs for this home (process {pid} on {host}).", "Stop it first, or leave it: one is enough."
    ),
    "banqup_not_connected": Message(
        "This machine is not connected to Banqup yet.",
        "Enter Banqup's address, app id and secret (connect banqup set).",
    ),
    "access_withdrawn": Message(
        "Banqup no longer shows this space to the app: access was withdrawn.",
        "Let an administrator of the space add the app again under Settings > External applications.",
    ),
}
