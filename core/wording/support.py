"""The sentences of doctor, reconcile, backup, exchange and bundle; `core.wording.operations` takes them in."""

from core.wording import Message

REPAIR = "“doctor --repair” does it; the engine and other consoles must be closed for the ledger."

DOCTOR = {
    "doctor_home_user": Message("Everything is this user's own: {config}, {data}."),
    "doctor_home_system": Message("System mode, for several people: {config}, {data}."),
    "doctor_home_single": Message("Everything is under one directory: {data}."),
    "doctor_permissions": Message("Files and directories are private."),
    "doctor_os": Message("{where}: {why}.", "Give this user the right to it, or run this as the engine's user."),
    "doctor_disk": Message("Free on the disk: {free_mb} MB."),
    "doctor_disk_low": Message("Only {free_mb} MB are free on the disk.", "Make room; a full disk stops the engine."),
    "doctor_file_system": Message("The ledger lies on a local file system ({kind})."),
    "doctor_files_low": Message("Only {count} more files fit on the disk.", "Remove files that are not needed."),
    "doctor_fsync": Message("The disk keeps a write within {ms} ms: about {documents} documents an hour."),
    "doctor_fsync_slow": Message(
        "The disk takes {ms} ms to keep a write: about {documents} documents an hour.",
        "Documents go out slowly; a faster disk helps an office with many spaces.",
    ),
    "doctor_fsync_unmeasured": Message("The disk was not measured (read-only, or no directory yet)."),
    "doctor_ledger_server": Message("The ledger is on PostgreSQL: {place} (named by {source})."),
    "doctor_ledger_answers": Message("{software} answers within {ms} ms; the ledger there has schema {schema}."),
    "doctor_ledger_server_old": Message(
        "{software} is older than version {oldest}, the oldest that the ledger is tried on.", "Upgrade the server."
    ),
    "doctor_ledger_clock_off": Message(
        "The clock of the ledger's server is {seconds} s away from this machine's.",
        "Set both by a time service (NTP): leases are counted by the server's, times are shown by this machine's.",
    ),
    "doctor_retention": Message(
        "Kept after delivery: e-fff files {days} days, whom a document was with {years} years "
        "(spool_days, ledger_years)."
    ),
    "doctor_ledger_mode": Message("The ledger is kept by SQLite {version} in mode {mode}."),
    "doctor_journal_could_be_wal": Message(
        "The ledger could use the quicker mode WAL: this SQLite has the fix that it needs.", REPAIR
    ),
    "doctor_ledger_sparse": Message("{free_mb} MB of the ledger are free pages.", REPAIR),
    "doctor_leftovers": Message("Unfinished files of ended processes lie about: {count}.", REPAIR),
    "repaired_folder_too_open": Message("Permissions narrowed: {count}. Check who has seen these files."),
    "repaired_file_too_open": Message("Permissions narrowed: {count}. Check who has seen these files."),
    "repaired_doctor_leftovers": Message("Unfinished files removed: {count}."),
    "repaired_ledger_wal_unsafe": Message("The ledger's mode was changed; this SQLite is safe with it."),
    "repaired_doctor_journal_could_be_wal": Message("The ledger now uses WAL."),
    "repaired_doctor_ledger_sparse": Message("The ledger gave its free pages back to the disk."),
    "doctor_no_service": Message(
        "Nothing starts the engine when this machine starts.", "Let “service install” do it, or cron with “run --once”."
    ),
    "doctor_no_linger": Message(
        "The service {path} ends when its person logs out.", "Let it go on: loginctl enable-linger"
    ),
    "doctor_service": Message("The engine starts with the machine ({path})."),
    "doctor_notices": Message("A command tells people when something needs them."),
    "doctor_no_notices": Message(
        "Nobody is told when something needs a person.",
        "Set a command with “notices set”; “notices mail” sends e-mail.",
    ),
    "doctor_terminal": Message("Terminal {term}, {columns}x{lines}."),
    "doctor_terminal_small": Message(
        "The terminal is {columns}x{lines}; the console needs 80x24.", "Enlarge the window."
    ),
    "doctor_no_terminal": Message("No terminal here: the console cannot be drawn, commands work.", ""),
    "tls_good": Message("The certificate of {host} is good for {days} more days."),
    "tls_ends_soon": Message(
        "The certificate of {host} ends in {days} days.", "Whoever runs that server must renew it; tell them."
    ),
    "tls_refused": Message(
        "The certificate of {host} is not accepted ({why}).", "Check the address; behind a filtering proxy, its own CA."
    ),
    "doctor_ledger_sound": Message("The ledger is sound."),
    "doctor_ledger_broken": Message(
        "The ledger has {count} problems ({first}).",
        "Stop the engine, make a bundle, and restore the last backup.",
    ),
    "doctor_engine": Message("The engine runs (process {pid} on {host}, since {since})."),
    "doctor_engine_not_needed": Message("No engine runs; nothing is active, so none is needed."),
    "doctor_round": Message(
        "Active spaces: {spaces}. Each is asked every {interval} s; busy ones sooner, quiet ones later."
    ),
    "doctor_round_long": Message(
        "Active spaces: {spaces}. With {calls} calls a minute each is asked every {seconds} s instead of {interval} s.",
        "Documents come later, none is lost. Where Banqup allows more calls a minute, raise calls_per_minute.",
    ),
    "doctor_utf8": Message("Texts are UTF-8."),
    "doctor_no_utf8": Message(
        "The locale is not UTF-8.", "Set LANG, for example to C.UTF-8; else letters with accents break."
    ),
    "doctor_clock": Message("This machine's clock agrees with Banqup's within {seconds} s."),
    "doctor_clock_off": Message(
        "This machine's clock is {seconds} s away from Banqup's.", "Set the clock, best by a time service (NTP)."
    ),
    "doctor_clock_unmeasured": Message(
        "The clock was not compared: nothing is installed whose list could be asked for."
    ),
    "doctor_secret_hidden": Message("{field} is the engine's: this user may not read it, the engine may."),
    "doctor_credential": Message("{field} comes from: {source}."),
    "doctor_poll": Message("Last read from Banqup: {at}."),
    "doctor_poll_overdue": Message(
        "Banqup was last read at {at}; that is overdue.", "See whether the engine runs and what it says."
    ),
    "doctor_waiting": Message("In the queue: {count}, the oldest since {since}."),
    "doctor_waiting_stuck": Message(
        "In the queue: {count}, the oldest since {since}; that is too long.",
        "Open the oldest one; it says what it waits for.",
    ),
    "doctor_needs_person": Message("{count} deliveries wait for your decision.", "Open the queue; they stand first."),
}

