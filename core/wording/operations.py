"""The sentences of this room: code -> what happened and what to do."""

from core.wording import Message, decisions, support

_DESK = {
    "readonly": Message(
        "This is a read-only view; nothing can be changed here.", "Leave out --readonly to change something."
    ),
    "only_one_space": Message(
        "This view is about one space; a copy of the ledger would hold them all.", "Leave out --space."
    ),
    "no_ledger_yet": Message(
        "There is no ledger here yet, and a read-only view makes none.", "Check the --home directory."
    ),
    "ambiguous": Message("“{text}” can mean several: {names}.", "Use more of the id, or the whole one."),
    "address_missing": Message("The address is empty.", "Enter it as https://host or https://host/path."),
    "address_malformed": Message(
        "“{address}” is no web address.",
        "Enter it as https://host or https://host/path; no user name, no question mark. Secrets have their own field.",
    ),
    "address_not_https": Message(
        "{address} is not encrypted (http).", "Use https. Plain http is only for this machine itself (127.0.0.1)."
    ),
    "banqup_no_address": Message(
        "Banqup's address is not set.",
        "Banqup gives it when the app is registered (command: “connect banqup set”).",
    ),
    "banqup_no_app_id": Message(
        "The app id for Banqup is not set.",
        "It stands in Banqup's Developer Portal, with the app (command: “connect banqup set”).",
    ),
    "banqup_no_secret": Message(
        "The app's secret for Banqup is missing, or cannot be read by this user.",
        "Enter it with the connection (command: “connect banqup set”), or start this as the engine's user.",
    ),
    "banqup_secret_with_engine": Message(
        "Only the engine and root may read the app's secret for Banqup here.",
        "Run the same command with sudo; what it makes belongs to everybody of the group.",
    ),
    "banqup_token": Message("Signing in at Banqup with app id and secret."),
    "banqup_spaces": Message("Spaces that let this app in: {count}."),
    "banqup_no_spaces": Message(
        "Banqup accepts the app, but no space lets it in.",
        "In the space: Settings, External applications, Add external app; enter the app id and the roles Purchase"
        " assistant and Sales assistant.",
    ),
    "blank_secret": Message("The secret is empty.", "Paste it again."),
    "pingwin_no_target": Message(
        "It is not set where deliveries go.",
        "Choose a profile or a folder (command: “connect pingwin set”).",
    ),
    "pingwin_no_address": Message(
        "Contract {contract} needs Pingwin's address.", "Ask Pingwin for the address of its upload service."
    ),
    "no_such_contract": Message("There is no contract “{contract}”.", "“connect pingwin show” lists them."),
    "folder_not_absolute": Message(
        "“{folder}” is no full path.", "Enter the folder from the root, such as /srv/pingwin."
    ),
    "folder_not_writable": Message(
        "Nothing can be written in {folder}: {problem}.", "Make the folder, or give this user the right to write there."
    ),
    "contract_unconfirmed": Message(
        "The contract of {target} is our best guess; Pingwin has not confirmed it.",
        "Try it with one document and look in Pingwin whether it arrived.",
    ),
}

