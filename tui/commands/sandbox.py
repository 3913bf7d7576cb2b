"""`sandbox`: stand-ins for Banqup and Pingwin on this machine; `approve`, `received` and `faults` steer and inspect."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tui.commands.frame import ATTENTION, DONE, Group, Option, Session, json_option, option, with_session
from tui.commands.output import document, fact, say
from tui.i18n import N_, _, ngettext
from tui.plain import neutral

if TYPE_CHECKING:
    from core.sandbox.control_client import Access, SandboxControl
    from core.sandbox.world import World

HOME_HELP = N_('The sandbox\'s own folder; by default "sandbox" beside the ledger.')

home_option = option("--home", metavar="DIR", type=click.Path(file_okay=False, path_type=Path), help=HOME_HELP)


@click.group(
    "sandbox",
    cls=Group,
    invoke_without_command=True,
    help=N_(
        """Run stand-ins for Banqup and Pingwin on this machine until stopped with Ctrl-C, and print their addresses.

        Neither is the vendor's software: whatever is assumed about the interfaces is assumed here too. "sandbox
        approve", "sandbox received" and "sandbox faults" steer and inspect it from another terminal."""
    ),
)
@click.option("--port", cls=Option, type=click.IntRange(0, 65535), default=0, metavar="P",
              help=N_("The port on this machine; 0 takes a free one."))  # fmt: skip
@click.option("--home", cls=Option, metavar="DIR", type=click.Path(file_okay=False, path_type=Path), help=HOME_HELP)
@click.option("--documents", cls=Option, type=click.IntRange(0, 100_000), default=24, show_default=True, metavar="N",
              help=N_("Made-up documents for a new sandbox."))  # fmt: skip
@click.option("--from", "folder", cls=Option, type=click.Path(exists=True, file_okay=False, path_type=Path),
              metavar="DIR", help=N_("Use the UBL and PDF files of a folder as the documents."))  # fmt: skip
@click.option("--seed", cls=Option, type=int, default=0, metavar="S", help=N_("Other made-up documents."))
@click.option("--contract", cls=Option, metavar="FILE|NAME", help=N_("Let its Pingwin speak this contract too."))
@json_option
@click.pass_context
def sandbox(
    context: click.Context,
    port: int,
    home: Path | None,
    documents: int,
    folder: Path | None,
    seed: int,
    contract: str | None,
    as_json: bool,
) -> int | None:
    """Runs both stand-ins, unless a subcommand was named."""
    session = context.ensure_object(Session)
    place = _place(session, home)
    if context.invoked_subcommand is not None:
        context.meta["sandbox_home"] = place
        return None
    from core.sandbox.server import serve

    session.json = as_json
    session.must_write()
    place.mkdir(mode=0o700, parents=True, exist_ok=True)
    world = _filled(place, documents, folder, seed)
    spoken = None
    if contract is not None:
        from core.operations.setup.contracts import read

        spoken = read(session.desk, contract)
    serve(port, place, world=world, ready=lambda access: _announce(session, access, place), contract=spoken)
    return DONE


def _place(session: Session, home: Path | None) -> Path:
    """The sandbox's folder: named here, named before the subcommand, or beside the ledger."""
    from core.home import Home

    if home is not None:
        return home.expanduser().absolute()
    context = click.get_current_context()
    return context.meta.get("sandbox_home") or Home.locate(session.home).data / "sandbox"


def _filled(place: Path, documents: int, folder: Path | None, seed: int) -> World:
    """The world of this home; a new one gets its documents."""
    from core.sandbox.generator import generate, settle
    from core.sandbox.world import World

    world = World(place, seed=seed)
    if not world.documents() and (folder is not None or documents):
        if folder is not None:
            from core.sandbox.folder import from_folder

            made = from_folder(folder)
        else:
            made = generate(documents, seed=seed)
        settle(world, made.dossier)
        world.add(made.drafts)
    return world


