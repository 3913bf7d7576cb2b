"""The sentences of this room: code -> what happened and what to do."""

from core.wording import Message

MESSAGES: dict[str, Message] = {
    # -- files
    "file_not_written": Message(
        "The file could not be written: {why}.", "Check free space and permissions, then try again."
    ),
    "folder_not_made": Message(
        "The folder could not be made: {why}.", "Check free space and permissions, or choose another place with --home."
    ),
    "file_not_read": Message("The file could not be read: {why}.", "Check its permissions."),
    "file_too_open": Message(
        "The file may be read by others (mode {mode}).", "Run chmod {wanted} on it and check who has seen it."
    ),
    "folder_too_open": Message(
        "Others may look into the folder (mode {mode}).",
        "Run chmod {wanted} on it (doctor --repair does it, too), or choose another place with --home.",
    ),
    "file_of_another_user": Message(
        "The file belongs to another user.", "It must belong to the user who runs this program."
    ),
    # -- the ledger's file
    "ledger_missing": Message("There is no ledger here yet.", "It is made when the first space is installed."),
    "ledger_on_network": Message(
        "The ledger would be on a network file system ({kind}), where locks cannot be trusted.",
        "Put the data directory on a local disk.",
    ),
    "ledger_wal_unsafe": Message(
        "The ledger is in WAL mode and this SQLite ({version}) can lose commits in that mode.",
        "Use the same program version as before, or install a newer SQLite with the extra [sqlite].",
    ),
    "ledger_not_ours": Message("This database is not a ledger of banqup-pingwin.", "Choose another file or directory."),
    "ledger_newer": Message(
        "The ledger was written by a newer version of this program (schema {found}, ours is {ours}).",
        "Install the newer version; this one changes nothing.",
    ),
    "ledger_migrating": Message(
        "The ledger of an earlier version is being brought up to date: {done} of {of} deliveries. A backup was made."
    ),
    "ledger_older_readonly": Message(
        "The ledger is of an older version (schema {found}, ours is {ours}) and may not be changed now.",
        "Open it once without --readonly to bring it up to date; a backup is made first.",
    ),
    "ledger_in_use_by_older": Message(
        "The ledger must be brought up to date (schema {found} to {ours}), but another process has it open.",
        "Stop the engine and close other consoles, then start again.",
    ),
    "ledger_other_schema": Message(
        "The ledger was changed to schema {found} while this program (schema {ours}) had it open.",
        "Close this program and start the new version.",
    ),
    "ledger_damaged": Message(
        "The ledger file is damaged: {why}.",
        "Stop the engine and restore the newest backup; nothing is sent meanwhile.",
    ),
    "ledger_disk_full": Message(
        "The disk is full; the ledger cannot be written.", "Free some space; work goes on by itself."
    ),
    "ledger_read_only": Message("The ledger cannot be written here.", "Check the permissions of the data directory."),
    "ledger_cannot_open": Message(
        "The ledger cannot be opened: {why}.", "Check the permissions of the data directory."
    ),
    "ledger_held": Message(
        "Another process has had the ledger for {seconds} seconds and does not go on; it may have been stopped.",
        "Let it go on (“fg” in its terminal) or end it; nothing is lost.",
    ),
    "ledger_busy": Message("The ledger is in use by another program: {why}.", "Try again in a moment."),
    "ledger_disk_error": Message("The disk reports an error: {why}.", "Check the disk before you go on."),
    "ledger_failed": Message("The ledger could not be used: {why}.", "Run doctor."),
    # -- the ledger on a server
    "ledger_url_unreadable": Message(
        "The address of the database cannot be read.", "It looks like postgresql://user:password@host:5432/name."
    ),
    "ledger_unreachable": Message(
        "The database cannot be reached: {why}.", "Nothing is lost; work goes on by itself once it answers again."
    ),
    "ledger_outcome_unknown": Message(
        "The database stopped answering while it saved something.", "What was saved is looked at once it answers again."
    ),
    "ledger_no_rights": Message(
        "The database refuses: {why}.", "Let its user create the schema banqup_pingwin (GRANT CREATE ON DATABASE)."
    ),
    "ledger_without_postgres": Message(
        "The ledger is on PostgreSQL, but this installation cannot reach it.",
        "Install the extra: pip install 'banqup-pingwin[postgres]'.",
    ),
    "ledger_of_another_home": Message(
        "This database holds the ledger of another home; its spaces would be switched off by the decisions here.",
        "Use the same home directory on every machine, or a database of its own.",
    ),
    "workers_need_postgres": Message(
        "Several engines need a ledger on PostgreSQL.", "Set BANQUP_PINGWIN_DATABASE_URL, or run without --workers."
    ),
    "workers_alone": Message("--workers goes with neither --once nor --detach.", "Choose one of them."),
    "copy_needs_postgres": Message(
        "No database is named.", "Set BANQUP_PINGWIN_DATABASE_URL to its address, postgresql://…"
    ),
    "copy_while_running": Message(
        "An engine runs (process {pid} on {host}).", "Stop it first, on every machine: banqup-pingwin stop."
    ),
    "ledger_copy_differs": Message(
        "The copy is not the same: {count} differences, first {first}.",
        "Use the ledger as it was, and tell support; nothing was changed in it.",
    ),
    "ledger_not_empty": Message("The ledger holds something already.", "Choose an empty database or file."),
    "ledger_closed": Message("The ledger was closed.", ""),
    "ledger_opened_readonly": Message("The ledger was opened for reading only.", "Start without --readonly."),
    "backup_exists": Message("There is a file of that name already.", "Choose another name for the backup."),
    "space_not_enrolled": Message("The ledger does not know the space {space}.", "Install the extension in it first."),
    "activation_unknown": Message("There is no activation {activation}.", ""),
    "activation_not_requested": Message("The activation {activation} was never requested.", "Activate the space."),
    # -- checks
    "check_file": Message("The file is damaged: {why}.", "Restore the newest backup."),
    "check_counter": Message("{space}: {kept} deliveries counted as {state}, but there are {found}."),
    "check_history": Message("Delivery {delivery} is {state}, but its history ends in {said}."),
    "check_move": Message("Delivery {delivery} made a move that must not happen: {problem}."),
    # -- history of a space
    "space_enrolled": Message("The space was added; deliveries go to dossier {dossier}."),
    "space_sends_elsewhere": Message("Deliveries of the space now go to dossier {dossier}."),
    "space_held": Message("Uploads are held."),
    "space_released": Message("Uploads go on."),
    "counting_started": Message("Counting the documents that would stay history."),
    "activation_requested": Message("Activation requested."),
    "space_activated": Message("Active: {history} documents stay history, {during} need a decision."),
    "space_deactivated": Message("Switched off; the queue is kept."),
    "poll_works_again": Message("Banqup answers again after {failures} failed tries."),
    "circuit_opened": Message("Nothing goes out to {target} for now."),
    "circuit_closed": Message("Deliveries to {target} go on."),
    # -- history of a delivery
    "delivery_found": Message("Found in Banqup."),
    "delivery_back": Message("Approved or sent again in Banqup."),
    "delivery_changed": Message("Changed in Banqup since it was delivered."),
    "delivery_claimed": Message("Taken up by {worker}."),
    "delivery_prepared": Message("Converted and checked."),
    "delivery_sending": Message("Sending."),
    "delivery_readdressed": Message("Goes to another dossier now."),
    "sender_died": Message("The program ended while it was sending; whether it arrived is not known."),
    "asking_target": Message("Finding out whether it arrived."),
    "lease_lost": Message("A late answer was not used: the delivery had moved on."),
    "acceptance_evidence": Message("A late answer proves that it was taken, with reference {reference}."),
    "space_stopped": Message("Not sent: the space was switched off or held."),
    "discarded_at_activation": Message("Discarded when the space was activated again."),
    "restored_below_trigger": Message(
        "The ledger was restored from a backup; this document changed in Banqup since and is not approved or sent now."
        " Whether it was delivered in between is not known.",
        "Nothing to do: once it is approved or sent again, Pingwin is asked before it goes out, or you are.",
    ),
    "restored": Message(
        "The ledger was restored from a backup; this delivery may have been sent since the backup was made.",
        "Look it up in Pingwin, then send it or mark it delivered.",
    ),
    # -- settings and secrets
    "settings_broken": Message(
        "The settings file is broken in line {line}, column {column}: {why}.",
        "Correct it; until then the last good settings are used and nothing is overwritten.",
    ),
    "settings_invalid": Message(
        "A setting is wrong: {field}: {why}.",
        "Correct it; until then the last good settings are used and nothing is overwritten.",
    ),
    "settings_newer": Message(
        "The settings file was written by a newer version of this program.", "Install the newer version."
    ),
    "installation_unknown": Message("The extension is not installed in the space {space}."),
    "credentials_broken": Message(
        "The credentials file is broken in line {line}, column {column}.",
        "Correct it by hand; it is never overwritten while it is broken.",
    ),
    "credentials_invalid": Message("The credentials file has a value that is no text: {field}.", "Put it in quotes."),
    "secret_file_unreadable": Message(
        "The file named by {name} cannot be read: {why}.", "Check the path and permissions."
    ),
    "secret_command_failed": Message(
        "The command named by {name} did not give a value (exit {status}).", "Run it by hand and see what it says."
    ),
    "keyring_not_installed": Message(
        "The desktop's keyring was asked for, and the library that opens it is not installed.",
        "Install the extra: pipx install 'banqup-pingwin[keyring]', or add keyring with pipx inject.",
    ),
    "keyring_failed": Message(
        "The desktop's keyring does not answer: {why}.",
        "Unlock it, or leave --keyring (BANQUP_PINGWIN_KEYRING) out and keep the secrets in credentials.toml.",
    ),
    "keyring_without_desktop": Message(
        "A service has no desktop whose keyring could be opened.",
        "Leave --keyring (BANQUP_PINGWIN_KEYRING) out; let systemd hand the secrets over, or keep them in "
        "credentials.toml.",
    ),
    # -- spool
    "spool_damaged": Message(
        "The stored e-fff file is not what was written (its hash differs).",
        "Check the disk; retry the delivery to make the file again.",
    ),
}