RECONCILE = {
    "reconcile_other_folder": Message(
        "Lies in a folder that is neither purchases nor sales.", "Nothing is sent from there."
    ),
    "reconcile_not_at_trigger": Message(
        "Not approved (or sent) in Banqup yet.", "Approve or send it there; it follows by itself."
    ),
    "reconcile_not_read_yet": Message(
        "Approved or sent, but not read yet.", "It comes with the next polls; look again later."
    ),
    "reconcile_in_bundle": Message(
        "A bundle holds the ledger's side only: what Banqup lists is not in it, and amounts only where asked for."
    ),
    "reconcile_inactive": Message("Approved or sent, but the space is not active.", "Activate the space."),
}

WRONG_DOSSIER = (
    "If it is the wrong one: switch Active off, correct the File ID, activate again; what is here is then history of"
    " the right dossier and can be included. Take it out of the wrong one in Pingwin."
)

FINDING = {
    "find_what": Message("Say what to look for.", "A number, a party, a VAT number, an amount, a date, or an id."),
    "answer_delivered": Message("{number} was delivered to dossier {dossier} on {at}, reference {reference}."),
    "answer_delivered_with_finding": Message(
        "{number} was delivered to dossier {dossier} on {at}, reference {reference}. Its check found: {because}."
    ),
    "answer_marked": Message("{number} was marked as delivered by {actor} on {at}."),
    "answer_on_its_way": Message("{number} is on its way: {because}."),
    "answer_parked": Message("{number} waits for your decision: {because}."),
    "answer_rejected": Message("{number} was rejected: {because}."),
    "answer_gave_up": Message("{number} was given up: {because}."),
    "answer_changed": Message("{number} was delivered on {at} (reference {reference}) and changed in Banqup since."),
    "answer_history": Message(
        "{number} stays history: it was approved or sent before the activation ({since}).",
        "Include it to send it after all.",
    ),
    "answer_withdrawn": Message("{number} is no longer approved or sent in Banqup: {because}."),
    "answer_discarded": Message("{number} is not sent: {actor} decided so on {at}."),
    "answer_waiting_approval": Message(
        "{number} waits for approval in Banqup ({status}).", "Once it is approved there it follows by itself."
    ),
    "answer_waiting_sending": Message(
        "{number} was not sent in Banqup yet ({status}).", "Once it is sent there it follows by itself."
    ),
    "answer_waiting_inactive": Message(
        "{number} is not approved or sent in Banqup yet ({status}), and {space} is not active here.",
        "What is approved or sent after the activation follows by itself.",
    ),
    "answer_not_read_because": Message("{number} is approved or sent in Banqup and was not read yet: {because}."),
    "answer_not_read_yet": Message(
        "{number} is approved or sent in Banqup and was not read yet.", "It comes with the next polls."
    ),
    "answer_inactive": Message(
        "{number} is approved or sent in Banqup, but {space} is not active here.",
        "What was approved before activation stays history; it can be included then.",
    ),
    "answer_other_folder": Message(
        "{number} lies in Banqup in a folder that is neither purchases nor sales.", "Nothing is sent from there."
    ),
    "answer_never_seen": Message(
        "“{text}” was never seen: neither here nor in Banqup.",
        "Check the number, whether it is in another space, and whether the supplier's e-invoice reached Banqup.",
    ),
    "answer_not_here": Message("“{text}” is not known here; Banqup was not asked.", "Ask again with Banqup."),
    "answer_not_in_bundle": Message(
        "“{text}” is not in this bundle.", "It holds one space; Banqup cannot be asked from here."
    ),
    "answer_without_names": Message(
        "“{text}” finds nothing here: names and VAT numbers of parties were taken out of this bundle.",
        "Ask by number, date or Banqup id, or have the bundle made with --with-names.",
    ),
    "answer_not_asked": Message("“{text}” is not known here, and Banqup could not be asked: {because}."),
    "answer_twice": Message(
        "{number} is in Pingwin {count} times, as different documents of Banqup: {copies}.",
        "One of them is a second copy in Banqup; take one out of the books in Pingwin.",
    ),
    "answer_came_twice": Message(
        "{number} came into Banqup {count} times, as different documents: {copies}. The last one is held back.",
        "Send it only if Pingwin really needs both; else choose not to send it.",
    ),
    "answer_sent_again": Message(
        "{number} is in Pingwin {count} times because a person sent it again: {copies}.",
        "Who and why stands with the delivery.",
    ),
    "answer_dossier": Message("{count} documents went to dossier {dossier}, the newest on {at}.", WRONG_DOSSIER),
    "answer_dossier_one": Message("One document went to dossier {dossier}, on {at}.", WRONG_DOSSIER),
}