_INSTALLING = {
    "nothing_installed": Message(
        "Nothing is installed yet.", "“spaces” lists the spaces; “install SPACE” installs in one."
    ),
    "no_such_installation": Message("Nothing is installed under “{text}”.", "“status” lists what is installed."),
    "no_such_space": Message(
        "Banqup shows this app no space “{text}”.",
        "“spaces” lists them. A missing one has to let the app in: Settings, External applications.",
    ),
    "already_installed": Message("It is installed in {name} already.", "Change its settings, or uninstall it first."),
    "space_id_wrong": Message("“{space}” is no id of a space.", "Copy the id from the list of spaces."),
    "enterprise_number_wrong": Message(
        "“{number}” is no valid enterprise or VAT number.",
        "Check the digits: a Belgian number has ten; a foreign one begins with its country, such as NL.",
    ),
    "enterprise_numbers_missing": Message(
        "The dossier's enterprise number is not set.", "Set at least one; it tells purchases from sales."
    ),
    "no_trigger": Message("There is no status left at which a document is sent.", "Name at least one."),
    "credential_blank": Message("It is empty.", "Paste the value."),
    "credential_spaces": Message("There is a blank inside.", "Copy the value again, without the words around it."),
    "credential_characters": Message(
        "There is a character in it that such a value never has.",
        "Copy it again, from Pingwin and not from a document.",
    ),
    "credential_long": Message("It is too long for such a value.", "Copy the value alone."),
    "credential_missing": Message("Missing: {field}.", "Enter it; each field says where to find it."),
    "credentials_shape": Message("All three credentials are there and look well-formed."),
    "credentials_untested": Message(
        "Whether the credentials are right could not be tested: no harmless request is known for this contract.",
        "The first delivery will tell.",
    ),
    "dossier_change_needs_deactivation": Message(
        "{name} is active for File ID {file_id}; another dossier needs a baseline of its own.",
        "Deactivate it first, change the File ID, then activate it again.",
    ),
    "same_dossier": Message(
        "{name} sends to the same dossier.",
        "Make sure that no invoice is in both spaces; it would be held as a duplicate.",
    ),
}

_ACTIVATION = {
    "cannot_activate": Message("{codes} {name} cannot be activated yet.", "Complete it and activate again."),
    "missing_api_key": Message("The API key is missing.", "Enter it with “credentials set”."),
    "missing_clid": Message("The CLID is missing.", "Enter it with “credentials set”; Pingwin gives it on request."),
    "missing_file_id": Message("The File ID is missing.", "Enter it with “credentials set”."),
    "own_extension_on": Message(
        "It was not confirmed that Banqup's own Pingwin extension is off in {name}.",
        "Switch it off in Banqup (Manage, Active), else every document arrives twice.",
    ),
    "waiting_not_chosen": Message(
        "{count} deliveries of {name} still wait from before.", "Choose: --waiting send, or --waiting discard."
    ),
    "not_active": Message("{name} is not active.", "Activate it first."),
    "already_held": Message("{name} is held already, by {by}.", "“release” lets it go on."),
    "changed_meanwhile": Message(
        "Somebody saved something else while this form was open; nothing was overwritten.",
        "Look at what stands now; saving once more puts yours in its place.",
    ),
    "changed_meanwhile_by": Message(
        "{by} saved something else while this form was open; nothing was overwritten.",
        "Look at what stands now; saving once more puts yours in its place.",
    ),
    "first_is_live": Message(
        "{name} is active already: documents go by themselves.", "To send an old one, include it from the queue."
    ),
    "first_waits": Message(
        "Delivery {id} has not gone yet; it goes as soon as it can, and everything else stays paused.",
        "Open it to see what it waits for.",
    ),
    "not_held": Message("{name} is not held.", "There is nothing to release."),
}

_ENGINE = {
    "engine_runs": Message("The engine runs already (process {pid} on {host})."),
    "engine_slow": Message("The engine did not get ready within {seconds} seconds.", "Its log is {log}."),
    "engine_did_not_start": Message("The engine ended at once ({words}).", "Its log is {log}."),
    "engine_stopped_already": Message("No engine runs here."),
    "engine_elsewhere": Message("The engine runs on {host} (process {pid}).", "Stop it there."),
    "engine_does_not_stop": Message(
        "The engine (process {pid}) has not ended after {seconds} seconds.",
        "An upload may be under way; wait and look again. Do not kill it if you can wait.",
    ),
    "engine_other_version": Message(
        "The engine is version {engine}, this is version {ours}.", "Restart the engine after an upgrade."
    ),
    "demo_home": Message("This is the demo: made-up documents, nothing leaves this machine."),
}

