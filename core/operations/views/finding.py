"""A document by what the customer says of it, answered in one sentence: in the ledger, then in Banqup itself.

The ledger is asked by its index; where it knows nothing, the list of Banqup is read, with a limit and progress. Reads
only. An answer is a code with arguments, and the code of its reason; sentences are made at display.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from core.activity import about
from core.banqup.errors import NotFound
from core.banqup.source import Source
from core.errors import ConfigurationError, SourceError, UsageError
from core.installations import Installation
from core.ledger.records import QueueQuery
from core.ledger.terms import Clue, fits, kept_terms, readings
from core.model import NEVER, Arguments, Delivery, Direction, Document, State
from core.operations.decisions import MARKED_BY_PERSON
from core.operations.desk import Desk
from core.operations.views import overview
from core.operations.views.attempts import first_finding
from core.operations.views.explain import Coded, next_step, why
from core.operations.views.health import moment, unread
from core.sync.notes import BUNDLED

MOST = 50
"""Answers of one question."""

MOST_DOCUMENTS = 20_000
"""Documents of one space's list that are looked at."""

SHORTEST_ID = 8
"""Characters from which a text may be the beginning of a Banqup id or a key; shorter ones are invoice numbers."""

Tell = Callable[[str, int], None]
"""Told while Banqup's list is read: the space, and how many documents were looked at."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One document: what became of it. `because` is the reason that the sentence of `code` takes in.

    `delivery` is None for a document that only Banqup knows; then `document` is set.
    """

    code: str
    arguments: Arguments
    because: Coded | None = None
    delivery: Delivery | None = None
    document: Document | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """The answer to one question: a headline in one sentence, and the documents behind it."""

    text: str
    headline: Answer
    answers: tuple[Answer, ...] = ()
    asked_banqup: bool = False


ANSWERS: Mapping[State, str] = {
    State.SEEN: "answer_on_its_way",
    State.READY: "answer_on_its_way",
    State.LEASED: "answer_on_its_way",
    State.SENDING: "answer_on_its_way",
    State.UNKNOWN: "answer_on_its_way",
    State.CONFIRMED: "answer_delivered",
    State.PARKED: "answer_parked",
    State.FAILED: "answer_rejected",
    State.DEAD: "answer_gave_up",
    State.CHANGED: "answer_changed",
    State.HISTORY: "answer_history",
    State.WITHDRAWN: "answer_withdrawn",
    State.DISCARDED: "answer_discarded",
}
"""The sentence for each state of a delivery."""


async def find(
    desk: Desk, text: str, space: str | None = None, *, tell: Tell = lambda _space, _count: None, banqup: bool = True
) -> Found:
    """What became of a document. `space` narrows to one space; `banqup` False asks the ledger alone."""
    wanted = " ".join(text.split())
    if not wanted:
        raise UsageError("find_what")
    if found := in_ledger(desk, wanted, space):
        return found
    left_out = desk.ledger.get_meta(BUNDLED) if desk.has_ledger() else None
    if left_out is not None:
        return Found(wanted, _nothing(wanted, "answer_without_names" if left_out else "answer_not_in_bundle"))
    if not banqup:
        return Found(wanted, _nothing(wanted, "answer_not_here"))
    return await in_banqup(desk, wanted, space, tell)


# -- the ledger ------------------------------------------------------------------------------------------------------


def in_ledger(desk: Desk, text: str, space: str | None = None) -> Found | None:
    """What the ledger knows; None where it knows nothing."""
    if not desk.has_ledger():
        return None
    spaces = (space,) if space else ()
    if gone := _dossier(desk, text, spaces):
        return gone
    rows = _rows(desk, text, spaces)
    if not rows:
        return None
    answers = tuple(answer_of(desk, row) for row in rows[:MOST])
    return Found(text, _twice(desk, rows) or answers[0], answers)


