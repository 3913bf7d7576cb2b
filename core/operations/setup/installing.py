"""The extension in a space: install with consent, enterprise numbers, uninstall; and what a SPACE argument means.

The three credentials stand in `credentials.py`; their names are offered here too.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypeVar

from stdnum.be import vat as belgian
from stdnum.eu import vat as european
from stdnum.exceptions import ValidationError

from core.errors import UsageError
from core.installations import Consent, Installation, Options
from core.model import Arguments, Document, Party, Space
from core.operations.bulk.templates import options_of
from core.operations.desk import Desk
from core.operations.setup.credentials import (
    CredentialField,
    CredentialView,
    credentials,
    delete_credentials,
    installed,
    same_dossier,
    set_credentials,
    shape_problem,
    try_credentials,
)
from core.operations.setup.enrolment import enrol
from core.operations.setup.meanwhile import unless_changed
from core.web import clean

__all__ = [
    "CredentialField",
    "CredentialView",
    "Proposal",
    "credentials",
    "delete_credentials",
    "find",
    "find_space",
    "install",
    "installations",
    "normal_enterprise_number",
    "propose_enterprise_numbers",
    "same_dossier",
    "set_credentials",
    "set_enterprise_numbers",
    "set_options",
    "set_own_extension_off",
    "shape_problem",
    "try_credentials",
    "uninstall",
]

PREFIX = 4
"""Characters of an id that are enough to name it (decision 17)."""

ENOUGH_DOCUMENTS = 2_000
"""Documents after which a proposal is sure enough; a large list is not read to its end for it."""

_SPACE_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}\Z")
_FOREIGN = re.compile(r"[A-Z]{2}[A-Z0-9]{4,18}\Z")
"""A registration outside the Union: its country and what that country gives; no check digits are known here."""

_Named = TypeVar("_Named")


@dataclass(frozen=True, slots=True)
class Proposal:
    """An enterprise number that occurs as a party in the space's documents, with how often and under which name."""

    enterprise_number: str
    name: str
    documents: int


def installations(desk: Desk) -> list[Installation]:
    """All installations, by name."""
    return sorted(desk.installed(), key=lambda each: (each.name.casefold(), each.space))


def find(desk: Desk, text: str) -> Installation:
    """The installation meant by a UUID, a unique prefix of 4 or more characters, or an exact name, else UsageError."""
    found = installations(desk)
    if not found:
        raise UsageError("nothing_installed")
    return _meant(text, found, lambda each: each.space, lambda each: each.name, missing="no_such_installation")


async def find_space(desk: Desk, text: str) -> Space:
    """The same among all spaces that Banqup shows."""
    async with desk.banqup() as source:
        found = [each for each in await source.spaces() if desk.sees(each.id)]
    return _meant(text, found, lambda each: each.id, lambda each: each.name, missing="no_such_space")


def _meant(
    text: str,
    choices: Sequence[_Named],
    key: Callable[[_Named], str],
    name: Callable[[_Named], str],
    *,
    missing: str,
) -> _Named:
    """An exact id wins, then an exact name, then the prefix of an id (decision 17)."""
    wanted = text.strip()
    ways = (
        [each for each in choices if key(each).lower() == wanted.lower()],
        [each for each in choices if name(each) == wanted],
        [each for each in choices if len(wanted) >= PREFIX and key(each).lower().startswith(wanted.lower())],
        [each for each in choices if name(each).casefold() == wanted.casefold()],
    )
    matches = next((way for way in ways if way and wanted), [])
    if len(matches) == 1:
        return matches[0]
    if matches:
        names = ", ".join(f"{name(each)} ({key(each)})" for each in matches[:8])
        raise UsageError("ambiguous", text=wanted, names=names)
    raise UsageError(missing, text=wanted)


def normal_enterprise_number(text: str) -> str:
    """A Belgian enterprise number as ten digits, a foreign VAT number with its country; raises UsageError.

    The numbers' own check digits are used, so that a typing error is found before anything is parked for it.
    """
    compact = "".join(c for c in text.upper() if c.isalnum())
    try:
        if compact.isdigit() or compact.startswith("BE"):
            return str(belgian.validate(compact.removeprefix("BE")))
        if compact[:2].lower() in european.MEMBER_STATES:
            return str(european.validate(compact))
    except ValidationError as problem:
        raise UsageError("enterprise_number_wrong", number=clean(text, 40)) from problem
    if _FOREIGN.match(compact):
        return compact
    raise UsageError("enterprise_number_wrong", number=clean(text, 40))


def _normal_numbers(numbers: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(normal_enterprise_number(number) for number in numbers if number.strip()))


