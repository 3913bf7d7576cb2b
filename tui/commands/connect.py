"""`connect banqup|pingwin set|test|show`: the two connections, once a machine."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

import click

from core.errors import UsageError
from tui.commands.asking import ask_secret, ask_text, on_terminal, piped_values
from tui.commands.frame import DONE, Session, group, json_option, option, with_session
from tui.commands.output import diagnose, document, fact, note, say, table
from tui.i18n import N_, _

if TYPE_CHECKING:
    from core.operations.setup.connections import ContractView

BANQUP_VALUES = ("base_url", "client_id", "secret")
SECRET_VARIABLE = "BANQUP_PINGWIN_BANQUP_SECRET"  # noqa: S105 - a name


@group("connect", help=N_("Connect this machine to Banqup and Pingwin, once for all spaces."))
def connect() -> None:
    """The two connections."""


@group("banqup", help=N_("Banqup: the address, the app's id and its secret."))
def banqup() -> None:
    """Where documents come from."""


@group("pingwin", help=N_("Pingwin: a wire contract over HTTP, or a folder."))
def pingwin() -> None:
    """Where documents go."""


connect.add_command(banqup)
connect.add_command(pingwin)

GRANT = N_(
    "In Banqup, let the app into each company and give it the roles that read purchase and sales documents and their "
    "files. The address, the app id and the secret come with the app; Banqup does not publish the address."
)


@banqup.command(
    "set",
    help=N_(
        """Keep Banqup's address, the app's id and its secret.

        The secret is asked for hidden, or read with --stdin or --from-file from lines base_url=, client_id= and
        secret=. In containers leave it out here and set BANQUP_PINGWIN_BANQUP_SECRET."""
    ),
)
@option("--url", metavar="URL", help=N_("Banqup's address, as it came with the app."))
@option("--app-id", metavar="ID", help=N_("The app's id (client id)."))
@option("--stdin", is_flag=True, help=N_("Read lines name=value from standard input."))
@option(
    "--from-file",
    metavar="FILE",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help=N_("Read lines name=value from a file."),
)
@with_session
def banqup_set(session: Session, /, *, url: str | None, app_id: str | None, stdin: bool, from_file: Path | None) -> int:
    """Keeps the connection; what is not given is asked for, what is not answered stays."""
    from core.operations.setup import connections

    session.must_write()
    present = connections.machine(session.desk).banqup
    values = piped_values(BANQUP_VALUES, stdin=stdin, from_file=from_file)
    given = {name: secret.get_secret_value() for name, secret in (values or {}).items() if name != "secret"}
    base_url = url or given.get("base_url", "")
    client_id = app_id or given.get("client_id", "")
    secret = (values or {}).get("secret")
    if values is None and on_terminal():
        note(_(GRANT))
        base_url = base_url or ask_text(_("Banqup's address"), default=present.base_url, option="--url")
        client_id = client_id or ask_text(_("App id"), default=present.client_id, option="--app-id")
        secret = ask_secret(_("Secret (nothing is shown while you type; empty keeps the present one)"))
    changed = present.model_copy(
        update={"base_url": base_url or present.base_url, "client_id": client_id or present.client_id}
    )
    connections.set_banqup(session.desk, changed, secret)
    say(_("Kept. Test it with: banqup-pingwin connect banqup test"))
    if connections.banqup_secret_source(session.desk) is None:
        diagnose("banqup_secret_with_engine" if session.desk.secrets.hidden() else "banqup_no_secret")
    return DONE


@banqup.command("test", help=N_("Ask Banqup for a token and for the list of spaces."))
@json_option
@with_session
def banqup_test(session: Session, /) -> int:
    """Says what was proven."""
    from core.operations.setup import connections
    from tui.commands.verdicts import show_verdict

    return show_verdict(session, asyncio.run(connections.try_banqup(session.desk)))


@banqup.command("show", help=N_("Show the connection; the secret's source, never its value."))
@json_option
@with_session
def banqup_show(session: Session, /) -> int:
    """Shows what is kept."""
    from core.operations.setup import connections

    present = connections.machine(session.desk).banqup
    source = connections.banqup_secret_source(session.desk)
    if session.json:
        document({"base_url": present.base_url, "client_id": present.client_id, "secret_source": source})
        return DONE
    fact(_("Banqup's address"), present.base_url or _("not set"))
    fact(_("App id"), present.client_id or _("not set"))
    fact(_("Secret"), _("from {source}").format(source=source) if source else _("not set"))
    say(_(GRANT))
    return DONE


@pingwin.command(
    "set",
    help=N_(
        """Keep where deliveries go: Pingwin over HTTP by a wire contract, or a folder tree.

        The contracts that ship are assumptions about Pingwin's interface, which is not published; "show" lists
        them."""
    ),
)
@option("--contract", metavar="NAME", help=N_("The wire contract."))
@option("--url", metavar="URL", help=N_("The address, where the contract leaves it open."))
@option("--folder", metavar="DIR", help=N_("Write e-fff files into this folder tree instead."))
@with_session
def pingwin_set(session: Session, /, *, contract: str | None, url: str | None, folder: str | None) -> int:
    """Keeps the target."""
    from core.config import PingwinTarget
    from core.operations.setup import connections

    session.must_write()
    if folder and (contract or url):
        raise UsageError("folder_or_contract")
    if folder:
        target = PingwinTarget(kind="folder", folder=str(Path(folder).expanduser().absolute()))
    else:
        views = {view.name: view for view in connections.contracts(session.desk)}
        if not contract:
            _list_contracts(list(views.values()), to_person=True)
            contract = ask_text(_("Contract"), default=PingwinTarget().contract, option="--contract")
        if not url and contract in views and views[contract].needs_base_url:
            url = ask_text(_("Address"), option="--url")
        target = PingwinTarget(kind="http", contract=contract, base_url=url or "")
    connections.set_pingwin(session.desk, target)
    say(_("Kept. Test it with: banqup-pingwin connect pingwin test"))
    return DONE


@pingwin.command("test", help=N_("Ask the target a harmless question; no document is sent."))
@json_option
@with_session
def pingwin_test(session: Session, /) -> int:
    """Says what was proven."""
    from core.operations.setup import connections
    from tui.commands.verdicts import show_verdict

    return show_verdict(session, asyncio.run(connections.try_pingwin(session.desk)))


@pingwin.command("show", help=N_("Show where deliveries go, and the contracts that can be chosen."))
@json_option
@with_session
def pingwin_show(session: Session, /) -> int:
    """Shows what is kept."""
    from core.operations.setup import connections

    present = connections.machine(session.desk).pingwin
    views = connections.contracts(session.desk)
    if session.json:
        listed = [{"name": view.name, "label": view.label, "confirmed": view.confirmed} for view in views]
        document({**present.model_dump(), "contracts": listed})
        return DONE
    match present.kind:
        case "http":
            fact(_("Contract"), present.contract)
            fact(_("Address"), present.base_url or _("the contract's own"))
        case "folder":
            fact(_("Folder"), present.folder)
        case _:
            fact(_("Target"), _("not set"))
    _list_contracts(views, to_person=False)
    return DONE


def _list_contracts(views: list[ContractView], *, to_person: bool) -> None:
    lines = [(view.name, _("confirmed") if view.confirmed else _("unconfirmed"), view.label) for view in views]
    if to_person:
        for name, confirmed, label in lines:
            note(f"{name}: {label} ({confirmed})")
    else:
        table((_("contract"), _("by the vendor"), _("what it is")), lines)
