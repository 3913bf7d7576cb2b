"""Personal data of one party erased on request: every file is searched, nothing is sent again, the books add up."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from core.activity import Entry
from core.efff.vat_table import CODES
from core.errors import UsageError
from core.installations import VatCode
from core.model import Delivery, State
from core.operations import decisions, support
from core.operations.decisions import Act
from core.operations.desk import Desk
from core.operations.running import moving
from core.operations.support import forgetting
from core.sandbox.server import SandboxServer, running_sandbox
from tests.cluster import Cluster
from tests.core.sync.homes import rows
from tests.support.homes import lived_in, once
from tests.tui.commandline import call

pytestmark = pytest.mark.processes


@pytest.fixture
def sandbox() -> Iterator[SandboxServer]:
    with running_sandbox() as server:
        yield server


@pytest.fixture
def desk(tmp_path: Path, sandbox: SandboxServer) -> Iterator[Desk]:
    desk = lived_in(tmp_path, sandbox)
    for row in rows(desk).values():
        if row.state is State.FAILED:
            decisions.decide(desk, [row.id], Act.DISCARD, reason=f"{row.counterparty} sends a new one")
    yield desk
    desk.close()


def a_supplier(desk: Desk) -> Delivery:
    return next(row for row in rows(desk).values() if row.state is State.CONFIRMED and row.vat_number)


def holding(desk: Desk, name: str) -> list[str]:
    """Files of the home that hold a name, in whatever they are."""
    return [
        str(path.relative_to(desk.home.data))
        for path in sorted(desk.home.data.rglob("*"))
        if path.is_file() and name.casefold().encode() in path.read_bytes().lower()
    ]


def test_nothing_here_names_a_forgotten_party(desk: Desk) -> None:
    row = a_supplier(desk)
    rule = VatCode(code=next(iter(CODES)), supplier=row.vat_number)
    desk.installations.change(
        row.space,
        lambda each: each.model_copy(update={"options": each.options.model_copy(update={"vat_codes": (rule,)})}),
    )
    desk.record(Entry(at=1.0, kind="find", method="GET", address="x", answer=f"{row.counterparty} {row.vat_number}"))
    desk.home.logs.joinpath("engine.log").open("a").write(f'{{"text": "{row.counterparty}: no answer"}}\n')
    digits = "".join(c for c in row.vat_number if c.isalnum())[2:]
    assert holding(desk, row.counterparty) and holding(desk, digits), "else this test proves nothing"
    done = forgetting.forget(desk, forgetting.plan(desk, row.counterparty))
    assert done.deliveries and done.spooled and done.cleaned and done.rules == 1
    assert done.left == ()
    assert holding(desk, row.counterparty) == [] and holding(desk, digits) == []


def test_no_table_of_a_database_names_a_forgotten_party(
    tmp_path: Path, sandbox: SandboxServer, cluster: Cluster
) -> None:
    filed, database = lived_in(tmp_path, sandbox), cluster.database()
    filed.close()
    desk = Desk(filed.home, "an", environ={**os.environ, "BANQUP_PINGWIN_DATABASE_URL": cluster.url(database)})
    moving.copy_ledger(desk, "postgres")
    desk.home.ledger.unlink()
    row = a_supplier(desk)

    def tables() -> list[str]:
        """Those with a line that holds the party's name."""
        every = cluster.sql(
            "SELECT quote_ident(table_schema) || '.' || quote_ident(table_name) FROM information_schema.tables"
            " WHERE table_schema NOT IN ('pg_catalog', 'information_schema')",
            database,
        )
        held = "SELECT 1 FROM {} AS line WHERE strpos(lower(line::text), lower('{}')) > 0"
        return [str(name) for (name,) in every if cluster.sql(held.format(name, row.counterparty), database)]

    assert tables(), "else this test proves nothing"
    done = forgetting.forget(desk, forgetting.plan(desk, row.counterparty))
    assert done.deliveries and done.left == ()
    assert tables() == [] and holding(desk, row.counterparty) == []
    desk.close()


