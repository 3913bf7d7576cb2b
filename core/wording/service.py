"""The sentences of notices, the mail that carries them, and running as a service."""

from core.wording import Message

NOTICES = {
    "notice_new": Message("{host}: {spaces} spaces need you ({count} deliveries wait for a decision)."),
    "notice_still": Message("{host}: {spaces} spaces still need you ({count} deliveries wait for a decision)."),
    "notice_over": Message("{host}: nothing needs you any more."),
    "notice_test": Message("This is a test; nothing is wrong."),
    "notice_no_command": Message(
        "No command is set that tells people.", "Set one: “notices set --command …”, or by the service's unit."
    ),
    "notice_command_by_unit": Message(
        "In system mode the command that tells people comes from the unit ({name}), not from shared settings.",
        "Set it as root: “service install --notice-command …”.",
    ),
    "notice_command_unreadable": Message(
        "The command in {name} cannot be read ({why}).", "Write it as on a command line; close every quote."
    ),
    "notice_failed": Message("The notice could not be sent ({why}).", "Try it with “notices test”."),
    "notice_unreadable": Message(
        "Standard input holds no notice of this product ({why}).",
        "The engine runs this with a notice; see “notices test”.",
    ),
    "mail_refused": Message(
        "The mail server {host} did not take the message ({why}).", "Check server, user and addresses."
    ),
    "mail_plain_password": Message(
        "A password is not sent over a connection that is not encrypted.", "Use --tls starttls or --tls implicit."
    ),
    "mail_address_wrong": Message("“{address}” is no e-mail address.", "Write it as name@host."),
    "mail_server_wrong": Message("“{server}” is no mail server.", "Write it as host or host:port."),
}

SERVICE = {
    "service_group": Message("Group {name}: the people who may work with it."),
    "service_user": Message("User {name}: the engine's own, without a login."),
    "service_directory": Message("Directory {path}."),
    "service_unit": Message("Unit file {path}."),
    "service_started": Message("The service starts now, and with the machine."),
    "service_start_it": Message("Start it, now and with the machine: {command}"),
    "service_no_systemd": Message(
        "No systemd runs here; the file is for one that does.", "Without it, start “run” by whatever this machine has."
    ),
    "service_members": Message("Whoever works with it joins the group (usermod -aG {name} PERSON)."),
    "service_secrets": Message(
        "Secrets are entered as the engine's user (sudo -u {name} banqup-pingwin credentials set SPACE).",
        "Or put a file a secret into {path} and run “service install” again.",
    ),
    "service_lingers": Message("It goes on when you log out (lingering is on for {name})."),
    "service_ends_at_logout": Message(
        "It ends when {name} logs out, and does not start with the machine.", "Let it go on: loginctl enable-linger"
    ),
    "service_removed": Message("Removed {path}; settings, ledger and secrets stay."),
    "service_needs_root": Message(
        "Only root can install a service of the machine.", "Use sudo, or --user for a service of your own."
    ),
    "service_own_home": Message(
        "A service of the machine keeps its home in /etc and /var/lib; --home is for a service of your own.",
        "Leave --home out, or use --user.",
    ),
    "service_program_hidden": Message(
        "The program is in {path}, which a sandboxed service cannot see.",
        "Install it for the whole machine, for example with: pipx install --global banqup-pingwin",
    ),
    "service_no_program": Message("The command banqup-pingwin is not found.", "Install it with pipx or uv first."),
    "service_not_installed": Message("There is no unit file {path}.", "“service install” writes it."),
    "service_tool_missing": Message("{tool} is not on this machine.", "Install it, or do its step by hand."),
    "service_tool_failed": Message("{tool} ended with {status}: {why}.", "Mend that, then run this again."),
    "secrets_by_engine_user": Message(
        "In system mode the secrets belong to the engine's user.", "Run this as: sudo -u {name} banqup-pingwin …"
    ),
}

