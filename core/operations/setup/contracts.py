"""A wire contract before anybody relies on it: in plain words, as the request it makes, and tried on this machine.

When Pingwin's real interface becomes known, one TOML file is edited; this is how its author sees what it says. Nothing
here reaches beyond this machine, and no credential of a dossier is read.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path

from pydantic import SecretStr

from core.errors import UsageError
from core.files import replace_file, unwritable
from core.model import Arguments, Direction
from core.operations.desk import Desk
from core.operations.setup.connections import Proof
from core.pingwin import library
from core.pingwin.contract import BodyTest, ValuePath, WireContract
from core.pingwin.request import preview
from core.pingwin.target import AnswerKind, Capability, Credentials, Found, RequestPreview, Upload

SECONDS = 20.0
EXAMPLE_KEY = hashlib.sha256(b"an example").hexdigest()
EXAMPLE_ADDRESS = "https://pingwin.example"

Said = tuple[str, Arguments]
"""The code of a sentence with its arguments."""


def read(desk: Desk, name_or_file: str) -> WireContract:
    """A contract by its file, or by its name among those that ship and the user's own. Raises ConfigurationError."""
    if name_or_file.endswith(".toml") or "/" in name_or_file:
        return library.load(Path(name_or_file).expanduser())
    return library.find(name_or_file, desk.home.contracts)


def new(desk: Desk, name: str, *, like: str) -> Path:
    """A contract file of the user's own, copied from one that ships. Raises UsageError where the name is taken."""
    desk.must_write()
    place = desk.home.contracts / f"{name}.toml"
    if not library.NAME.fullmatch(name):
        raise UsageError("contract_name_wrong", name=name[:60])
    if place.exists():
        raise UsageError("file_exists", path=str(place))
    source = library.SHIPPED / f"{like}.toml"
    if not source.is_file():
        raise UsageError("no_such_contract", contract=like)
    text = re.sub(r'(?m)^name = ".*"$', f'name = "{name}"', source.read_text("utf-8"), count=1)
    try:
        if not place.parent.is_dir():
            place.parent.mkdir(parents=True)
            place.parent.chmod(desk.home.directory_mode)
        replace_file(place, text.encode(), desk.home.file_mode, prefix=".banqup-pingwin-")
    except OSError as problem:
        raise unwritable(place, problem) from problem
    return place


# -- in words --------------------------------------------------------------------------------------------------------


def explained(contract: WireContract) -> list[Said]:
    """What a contract says, sentence by sentence: what is sent where, what each answer means, what nobody confirmed."""
    return [*_sent(contract), *_answers(contract), *_questions(contract), *_standing(contract)]


def _sent(contract: WireContract) -> Iterator[Said]:
    limits, body = contract.limits, contract.body
    yield "contract_says_upload", {"method": contract.method, "path": contract.base_url + contract.path_template}
    yield (
        "contract_says_limits",
        {"seconds": f"{contract.timeout_s:g}", "minute": limits.max_per_minute, "at_once": limits.concurrency},
    )
    for auth in contract.auth:
        yield f"contract_says_in_{auth.place}", {"credential": auth.credential, "name": auth.prefix + auth.name}
    yield f"contract_says_body_{body.kind}", {"field": body.file_field, "type": body.content_type}
    if _tells_direction(contract):
        purchase, sales = body.direction_values["purchase"], body.direction_values["sales"]
        where = body.direction_field or contract.path_template
        yield "contract_says_direction", {"field": where, "purchase": purchase, "sales": sales}
    else:
        yield "contract_says_no_direction", {}
    if contract.carries_key:
        where = contract.idempotency_header or body.key_field or contract.path_template
        yield "contract_says_key", {"where": where}
    else:
        yield "contract_says_key_in_name", {}


def _answers(contract: WireContract) -> Iterator[Said]:
    for rule in contract.errors:
        yield f"contract_says_{rule.becomes}", {"when": _when(rule.statuses, rule.test)}
    success = contract.success
    yield "contract_says_taken", {"when": _when(success.statuses, success.test)}
    if success.document_id is not None:
        yield "contract_says_reference", {"path": _path(success.document_id)}
    yield "contract_says_by_status", {}


def _questions(contract: WireContract) -> Iterator[Said]:
    if contract.test is not None:
        yield "contract_says_test", {"method": contract.test.method, "path": contract.test.path_template}
    else:
        yield "contract_says_no_test", {}
    if contract.lookup is not None and Capability.LOOKUP in contract.capabilities:
        yield "contract_says_lookup", {"method": contract.lookup.method, "path": contract.lookup.path_template}
    else:
        yield "contract_says_no_lookup", {}
    if Capability.IDEMPOTENCY_KEY in contract.capabilities:
        yield "contract_says_idempotent", {}


