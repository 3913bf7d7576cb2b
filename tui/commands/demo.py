"""`demo`: the whole path on this machine with made-up documents, on a live queue or without a screen."""

from __future__ import annotations

import os
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import click

from core.model import State
from tui.commands.frame import ATTENTION, DONE, Session, command, json_option, option, with_session
from tui.commands.output import diagnose, document, fact, note, say, shortened
from tui.i18n import N_, _, money, worded

if TYPE_CHECKING:
    from core.sandbox.demo import DemoEvent, DemoLine, DemoOptions, DemoSummary


@command(
    "demo",
    help=N_(
        """Show the whole path on this machine: a sandbox for Banqup and Pingwin, the extension installed and active,
        documents approved over time and delivered, on the live queue.

        Needs no account and touches nothing outside its own folder. Without a terminal, or with --headless, it runs to
        its end and prints a summary; exit code 0: every document ended where it should."""
    ),
)
@option("--headless", is_flag=True, help=N_("Without a screen, until all is delivered."))
@option("--documents", type=click.IntRange(1, 10_000), default=12, show_default=True, metavar="N",
        help=N_("How many made-up documents."))  # fmt: skip
@option("--from", "folder", type=click.Path(exists=True, file_okay=False, path_type=Path), metavar="DIR",
        help=N_("Use the UBL and PDF files of a folder as the documents."))  # fmt: skip
@option("--seed", type=int, default=0, metavar="S", help=N_("Other made-up documents."))
@option("--faults", is_flag=True, help=N_("Let answers get lost, servers fail and tokens expire on the way."))
@json_option
@with_session
def demo(session: Session, /, *, headless: bool, documents: int, folder: Path | None, seed: int, faults: bool) -> int:
    """Runs on a screen where there is one."""
    from core.sandbox.demo import DemoOptions
    from tui.cli import has_terminal

    session.must_write()
    options = DemoOptions(documents=documents, folder=folder, seed=seed, faults=faults, home=_home(session))
    if not headless and not has_terminal():
        diagnose("demo_headless")
        headless = True
    return _headless(session, options) if headless or session.json else _on_screen(session, options)


def _home(session: Session) -> Path | None:
    """The home that was named; without one the demo makes its own and removes it."""
    named = os.environ.get("BANQUP_PINGWIN_HOME")
    return session.home or (Path(named) if named else None)


def _progress(event: DemoEvent) -> None:
    note(worded(event.code, event.arguments).sentence)


def _on_screen(session: Session, options: DemoOptions) -> int:
    """Sets everything up, then opens the live queue; leaving it ends sandbox and engine."""
    from core.sandbox.demo import prepare
    from tui.app import run_console

    with prepare(options, _progress) as stage:
        stage.start_engine()
        return run_console(stage.desk, space=stage.access.space, ascii_only=session.ascii_only, mouse=session.mouse)


def _headless(session: Session, options: DemoOptions) -> int:
    from core.sandbox.demo import run

    summary = run(options, _progress)
    if session.json:
        document(summary.as_json())
    else:
        _tell(summary)
    return DONE if summary.ok else ATTENTION


def _tell(summary: DemoSummary) -> None:
    for line in summary.lines:
        if line.state != State.CONFIRMED:
            say(_line(line))
    fact(_("Documents"), summary.documents)
    fact(_("Delivered"), summary.delivered)
    fact(_("Needs a person"), summary.needs_attention)
    fact(_("Outcome unknown"), summary.unknown)
    fact(_("Received by the sandbox"), summary.received)
    fact(_("Received twice"), summary.received_twice)
    fact(_("Received, but not valid"), summary.invalid)
    fact(_("Seconds"), summary.seconds)
    say(_("Every document ended where it should.") if summary.ok else _("Not every document ended where it should."))


def _line(line: DemoLine) -> str:
    from tui.words.status import STATES

    words = worded(line.reason, line.reason_args).sentence if line.reason else ""
    amount = money(Decimal(line.amount), line.currency) if line.amount else ""
    who = " ".join(each for each in (shortened(line.number, 30), shortened(line.party, 40), amount) if each)
    return f"{who}: {STATES[State(line.state)].word}. {words}".rstrip()