CONTRACTS = {
    "contract_name_wrong": Message(
        "“{name}” cannot be the name of a contract.", "Use small letters, digits and hyphens, 40 at most."
    ),
    "contract_not_speakable": Message(
        "The stand-in cannot make up an answer for “{path}”.", "Write the test with “equals”, or try it by hand."
    ),
    "contract_says_upload": Message("Each document is one {method} to {path}."),
    "contract_says_limits": Message(
        "An answer is awaited for {seconds} s; at most {minute} documents a minute, {at_once} at once."
    ),
    "contract_says_in_header": Message("{credential} travels in the header {name}."),
    "contract_says_in_query": Message("{credential} travels in the address, as {name}; the address is then a secret."),
    "contract_says_in_form": Message("{credential} travels in the form field {name}."),
    "contract_says_in_json": Message("{credential} travels in the JSON member {name}."),
    "contract_says_in_path": Message("{credential} travels in the path of the address."),
    "contract_says_body_multipart": Message("The e-fff file is the part “{field}” of a multipart form, as {type}."),
    "contract_says_body_form": Message("The e-fff file is the field “{field}” of a form."),
    "contract_says_body_json": Message("The e-fff file is the member “{field}” of a JSON object, in base64."),
    "contract_says_body_raw": Message("The e-fff file is the body itself, as {type}."),
    "contract_says_direction": Message("{field} says “{purchase}” for a purchase and “{sales}” for a sale."),
    "contract_says_no_direction": Message("Nothing says whether it is a purchase or a sale but the file itself."),
    "contract_says_key": Message("Our key of the delivery travels in {where}."),
    "contract_says_key_in_name": Message("Our key of the delivery travels only at the end of the file name."),
    "contract_says_taken": Message("Taken means: {when}. The delivery is then delivered."),
    "contract_says_reference": Message("Pingwin's own number of it is read from {path}."),
    "contract_says_auth": Message("{when} means: the credentials are refused. The queue of the dossier waits."),
    "contract_says_dossier": Message("{when} means: the dossier is not open to us. Its queue waits."),
    "contract_says_document": Message("{when} means: this document is refused. A person decides."),
    "contract_says_duplicate": Message("{when} means: it is already there."),
    "contract_says_throttle": Message("{when} means: too many at once. The account waits, then goes on."),
    "contract_says_not_taken": Message("{when} means: surely not taken. It is tried again."),
    "contract_says_unknown": Message(
        "{when} means: nobody knows whether it was taken. It is not sent again by itself."
    ),
    "contract_says_by_status": Message(
        "Any other answer is judged by its status: 401 and 403 credentials, 404 dossier, 409 already there, 429 wait,"
        " other 4xx refused; all else is an unknown outcome."
    ),
    "contract_says_test": Message("“Test” asks {method} {path}: a harmless question that proves the credentials."),
    "contract_says_no_test": Message("There is no harmless question: only the first delivery proves the credentials."),
    "contract_says_lookup": Message("After a lost answer it asks {method} {path} whether the document is there."),
    "contract_says_no_lookup": Message(
        "After a lost answer nothing can be asked: a person looks in Pingwin and decides."
    ),
    "contract_says_idempotent": Message("The same key is taken once only: after a lost answer it may be sent again."),
    "contract_says_confirmed": Message("Its status: {status}."),
    "contract_says_sandbox": Message("It is the sandbox's own, and says nothing about Pingwin."),
    "contract_try_taken": Message(
        "A document ({direction}) arrives whole at a stand-in that speaks this contract ({code}).",
        "Look whether the file, its direction and the answer are described as they are sent.",
    ),
    "contract_try_wrong_key": Message(
        "A wrong API key is understood as refused credentials ({code}).", "Add an error rule of class auth."
    ),
    "contract_try_no_dossier": Message(
        "An unknown dossier is understood as that ({code}).", "Add an error rule of class dossier."
    ),
    "contract_try_test": Message(
        "The harmless question tells right credentials from wrong ones.", "Look at [test] and the error rules."
    ),
    "contract_try_lookup": Message(
        "A document is found by its key, and one that was never sent is not.", "Look at [lookup]."
    ),
}

MESSAGES: dict[str, Message] = {**NOTICES, **SERVICE, **CONTRACTS}
