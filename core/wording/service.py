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

MESSAGES: dict[str, Message] = {**NOTICES, **SERVICE}
