"""The sentences of this room: code -> what happened and what to do.

Codes that may stand for a whole account (a circuit) or answer a question by key are worded without arguments.
"""

from core.wording import Message

_TAKEN = {
    "pingwin_accepted": Message("Pingwin took the document."),
    "pingwin_already_there": Message(
        "Pingwin says that it has this document already.", "Look in the dossier, then decide."
    ),
    "pingwin_found_by_key": Message("Pingwin was asked and has the document."),
    "pingwin_not_there": Message("Pingwin was asked and does not have the document.", "It is sent again by itself."),
}

_REFUSED = {
    "pingwin_credentials_refused": Message(
        "Pingwin refuses the API Key or the CLID.",
        "Compare both with Pingwin and save them again; the queue waits until then.",
    ),
    "pingwin_credential_missing": Message(
        "A credential is missing: {credential}.", "Enter API Key, CLID and File ID; the queue waits until then."
    ),
    "pingwin_credential_unusable": Message(
        "A credential has characters that cannot be sent: {credential}.", "Copy it from Pingwin again and save it."
    ),
    "pingwin_dossier_refused": Message(
        "Pingwin does not open this dossier: unknown, disabled, or not yours.",
        "Compare the File ID with the upper right corner of File Information in Pingwin; the queue waits until then.",
    ),
    "pingwin_document_refused": Message(
        "Pingwin refused the document with status {status} ({text}).", "Correct what it says, then retry."
    ),
    "pingwin_document_refused_silently": Message(
        "Pingwin refused the document with status {status} and gave no reason.", "Ask Pingwin, then retry."
    ),
    "pingwin_too_large": Message(
        "The file is larger than Pingwin's contract allows: {size} of at most {limit} bytes.",
        "Send it to the accountant another way, then mark it delivered.",
    ),
}

_WAITS = {
    "pingwin_throttled": Message("Pingwin asks for a pause.", "Nothing to do; it goes on by itself."),
    "pingwin_not_taken": Message("Pingwin says that it did not take the document now.", "It is sent again by itself."),
    "pingwin_own_pace": Message(
        "More documents wait than Pingwin's contract allows a minute.", "Nothing to do; it goes on by itself."
    ),
    "pingwin_name_unknown": Message(
        "The name of Pingwin's server is not known on this network.",
        "Check the network and the address; nothing was sent, and it is tried again by itself.",
    ),
    "pingwin_unreachable": Message(
        "Pingwin's server could not be reached.", "Nothing was sent; it is tried again by itself."
    ),
    "pingwin_connect_timeout": Message(
        "Pingwin's server did not pick up in time.", "Nothing was sent; it is tried again by itself."
    ),
    "pingwin_tls": Message(
        "No secure connection to Pingwin's server could be made.",
        "Nothing was sent. If it stays, check the address and this machine's clock and certificates.",
    ),
    "pingwin_proxy": Message(
        "The proxy of this network did not let the connection through.",
        "Nothing was sent. Ask who looks after the network.",
    ),
    "pingwin_request_impossible": Message(
        "The request cannot be sent as the contract describes it.", "Check the contract and the address."
    ),
    "pingwin_busy": Message(
        "Pingwin's server answers, but with a fault or a request to wait.", "It is tried again by itself."
    ),
}

_UNKNOWN = {
    "pingwin_server_error": Message(
        "Pingwin's server reported a fault of its own after the document had left; it may have been taken.",
        "Look in the dossier whether it is there, then decide.",
    ),
    "pingwin_no_answer": Message(
        "The document left, but no answer came in time; it may have been taken.",
        "Look in the dossier whether it is there, then decide.",
    ),
    "pingwin_connection_cut": Message(
        "The connection broke after the document had left; it may have been taken.",
        "Look in the dossier whether it is there, then decide.",
    ),
    "pingwin_answer_unreadable": Message(
        "Pingwin's answer is none that the contract knows as success; the document may have been taken.",
        "Look in the dossier whether it is there, then decide.",
    ),
    "pingwin_redirected": Message(
        "Pingwin's server pointed to another address, which is not followed; the document may have been taken.",
        "Check the address of the target. Look in the dossier whether the document is there, then decide.",
    ),
    "pingwin_outcome_unclear": Message(
        "By the contract, Pingwin's answer does not tell whether the document was taken.",
        "Look in the dossier whether it is there, then decide.",
    ),
    "pingwin_cannot_be_asked": Message(
        "Pingwin cannot be asked whether it has a document.", "Look in the dossier whether it is there, then decide."
    ),
    "pingwin_lookup_unclear": Message(
        "Pingwin was asked whether it has the document; the answer does not tell.",
        "Look in the dossier whether it is there, then decide.",
    ),
    "pingwin_silent": Message("Pingwin's server did not answer in time.", "It is tried again by itself."),
}