def _standing(contract: WireContract) -> Iterator[Said]:
    if contract.confirmed:
        yield "contract_says_confirmed", {"status": contract.status}
    elif contract.sandbox:
        yield "contract_says_sandbox", {}
    else:
        yield "contract_unconfirmed", {"target": contract.name}


def _tells_direction(contract: WireContract) -> bool:
    return bool(contract.body.direction_field) or "{direction}" in contract.path_template


def _when(statuses: tuple[int, ...], test: BodyTest | None) -> str:
    """The signs of an answer, as short as the file writes them."""
    signs = [" / ".join(map(str, statuses))] if statuses else []
    if test is not None:
        wanted = f"= {test.equals}" if test.equals is not None else f"~ {test.matches}" if test.matches else ""
        signs.append(f"{_path(test)} {wanted}".rstrip())
    return ", ".join(signs)


def _path(path: ValuePath) -> str:
    return path.json_path or path.xml_path or path.regex or ""


# -- as a request ----------------------------------------------------------------------------------------------------


@cache
def example() -> bytes:
    """A made-up purchase invoice as an e-fff file."""
    from core.efff.convert import Format, convert
    from core.sandbox.generator import generate

    files = (file for draft in generate(4, seed=1).drafts for file in draft.files)
    xml = next(file.content for file in files if file.content_type.endswith("xml"))
    made = convert(xml, Format.EFFF_1, key=EXAMPLE_KEY).output
    assert made is not None, "made-up documents convert"
    return made


def upload(direction: Direction = Direction.PURCHASE) -> Upload:
    """The example on its way."""
    from core.efff.files import delivery_file_name

    content = example()
    name = delivery_file_name(content, EXAMPLE_KEY)
    return Upload(EXAMPLE_KEY, name, content, hashlib.sha256(content).hexdigest(), direction)


def request(contract: WireContract) -> RequestPreview:
    """The request that the contract makes of the example, with the credentials masked."""
    masked = Credentials(SecretStr("-"), SecretStr("-"), "<File ID>")
    return preview(contract, contract.base_url or EXAMPLE_ADDRESS, upload(), masked)


# -- tried -----------------------------------------------------------------------------------------------------------


async def tried(contract: WireContract) -> list[Proof]:
    """Delivers the example to a stand-in on this machine that speaks the contract, and asks what it can be asked.

    One whose answers cannot be made up is told as not tried: it may be right all the same.
    """
    try:
        return await _tried(contract)
    except UsageError as problem:
        if problem.code != "contract_not_speakable":
            raise
        return [Proof(problem.code, None, problem.arguments)]


async def _tried(contract: WireContract) -> list[Proof]:
    from core.pingwin.http import HttpTarget
    from core.sandbox.server import running_sandbox

    with running_sandbox(contract=contract) as server:
        access = server.access
        right = Credentials(SecretStr(access.api_key), SecretStr(access.clid), access.file_id)
        wrong = replace(right, api_key=SecretStr("not-the-right-key"))
        target = HttpTarget(contract, access.pingwin)
        proofs = []
        for direction in Direction:
            sent = replace(upload(direction), key=hashlib.sha256(direction.encode()).hexdigest())
            sent = replace(sent, filename=sent.filename.replace(EXAMPLE_KEY[:16], sent.key[:16]))
            answer = await target.send(sent, right, SECONDS)
            kept = {(each.sha256, each.direction) for each in server.world.inbox.receipts}
            arrived = (sent.sha256, direction.value) in kept or not _tells_direction(contract)
            taken = answer.kind is AnswerKind.ACCEPTED and arrived
            proofs.append(Proof("contract_try_taken", taken, {"direction": direction, "code": answer.code}))
        refused = await target.send(upload(), wrong, SECONDS)
        proofs.append(Proof("contract_try_wrong_key", refused.kind is AnswerKind.AUTH, {"code": refused.code}))
        elsewhere = await target.send(upload(), replace(right, file_id="no-such-dossier"), SECONDS)
        proofs.append(Proof("contract_try_no_dossier", elsewhere.kind is AnswerKind.DOSSIER, {"code": elsewhere.code}))
        if contract.test is not None:
            good, bad = await target.probe(right, SECONDS), await target.probe(wrong, SECONDS)
            proofs.append(Proof("contract_try_test", good.credentials is True and bad.credentials is False))
        if contract.lookup is not None:
            known = await target.lookup(hashlib.sha256(Direction.PURCHASE.encode()).hexdigest(), right, SECONDS)
            unknown = await target.lookup("0" * 64, right, SECONDS)
            proofs.append(Proof("contract_try_lookup", known.found is Found.YES and unknown.found is Found.NO))
    return proofs