_HEALTH = {
    "health_inactive": Message("Switched off; nothing is read or sent.", "Activate it to begin."),
    "health_restored": Message(
        "Restored from a backup; nothing is read or sent here yet.",
        "Stop the engine on the old machine, enter the secrets here, then activate it.",
    ),
    "health_not_set_up": Message("Installed, not set up yet.", "Enter the three credentials, then activate it."),
    "health_stopped": Message("No engine runs, so nothing is read or sent.", "Start it with “run”, or in the console."),
    "health_stopped_since": Message(
        "Nothing ran since {since}: no engine runs, so nothing is read or sent.",
        "Start it with “run”, or in the console.",
    ),
    "health_pingwin_waits": Message(
        "Pingwin does not take documents since {since}; the queue waits.", "It is asked again at {again}."
    ),
    "health_banqup_waits": Message(
        "Banqup could not be read ({failures} times in a row); what is in the queue still goes out.",
        "It is asked again at {again}.",
    ),
    "health_held": Message(
        "Uploads are held by {name}; documents are still read.", "Manage, then p, lets them go; or “release”."
    ),
    "health_baseline": Message("Reading what was there before activation; nothing is sent until that is done."),
    "health_active": Message("Working since {since}."),
    "health_only_validated": Message(
        "Working, but no purchase was fully approved for a week; {count} stand at Validated.",
        "Where nobody approves in Banqup, let validated purchases go over too: Manage, “What is sent”, or “triggers”.",
    ),
}

_EVENTS = {
    "installed": Message("Installed."),
    "uninstalled": Message("Uninstalled; what was delivered stays known."),
    "enterprise_numbers_changed": Message("Enterprise numbers set to {numbers}."),
    "own_extension_noted": Message("Banqup's own Pingwin extension is off here: {off}."),
    "options_changed": Message("Options changed: purchases {purchase}, sales {sales}, format {format}."),
    "credentials_changed": Message("Credentials changed: {fields}."),
    "credentials_deleted": Message("Credentials deleted."),
    "activation_decided": Message("Activation decided."),
}