def _rows(desk: Desk, text: str, spaces: Sequence[str]) -> list[Delivery]:
    """Deliveries that are meant: by id or key, then by each reading of the text, last by any part of it."""
    named = [row for row in _named(desk, text) if not spaces or row.space in spaces]
    for clues in readings(text):
        if found := desk.ledger.search(clues, spaces=spaces, limit=MOST):
            return _each_once([*found, *named])
    if named:
        return _each_once(named)
    return desk.ledger.window(QueueQuery(spaces=tuple(spaces), text=text, history=True, sort="-id"), 0, MOST)


def _named(desk: Desk, text: str) -> list[Delivery]:
    rows = desk.ledger.by_key(text) if len(text) >= SHORTEST_ID else []
    if text.isdecimal() and len(text) < 19 and (row := desk.ledger.delivery(int(text))):
        rows = [*rows, row]
    return rows


def _each_once(rows: Iterable[Delivery]) -> list[Delivery]:
    return list({row.id: row for row in rows}.values())


def _twice(desk: Desk, rows: Sequence[Delivery]) -> Answer | None:
    """The same invoice more than once, in Pingwin or held back from it: where each copy came from and went."""
    first = rows[0]
    same = [row for row in rows if (row.number, row.vat_number) == (first.number, first.vat_number)]
    sent = [row for row in same if row.state in {State.CONFIRMED, State.CHANGED} and row.delivered_at is not None]
    held = [row for row in same if row.state is State.PARKED and row.reason == "possible_duplicate"]
    if not first.number or len(sent) + len(held) < 2:
        return None
    shown = sent if len(sent) > 1 else [*sent, *held]
    copies = "; ".join(_copy(desk, row) for row in sorted(shown, key=lambda row: row.delivered_at or NEVER))
    code = "answer_came_twice"
    if len(sent) > 1:
        code = "answer_sent_again" if any(row.generation for row in sent) else "answer_twice"
    return Answer(code, {"number": first.number, "count": len(shown), "copies": copies}, delivery=first)


def _copy(desk: Desk, row: Delivery) -> str:
    """One copy: the document in Banqup with the way it came in, and where it went."""
    events = desk.ledger.events(delivery=row.id, newest=True)
    came_by = next((str(each.args["came_by"]) for each in reversed(events) if each.args.get("came_by")), "")
    came = f"{row.source_id} ({came_by})" if came_by else row.source_id
    if row.delivered_at is None:
        return f"{came} → –"
    return f"{came} → {row.reference or '–'}, {row.dossier}, {moment(row.delivered_at)}"


def _dossier(desk: Desk, text: str, spaces: Sequence[str]) -> Found | None:
    """A File ID was named: what went to that dossier."""
    query = QueueQuery(spaces=tuple(spaces), dossiers=(text,), states=frozenset({State.CONFIRMED, State.CHANGED}))
    count = desk.ledger.total(query)
    if not count:
        return None
    rows = desk.ledger.window(replace(query, sort="-delivered_at"), 0, MOST)
    newest = max(row.delivered_at or 0.0 for row in rows)
    code = "answer_dossier" if count > 1 else "answer_dossier_one"
    headline = Answer(code, {"dossier": text, "count": count, "at": moment(newest)})
    return Found(text, headline, tuple(answer_of(desk, row) for row in rows))


def answer_of(desk: Desk, row: Delivery) -> Answer:
    """One delivery in a sentence."""
    code = ANSWERS[row.state]
    if row.state is State.CONFIRMED and row.reason == MARKED_BY_PERSON:
        code = "answer_marked"
    arguments: dict[str, str | int | float | None] = {
        "number": row.number or row.source_id,
        "dossier": row.dossier,
        "reference": row.reference,
        "at": moment(row.delivered_at or row.changed_at),
        "since": _since(desk, row),
        "actor": str(row.reason_args.get("actor") or "–"),
    }
    because = why(row)
    if code == "answer_on_its_way":
        because = next_step(row, overview.facts_of(desk, row.space))
    elif code == "answer_delivered" and (found := first_finding(desk.ledger.events(delivery=row.id))):
        code, because = "answer_delivered_with_finding", found
    return Answer(code, arguments, because, row)


