"""`installations`: all of them in one list or file, and one decision on many; each line says what became of it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from core.errors import UsageError
from core.operations.bulk import exchange, office
from core.operations.bulk.exchange import Planned
from core.operations.bulk.office import Change, Order, Outcome, View
from core.operations.running import engines
from core.operations.setup import installing
from core.operations.setup.activation import Waiting
from core.operations.views import overview
from core.operations.views.health import Health
from core.operations.views.overview import SpaceStatus
from tui.commands.asking import confirm
from tui.commands.files import FILE, FORCE, PRESENT, must_be_free
from tui.commands.frame import ATTENTION, DONE, Session, group, json_option, option, with_session, yes_option
from tui.commands.output import diagnose, document, say, table
from tui.i18n import N_, _, clock_time, count, iso, moment, ngettext, worded
from tui.plain import neutral
from tui.words.status import health_word

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
        document([record(each, delivered.get(each.installation.space)) for each in rows])
    else:
        table(HEADINGS(), [_line(each, delivered.get(each.installation.space)) for each in rows])
        if len(rows) < len(shown):
            say(_("{count} more.").format(count=count(len(shown) - len(rows))))
    return ATTENTION if any(map(office.needs_attention, shown)) else DONE


def HEADINGS() -> tuple[str, ...]:  # noqa: N802 - a table's heading, in the language of the moment
    """The columns of the list."""
    return _("space"), _("name"), _("state"), _("last good poll"), _("queued"), _("needs you"), _("last delivered")


def _line(status: SpaceStatus, delivered: float | None) -> tuple[str, ...]:
    installation = status.installation
    polled = clock_time(status.last_good_poll) or "-"
    return (
        installation.space,
        neutral(installation.name),
        health_word(status.health, installation.held_by),
        polled + (_(", overdue") if status.overdue else ""),
        count(status.waiting),
        count(status.needs_attention),
        moment(delivered) if delivered else "-",
    )


def record(status: SpaceStatus, delivered: float | None) -> dict[str, object]:
    """One installation as JSON."""
    installation = status.installation
    return {
        "space": installation.space,
        "name": installation.name,
        "file_id": installation.file_id,
        "state": status.health,
        "code": status.code,
        "message": worded(status.code, status.arguments).sentence,
        "active": installation.active,
        "held_by": installation.held_by or None,
        "last_good_poll": iso(status.last_good_poll),
        "overdue": status.overdue,
        "waiting": status.waiting,
        "needs_attention": status.needs_attention,
        "last_delivered": iso(delivered),
    }


# -- one decision on many ----------------------------------------------------------------------------------------------


def _decide(
    session: Session,
    change: Change,
    spaces: Sequence[str],
    view: View,
    *,
    question: str,
    yes: bool,
    dry_run: bool,
    waiting: Waiting | None = None,
) -> int:
    """Those named, else those of the view that the change says something to; one question that names how many."""
    if not dry_run:
        session.must_write()
    chosen = [installing.find(session.desk, text).space for text in spaces] or _of_view(session, change, view)
    if not chosen:
        raise UsageError("office_nothing")
    if not dry_run:
        confirm(question.format(count=count(len(chosen))), yes=yes)
    outcomes = office.change_all(session.desk, chosen, change, waiting=waiting, dry_run=dry_run)
    if change is Change.ACTIVATE and not engines.engine(session.desk).running:
        diagnose("office_engine_takes_baselines")
    return _tell(session, outcomes, dry_run=dry_run)


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
@click.argument("spaces", nargs=-1)
@text_option
@state_option
@attention_option
@option("--dry-run", is_flag=True, help=DRY_RUN)
@yes_option
@json_option
@with_session
def hold(
    session: Session, /, *, spaces: Sequence[str], text: str, states: Sequence[str], attention: bool, dry_run: bool,
    yes: bool,
) -> int:  # fmt: skip
    """Holds."""
    view = View(text, frozenset(map(Health, states)), attention)
    question = _("Pause the uploads of {count} spaces?")
    return _decide(session, Change.HOLD, spaces, view, question=question, yes=yes, dry_run=dry_run)


@installations.command("release", help=N_("End the pause of several spaces: those named, or those of a selection."))
@click.argument("spaces", nargs=-1)
@text_option
@state_option
@option("--dry-run", is_flag=True, help=DRY_RUN)
@yes_option
@json_option
@with_session
def release(
    session: Session, /, *, spaces: Sequence[str], text: str, states: Sequence[str], dry_run: bool, yes: bool
) -> int:
    """Releases."""
    view = View(text, frozenset(map(Health, states)))
    question = _("Let the uploads of {count} spaces go on?")
    return _decide(session, Change.RELEASE, spaces, view, question=question, yes=yes, dry_run=dry_run)


@installations.command(
    "activate",
    help=N_(
        """Activate several spaces: those named, or those of a selection. The engine takes their baselines.

        Where deliveries still wait from before a pause, --waiting says what becomes of them; without it such a space
        is left out, and said."""
    ),
)
@click.argument("spaces", nargs=-1)
@text_option
@state_option
@waiting_option
@option("--dry-run", is_flag=True, help=DRY_RUN)
@yes_option
@json_option
@with_session
def activate(
    session: Session, /, *, spaces: Sequence[str], text: str, states: Sequence[str], waiting: Waiting | None,
    dry_run: bool, yes: bool,
) -> int:  # fmt: skip
    """Activates."""
    view = View(text, frozenset(map(Health, states)))
    question = _("Activate {count} spaces? What is approved or sent from now on goes over.")
    return _decide(session, Change.ACTIVATE, spaces, view, question=question, yes=yes, dry_run=dry_run, waiting=waiting)


@installations.command("deactivate", help=N_("Stop several spaces at once; their queues are kept."))
@click.argument("spaces", nargs=-1)
@text_option
@state_option
@option("--dry-run", is_flag=True, help=DRY_RUN)
@yes_option
@json_option
@with_session
def deactivate(
    session: Session, /, *, spaces: Sequence[str], text: str, states: Sequence[str], dry_run: bool, yes: bool
) -> int:
    """Stops."""
    view = View(text, frozenset(map(Health, states)))
    question = _("Stop {count} spaces? What waits stays in the queue.")
    return _decide(session, Change.DEACTIVATE, spaces, view, question=question, yes=yes, dry_run=dry_run)


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
            say(_("line {line}: {space}").format(line=each.line, space=neutral(each.space)) + f": {sentence}")
    return ATTENTION if any(each.left_out for each in lines) else DONE