DRY_RUN = {
    "dry_run_would_go": Message(
        "It would go to dossier {dossier} as {file} ({size} bytes), as the request below.", "Nothing was sent."
    ),
    "dry_run_not_yet": Message(
        "It would not go now: {because}. Once that has changed it goes as the request below.", "Nothing was sent."
    ),
    "dry_run_would_not": Message("It would not go: {because}.", "Nothing was sent."),
}

ACTIVITY = {
    "no_such_activity": Message(
        "“{id}” is no line of the activity (any more).", "The recorder keeps the newest; look without the id."
    ),
    "activity_no_request": Message("{id} is a change of state, not a request.", "Open the delivery it belongs to."),
    "activity_no_upload": Message(
        "{id} is not the upload of a delivery.", "Only an upload can be replayed; everything else is read again anyway."
    ),
    "activity_no_sandbox": Message(
        "Nothing is replayed here: deliveries go to a real target.",
        "Replaying is for the sandbox. “retry” and “resend” decide on a real delivery.",
    ),
}

BACKUP = {
    "no_backup": Message("{where} is no backup of this product.", "Choose a file that “backup” wrote."),
    "backup_broken": Message("The ledger in {where} cannot be used ({why}).", "Take another backup."),
    "ledger_in_use": Message(
        "Another console or command has the ledger open.", "Close it, then try again; nothing was changed."
    ),
}