async def propose_enterprise_numbers(desk: Desk, space: str) -> list[Proposal]:
    """Numbers proposed from the space's documents, most frequent first."""
    counted: Counter[str] = Counter()
    names: dict[str, str] = {}
    async with desk.banqup() as source:
        read = 0
        async for page in source.scan(space):
            for document in page.documents:
                for number, name in _numbers_of(document).items():
                    counted[number] += 1
                    names[number] = names.get(number) or name
            read += len(page.documents)
            if read >= ENOUGH_DOCUMENTS:
                break
    ranked = sorted(counted.items(), key=lambda each: (-each[1], each[0]))
    return [Proposal(number, names[number], documents) for number, documents in ranked]


def _numbers_of(document: Document) -> dict[str, str]:
    """Both parties' numbers: the space's own is the one that occurs in nearly all documents."""
    found: dict[str, str] = {}
    for party in (document.supplier, document.customer):
        number = _number_of(party)
        if number:
            found[number] = party.name
    return found


def _number_of(party: Party) -> str | None:
    for text in (party.enterprise_number, party.vat_number):
        try:
            if text:
                return normal_enterprise_number(text)
        except UsageError:
            continue
    return None


def install(
    desk: Desk, space: Space, *, enterprise_numbers: Sequence[str], own_extension_off: bool, template: str = ""
) -> Installation:
    """Installs with the actor's consent. Not active. Checks and normalises the enterprise numbers.

    `template` names the options it begins with (`core.operations.bulk.templates`).
    """
    desk.must_write()
    checked_space_id(space)
    if desk.installations.get(space.id) is not None:
        raise UsageError("already_installed", name=space.name)
    now = desk.clock.now()
    installation = Installation(
        space=space.id,
        name=space.name or space.id,
        consent=Consent(by=desk.actor, at=datetime.fromtimestamp(now, UTC)),
        enterprise_numbers=_normal_numbers(enterprise_numbers),
        own_extension_off=own_extension_off,
        options=options_of(desk, template),
    )
    desk.installations.save(installation)
    _note(desk, space.id, "installed", {})
    return installation


def checked_space_id(space: Space) -> str:
    """A space's id, which becomes part of paths and keys; raises UsageError where it is no plain id."""
    if not _SPACE_ID.match(space.id):
        raise UsageError("space_id_wrong", space=clean(space.id, 60))
    return space.id


def set_enterprise_numbers(
    desk: Desk, space: str, numbers: Sequence[str], *, seen: Sequence[str] | None = None
) -> Installation:
    """Changes the dossier's enterprise numbers. `seen` is what a form was filled from (`meanwhile.py`)."""
    desk.must_write()
    wanted = _normal_numbers(numbers)
    if not wanted:
        raise UsageError("enterprise_numbers_missing")
    unless_changed(desk, installed(desk, space).enterprise_numbers, None if seen is None else tuple(seen), space=space)
    changed = _changed(desk, space, {"enterprise_numbers": wanted})
    _note(desk, space, "enterprise_numbers_changed", {"numbers": ", ".join(wanted)})
    enrol(desk, changed)
    return changed


def set_own_extension_off(desk: Desk, space: str, off: bool) -> Installation:
    """Notes whether Banqup's own Pingwin extension is off in the space; while it is on, documents arrive twice."""
    changed = _changed(desk, space, {"own_extension_off": off})
    _note(desk, space, "own_extension_noted", {"off": "yes" if off else "no"})
    return changed


def set_options(desk: Desk, space: str, options: Options) -> Installation:
    """Changes triggers and format. A wider trigger takes a baseline: nothing old goes out by it (decision 3)."""
    if not (options.purchase_trigger or options.sales_trigger):
        raise UsageError("no_trigger")
    changed = _changed(desk, space, {"options": options})
    told: Arguments = {
        "purchase": " ".join(options.purchase_trigger),
        "sales": " ".join(options.sales_trigger),
        "format": options.format,
    }
    _note(desk, space, "options_changed", told)
    return changed


def _changed(desk: Desk, space: str, fields: Mapping[str, object]) -> Installation:
    desk.must_write()
    return desk.installations.change(space, lambda each: each.model_copy(update=dict(fields)))


def _note(desk: Desk, space: str, code: str, arguments: Arguments) -> None:
    now = desk.clock.now()
    desk.ledger.note(space, kind="installation", code=code, args=arguments, actor=desk.actor, now=now)


def uninstall(desk: Desk, space: str) -> None:
    """Deactivates, forgets credentials and installation; the ledger keeps the keys, so nothing is sent again."""
    desk.must_write()
    if desk.installations.get(space) is None:
        raise UsageError("no_such_installation", text=space)
    desk.secrets.must_be_ours()  # before anything is changed: half an uninstall is worse than none
    now = desk.clock.now()
    desk.installations.change(space, lambda each: each.model_copy(update={"active": False, "activated_at": None}))
    if desk.ledger.space_run(space) is not None:
        desk.ledger.end_activation(space, actor=desk.actor, now=now)
    delete_credentials(desk, space)
    desk.installations.remove(space)
    _note(desk, space, "uninstalled", {})