def test_a_forgotten_document_is_not_sent_again_and_still_adds_up(desk: Desk, sandbox: SandboxServer) -> None:
    row = a_supplier(desk)
    received = sandbox.control.received()
    forgetting.forget(desk, forgetting.plan(desk, row.vat_number))
    once(desk)
    once(desk)
    assert sandbox.control.received() == received
    kept = desk.ledger.delivery(row.id)
    assert kept is not None and (kept.key, kept.sha256, kept.reference) == (row.key, row.sha256, row.reference)
    lines = asyncio.run(support.reconcile(desk, row.space, date(2000, 1, 1), date(2100, 1, 1)))
    (line,) = [each for each in lines if each.source_id == row.source_id]
    assert line.went_over and Decimal(line.amount) == row.amount


def test_what_is_still_needed_is_not_forgotten(desk: Desk, sandbox: SandboxServer) -> None:
    (document,) = sandbox.control.approve(None, 1)
    sandbox.control.next_faults("upload-refused")
    once(desk)
    waiting = rows(desk)[document["id"]]
    assert waiting.state is State.FAILED
    with pytest.raises(UsageError, match="wait for a decision"):
        forgetting.forget(desk, forgetting.plan(desk, waiting.counterparty))
    again = desk.ledger.delivery(waiting.id)
    assert again is not None and again.counterparty == waiting.counterparty


def test_a_dry_run_says_what_would_go_and_changes_nothing(desk: Desk) -> None:
    row = a_supplier(desk)
    desk.close()
    shown = call("--home", str(desk.home.config), "forget", row.counterparty.upper(), "--dry-run")
    assert shown.exit_code == 0, shown.output
    assert row.counterparty in shown.stdout and "Nothing was erased" in shown.stdout
    assert holding(desk, row.counterparty)


def test_a_script_must_say_that_it_means_it(desk: Desk) -> None:
    row = a_supplier(desk)
    desk.close()
    refused = call("--home", str(desk.home.config), "forget", row.counterparty)
    assert refused.exit_code == 2 and "needs_yes" in refused.stderr
    done = call("--home", str(desk.home.config), "forget", row.counterparty, "--yes")
    assert done.exit_code == 0, done.output
    assert holding(desk, row.counterparty) == []


def test_a_copy_that_still_holds_the_name_is_told(desk: Desk) -> None:
    row = a_supplier(desk)
    old = desk.home.data / "ledger.db.schema-1.bak"
    old.write_bytes(b"\0" * 100 + row.counterparty.encode())
    done = forgetting.forget(desk, forgetting.plan(desk, row.counterparty))
    assert done.left == (old,)


def test_nobody_is_meant_by_a_word_that_is_too_short(desk: Desk) -> None:
    with pytest.raises(UsageError, match="too short"):
        forgetting.plan(desk, "De")


def test_the_engine_forgets_what_is_older_than_the_books_term(desk: Desk) -> None:
    """Ten years pass: the events and deliveries of today are made that old."""
    row = a_supplier(desk)
    years = 11 * 365.25 * 86_400
    with desk.ledger.write() as tx:  # type: ignore[attr-defined]
        tx.run("UPDATE doc SET changed_at = changed_at - ?, delivered_at = delivered_at - ?", (years, years))
        aged = [{**each, "at": each["at"] - years} for each in map(dict, tx.run("SELECT * FROM event").fetchall())]
        tx.run("DELETE FROM event")
        tx.fill("event", list(aged[0]), [list(each.values()) for each in aged])
    once(desk)
    kept = desk.ledger.delivery(row.id)
    assert kept is not None and (kept.counterparty, kept.number, kept.key) == ("", row.number, row.key)
    assert desk.ledger.events(delivery=row.id)[-1].code == "erased_by_age"
    assert desk.ledger.check() == []
