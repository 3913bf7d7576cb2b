"""`installations`: all of them in one list or file, and one decision on many; each line says what became of it."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from core.errors import ProductError, UsageError
from core.operations.bulk import baselines, exchange, office
from core.operations.bulk.exchange import Planned
from core.operations.bulk.office import Change, Order, Outcome, View
from core.operations.setup import installing
from core.operations.setup.activation import Waiting
from core.operations.views import overview
from core.operations.views.health import Health
from core.operations.views.overview import SpaceStatus
from tui.commands.asking import confirm
from tui.commands.files import FILE, FORCE, PRESENT, must_be_free
from tui.commands.frame import ATTENTION, DONE, Session, group, json_option, option, with_session, yes_option
from tui.commands.office import OFFICE, office_cells, office_record
from tui.commands.output import diagnose, document, note, say, table
from tui.i18n import N_, _, count, ngettext, worded
from tui.plain import neutral

DRY_RUN = N_("Say what would happen, and change nothing.")

text_option = option("--text", default="", metavar="TEXT",
                     help=N_("Only those whose name, id, File ID or enterprise number holds this."))  # fmt: skip
state_option = option("--state", "states", multiple=True, type=click.Choice([each.value for each in Health]),
                      help=N_("Only those in this state; may be given several times."))  # fmt: skip
attention_option = option("--attention", is_flag=True, help=N_("Only those that need attention."))
sort_option = option("--sort", type=click.Choice([each.value for each in Order]), default=Order.WORST.value,
                     help=N_("The order; the worst first where nothing is said."))  # fmt: skip
waiting_option = option("--waiting", type=click.Choice(["send", "discard"]),
                        help=N_("What becomes of deliveries that still wait."))  # fmt: skip


@group("installations", help=N_("All installations: list them, decide on many at once, export or import them."))
def installations() -> None:
    """Many installations."""


@installations.command("list", help=N_("List all installations and how they are, the worst first."))
@text_option
@state_option
@attention_option
@sort_option
@option("--limit", type=click.IntRange(min=1), help=N_("At most so many."))
@json_option
@with_session
def list_(
    session: Session, /, *, text: str, states: Sequence[str], attention: bool, sort: str, limit: int | None
) -> int:
    """One line a space."""
    view = View(text, frozenset(map(Health, states)), attention, Order(sort))
    seen = overview.snapshot(session.desk)
    delivered = office.last_delivered(session.desk, [each.installation.space for each in seen.spaces])
    shown = office.select(seen.spaces, view, delivered)
    rows = shown[:limit]
    if session.json:
        document([office_record(each, delivered.get(each.installation.space)) for each in rows])
    else:
        table(
            (_("space"), _("name"), *OFFICE()), [_line(each, delivered.get(each.installation.space)) for each in rows]
        )
        if len(rows) < len(shown):
            say(_("{count} more.").format(count=count(len(shown) - len(rows))))
    return ATTENTION if any(map(office.needs_attention, shown)) else DONE


def _line(status: SpaceStatus, delivered: float | None) -> tuple[str, ...]:
    installation = status.installation
    return installation.space, neutral(installation.name), *office_cells(status, delivered)


# -- one decision on many ----------------------------------------------------------------------------------------------


def selection(decision: Callable[..., int | None]) -> Callable[..., int | None]:
    """What every decision on several takes: spaces by name, or a selection; a dry run; the one question."""
    for each in (json_option, yes_option, option("--dry-run", is_flag=True, help=DRY_RUN), attention_option,
                 state_option, text_option, click.argument("spaces", nargs=-1)):  # fmt: skip
        decision = each(decision)
    return decision


def _decide(
    session: Session,
    change: Change,
    question: str,
    *,
    spaces: Sequence[str],
    text: str,
    states: Sequence[str],
    attention: bool,
    yes: bool,
    dry_run: bool,
    waiting: Waiting | None = None,
) -> int:
    """Those named, else those of the view that the change says something to; one question that names how many."""
    if not dry_run:
        session.must_write()
    view = View(text, frozenset(map(Health, states)), attention)
    chosen = [installing.find(session.desk, named).space for named in spaces] or _of_view(session, change, view)
    if not chosen:
        raise UsageError("office_nothing")
    if not dry_run:
        confirm(question.format(count=count(len(chosen))), yes=yes)
    outcomes = office.change_all(session.desk, chosen, change, waiting=waiting, dry_run=dry_run)
    if change is Change.ACTIVATE and not dry_run:
        failed = _take_baselines(session, [each.space for each in outcomes if each.done])
        outcomes = [
            replace(each, done=False, code=problem.code, arguments=problem.arguments)
            if (problem := failed.get(each.space))
            else each
            for each in outcomes
        ]
    return _tell(session, outcomes, dry_run=dry_run)


def _take_baselines(session: Session, spaces: Sequence[str]) -> dict[str, ProductError]:
    """With progress on a terminal; nothing where an engine runs, which takes them itself."""
    failed = asyncio.run(baselines.take(session.desk, spaces, _progress))
    if spaces and sys.stderr.isatty():
        note("")
    if failed:
        diagnose("office_engine_takes_baselines")
    return failed


def _progress(done: int, of: int) -> None:
    if sys.stderr.isatty():
        text = _("What stays history: {done} of {count} spaces").format(done=count(done), count=count(of))
        click.echo(f"\r{text}", err=True, nl=False)


def _of_view(session: Session, change: Change, view: View) -> list[str]:
    if not (view.text or view.healths or view.attention):
        raise UsageError("office_no_selection")
    shown = office.select(overview.snapshot(session.desk).spaces, view)
    return [each.installation.space for each in shown if office.obstacle(each.installation, change) is None]


def _tell(session: Session, outcomes: Sequence[Outcome], *, dry_run: bool) -> int:
    done = sum(each.done for each in outcomes)
    if session.json:
        lines = [
            {"space": each.space, "name": each.name, "done": each.done, "code": each.code,
             "message": worded(each.code, each.arguments).sentence}
            for each in outcomes
        ]  # fmt: skip
        document({"dry_run": dry_run, "done": done, "outcomes": lines})
    else:
        for each in outcomes:
            if not each.done:
                say(f"{neutral(each.name)}: {worded(each.code, each.arguments).sentence}")
        text = (
            ngettext("It would be done for {count} installation.", "It would be done for {count} installations.", done)
            if dry_run
            else ngettext("Done for {count} installation.", "Done for {count} installations.", done)
        )
        say(text.format(count=count(done)))
    return DONE if done == len(outcomes) else ATTENTION


@installations.command("hold", help=N_("Pause the uploads of several spaces: those named, or those of a selection."))
@selection
@with_session
def hold(session: Session, /, **chosen: Any) -> int:
    """Holds."""
    return _decide(session, Change.HOLD, _("Pause the uploads of {count} spaces?"), **chosen)


@installations.command("release", help=N_("End the pause of several spaces: those named, or those of a selection."))
@selection
@with_session
def release(session: Session, /, **chosen: Any) -> int:
    """Releases."""
    return _decide(session, Change.RELEASE, _("Let the uploads of {count} spaces go on?"), **chosen)


@installations.command(
    "activate",
    help=N_(
        """Activate several spaces: those named, or those of a selection. What was approved or sent before is counted
        now, and stays history; where an engine runs, it counts.

        Where deliveries still wait from before a pause, --waiting says what becomes of them; without it such a space
        is left out, and said."""
    ),
)
@waiting_option
@selection
@with_session
def activate(session: Session, /, **chosen: Any) -> int:
    """Activates."""
    question = _("Activate {count} spaces? What is approved or sent from now on goes over.")
    return _decide(session, Change.ACTIVATE, question, **chosen)


@installations.command("deactivate", help=N_("Stop several spaces at once; their queues are kept."))
@selection
@with_session
def deactivate(session: Session, /, **chosen: Any) -> int:
    """Stops."""
    return _decide(session, Change.DEACTIVATE, _("Stop {count} spaces? What waits stays in the queue."), **chosen)


# -- files -------------------------------------------------------------------------------------------------------------


@installations.command("export", help=N_("Write all installations to FILE (.csv or .json); without secrets."))
@click.argument("file", type=FILE)
@option("--force", is_flag=True, help=FORCE)
@json_option
@with_session
def export(session: Session, /, *, file: Path, force: bool) -> int:
    """Writes the file."""
    must_be_free(file, force=force)
    written = exchange.export_installations(session.desk, file)
    if session.json:
        document({"file": str(file), "installations": written})
    else:
        text = ngettext("{count} installation written to {file}.", "{count} installations written to {file}.", written)
        say(text.format(count=written, file=neutral(str(file))))
    return DONE


@installations.command(
    "import",
    help=N_(
        """Add and change installations from FILE (.csv or .json); a wrong line is said and left out, the rest is taken.

        Nothing becomes active by itself: with --activate, those whose column active says yes do. Secrets are in no
        table: banqup-pingwin credentials import. --dry-run says what would happen and changes nothing."""
    ),
)
@click.argument("file", type=PRESENT)
@option("--template", default="", metavar="NAME", help=N_("New installations begin with these named options."))
@option("--activate", is_flag=True, help=N_("Activate those whose column active says yes."))
@waiting_option
@option("--dry-run", is_flag=True, help=DRY_RUN)
@yes_option
@json_option
@with_session
def import_(
    session: Session, /, *, file: Path, template: str, activate: bool, waiting: Waiting | None, dry_run: bool, yes: bool
) -> int:
    """Shows first, then asks, then imports."""
    if not dry_run:
        session.must_write()

    def run(*, dry_run: bool) -> int:
        lines = exchange.import_installations(
            session.desk, file, dry_run=dry_run, template=template, activate=activate, waiting=waiting
        )
        if activate and not dry_run:
            code = f"office_{Change.ACTIVATE}"
            failed = _take_baselines(session, [each.space for each in lines if each.code == code])
            lines = [
                replace(each, code=problem.code, arguments=problem.arguments, left_out=True)
                if each.code == code and (problem := failed.get(each.space))
                else each
                for each in lines
            ]
        return _tell_import(session, lines, dry_run=dry_run)

    if dry_run:
        return run(dry_run=True)
    if not yes and not session.json:
        run(dry_run=True)
    confirm(_("Import these installations?"), yes=yes)
    return run(dry_run=False)


def _tell_import(session: Session, lines: Sequence[Planned], *, dry_run: bool) -> int:
    told = [(each, worded(each.code, each.arguments).sentence) for each in lines]
    if session.json:
        changes = [
            {"line": each.line, "space": each.space, "code": each.code, "change": sentence} for each, sentence in told
        ]
        document({"dry_run": dry_run, "changes": changes})
    else:
        for each, sentence in told:
            where = _("line {line}: {space}") if each.space else _("line {line}")
            say(where.format(line=each.line, space=neutral(each.space)) + f": {sentence}")
    return ATTENTION if any(each.left_out for each in lines) else DONE