def _announce(session: Session, access: Access, place: Path) -> None:
    """The addresses, and the made-up credentials that only this sandbox accepts."""
    facts = {
        "banqup": access.banqup,
        "pingwin": access.pingwin,
        "client_id": access.client_id,
        "client_secret": access.client_secret,
        "space": access.space,
        "space_name": access.space_name,
        "api_key": access.api_key,
        "clid": access.clid,
        "file_id": access.file_id,
        "enterprise_number": access.enterprise_number,
        "home": str(place),
        "pid": access.pid,
    }
    if session.json:
        document(facts)
    else:
        say(_("The sandbox runs. Everything below is made up and works here only. Ctrl-C ends it."))
        for name, value in facts.items():
            fact(name, value)
    sys.stdout.flush()


def _control(session: Session, home: Path | None) -> SandboxControl:
    from core.sandbox.control_client import find

    return find(_place(session, home))


@sandbox.command("approve", help=N_("Approve purchases and send sales documents: those named, or the oldest, or all."))
@click.argument("ids", metavar="[ID]...", nargs=-1)
@option("--count", "number", type=click.IntRange(1), metavar="N", help=N_("Only the N oldest that wait."))
@home_option
@json_option
@with_session
def approve(session: Session, /, *, ids: tuple[str, ...], number: int | None, home: Path | None) -> int:
    """Moves documents to their trigger."""
    session.must_write()
    with _control(session, home) as control:
        moved = control.approve(list(ids) or None, number)
    if session.json:
        document(moved)
        return DONE
    for each in moved:
        say(_document_line(each))
    say(ngettext("{count} document moved on.", "{count} documents moved on.", len(moved)).format(count=len(moved)))
    return DONE


def _document_line(each: dict[str, Any]) -> str:
    names = ("id", "number", "direction", "document_status", "delivery_status")
    return "  ".join(neutral(str(each[name])) for name in names if each.get(name))


@sandbox.command("received", help=N_("Show what the stand-in for Pingwin has received and what its checks found."))
@home_option
@json_option
@with_session
def received(session: Session, /, *, home: Path | None) -> int:
    """Counts and files; exit 1 where something came twice or fails its checks."""
    with _control(session, home) as control:
        found = control.received()
    if session.json:
        document(found)
    else:
        for each in found.get("files", []):
            say("  ".join(f"{name}={neutral(str(value))}" for name, value in each.items() if value not in (None, "")))
        for name in ("received", "received_twice", "invalid"):
            fact(name, found.get(name))
    return ATTENTION if found.get("received_twice") or found.get("invalid") else DONE


@sandbox.command(
    "faults",
    help=N_(
        """Show or plan what goes wrong in the stand-ins.

        FAULT names come next, in this order; without any, the present plan is shown. --weather makes all kinds happen
        by chance; --clear ends them."""
    ),
)
@click.argument("faults", metavar="[FAULT]...", nargs=-1)
@option("--weather", is_flag=True, help=N_("Let all kinds of faults happen by chance."))
@option("--clear", is_flag=True, help=N_("No more faults."))
@option("--list", "listed", is_flag=True, help=N_("List the names of all faults."))
@option("--seed", type=int, default=0, metavar="S", help=N_("Another order of chance."))
@home_option
@json_option
@with_session
def faults(
    session: Session,
    /,
    *,
    faults: tuple[str, ...],
    weather: bool,
    clear: bool,
    listed: bool,
    seed: int,
    home: Path | None,
) -> int:
    """Steers the faults."""
    if listed:
        return _list_faults(session)
    if clear or weather or faults:
        session.must_write()
    with _control(session, home) as control:
        if clear:
            plan = control.fair_weather()
        elif weather:
            plan = control.bad_weather(seed=seed)
        elif faults:
            plan = control.next_faults(*faults)
        else:
            plan = control.faults()
    if session.json:
        document(plan)
    else:
        for name, value in plan.items():
            fact(name, value)
    return DONE


def _list_faults(session: Session) -> int:
    from core.sandbox.faults import Fault

    names = [fault.value for fault in Fault]
    if session.json:
        document(names)
    else:
        for name in names:
            say(name)
    return DONE


@sandbox.command("stop", help=N_("End the sandbox of a trial, and its engine. Nothing is deleted."))
@with_session
def stop(session: Session, /) -> int:
    """The trial of this home."""
    from core.operations.setup import trial

    ran = trial.end(session.desk)
    say(_("The trial's engine and sandbox are stopped.") if ran else _("No trial runs here."))
    return DONE
