"""Erases one party's personal data on request: from the ledger, the spool, the activity, the logs and our own settings.

Keys and hashes stay, so nothing is sent again; number, date, amount and what became of each document stay, so the books
still add up. First a plan that changes nothing, then the erasing, then every file of the home is read once more for the
name: what still holds it (an older copy of the ledger, say) is told by its path.
"""

from __future__ import annotations

import mmap
import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from core.config import spool_folder
from core.errors import UsageError
from core.files import replace_file
from core.installations import Installation
from core.ledger.harmless import HIDDEN
from core.ledger.retaining import Party
from core.ledger.terms import fold, squeeze
from core.operations.desk import Desk
from core.operations.running.engines import engine
from core.operations.support.backups import alone
from core.redaction import SHORTEST, naming

ON_REQUEST = "erased_on_request"
SHORTEST_VAT = 8
"""Characters from which letters and digits are read as a VAT number."""

BELGIUM = "be"
PREFIX = ".forget-"


@dataclass(frozen=True, slots=True)
class Plan:
    """What would be erased of the party that was named; `under_way` deliveries are in the way of it.

    `parties` are its spellings in the ledger; `rules` counts own VAT code rules that name it as a supplier; `files` are
    those of the home (but the ledger and the spool) that hold one of its names.
    """

    wanted: str
    parties: tuple[Party, ...]
    deliveries: tuple[int, ...]
    rules: int
    files: tuple[Path, ...]

    @property
    def under_way(self) -> int:
        """Deliveries that still need the name: on their way, or waiting for a person."""
        return sum(each.under_way for each in self.parties)

    @property
    def names(self) -> frozenset[str]:
        """Every spelling: what files are searched for."""
        return _names(self.wanted, self.parties)

    @property
    def empty(self) -> bool:
        """Whether nothing here knows the party."""
        return not (self.parties or self.rules or self.files)


@dataclass(frozen=True, slots=True)
class Forgotten:
    """What was erased: deliveries, e-fff files, files that were cleaned; and the files that still hold a name."""

    deliveries: int
    spooled: int
    cleaned: int
    rules: int
    left: tuple[Path, ...]


def plan(desk: Desk, wanted: str) -> Plan:
    """What would be erased of a party, named by its VAT number or its whole name. Changes nothing.

    Whoever shares the VAT number of a spelling that was named is the same party. Raises UsageError where the text is
    too short to search files for.
    """
    named = " ".join(wanted.split())
    if len(named) < SHORTEST:
        raise UsageError("forget_too_short", text=named)
    known = desk.ledger.parties()
    meant = [each for each in known if _means(named, each)]
    numbers = {_number(each.vat_number) for each in meant} - {""}
    parties = tuple(each for each in known if each in meant or _number(each.vat_number) in numbers)
    suppliers = numbers | {_number(named)}
    return Plan(
        named,
        parties,
        tuple(desk.ledger.deliveries_of(parties)),
        rules=sum(len(_rules_of(each, suppliers)) for each in desk.installations.all()),
        files=tuple(_holding(naming(_names(named, parties)), _texts(desk))),
    )


def forget(desk: Desk, planned: Plan) -> Forgotten:
    """Erases what was planned. Raises UsageError while anything of it is under way, or an engine or console is open."""
    desk.must_write()
    if planned.under_way:
        raise UsageError("forget_under_way", count=planned.under_way)
    _refuse_company(desk)
    spooled = _empty_spool(desk, planned.deliveries)
    now, ledger = desk.clock.now(), desk.ledger
    deliveries = ledger.erase(planned.deliveries, code=ON_REQUEST, actor=desk.actor, now=now)
    ledger.erase_mentions(planned.names)
    ledger.note("", kind="decision", code="party_forgotten", args={"count": deliveries}, actor=desk.actor, now=now)
    ledger.rewrite()
    desk.close()
    pattern = naming(planned.names)
    rules = _drop_rules(desk, {_number(name) for name in planned.names} - {""})
    cleaned = [path for path in _texts(desk) if _clean(path, pattern, desk.home.file_mode)]
    return Forgotten(deliveries, spooled, len(cleaned), rules, tuple(_holding(pattern, _everything(desk))))


