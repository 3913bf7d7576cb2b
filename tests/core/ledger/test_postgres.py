"""The ledger's contract on PostgreSQL, and what is PostgreSQL's own: sessions that break, commits without an answer."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pydantic import SecretStr

from core.errors import StoreError
from core.ledger import delivering
from core.ledger.base import QueueQuery
from core.ledger.copying import compare, copy
from core.ledger.schema import Script, scripts
from core.ledger.sqlite import open_ledger
from core.ledger.store import NEXT
from core.ledger.views import view
from core.model import State
from tests.cluster import Cluster, running
from tests.core.ledger.contract import LedgerContract
from tests.core.ledger.makers import (
    LEASE,
    OTHER,
    SPACE,
    activate,
    claim,
    confirmed,
    delivered,
    found,
    poll,
    preparation,
    sending,
)
from tests.core.ledger.test_protocol import Protocol, run

pytest.importorskip("psycopg", reason="the extra [postgres] is missing: the ledger on PostgreSQL is not tested here")

import psycopg

from core.ledger.postgres import PostgresLedger, open_postgres
from core.ledger.server import Server, spelled


@pytest.fixture(scope="module")
def template(cluster: Cluster) -> str:
    """A database with an empty ledger."""
    name = cluster.database()
    open_postgres(SecretStr(cluster.url(name))).close()
    return name


@pytest.fixture
def database(cluster: Cluster, template: str) -> Iterator[str]:
    """A database of the test's own."""
    name = cluster.database(template)
    yield name
    cluster.sql(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def ledger(cluster: Cluster, database: str) -> Iterator[PostgresLedger]:
    """The ledger in it."""
    ledger = open_postgres(SecretStr(cluster.url(database)))
    yield ledger
    ledger.close()


class TestPostgres(LedgerContract):
    """The contract."""


def test_the_protocol_holds_on_postgresql_too(cluster: Cluster, template: str) -> None:
    class OnPostgres(Protocol):
        def opened(self) -> PostgresLedger:
            if not hasattr(self, "database"):
                self.database = cluster.database(template)
            return open_postgres(SecretStr(cluster.url(self.database)))

    run(examples=12, steps=40, machine=OnPostgres)


# -- sessions that break ---------------------------------------------------------------------------------------------


def test_a_cut_session_is_made_anew_without_a_word(cluster: Cluster, database: str, ledger: PostgresLedger) -> None:
    activate(ledger)
    assert cluster.cut(database) >= 1
    assert ledger.counts() == {}
    assert cluster.cut(database) >= 1
    poll(ledger, found("F1"))
    assert ledger.counts() == {SPACE: {State.SEEN: 1}}


def test_a_session_cut_in_the_middle_of_a_write_keeps_nothing_of_it(
    cluster: Cluster, database: str, ledger: PostgresLedger
) -> None:
    activate(ledger)
    before = len(ledger.events(space=SPACE))
    with pytest.raises(StoreError) as caught, ledger.write(SPACE) as tx:
        tx.event(SPACE, "space", "space_held", at=2.0)
        cluster.cut(database)
        tx.event(SPACE, "space", "space_held", at=2.0)
    assert caught.value.code == "ledger_unreachable"
    assert len(ledger.events(space=SPACE)) == before


@pytest.mark.parametrize("committed", [True, False])
def test_a_commit_whose_answer_was_lost_is_asked_about(
    ledger: PostgresLedger, monkeypatch: pytest.MonkeyPatch, committed: bool
) -> None:
    """What `commit_unknown_result` is elsewhere: the server says what became of it, and nobody has to guess."""
    activate(ledger)
    held = sending(ledger)
    execute = psycopg.Connection.execute

    def lost(self: psycopg.Connection, query: str, *rest: object, **more: object) -> object:
        if query != "COMMIT":
            return execute(self, query, *rest, **more)
        monkeypatch.undo()
        if committed:
            execute(self, query)
        self.close()
        raise psycopg.OperationalError("consuming input failed: server closed the connection unexpectedly")

    monkeypatch.setattr(psycopg.Connection, "execute", lost)
    if committed:
        assert ledger.move(held, State.SENDING, confirmed(20.0), now=20.0)
    else:
        with pytest.raises(StoreError) as caught:
            ledger.move(held, State.SENDING, confirmed(20.0), now=20.0)
        assert caught.value.code == "ledger_unreachable"
        assert ledger.holds(held, State.SENDING), "nothing was kept: the same answer may be written again"
        assert ledger.move(held, State.SENDING, confirmed(20.0), now=20.0)
    row = ledger.delivery(held.id)
    assert row is not None and row.state is State.CONFIRMED and row.fence == held.fence
    assert [event.kind for event in ledger.events(delivery=held.id)].count("result") == 1
    assert ledger.check() == []


@pytest.mark.processes
def test_nothing_is_lost_when_the_server_crashes_and_starts_again() -> None:
    with running(durable=True) as cluster:
        ledger = open_postgres(SecretStr(cluster.url(cluster.database())))
        activate(ledger)
        done = delivered(ledger, "F1")
        cluster.stop("immediate")
        with pytest.raises(StoreError) as caught:
            ledger.counts()
        assert caught.value.code == "ledger_unreachable"
        with pytest.raises(StoreError):
            poll(ledger, found("F2"))
        cluster.start()
        poll(ledger, found("F2"), now=20.0)
        row = ledger.delivery(done)
        assert row is not None and row.state is State.CONFIRMED
        assert ledger.counts() == {SPACE: {State.CONFIRMED: 1, State.SEEN: 1}} and ledger.check() == []
        ledger.close()


# -- beside each other -------------------------------------------------------------------------------------------------


def test_a_space_that_somebody_works_on_is_passed_over(cluster: Cluster, database: str, ledger: PostgresLedger) -> None:
    other = open_postgres(SecretStr(cluster.url(database)))
    for space in (SPACE, OTHER):
        activate(ledger, space)
        poll(ledger, found("F1", space), space=space)
    with ledger.write(SPACE):
        held = other.claim("w2", now=20.0, lease=LEASE)
    assert held is not None and held.delivery.space == OTHER
    other.close()


def test_due_times_follow_both_of_two_writes_that_meet(cluster: Cluster, database: str, ledger: PostgresLedger) -> None:
    """The second waits for the first and then sees what it wrote: missed, a document would sleep for ever."""
    other = open_postgres(SecretStr(cluster.url(database)))
    activate(ledger)
    waiting = threading.Thread(target=poll, args=(other, found("F2")), kwargs={"now": 20.0})
    with ledger.write(SPACE) as tx:
        tx.run("UPDATE space_run SET next_poll = 77 WHERE space = ?", (SPACE,))
        waiting.start()
        waiting.join(0.3)
        assert waiting.is_alive(), "it waits"
    waiting.join(10)
    poll(ledger, found("F1"), now=10.0)
    run_ = ledger.space_run(SPACE)
    assert run_ is not None and run_.next_due == 10.0
    other.close()


def test_one_engine_leads_and_the_role_goes_on_with_its_session(
    cluster: Cluster, database: str, ledger: PostgresLedger
) -> None:
    other = open_postgres(SecretStr(cluster.url(database)), role="engine")
    assert ledger.lead() and ledger.lead() and not other.lead()
    assert [present.pid for present in ledger.engines()], "an engine is seen by whoever looks"
    ledger.close()
    deadline = threading.Event()
    while not other.lead():
        assert not deadline.wait(0.01)
    other.close()


def test_every_lease_is_counted_by_the_servers_clock(cluster: Cluster, ledger: PostgresLedger) -> None:
    (said,) = cluster.sql("SELECT extract(epoch FROM clock_timestamp())::float8")[0]
    assert abs(ledger.server_time() - float(str(said))) < 60.0


# -- opening -----------------------------------------------------------------------------------------------------------

NEXT_SCHEMA = Script(scripts("postgres")[-1].version + 1, "next", "ALTER TABLE doc ADD COLUMN colour TEXT;")


def test_a_migration_needs_to_be_alone_and_a_newer_ledger_is_refused(cluster: Cluster, database: str) -> None:
    url = SecretStr(cluster.url(database))
    newer = [*scripts("postgres"), NEXT_SCHEMA]
    user = open_postgres(url)
    for readonly, code in ((False, "ledger_in_use_by_older"), (True, "ledger_older_readonly")):
        with pytest.raises(StoreError) as caught:
            open_postgres(url, steps=newer, readonly=readonly)
        assert caught.value.code == code
    user.close()
    opened = _when_alone(lambda: open_postgres(url, steps=newer))
    with pytest.raises(StoreError) as caught:
        open_postgres(url)
    assert caught.value.code == "ledger_newer"
    opened.close()


def _when_alone(open_: Callable[[], PostgresLedger]) -> PostgresLedger:
    """A closed session leaves the server's list a moment later."""
    for _ in range(500):
        try:
            return open_()
        except StoreError as problem:
            assert problem.code == "ledger_in_use_by_older"
            threading.Event().wait(0.01)
    raise AssertionError("never alone")


def test_each_write_checks_the_schema(cluster: Cluster, database: str, ledger: PostgresLedger) -> None:
    activate(ledger)
    cluster.sql("UPDATE banqup_pingwin.meta SET v = '999' WHERE k = 'schema_version'", database)
    with pytest.raises(StoreError) as caught:
        poll(ledger, found("F1"))
    assert caught.value.code == "ledger_other_schema"
    assert ledger.counts() == {}


def test_a_reader_makes_nothing_and_writes_nothing(cluster: Cluster, database: str, ledger: PostgresLedger) -> None:
    with pytest.raises(StoreError) as caught:
        open_postgres(SecretStr(cluster.url(cluster.database())), readonly=True)
    assert caught.value.code == "ledger_missing"
    reader = open_postgres(SecretStr(cluster.url(database)), readonly=True)
    with pytest.raises(StoreError) as caught:
        reader.set_meta("a", "b")
    assert caught.value.code == "ledger_opened_readonly"
    with pytest.raises(StoreError):
        reader.read("DELETE FROM meta RETURNING k")
    reader.close()


@pytest.mark.parametrize("database_name", ["nowhere", "postgres"])
def test_no_error_shows_the_password(cluster: Cluster, database_name: str) -> None:
    url = SecretStr(f"postgresql://an:sentinel-8842@127.0.0.1:1/{database_name}")
    with pytest.raises(StoreError) as caught:
        open_postgres(url)
    said = f"{caught.value} {caught.value.arguments} {caught.value.where} {Server(url)!r} {caught.value.__cause__!r}"
    assert "sentinel" not in said and "127.0.0.1:1" in said
    assert caught.value.code == "ledger_unreachable"


# -- statements --------------------------------------------------------------------------------------------------------


@pytest.fixture
def filled(ledger: PostgresLedger) -> PostgresLedger:
    """Two hundred spaces, a hundred documents each."""
    activate(ledger)
    with ledger.write() as tx:
        tx.run(
            "INSERT INTO space_run(space, running, target, clid, dossier, next_due)"
            " SELECT 'space-' || n, 1, 't', 'c', 'd', n FROM generate_series(1, 200) AS n"
        )
        tx.run(
            "INSERT INTO doc(space, source_id, dossier, state, due_at, idem_key, invoice_key)"
            " SELECT 'space-' || (n % 200), 'doc-' || n, 'd',"
            " CASE n % 10 WHEN 0 THEN 'seen' WHEN 1 THEN 'unknown' ELSE 'confirmed' END, n, 'key-' || n, 'inv-' || n"
            " FROM generate_series(1, 20000) AS n"
        )
        tx.run("ANALYZE")
    return ledger


VALUES = {
    "now": 50.0,
    "lease": 60.0,
    "grace": 30.0,
    "worker": "w",
    "space": "space-10",
    "key": "inv-7",
    "beside": "[]",
    "source_id": "s",
}


@pytest.mark.parametrize(
    ("statement", "index"),
    [
        (delivering.SETTLE_PICK, "space_settle"),
        (delivering.SETTLE, "doc_settle"),
        (delivering.PICK, "space_served"),
        (delivering.CLAIM, "doc_due"),
        (delivering.SAME_INVOICE, "doc_invoice"),
        (NEXT, "doc_due"),
        (NEXT, "doc_settle"),
    ],
)
def test_each_statement_walks_its_index(filled: PostgresLedger, statement: str, index: str) -> None:
    plan = [row["QUERY PLAN"] for row in filled.read(f"EXPLAIN {statement}", VALUES)]
    assert any(index in step for step in plan), plan
    assert not any("Seq Scan on doc" in step for step in plan), plan


@pytest.mark.parametrize("spaces", [(), ("space-10",)])
def test_the_queue_is_read_in_the_order_of_its_index(filled: PostgresLedger, spaces: tuple[str, ...]) -> None:
    seen = view(QueueQuery(spaces=spaces))
    ordered = f"SELECT id FROM doc WHERE {seen.where} ORDER BY {seen.order} LIMIT 50"
    plan = [row["QUERY PLAN"] for row in filled.read(f"EXPLAIN {ordered}", seen.values)]
    assert any("doc_queue" in step for step in plan) and not any("Seq Scan" in step for step in plan), plan


def test_parameters_are_spelled_for_psycopg() -> None:
    assert spelled("a = :name AND b = ? AND c LIKE 'x%' AND d::text = :d2") == (
        "a = %(name)s AND b = %s AND c LIKE 'x%%' AND d::text = %(d2)s"
    )


# -- copies ------------------------------------------------------------------------------------------------------------


def test_a_ledger_is_copied_both_ways_and_says_the_same(ledger: PostgresLedger, tmp_path: Path) -> None:
    file = open_ledger(tmp_path / "ledger.db")
    for space in (SPACE, OTHER):
        activate(file, space)
        poll(file, *(found(f"F{n}", space) for n in range(30)), space=space)
    claim(file, 20.0)
    copy(file, ledger)
    told = compare(file, ledger)
    assert told.differences == () and told.rows["doc"] == 60 and told.spaces == 2
    assert ledger.check() == [] and ledger.counts() == file.counts()
    poll(ledger, found("after"), now=30.0)
    assert ledger.known(SPACE, ["doc-after"])["doc-after"].id == 61, "ids go on"
    back = open_ledger(tmp_path / "back.db")
    copy(ledger, back)
    assert compare(ledger, back).differences == () and back.check() == []
    with pytest.raises(StoreError) as caught:
        copy(ledger, file)
    assert caught.value.code == "ledger_not_empty"
    assert compare(ledger, file).differences != ()
    for each in (file, back):
        each.close()


# -- what all engines keep together ----------------------------------------------------------------------------------


def test_engines_that_declare_at_once_never_have_more_uploads_of_an_account_than_allowed(
    cluster: Cluster, database: str, ledger: PostgresLedger
) -> None:
    spaces = [f"{SPACE}-{number}" for number in range(8)]
    for space in spaces:
        activate(ledger, space)
        poll(ledger, found("F1", space, key=f"key-{space}"), space=space)
    for _ in spaces:
        seen = claim(ledger, 10.0)
        assert ledger.prepared(seen, preparation(seen.delivery.space), now=10.0) is not None
    declared: list[bool] = []
    start = threading.Barrier(len(spaces))

    def engine() -> None:
        own = open_postgres(SecretStr(cluster.url(database)))
        held = claim(own, 11.0)
        start.wait()
        declared.append(own.intent(held, now=12.0, until=12.0 + LEASE, at_most=3))
        own.close()

    engines = [threading.Thread(target=engine) for _ in spaces]
    for thread in engines:
        thread.start()
    for thread in engines:
        thread.join()
    assert sorted(declared) == [False] * 5 + [True] * 3


def test_engines_book_their_calls_from_one_ceiling(cluster: Cluster, database: str, ledger: PostgresLedger) -> None:
    other = open_postgres(SecretStr(cluster.url(database)))
    waits = [engine.book("app", 15, 60) for engine in (ledger, other, ledger, other)]
    assert waits == [0.0, 0.0, 0.0, pytest.approx(0.0, abs=0.1)], "a minute's worth at once, whoever makes them"
    assert other.book("app", 15, 60) == pytest.approx(15.0, abs=2.0)
    assert ledger.book("app", 15, 60) == pytest.approx(30.0, abs=2.0), "then one after the other"
    assert ledger.book("another", 15, 60) == 0.0
    other.close()
