"""What became of a document, asked by what the customer says: one sentence, from the ledger or from Banqup itself."""

from __future__ import annotations

from dataclasses import replace

import pytest

from core.banqup.errors import Unavailable
from core.errors import UsageError
from core.ledger.base import Discovery, Finding, QueueQuery
from core.model import Delivery, Direction, State
from core.operations import decisions
from core.operations.decisions import Act
from core.operations.setup import activation
from core.operations.views import finding
from core.operations.views.finding import ANSWERS
from core.sync.lock import EngineLock
from core.wording import messages
from tests.core.operations.fakes import NOW, OTHER, SPACE, SUPPLIER, FakeDesk, purchase, set_up, stand
from tui import i18n
from tui.words.answers import sentence


async def active(desk: FakeDesk) -> None:
    """An active space with one document of before, and one more in Banqup that waits for approval."""
    desk.fake_source.documents = [purchase(1), purchase(2, status="VALIDATED")]
    set_up(desk)
    await activation.activate(desk, SPACE.id)


def arrive(desk: FakeDesk, number: int, state: State, *, source: str = "", **columns: object) -> Delivery:
    """A delivery in a state."""
    document = purchase(number)
    source_id = source or document.id
    found = Discovery(
        Finding.NEW, source_id, State.SEEN, key=f"key-{source_id}", direction=Direction.PURCHASE,
        number=document.number, counterparty=SUPPLIER.name, vat_number=SUPPLIER.vat_number,
        issue_date=document.issue_date, amount=document.amount, currency="EUR",
    )  # fmt: skip
    desk.ledger.record_poll(SPACE.id, [found], watermark_ns=1, next_poll=NOW, swept=False, now=NOW)
    row = desk.ledger.known(SPACE.id, [source_id])[source_id]
    return stand(desk, row.id, state, **columns)


async def told(desk: FakeDesk, text: str, space: str | None = None) -> str:
    """The sentence."""
    return sentence((await finding.find(desk, text, space)).headline).sentence


async def test_a_delivered_document_says_when_and_under_which_reference(desk: FakeDesk) -> None:
    await active(desk)
    arrive(desk, 9, State.CONFIRMED, target_ref="PW-9", delivered_at=NOW)
    assert (await told(desk, "2026-009")).startswith("2026-009 was delivered to dossier D1 on 21/09/2026")


async def test_each_end_has_its_sentence(desk: FakeDesk) -> None:
    await active(desk)
    arrive(desk, 5, State.FAILED, reason="no_structured_file")
    arrive(desk, 6, State.PARKED, reason="possible_duplicate", reason_args='{"other": 1, "other_number": "X"}')
    assert (await told(desk, "2026-005")).startswith("2026-005 was rejected: ")
    assert (await told(desk, "2026-006")).startswith("2026-006 waits for your decision: ")
    assert "stays history: it was approved or sent before the activation" in await told(desk, "2026-001")
    row = arrive(desk, 7, State.PARKED, reason="outcome_unknown")
    decisions.decide(desk, [row.id], Act.MARK_DELIVERED)
    assert (await told(desk, "2026-007")).startswith("2026-007 was marked as delivered by an on ")


async def test_what_the_ledger_does_not_know_is_looked_for_in_banqup(desk: FakeDesk) -> None:
    await active(desk)
    looked: list[int] = []
    found = await finding.find(desk, "2026-002", tell=lambda _space, count: looked.append(count))
    assert sentence(found.headline).sentence == "2026-002 waits for approval in Banqup (VALIDATED)."
    assert found.asked_banqup and looked == [2]
    desk.fake_source.documents.append(purchase(3))
    assert (await told(desk, "3,21")).startswith("2026-003 is approved or sent in Banqup and was not read yet")
    assert (await told(desk, "2027-999")) == "“2027-999” was never seen: neither here nor in Banqup."


async def test_banqups_silence_is_said_and_never_taken_for_nothing(desk: FakeDesk) -> None:
    await active(desk)
    desk.fake_source.trouble = Unavailable("banqup_unreachable")
    found = await finding.find(desk, "2027-999")
    assert found.headline.code == "answer_not_asked" and not found.asked_banqup
    found = await finding.find(desk, "2027-999", banqup=False)
    assert found.headline.code == "answer_not_here"