# -- who is meant ----------------------------------------------------------------------------------------------------


def _names(wanted: str, parties: Iterable[Party]) -> frozenset[str]:
    return frozenset({wanted, *(name for each in parties for name in (each.name, each.vat_number) if name)})


def _means(named: str, party: Party) -> bool:
    number = _number(named)
    return (bool(number) and number == _number(party.vat_number)) or _same(named, party.name)


def _same(one: str, other: str) -> bool:
    return " ".join(fold(one).split()) == " ".join(fold(other).split())


def _number(text: str) -> str:
    """A VAT number without signs, leading zeros and Belgium's letters; '' where the text is none."""
    plain = squeeze(fold(text)).removeprefix(BELGIUM)
    return plain.lstrip("0") if len(plain) >= SHORTEST_VAT and any(c.isdigit() for c in plain) else ""


# -- where it stands -------------------------------------------------------------------------------------------------


def _refuse_company(desk: Desk) -> None:
    """Files are written anew: nobody may have them open meanwhile."""
    running = engine(desk)
    if running.running:
        raise UsageError("copy_while_running", pid=running.pid, host=running.host)
    desk.close()
    with alone(desk):
        pass


def _empty_spool(desk: Desk, deliveries: Iterable[int]) -> int:
    """Deletes the e-fff files of these deliveries; their hashes stay in the ledger."""
    gone = 0
    for id in deliveries:
        row = desk.ledger.delivery(id)
        if row is not None and row.sha256 is not None:
            with suppress(FileNotFoundError):
                desk.spool.path(row.space, row.sha256).unlink()
                gone += 1
    return gone


def _rules_of(installation: Installation, numbers: Iterable[str]) -> list[int]:
    """Places of the own VAT code rules that name one of these suppliers."""
    meant = set(numbers) - {""}
    return [place for place, rule in enumerate(installation.options.vat_codes) if _number(rule.supplier) in meant]


def _drop_rules(desk: Desk, numbers: Iterable[str]) -> int:
    """Takes those rules out, and the version of the settings from before."""
    changes: dict[str, dict[str, object]] = {}
    dropped = 0
    for each in desk.installations.all():
        if places := _rules_of(each, numbers):
            left = tuple(rule for place, rule in enumerate(each.options.vat_codes) if place not in places)
            changes[each.space] = {"options": each.options.model_copy(update={"vat_codes": left})}
            dropped += len(places)
    if changes:
        desk.installations.change_all(changes)
        desk.home.installations.with_name(f"{desk.home.installations.name}.bak").unlink(missing_ok=True)
    return dropped


def _texts(desk: Desk) -> Iterator[Path]:
    """What is written line by line: the activity, the logs, the records of defects."""
    if desk.home.logs.is_dir():
        yield from (path for path in sorted(desk.home.logs.rglob("*")) if path.is_file())


def _everything(desk: Desk) -> Iterator[Path]:
    """Every file of the home but the secrets."""
    places = (desk.home.config, desk.home.data, spool_folder(desk.home, desk.machine))
    seen: set[Path] = set()
    for place in places:
        for path in sorted(place.rglob("*")) if place.is_dir() else ():
            if path not in seen and path.is_file() and path != desk.home.credentials:
                seen.add(path)
                yield path


def _holding(pattern: re.Pattern[str], files: Iterable[Path]) -> Iterator[Path]:
    """Those of the files that hold one of the names."""
    in_bytes = re.compile(pattern.pattern.encode(), re.IGNORECASE)
    for path in files:
        with suppress(OSError), path.open("rb") as file:
            if path.stat().st_size and _in(file.fileno(), in_bytes):
                yield path


def _in(fd: int, pattern: re.Pattern[bytes]) -> bool:
    with mmap.mmap(fd, 0, access=mmap.ACCESS_READ) as content:
        return pattern.search(content) is not None


def _clean(path: Path, pattern: re.Pattern[str], mode: int) -> bool:
    text = path.read_bytes().decode("utf-8", "surrogateescape")
    cleaned = pattern.sub(HIDDEN, text)
    if cleaned != text:
        replace_file(path, cleaned.encode("utf-8", "surrogateescape"), mode, prefix=PREFIX)
    return cleaned != text
