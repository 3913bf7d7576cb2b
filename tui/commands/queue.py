"""`queue` lists deliveries and follows their changes; `document` shows everything about one."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterator
from pathlib import Path

import click

from core.errors import UsageError
from core.ledger.records import QueueQuery
from core.model import NEEDS_PERSON, Delivery, Direction, State
from core.operations.views import overview
from core.operations.views import request as requests
from tui.commands.deliveries import as_line, as_record, show_detail
from tui.commands.files_out import write_new
from tui.commands.frame import ATTENTION, DONE, Session, command, json_option, option, space_argument, with_session
from tui.commands.output import document as document_out
from tui.commands.output import record, say, table
from tui.i18n import N_, _, count, ngettext
from tui.plain import neutral_block

PAGE = 500
"""Rows read from the ledger at once; the whole queue is never held."""

NEEDS_YOU = "needs-you"
STATE_CHOICES = (NEEDS_YOU, *(state.value for state in State))


@command(
    "queue",
    help=N_(
        """List deliveries: what needs you first, then what is moving, then the newest.

        --state may be given several times; "needs-you" stands for all states that only a person moves on. --watch
        prints one line a change until it is interrupted with Ctrl-C."""
    ),
)
@space_argument
@option("--state", "states", multiple=True, type=click.Choice(STATE_CHOICES), metavar="STATE",
        help=N_("Only deliveries in this state."))  # fmt: skip
@option("--direction", type=click.Choice([each.value for each in Direction]), help=N_("Only this side of the books."))
@option("--text", default="", metavar="TEXT", help=N_("Only what has this in its number, party, amount or id."))
@option("--history", is_flag=True, help=N_("Also documents from before activation."))
@option("--watch", is_flag=True, help=N_("Print one line a change until interrupted."))
@json_option
@with_session
def queue(
    session: Session,
    /,
    *,
    space: str | None,
    states: tuple[str, ...],
    direction: str | None,
    text: str,
    history: bool,
    watch: bool,
) -> int:
    """The queue, once or as it changes."""
    chosen = session.installation(space).space if space or session.space_option else None
    query = QueueQuery(
        spaces=(chosen,) if chosen else (),
        states=_states(states),
        directions=frozenset({Direction(direction)}) if direction else frozenset(),
        text=text,
        history=history or "history" in states,
    )
    if watch:
        from tui.commands.watching import watch_changes

        return watch_changes(session, query)
    return _as_json(session, query) if session.json else _as_text(session, query)


def _states(names: tuple[str, ...]) -> frozenset[State]:
    named = {State(name) for name in names if name != NEEDS_YOU}
    return frozenset(named | (NEEDS_PERSON if NEEDS_YOU in names else frozenset()))


def _rows(session: Session, query: QueueQuery) -> Iterator[Delivery]:
    """All rows of a view by pages; a row that moved between two pages comes once."""
    if not session.desk.has_ledger():
        return
    seen: set[int] = set()
    offset = 0
    while page := overview.queue(session.desk, query, offset, PAGE):
        offset += len(page)
        for row in page:
            if row.id not in seen:
                seen.add(row.id)
                yield row


def _as_json(session: Session, query: QueueQuery) -> int:
    document_out([as_record(row) for row in _rows(session, query)])
    return DONE


def _as_text(session: Session, query: QueueQuery) -> int:
    rows = list(_rows(session, query))
    if rows:
        headings = (_("id"), _("state"), _("number"), _("party"), _("date"), _("amount"))
        table(headings, [as_line(row) for row in rows], right=(0, 5))
    say(ngettext("{count} delivery", "{count} deliveries", len(rows)).format(count=count(len(rows))))
    return DONE


@command(
    "document",
    help=N_(
        """Show everything about one delivery: facts, findings, tries, events and what a person can do.

        ID is the number in the queue, the first characters of its key, or an invoice number that is there once."""
    ),
)
@click.argument("wanted", metavar="ID")
@option("--xml", is_flag=True, help=N_("Print the e-fff file instead."))
@option("--pdf", metavar="FILE", type=click.Path(dir_okay=False, path_type=Path),
        help=N_("Write the PDF inside the e-fff file to this file."))  # fmt: skip
@option("--dry-run", is_flag=True,
        help=N_("Fetch, convert and check it, show the request, send nothing; also by a Banqup id."))  # fmt: skip
@option("--request", is_flag=True, help=N_("Print the request that would be sent, with its secrets masked."))
@option("--force", is_flag=True, help=N_("Replace the file that is already there."))
@json_option
@with_session
def document(
    session: Session, /, *, wanted: str, xml: bool, pdf: Path | None, dry_run: bool, request: bool, force: bool
) -> int:
    """Everything, or one of its files, or what would become of it."""
    if dry_run:
        return _dry_run(session, wanted)
    row = overview.find(session.desk, wanted)
    if xml:
        return _print_xml(session, row)
    if pdf is not None:
        return _write_pdf(session, row, pdf, replace=force)
    if request:
        text = asyncio.run(requests.request_preview(session.desk, row.id))
        if session.json:
            document_out({"id": row.id, "request": text})
        else:
            say(neutral_block(text))
        return DONE
    show_detail(session, overview.detail(session.desk, row.id))
    return DONE


def _dry_run(session: Session, wanted: str) -> int:
    """What would happen to it; exit 1 where it would not go."""
    from core.operations.views import dry_run
    from tui.words.dry_runs import lines, verdict

    found = asyncio.run(dry_run.dry_run(session.desk, wanted))
    goes = found.code == "dry_run_would_go"
    if session.json:
        told = {"would_go": goes, "code": found.code, "arguments": dict(found.arguments), "message": verdict(found)}
        report = {"findings": found.findings, "derived": found.derived, "dropped": found.dropped}
        document_out(as_record(found.delivery) | told | report | {"size": found.size, "request": found.request})
    else:
        for line in lines(found):
            say(line)
    return DONE if goes else ATTENTION


def _content(session: Session, row: Delivery) -> bytes:
    content = overview.efff(session.desk, row.id)
    if content is None:
        raise UsageError("no_file_yet", id=row.id, state=row.state.value)
    return content


def _print_xml(session: Session, row: Delivery) -> int:
    """The file as it is into a pipe; on a terminal without anything that could act on it."""
    content = _content(session, row)
    if sys.stdout.isatty():
        say(neutral_block(content.decode("utf-8", errors="replace")))
    else:
        sys.stdout.buffer.write(content)
    return DONE


def _write_pdf(session: Session, row: Delivery, file: Path, *, replace: bool) -> int:
    _content(session, row)
    found = overview.pdf(session.desk, row.id)
    if found is None:
        raise UsageError("no_pdf_inside", id=row.id)
    write_new(file, found, replace=replace)
    if session.json:
        record({"id": row.id, "pdf": str(file), "bytes": len(found)})
    else:
        say(_("Written to {file}.").format(file=neutral_block(str(file))))
    return DONE