async def test_an_invoice_that_came_twice_names_both_documents_of_banqup(desk: FakeDesk) -> None:
    await active(desk)
    arrive(desk, 9, State.CONFIRMED, target_ref="PW-9", delivered_at=NOW)
    arrive(desk, 9, State.CONFIRMED, source="copy-of-9", target_ref="PW-12", delivered_at=NOW + 60)
    text = await told(desk, "2026-009")
    assert "2 times, as different documents of Banqup" in text
    assert "doc-0009 → PW-9" in text and "copy-of-9 → PW-12" in text


async def test_a_file_id_lists_what_went_to_that_dossier(desk: FakeDesk) -> None:
    await active(desk)
    set_up(desk, OTHER, file_id="D2")
    arrive(desk, 9, State.CONFIRMED, target_ref="PW-9", delivered_at=NOW)
    found = await finding.find(desk, "D1")
    assert found.headline.code == "answer_dossier_one"
    assert [each.arguments["number"] for each in found.answers] == ["2026-009"]
    arrive(desk, 8, State.CONFIRMED, target_ref="PW-8", delivered_at=NOW)
    headline = (await finding.find(desk, "D1")).headline
    assert headline.code == "answer_dossier" and headline.arguments["count"] == 2
    assert "activate again" in sentence(headline).advice


async def test_what_was_not_read_yet_says_that_no_engine_reads_it(desk: FakeDesk) -> None:
    await active(desk)
    desk.fake_source.documents.append(purchase(3))
    said = sentence((await finding.find(desk, "2026-003")).headline)
    assert "no engine runs, so nothing is read or sent" in said.sentence and said.advice.startswith("Start it")
    lock = EngineLock(desk.home.engine_lock)
    lock.acquire(since=desk.clock.now())
    try:
        running = sentence((await finding.find(desk, "2026-003")).headline)
    finally:
        lock.release()
    assert running.sentence == "2026-003 is approved or sent in Banqup and was not read yet."


async def test_what_waits_in_a_space_that_is_switched_off_is_not_said_to_follow_by_itself(desk: FakeDesk) -> None:
    await active(desk)
    activation.deactivate(desk, SPACE.id)
    said = sentence((await finding.find(desk, "2026-002")).headline)
    assert "is not active here" in said.sentence and "after the activation" in said.advice


async def test_times_among_the_copies_of_a_document_are_written_as_the_reader_does(desk: FakeDesk) -> None:
    await active(desk)
    arrive(desk, 9, State.CONFIRMED, target_ref="PW-9", delivered_at=NOW)
    arrive(desk, 9, State.CONFIRMED, source="another", target_ref="PW-10", delivered_at=NOW)
    said = await told(desk, "2026-009")
    assert said.count("21/09/2026") == 2 and "2026-09-21" not in said


async def test_a_search_keeps_to_its_space(desk: FakeDesk) -> None:
    await active(desk)
    arrive(desk, 9, State.CONFIRMED, target_ref="PW-9", delivered_at=NOW)
    set_up(desk, OTHER, file_id="D2")
    assert (await finding.find(desk, "2026-009", OTHER.id)).headline.code == "answer_never_seen"


async def test_nothing_is_no_question(desk: FakeDesk) -> None:
    with pytest.raises(UsageError) as refused:
        await finding.find(desk, "  ")
    assert refused.value.code == "find_what"


async def test_finding_changes_nothing(desk: FakeDesk) -> None:
    await active(desk)
    before = desk.ledger.version()
    await finding.find(desk, "2026-002")
    assert desk.ledger.version() == before
    assert desk.ledger.total(QueueQuery(history=True)) == 1


async def test_every_state_has_its_sentence_in_four_languages(desk: FakeDesk) -> None:
    await active(desk)
    assert set(ANSWERS) == set(State)
    row = arrive(desk, 9, State.CONFIRMED, target_ref="PW-9", delivered_at=NOW)
    try:
        for state in State:
            answer = finding.answer_of(desk, replace(row, state=state, reason=None))
            said = {language: _in(language, answer) for language in i18n.LANGUAGES}
            assert all("2026-009" in text and "–" not in text.replace("–", "", 2) for text in said.values()), said
            assert len(set(said.values())) == len(said), said
    finally:
        i18n.use_language("en")
    used = {code for code in messages() if code.startswith("answer_")}
    assert set(ANSWERS.values()) <= used


def _in(language: str, answer: finding.Answer) -> str:
    i18n.use_language(language)
    return sentence(answer).sentence
