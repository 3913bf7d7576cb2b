"""Rows of the ledger as the vocabulary's types, and hostile text made storable.

Takes rows by column name, gives frozen types; no statement is run here.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any, Protocol, TypeVar

from core.ledger.records import Activation, Circuit, Scope, SpaceRun
from core.ledger.terms import fold, squeeze
from core.model import Arguments, Delivery, Direction, Event, Rule, State


class Row(Protocol):
    """A row of either database, by column name."""

    def __getitem__(self, name: str, /) -> Any:
        """A column's value."""
        ...


LONGEST = 500
"""Characters of a display field that are kept; the XML has the whole."""

DELIVERY = (
    "id, space, source_id, dossier, generation, state, direction, doc_type, number, counterparty, vat, issued, amount,"
    " currency, reason, reason_args, due_at, attempts, idem_key, sha256, size, target_ref, delivered_at,"
    " source_updated, source_hash, newer_hash, invoice_key, activation, fence, crashes, changed_at,"
    " payment_reference, vat_breakdown"
)
"""The columns that `delivery` reads."""

EVENT = "id, doc, space, at, kind, fence, actor, code, args, trigger, http_status, sha256"


def delivery(row: Row) -> Delivery:
    """A row of `doc`."""
    return Delivery(
        id=row["id"],
        space=row["space"],
        source_id=row["source_id"],
        dossier=row["dossier"],
        generation=row["generation"],
        state=State(row["state"]),
        direction=Direction(row["direction"]) if row["direction"] else None,
        document_type=row["doc_type"],
        number=row["number"],
        counterparty=row["counterparty"],
        vat_number=row["vat"],
        issue_date=date.fromisoformat(row["issued"]) if row["issued"] else None,
        amount=Decimal(row["amount"]) if row["amount"] else None,
        currency=row["currency"],
        reason=row["reason"],
        reason_args=arguments(row["reason_args"]),
        due_at=float(row["due_at"]),
        attempts=row["attempts"],
        key=row["idem_key"],
        sha256=row["sha256"],
        size=row["size"],
        reference=row["target_ref"],
        delivered_at=None if row["delivered_at"] is None else float(row["delivered_at"]),
        updated_ns=row["source_updated"],
        content_hash=row["source_hash"],
        newer_hash=row["newer_hash"],
        invoice_key=row["invoice_key"],
        activation=row["activation"],
        fence=row["fence"],
        crashes=row["crashes"],
        changed_at=float(row["changed_at"]),
        payment_reference=row["payment_reference"],
        vat_breakdown=tuple((code, taxable, vat) for code, taxable, vat in json.loads(row["vat_breakdown"])),
    )


def event(row: Row) -> Event:
    """A row of `event`."""
    return Event(
        id=row["id"],
        delivery=row["doc"],
        space=row["space"],
        at=row["at"],
        kind=row["kind"],
        actor=row["actor"],
        code=row["code"],
        args=arguments(row["args"]),
        fence=row["fence"],
        trigger=row["trigger"],
        http_status=row["http_status"],
        sha256=row["sha256"],
    )


def space_run(row: Row) -> SpaceRun:
    """A row of `space_run`."""
    return SpaceRun(
        space=row["space"],
        running=bool(row["running"]),
        held=bool(row["held"]),
        alone=row["alone"],
        target=row["target"],
        clid=row["clid"],
        dossier=row["dossier"],
        watermark_ns=row["watermark_ns"],
        next_poll=row["next_poll"],
        last_sweep=row["last_sweep"],
        last_good_poll=row["last_good_poll"],
        poll_failures=row["poll_failures"],
        poll_code=row["poll_code"],
        poll_args=arguments(row["poll_args"]),
        next_due=row["next_due"],
        settle_due=row["settle_due"],
        only_validated=row["only_validated"],
    )


def activation(row: Row) -> Activation:
    """A row of `activation`."""
    return Activation(
        id=row["id"],
        space=row["space"],
        requested_at=row["requested_at"],
        rule=rule_from(row["rule"]),
        started_ns=row["started_ns"],
        completed_at=row["completed_at"],
        ended_at=row["ended_at"],
        history_count=row["history_count"],
        during_count=row["during_count"],
        kind=row["kind"],
    )


def circuit(row: Row) -> Circuit:
    """A row of `circuit`."""
    return Circuit(
        target=row["target"],
        scope=Scope(row["scope"]),
        id=row["id"],
        state=row["state"],
        code=row["code"],
        failures=row["failures"],
        until=row["until"],
        probe_at=row["probe_at"],
        probes=row["probes"],
        since=row["since"],
    )


def rule_to(rule: Rule) -> str:
    """A trigger as JSON."""
    return json.dumps({"purchase": sorted(rule.purchase), "sales": sorted(rule.sales)})


@lru_cache(maxsize=64)
def rule_from(text: str) -> Rule:
    """A trigger from its JSON."""
    levels = json.loads(text)
    return Rule(frozenset(levels["purchase"]), frozenset(levels["sales"]))


def arguments(text: str) -> Arguments:
    """A code's arguments from their JSON."""
    kept: dict[str, Any] = json.loads(text) if text not in {"", "{}"} else {}
    return kept


_T = TypeVar("_T", str, "str | None")


def plain(text: _T, longest: int | None = None) -> _T:
    """Text that SQLite and UTF-8 can hold: lone surrogates and NUL replaced, cut where a length is given."""
    if text is None:
        return text
    kept = text if longest is None else text[:longest]
    return kept.encode("utf-8", "replace").decode("utf-8").replace("\0", "\ufffd")


def searchable(fields: Sequence[str]) -> str:
    """What `doc.search` holds for these fields: each folded, and squeezed where that makes a difference."""
    folded = [fold(plain(field, LONGEST)) for field in fields if field]
    squeezed = [squeezed for one in folded if (squeezed := squeeze(one)) != one]
    return "\n".join([*folded, *squeezed])