FORGETTING = {
    "forget_too_short": Message(
        "“{text}” is too short: other words would be taken for it.", "Give the whole name, or the VAT number."
    ),
    "forget_nothing": Message(
        "Nothing here names “{text}”.",
        "Give the whole name as the document has it, or the VAT number; “find” shows it.",
    ),
    "forget_under_way": Message(
        "{count} of its documents are still on their way or wait for a decision, and need the name until then.",
        "Let them arrive or decide on them, then ask again.",
    ),
    "forget_left": Message("A file of this home still holds the name.", "Delete it once you need it no longer."),
    "party_forgotten": Message("The personal data of one party was erased from {count} documents."),
    "erased_on_request": Message("Who it was with was erased on request; that it was handled stays known."),
    "erased_by_age": Message("Who it was with was erased by age; that it was handled stays known."),
}

EXCHANGE = {
    "export_suffix": Message("{where}: the name must end in .csv or .json."),
    "import_unreadable": Message("{where} cannot be read: {why}.", "Give a CSV or JSON file in UTF-8."),
    "import_no_table": Message(
        "{where} holds no table of installations.",
        "“installations export” shows the form; the column “space” is needed.",
    ),
    "import_added": Message("Added; not active, and without credentials."),
    "import_changed": Message("Changed."),
    "import_unchanged": Message("Nothing to change."),
    "import_active": Message("Left as it is: active for File ID {why}; deactivate it before changing the dossier."),
    "import_refused": Message("Left out ({why})."),
}

BUNDLE = {
    "no_bundle": Message("{where} is no bundle of this product.", "Choose a file that “bundle” wrote."),
    "bundle_heading": Message(
        "A bundle of banqup-pingwin about one space. Names of companies and people, VAT numbers, amounts, the words of"
        " answers and all credentials were taken out. Document numbers, dates, states and codes are in it."
        " Please read it before you send it."
    ),
    "bundle_settings": Message("The settings of the machine and of this space."),
    "bundle_about": Message("Versions and system."),
    "bundle_events": Message("What happened, line by line."),
    "bundle_log": Message("The last lines of the engine's log."),
    "bundle_with_names": Message("On request, names of companies and VAT numbers of this space were kept in."),
    "bundle_with_amounts": Message("On request, amounts were kept in."),
    "bundle_doctor": Message("What the doctor found on this machine."),
    "bundle_findings": Message("What the checks of documents found: rule and place, no value."),
    "bundle_activity": Message("Each request that was made, without what was answered."),
    "bundle_target": Message("Where deliveries go."),
    "bundle_contract": Message("The wire contract in use."),
    "bundle_ledger": Message("The part of the ledger about this space."),
}

MESSAGES: dict[str, Message] = {
    **DOCTOR,
    **RECONCILE,
    **FINDING,
    **DRY_RUN,
    **ACTIVITY,
    **BACKUP,
    **FORGETTING,
    **EXCHANGE,
    **BUNDLE,
}