_EXPLAIN = {
    "why_seen": Message("Found in Banqup; its file is not made yet."),
    "why_seen_reason": Message("Found in Banqup; its file is not made yet ({reason})."),
    "why_ready": Message("Its file is made and checked; it is in the queue."),
    "why_ready_reason": Message("It is in the queue after: {reason}."),
    "why_leased": Message("Its turn has come: it is taken up to be sent."),
    "why_leased_reason": Message("Its turn has come: it is taken up to be sent."),
    "why_sending": Message("It is being sent."),
    "why_sending_reason": Message("It is being sent."),
    "why_unknown": Message("It was sent, and no clear answer came."),
    "why_unknown_reason": Message("It was sent, and no clear answer came ({reason})."),
    "why_confirmed": Message("Delivered at {at}, reference {reference}."),
    "why_confirmed_reason": Message("Delivered at {at}, reference {reference}."),
    "why_parked": Message("It waits for your decision."),
    "why_parked_reason": Message("It waits for your decision: {reason}."),
    "why_failed": Message("It was refused, or could not be converted."),
    "why_failed_reason": Message("It was refused, or could not be converted: {reason}."),
    "why_dead": Message("It was tried too often and given up."),
    "why_dead_reason": Message("It was tried too often and given up: {reason}."),
    "why_changed": Message("It changed in Banqup after it was delivered."),
    "why_changed_reason": Message("It changed in Banqup after it was delivered."),
    "why_history": Message("It was approved or sent before the activation; such documents are not sent by themselves."),
    "why_history_reason": Message(
        "It was approved or sent before the activation ({reason}); such are not sent by themselves."
    ),
    "why_withdrawn": Message("It was no longer approved or sent in Banqup when its turn came."),
    "why_withdrawn_reason": Message("It was no longer approved or sent in Banqup when its turn came ({reason})."),
    "why_discarded": Message("A person decided not to send it."),
    "why_discarded_reason": Message("A person decided not to send it."),
    "next_prepare": Message("The engine fetches it, makes the e-fff file and checks it."),
    "next_prepare_at": Message("The engine fetches it again at {at}."),
    "next_send": Message("The engine sends it next."),
    "next_send_at": Message("The engine tries again at {at}."),
    "next_sending": Message("Pingwin's answer decides what follows; it comes within a few minutes."),
    "next_sending_at": Message(
        "Pingwin's answer decides what follows. If none came by {at}, the delivery is taken up again, and Pingwin is "
        "asked first."
    ),
    "next_left_behind": Message("Nothing until an engine runs; it takes this up at once.", "Start it with “run”."),
    "next_left_behind_at": Message(
        "Nothing until an engine runs. The one that ended still holds it until {at}; only then does it go on.",
        "Start it with “run”.",
    ),
    "next_left_sending": Message(
        "Nothing until an engine runs; it asks first whether this arrived, and never just sends it again.",
        "Start it with “run”.",
    ),
    "next_left_sending_at": Message(
        "Nothing until an engine runs. From {at} on it asks whether this arrived, and never just sends it again.",
        "Start it with “run”.",
    ),
    "next_ask": Message("The engine asks the target whether it arrived; where that is not possible it asks you."),
    "next_ask_at": Message("The engine asks the target at {at} whether it arrived."),
    "next_not_installed": Message("Nothing: the extension is not installed in this space.", "Install and activate it."),
    "next_inactive": Message("Nothing until the space is activated.", "Activating asks what to do with what waits."),
    "next_stopped": Message("Nothing until an engine runs.", "Start it with “run”."),
    "next_held_space": Message("This space is held: nothing is sent until that ends.", "“release” ends it."),
    "next_held": Message("{name} holds this space: nothing is sent until that ends.", "“release” ends it."),
    "next_circuit": Message(
        "It waits until the target takes documents again.", "The target is asked again at {again}."
    ),
    "next_outcome_unknown": Message(
        "Nothing happens until a person decides.",
        "Look in Pingwin: if it is there, mark it delivered; if not, send it again.",
    ),
    "next_asked": Message(
        "Nothing happens until a person decides.", "Send it, mark it delivered, or decide not to send it."
    ),
    "next_blocked": Message(
        "Nothing happens until a person decides.", "Have it corrected, or send it in spite of the check, with a reason."
    ),
    "next_unsendable": Message(
        "Nothing happens until a person decides.",
        "Correct the cause, then let it be checked again (resend); or mark delivered, or do not send.",
    ),
    "next_failed": Message(
        "Nothing happens until a person decides.",
        "Correct the cause and retry; or mark it delivered, or do not send it.",
    ),
    "next_dead": Message(
        "Nothing happens until a person decides.",
        "Retry when the cause is gone; or mark it delivered, or do not send it.",
    ),
    "next_changed": Message(
        "Nothing happens until a person decides.", "Send the new version, or leave it as delivered."
    ),
    "next_confirmed": Message("Nothing more happens; it is done."),
    "next_marked": Message("Nothing more happens; it is done.", "The mark can be undone."),
    "next_history": Message("Nothing happens until a person decides.", "Include it, if it should be sent after all."),
    "next_withdrawn": Message(
        "It comes back when it is approved or sent again.", "Including it puts it in the queue now."
    ),
    "next_discarded": Message("Nothing.", "Undo takes the decision back."),
}

MESSAGES: dict[str, Message] = {
    "engine_tested": Message("This console may not read the credentials; the engine, which may, tested them."),
    "engine_gave_no_answer": Message(
        "This console may not read the credentials, and the engine gave no answer.",
        "Look with status whether the engine runs, then test again.",
    ),
    "credentials_test_asked": Message("The engine was asked to test the credentials."),
    **_DESK,
    **_INSTALLING,
    **_ACTIVATION,
    **_ENGINE,
    **_HEALTH,
    **decisions.MESSAGES,
    **_EVENTS,
    **_EXPLAIN,
    **support.MESSAGES,
}
