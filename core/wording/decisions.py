"""The sentences of a person's decisions; `core.wording.operations` takes them in.

`will_*` before it, `refused_*` where it is not possible, `done_*` right after it, the bare code in the history.
"""

from core.wording import Message

MESSAGES: dict[str, Message] = {
    "will_retry_now": Message("Sends it now instead of at its next try."),
    "will_retry": Message("Tries again; it has not been taken so far."),
    "will_send": Message("Sends it; so far nothing was sent."),
    "will_check_again": Message(
        "Makes and checks the file again; it is sent only where the check passes by then.",
        "Correct the cause first: in Banqup, or the dossier's enterprise numbers.",
    ),
    "will_resend": Message(
        "Sends it again. Whether the last try arrived is not known: it may arrive twice.",
        "Look in Pingwin first; if it is there, mark it delivered.",
    ),
    "will_resend_changed": Message("Sends the changed document as a second delivery."),
    "will_resend_again": Message(
        "Sends it a second time: it will be in Pingwin twice.", "Remove the first one in Pingwin if it should not stay."
    ),
    "will_marked_delivered": Message("Notes that it is in Pingwin; nothing is sent."),
    "will_left_as_delivered": Message("Leaves what was delivered as it is; nothing is sent."),
    "will_discarded": Message("Never sends it by itself; it stays in the list."),
    "will_include": Message("Takes it into the queue, to be sent."),
    "will_include_withdrawn": Message(
        "Looks at it again; it goes out only if it is approved or sent in Banqup by then."
    ),
    "will_undo": Message("Takes the mark back; the delivery stands where it stood before."),
    "will_undo_discard": Message("Takes the decision back and puts it in the queue again."),
    "refused_moving": Message("“{act}” is not possible now: the engine is at work on it.", "Look again in a moment."),
    "refused_waiting": Message(
        "“{act}” is not possible: it is queued and goes out by itself.",
        "Retry sends it now; discard or mark delivered keep it from going.",
    ),
    "refused_outcome_unknown": Message(
        "“{act}” is not possible: whether it arrived is not known.", "Resend, mark delivered, or discard."
    ),
    "refused_asked": Message(
        "“{act}” is not possible: it waits for your decision.", "Send, mark delivered, or discard."
    ),
    "refused_blocked": Message(
        "“{act}” is not possible: a check holds it.", "Send it with a reason, mark delivered, or discard."
    ),
    "refused_unsendable": Message(
        "“{act}” is not possible: a check holds it that nobody may pass over.",
        "Have it corrected, then let it be checked again (resend); or mark delivered, or discard.",
    ),
    "refused_failed": Message("“{act}” is not possible: it was refused.", "Retry, mark delivered, or discard."),
    "refused_dead": Message("“{act}” is not possible: it was given up.", "Retry, mark delivered, or discard."),
    "refused_changed": Message(
        "“{act}” is not possible: it was delivered and has changed since.",
        "Resend the new version, or leave it as delivered.",
    ),
    "refused_confirmed": Message(
        "“{act}” is not possible: it is delivered.", "It can only be sent a second time (resend)."
    ),
    "refused_marked": Message("“{act}” is not possible: it was marked delivered.", "Undo the mark, or resend."),
    "refused_history": Message("“{act}” is not possible: it is from before the activation.", "Include it to send it."),
    "refused_withdrawn": Message(
        "“{act}” is not possible: it is no longer approved or sent in Banqup.",
        "It comes back by itself when it is; include puts it in the queue now.",
    ),
    "refused_discarded": Message("“{act}” is not possible: it was decided not to send it.", "Retry takes that back."),
    "no_such_delivery": Message("There is no delivery “{id}”.", "“queue” lists them with their ids."),
    "reason_needed": Message("Sending it in spite of the check needs a reason.", "Say why, in a few words."),
    "newer_copy": Message("It was sent a second time already, as delivery {id}.", "Decide on that one."),
    "moved_meanwhile": Message("Delivery {id} changed while you decided; nothing was done.", "Look at it again."),
    "no_source_xml": Message("Delivery {id} has no XML in Banqup.", "Only its PDF may be there; look in Banqup."),
    "no_file_yet": Message("Delivery {id} has no file (yet, or any more).", "It is made when its turn comes."),
    # what a decision is called in the history
    "retry_once_it_answers": Message("Decided to send now; Pingwin is asked whether it answers again."),
    "retry_now": Message("Sent before its time."),
    "retry": Message("Tried again."),
    "send": Message("Decided to send."),
    "check_again": Message("Checked again by decision of a person."),
    "resend": Message("Decided to send again, its outcome being unknown."),
    "resend_changed": Message("Decided to send the changed document."),
    "resend_again": Message("Decided to send a second time."),
    "marked_delivered": Message("Marked delivered by a person; the target has not confirmed it."),
    "left_as_delivered": Message("Changed in Banqup after delivery; left as it was delivered."),
    "discarded": Message("Decided not to send."),
    "include": Message("Taken into the queue from outside it."),
    "include_alone": Message("Taken into the queue, to be sent alone while uploads are paused."),
    "include_withdrawn": Message("Looked at again by decision of a person."),
    "undo": Message("The mark was taken back.", "Decide again."),
    "undo_discard": Message("The decision not to send was taken back."),
    # what is said right after a decision
    "done_retry_now": Message("It is sent next."),
    "done_retry_once_it_answers": Message("Pingwin is asked at once; it is sent as soon as Pingwin answers again."),
    "done_retry": Message("It is tried again."),
    "done_send": Message("It is sent next."),
    "done_check_again": Message("It is checked again."),
    "done_resend": Message("It is sent again."),
    "done_resend_changed": Message("The changed document is sent as a second delivery."),
    "done_resend_again": Message("It is sent a second time, as a delivery of its own."),
    "done_marked_delivered": Message("Marked delivered."),
    "done_left_as_delivered": Message("Left as it was delivered."),
    "done_discarded": Message("It is not sent."),
    "done_include": Message("It is in the queue now."),
    "done_include_withdrawn": Message("It is looked at again."),
    "done_undo": Message("The mark is taken back."),
    "done_undo_discard": Message("It is in the queue again."),
}
