"""The list of commands: where each lives and its line in the help. A module is imported when its command is called."""

from __future__ import annotations

from dataclasses import dataclass

from tui.i18n import N_

TRYING = N_("Trying it out")
SETTING_UP = N_("Setting up")
DAILY = N_("Every day")
ENGINE = N_("The engine")
SUPPORT = N_("Records and support")
SECTIONS = (TRYING, SETTING_UP, DAILY, ENGINE, SUPPORT)


@dataclass(frozen=True, slots=True)
class Entry:
    """A command: `module` and `attribute` say where it is, `summary` is its line in the help."""

    module: str
    attribute: str
    section: str
    summary: str


COMMANDS: dict[str, Entry] = {
    "demo": Entry("demo", "demo", TRYING, N_("Show the whole path on this machine, with made-up documents.")),
    "sandbox": Entry("sandbox", "sandbox", TRYING, N_("Run a stand-in for Banqup and Pingwin.")),
    "convert": Entry("convert", "convert", TRYING, N_("Turn UBL files into e-fff files.")),
    "check": Entry("convert", "check", TRYING, N_("Check e-fff and UBL files against the rules.")),
    "profile": Entry("formats", "profile", TRYING, N_("Print the profile of e-fff, element by element.")),
    "connect": Entry("connect", "connect", SETTING_UP, N_("Connect this machine to Banqup and Pingwin.")),
    "contract": Entry("contract", "contract", SETTING_UP, N_("Look into a wire contract before anybody relies on it.")),
    "spaces": Entry("installing", "spaces", SETTING_UP, N_("List the spaces that the Banqup app may see.")),
    "install": Entry("installing", "install", SETTING_UP, N_("Install the extension in a space.")),
    "uninstall": Entry("installing", "uninstall", SETTING_UP, N_("Remove the extension from a space.")),
    "credentials": Entry("credentials", "credentials", SETTING_UP, N_("The three credentials of a space.")),
    "vat-codes": Entry("formats", "vat_codes", SETTING_UP, N_("Show or set how Belgian VAT codes are found.")),
    "triggers": Entry("triggers", "triggers", SETTING_UP, N_("Show or set at which level documents go over.")),
    "installations": Entry(
        "installations", "installations", SETTING_UP, N_("List all installations, decide on many, export, import.")
    ),
    "templates": Entry("templates", "templates", SETTING_UP, N_("Named options for new installations.")),
    "activate": Entry("activation", "activate", SETTING_UP, N_("Start bringing documents over from now on.")),
    "deactivate": Entry("activation", "deactivate", SETTING_UP, N_("Stop at once and keep the queue.")),
    "status": Entry("status", "status", DAILY, N_("Show in one screenful whether all is well.")),
    "queue": Entry("queue", "queue", DAILY, N_("List the deliveries, or follow their changes.")),
    "find": Entry("find", "find", DAILY, N_("Say what became of a document.")),
    "document": Entry("queue", "document", DAILY, N_("Show everything about one delivery.")),
    "retry": Entry("decisions", "retry", DAILY, N_("Try deliveries again.")),
    "resend": Entry("decisions", "resend", DAILY, N_("Send deliveries, or send them again.")),
    "discard": Entry("decisions", "discard", DAILY, N_("Decide that deliveries are not sent.")),
    "mark-delivered": Entry("decisions", "mark_delivered", DAILY, N_("Record that deliveries are in Pingwin.")),
    "include": Entry("decisions", "include", DAILY, N_("Send documents from before activation.")),
    "undo": Entry("decisions", "undo", DAILY, N_("Take a decision on deliveries back.")),
    "keys": Entry("keys", "keys", DAILY, N_("List the keys of the console.")),
    "hold": Entry("activation", "hold", DAILY, N_("Pause the uploads of a space.")),
    "release": Entry("activation", "release", DAILY, N_("End a pause.")),
    "run": Entry("engine", "run", ENGINE, N_("Run the engine.")),
    "stop": Entry("engine", "stop", ENGINE, N_("End the running engine.")),
    "notices": Entry("notices", "notices", ENGINE, N_("Who is told when something needs a person.")),
    "service": Entry("service", "service", ENGINE, N_("Run the engine as a service of this machine.")),
    "activity": Entry("activity", "activity", SUPPORT, N_("Show every request and change in order.")),
    "reconcile": Entry("reconcile", "reconcile", SUPPORT, N_("Hold Banqup's list against the ledger.")),
    "backup": Entry("files", "backup", SUPPORT, N_("Copy ledger and decisions into a file.")),
    "ledger": Entry("ledger", "ledger", SUPPORT, N_("Move the ledger between its file and PostgreSQL.")),
    "restore": Entry("files", "restore", SUPPORT, N_("Put a backup back.")),
    "forget": Entry("forget", "forget", SUPPORT, N_("Erase one party's personal data.")),
    "doctor": Entry("bundles", "doctor", SUPPORT, N_("Check this machine and each installation.")),
    "bundle": Entry("bundles", "bundle", SUPPORT, N_("Collect what support needs about a space.")),
}