def _since(desk: Desk, row: Delivery) -> str | None:
    """Since when the space is active: what is older stays history."""
    begun = next((each for each in desk.ledger.activations(row.space) if each.id == row.activation), None)
    return moment(begun.requested_at) if begun and begun.requested_at else None


# -- Banqup ----------------------------------------------------------------------------------------------------------


@dataclass
class _Looked:
    """How far the search in Banqup has come."""

    answers: list[Answer] = field(default_factory=list)
    trouble: SourceError | None = None


async def in_banqup(desk: Desk, text: str, space: str | None, tell: Tell) -> Found:
    """What Banqup's own list says, space by space; what it cannot be asked is said as well."""
    looked = _Looked()
    installed = [each for each in desk.installed() if space in (None, each.space)]
    try:
        with about("find"):
            async with desk.banqup() as source:
                for installation in installed:
                    await _look(desk, source, installation, text, looked, tell)
    except ConfigurationError as problem:
        return Found(text, _nothing(text, "answer_not_asked", (problem.code, problem.arguments)))
    if looked.answers:
        return Found(text, looked.answers[0], tuple(looked.answers[:MOST]), asked_banqup=True)
    if looked.trouble is not None:
        trouble = looked.trouble
        return Found(text, _nothing(text, "answer_not_asked", (trouble.code, trouble.arguments)))
    return Found(text, _nothing(text, "answer_never_seen"), asked_banqup=True)


async def _look(desk: Desk, source: Source, installation: Installation, text: str, looked: _Looked, tell: Tell) -> None:
    """One space: the document with this id, else all of the list that fits. Its trouble leaves the others alone."""
    space, count = installation.space, 0
    ways = readings(text)
    try:
        if named := await _by_id(source, space, text):
            looked.answers.append(_of_banqup(desk, installation, named))
            return
        async for page in source.scan(space):
            count += len(page.documents)
            tell(installation.name, count)
            found = [each for each in page.documents if _meant(each, ways)]
            looked.answers += [_of_banqup(desk, installation, each) for each in found]
            if count >= MOST_DOCUMENTS or len(looked.answers) >= MOST:
                return
    except SourceError as trouble:
        looked.trouble = trouble


async def _by_id(source: Source, space: str, text: str) -> Document | None:
    """A document by its whole id; anything else is no id."""
    if " " in text or len(text) != 36 or text.count("-") != 4:
        return None
    try:
        return await source.document(space, text)
    except NotFound:
        return None


def _meant(document: Document, ways: Sequence[tuple[Clue, ...]]) -> bool:
    party = document.counterparty
    kept = kept_terms(
        number=document.number,
        party=party.name,
        vat_number=party.vat_number or party.enterprise_number,
        amount=document.amount,
        issue_date=document.issue_date,
    )
    return any(fits(clues, kept) for clues in ways)


def _of_banqup(desk: Desk, installation: Installation, document: Document) -> Answer:
    """A document of Banqup's list in a sentence: what became of its delivery, or why it has none."""
    known = desk.ledger.known(document.space, [document.id]) if desk.has_ledger() else {}
    if row := known.get(document.id):
        return replace(answer_of(desk, row), document=document)
    sales = document.direction is Direction.SALES
    arguments: Arguments = {
        "number": document.number or document.id,
        "space": installation.name,
        "status": document.delivery_status if sales else document.document_status,
    }
    facts = overview.facts_of(desk, installation.space)
    because = None
    if document.direction is None:
        code = "answer_other_folder"
    elif not installation.options.rule.eligible(document):
        code = "answer_waiting_sending" if sales else "answer_waiting_approval"
        code = code if installation.active else "answer_waiting_inactive"
    elif not installation.active:
        code = "answer_inactive"
    elif facts is not None and (standing := unread(facts)):
        code, because = "answer_not_read_because", (standing.code, standing.arguments)
    else:
        code = "answer_not_read_yet"
    return Answer(code, arguments, because, document=document)


def _nothing(text: str, code: str, because: Coded | None = None) -> Answer:
    return Answer(code, {"text": text}, because)
