"""The console over a ledger on PostgreSQL: the screens unchanged, and a server that goes away and comes back."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.ledger.base import QueueQuery
from core.model import State
from core.operations.running import moving
from core.operations.views import overview
from tests.cluster import Cluster, running
from tests.core.operations.fakes import FakeDesk
from tests.tui.console import console, office, text_of, wait_for
from tests.tui.test_screens import (  # noqa: F401 - collected here with this file's desk
    rows,
    test_discarding_is_recorded_with_the_actor_and_can_be_undone,
    test_filter_finds_by_party_and_escape_shows_everything_again,
    test_group_headings_follow_the_order_of_the_ledger,
    test_history_is_shown_on_request_and_a_document_of_it_can_be_included,
    test_marked_deliveries_are_decided_together,
    test_queue_puts_what_needs_a_person_first_and_says_why,
    test_resending_a_delivered_document_asks_for_a_typed_word,
    test_spaces_list_leads_to_the_queue_of_one,
)

ADDRESS = "BANQUP_PINGWIN_DATABASE_URL"


def moved(directory: Path, cluster: Cluster) -> FakeDesk:
    """The office's ledger, copied to a server."""
    pytest.importorskip("psycopg")
    desk = office(directory, **{ADDRESS: cluster.url(cluster.database())})
    moving.copy_ledger(desk, "postgres")
    desk.close()
    desk.home.ledger.unlink()
    return desk


@pytest.fixture
def desk(tmp_path: Path, cluster: Cluster) -> FakeDesk:
    return moved(tmp_path, cluster)


async def test_a_change_by_somebody_else_is_seen_at_once(desk: FakeDesk) -> None:
    async with console(desk) as pilot:
        table = await rows(pilot)
        (row, *_) = [row for row in overview.queue(desk, QueueQuery()) if row.state is State.READY]
        other = desk.also(actor="bo")
        with other.store.write(row.space) as tx:
            tx.run("UPDATE doc SET counterparty = 'Gewijzigd BV' WHERE id = ?", (row.id,))
        await wait_for(pilot, lambda: "Gewijzigd BV" in text_of(pilot.app), "the change")
        assert table.current is not None
        other.close()


@pytest.mark.processes
async def test_a_server_that_is_away_is_said_and_the_screen_goes_on_when_it_is_back(tmp_path: Path) -> None:
    with running(durable=True) as cluster:
        desk = moved(tmp_path, cluster)
        async with console(desk) as pilot:
            await rows(pilot)
            cluster.stop("fast")
            await wait_for(pilot, lambda: "cannot be reached" in text_of(pilot.app), "the trouble")
            cluster.start()
            await wait_for(pilot, lambda: not text_of(pilot.app).startswith("The database"), "the end of it")
            await wait_for(pilot, lambda: "Molens van Brab" in text_of(pilot.app), "the queue")
        desk.close()
