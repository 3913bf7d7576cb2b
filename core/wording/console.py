"""The sentences of this room: code -> what happened and what to do."""

from core.wording import Message

MESSAGES: dict[str, Message] = {
    "interrupted": Message("Interrupted before the end."),
    "usage": Message("{problem}", 'Run "{command} --help" to see what is possible.'),
    "unexpected": Message(
        "Something went wrong that should not have ({kind}).",
        "The place is recorded in {file}. Run the command again; if it stays, send that file to support.",
    ),
    "unexpected_unrecorded": Message(
        "Something went wrong that should not have ({kind}), and it could not be recorded either.",
        'Run "banqup-pingwin doctor": it checks the disk and the permissions.',
    ),
    "no_terminal": Message(
        "The console needs a terminal, and there is none here.",
        'Use one of the commands below; "status" and "queue" show the same in plain text.',
    ),
    "demo_headless": Message("There is no terminal here: the demo runs without a screen."),
    "needs_yes": Message(
        "This asks for a confirmation, and there is no terminal to ask on.", "Add --yes to confirm it in a script."
    ),
    "needs_value": Message(
        "A value is missing: {name}.", "Give it with --stdin or --from-file, or run the command on a terminal."
    ),
    "needs_option": Message("An option is missing: {option}.", "Give it, or run the command on a terminal."),
    "not_confirmed": Message("Not confirmed: nothing was changed."),
    "typed_wrong": Message('What was typed is not "{expected}": nothing was changed.'),
    "space_missing": Message(
        "Which space?", 'Name it by its id, the first characters of the id, or its exact name; "spaces" lists them.'
    ),
    "option_only_alone": Message("{option} is possible with one file only, and here are {count}."),
    "folder_or_contract": Message("Deliveries go by a contract or into a folder, not both.", "Give one of the two."),
    "no_files": Message("There is no XML file in {path}."),
    "file_unreadable": Message("This file cannot be read: {problem}.", "Check that it exists and may be read."),
    "file_too_large": Message(
        "This file has {size} MB; more than {limit} MB is not read.", "Send the document without large attachments."
    ),
    "out_is_source": Message(
        "The e-fff files cannot go into a folder that is read from ({where}).", "Name another folder with --out."
    ),
    "file_not_regular": Message("This is not a file.", "Name files or folders."),
    "output_not_written": Message(
        "{path} cannot be written: {problem}.", "Check the folder, the permissions and the disk."
    ),
    "file_exists": Message("{path} is already there.", "Choose another name, or add --force to replace it."),
    "conversion_crashed": Message(
        "This file could not be handled ({kind}).", "Send it to support: no file should lead here."
    ),
    "line_wrong": Message('Line {line} is not "name=value".', "Write one value a line, for example file_id=12345."),
    "line_name_unknown": Message("Line {line} names none of the values expected here: {expected}."),
    "file_not_text": Message("This file is not text."),
    "ambiguous_numbers": Message(
        "Which enterprise number is the dossier's? The documents do not say clearly.",
        "Give it with --number; found: {found}.",
    ),
    "no_numbers": Message(
        "No enterprise number was given and none was found in the documents.", "Give it with --number."
    ),
    "no_pdf_inside": Message("The e-fff file of delivery {id} holds no PDF."),
    "own_extension_unknown": Message(
        "It is not confirmed that Banqup's own Pingwin extension is off in {space}.",
        "Look in Banqup under Manage: two extensions would bring every document twice.",
    ),
    "no_values": Message("No value was given: nothing was changed."),
    "waiting_choice": Message(
        "{count} deliveries still wait from before; sending or discarding them is your choice.",
        "Add --waiting send or --waiting discard.",
    ),
    "once_or_detach": Message("One round is not run in the background.", "Give --once or --detach."),
    "needs_you": Message("Deliveries that need a person: {count}.", "See: banqup-pingwin queue --state needs-you"),
    "restore_running": Message("An engine is running for this home.", 'Run "banqup-pingwin stop" first.'),
    "dates_reversed": Message("The period ends before it begins.", "Give --from the earlier date."),
}
