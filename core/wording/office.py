"""Many installations at once: what became of each, and of each line of a file."""

from core.wording import Message

MESSAGES: dict[str, Message] = {
    "office_hold": Message("Uploads are paused."),
    "office_release": Message("Uploads go on."),
    "office_activate": Message("Active from now on; what was approved or sent before stays history."),
    "office_deactivate": Message("Not active any more; the queue is kept."),
    "office_nothing": Message("Nothing to do: no installation of this selection can be changed so."),
    "office_no_selection": Message(
        "It is not said which installations are meant.", "Name spaces, or choose with --text, --state or --attention."
    ),
    "office_engine_takes_baselines": Message(
        "Not every space could be counted: there, what is approved or sent until an engine counts stays history too.",
        "Once the trouble is over, start the engine (banqup-pingwin run --detach).",
    ),
    "already_active": Message("{name} is active already."),
    "import_no_space": Message("Left out: the column space is empty."),
    "import_columns_unknown": Message("Not known, and left alone: {columns}. Known are {known}."),
    "import_twice": Message("Left out: line {line} is about the same space."),
    "import_secrets": Message(
        "{where} has a column {column}: secrets may not stand in a table.",
        "Take the column out, and use banqup-pingwin credentials import.",
    ),
    "import_activates_later": Message("Would be activated once it is installed, if nothing is missing then."),
    "no_such_template": Message("There is no template {name}.", "banqup-pingwin templates list shows them."),
    "template_name_missing": Message("A template needs a name."),
    "credentials_kept": Message("Kept: {fields}."),
    "credential_unknown": Message("There is no credential {field}.", "There are api_key, clid and file_id."),
    "credential_other_dossier": Message(
        "{name} sends to dossier {file_id}, and the file names another one.",
        "Change the File ID of the installation first.",
    ),
}
