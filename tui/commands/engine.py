"""`run` and `stop`: the engine, in front, in the background, or once for cron."""

from __future__ import annotations

import asyncio
import sys

import click

from core.errors import ConfigurationError, ProductError, UsageError
from core.operations.running import engines
from core.operations.views import history, overview
from tui.commands.frame import ATTENTION, DONE, Session, command, json_option, option, with_session
from tui.commands.output import diagnose, document, note, say
from tui.i18n import N_, _, iso


@command(
    "run",
    help=N_(
        """Run the engine until it is stopped: it watches Banqup and brings documents over.

        --once polls every active space, sends what is due and ends; for cron. --detach starts it in the background
        and comes back. One engine a home.

        --workers N is for a ledger on PostgreSQL: as many of these as you like, on as many machines, each with
        N deliveries at once."""
    ),
)
@option("--once", is_flag=True, help=N_("Poll, send what is due, and end."))
@option("--detach", is_flag=True, help=N_("Start it in the background."))
@option("--workers", type=click.IntRange(1, 64), metavar="N", help=N_("One of several engines over PostgreSQL."))
@json_option
@with_session
def run(session: Session, /, *, once: bool, detach: bool, workers: int | None) -> int:
    """Runs in this process, or starts a detached one."""
    session.must_write()
    if workers and (once or detach):
        raise UsageError("workers_alone")
    if once and detach:
        raise UsageError("once_or_detach")
    if detach:
        state = engines.start(session.desk)
        if session.json:
            document({"running": state.running, "pid": state.pid, "since": iso(state.since)})
        else:
            say(_("The engine runs with process number {pid}.").format(pid=state.pid))
        return DONE
    _run_here(session, once=once, workers=workers)
    return _after_once(session) if once else DONE


def _run_here(session: Session, *, once: bool, workers: int | None) -> None:
    """The engine in this process. Ctrl-C and SIGTERM end it cleanly: what is under way is finished first."""
    from core.logs import log_to
    from core.operations.running.telling import Teller
    from core.sync.engine import run as run_engine

    home, environ = session.desk.home, session.desk.environ
    home.create()
    log_to(home)

    def ready() -> None:
        if sys.stderr.isatty() and not once:
            note(_("The engine runs; Ctrl-C ends it."))

    if workers:
        if session.desk.database is None:
            raise ConfigurationError("workers_need_postgres")
        from core.sync.workers import run as run_workers  # needs the extra [postgres]

        asyncio.run(run_workers(home, environ=environ, workers=workers, ready=ready, waiting=_wait_for, beside=Teller))
    else:
        asyncio.run(run_engine(home, environ=environ, once=once, ready=ready, beside=Teller))


def _wait_for(problem: ProductError) -> None:
    diagnose(problem.code, problem.arguments)


def _after_once(session: Session) -> int:
    """What one round left: exit 1 where it could not do its work or something needs a person."""
    left = overview.snapshot(session.desk)
    trouble = history.trouble(session.desk)
    if session.json:
        waiting = sum(space.waiting for space in left.spaces)
        document({"needs_attention": left.needs_attention, "waiting": waiting, "trouble": trouble})
    if trouble is not None:
        diagnose(trouble)
    if left.needs_attention:
        diagnose("needs_you", {"count": left.needs_attention})
    return ATTENTION if trouble is not None or left.needs_attention else DONE


@command("stop", help=N_("End the running engine cleanly: what is under way is finished first."))
@json_option
@with_session
def stop(session: Session, /) -> int:
    """Asks it to end and waits."""
    session.must_write()
    state = engines.stop(session.desk)
    if session.json:
        document({"running": state.running, "pid": state.pid})
    else:
        say(_("The engine has ended."))
    return DONE