_TESTED = {
    "pingwin_credentials_right": Message("Pingwin accepts the three credentials."),
    "pingwin_reached_only": Message(
        "Pingwin's server answers. The credentials were not tested.",
        "The first document will show whether they are right.",
    ),
    "pingwin_test_unclear": Message(
        "Pingwin's server answers, but its answer to the test proves nothing (status {status}).",
        "The first document will show whether the credentials are right.",
    ),
}

_SETTINGS = {
    "pingwin_not_set": Message(
        "It is not set where deliveries go.", "Set it with “connect pingwin set”: a contract, or a folder."
    ),
    "pingwin_address_missing": Message(
        "The contract has no address, and none is set.", "Ask Pingwin for it, then “connect pingwin set”."
    ),
    "pingwin_address_malformed": Message(
        "The address of the target is no web address.", "Enter it as https://host or https://host/path."
    ),
    "pingwin_address_not_https": Message(
        "The address of the target is not encrypted (http).",
        "Use https. Plain http is only for this machine itself (127.0.0.1).",
    ),
    "contract_not_found": Message("There is no contract “{name}”.", "“connect pingwin show” lists them."),
    "contract_unreadable": Message("The contract file cannot be read: {detail}.", "Check the file and its rights."),
    "contract_not_toml": Message("The contract file is no valid TOML: {detail}.", "Correct the line it names."),
    "contract_unknown_key": Message(
        "The contract has a setting that does not exist: {key}.", "Compare it with the contracts that ship."
    ),
    "contract_wrong": Message("The contract is wrong at {key}: {detail}.", "Correct the line; nothing was changed."),
    "contract_name_differs": Message(
        "The contract calls itself “{name}”, but its file is {file}.", "Give both the same name."
    ),
    "contract_only_for_sandbox": Message(
        "Contract {name} is the sandbox's own and works on this machine only.", "Choose another contract."
    ),
}

_FOLDER = {
    "pingwin_folder_written": Message("The file lies in the folder, complete."),
    "pingwin_folder_already_there": Message("The very same file lies in the folder already: {file}."),
    "pingwin_folder_other_file": Message(
        "Another file has this name already and is not overwritten: {file}.",
        "Move that file away, then retry.",
    ),
    "pingwin_folder_name_too_long": Message(
        "The file system refuses the name as too long: {file}.", "Use a shorter folder or template, then retry."
    ),
    "pingwin_folder_missing": Message(
        "The folder is not there.", "Connect the share or make the folder; it is tried again by itself."
    ),
    "pingwin_folder_full": Message(
        "There is no room left where the folder is.", "Make room; it is tried again by itself."
    ),
    "pingwin_folder_not_writable": Message(
        "This user may not write in the folder.", "Give the engine's user the right; it is tried again by itself."
    ),
    "pingwin_folder_read_only": Message(
        "The folder is on a read-only file system.", "Ask who looks after it; it is tried again by itself."
    ),
    "pingwin_folder_trouble": Message(
        "The folder cannot be used: {why}.", "Ask who looks after it; it is tried again by itself."
    ),
    "pingwin_folder_silent": Message(
        "The folder does not react; its share may hang.", "Check the share; it is tried again by itself."
    ),
    "pingwin_folder_unclear": Message(
        "Whether the file appeared in the folder is not certain.",
        "Look in the folder and in the dossier, then decide.",
    ),
    "pingwin_folder_never_written": Message("The file never appeared in the folder.", "It is written by itself."),
    "pingwin_folder_ready": Message("Files can be written in {folder}."),
    "pingwin_folder_not_absolute": Message(
        "The folder of the target is no full path.", "Enter it from the root, such as /srv/pingwin."
    ),
    "pingwin_folder_not_set": Message("The target is a folder, but none is set.", "Set it with “connect pingwin set”."),
    "pingwin_folder_template_wrong": Message(
        "The template “{template}” cannot be used.",
        "It names a path below the folder with direction, file_id and filename in braces, and ends in the file name.",
    ),
}

MESSAGES: dict[str, Message] = {**_TAKEN, **_REFUSED, **_WAITS, **_UNKNOWN, **_TESTED, **_SETTINGS, **_FOLDER}
