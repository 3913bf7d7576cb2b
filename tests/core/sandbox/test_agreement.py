"""The product's own clients and the stand-ins read the references alike, each written without the other."""

from __future__ import annotations

from collections.abc import AsyncIterator
from hashlib import sha256
from pathlib import Path

import pytest
from pydantic import SecretStr

from core.banqup.client import BanqupClient
from core.config import BanqupConnection, PingwinTarget
from core.model import Direction
from core.pingwin import open_target
from core.pingwin.target import AnswerKind, Capability, Credentials, Found, Upload
from core.sandbox.faults import Fault
from tests.core.sandbox.conftest import Caller
from tests.core.sandbox.efff_files import efff, purchase

KEY = "0123456789abcdef" * 4
CONTRACTS = ("sandbox", "sandbox-idempotent", "a-multipart", "b-form", "c-json", "d-raw")


def upload() -> Upload:
    content = efff(purchase())
    name = f"efff_BE0123456749_F1-{KEY[:16]}.xml"
    return Upload(KEY, name, content, sha256(content).hexdigest(), Direction.PURCHASE)


def credentials(caller: Caller, **changed: str) -> Credentials:
    access = caller.server.access
    values = {"api_key": access.api_key, "clid": access.clid, "file_id": access.file_id} | changed
    return Credentials(SecretStr(values["api_key"]), SecretStr(values["clid"]), values["file_id"])


def target(caller: Caller, contract: str, tmp_path):
    settings = PingwinTarget(kind="http", contract=contract, base_url=caller.server.access.pingwin)
    return open_target(settings, tmp_path)


@pytest.mark.parametrize("contract", CONTRACTS)
async def test_every_contract_that_ships_brings_a_file_into_the_stand_in(caller: Caller, contract, tmp_path) -> None:
    answer = await target(caller, contract, tmp_path).send(upload(), credentials(caller), 10.0)
    (receipt,) = caller.server.world.receipts
    assert answer.kind is AnswerKind.ACCEPTED
    assert answer.reference == receipt.id
    assert receipt.problems == ()
    assert receipt.direction == "purchase"
    assert receipt.key in {KEY, KEY[:16]}


@pytest.mark.parametrize("contract", CONTRACTS)
async def test_every_contract_tells_wrong_credentials_from_a_wrong_dossier(caller: Caller, contract, tmp_path) -> None:
    to = target(caller, contract, tmp_path)
    assert (await to.send(upload(), credentials(caller, api_key="no"), 10.0)).kind is AnswerKind.AUTH
    assert (await to.send(upload(), credentials(caller, file_id="no"), 10.0)).kind is AnswerKind.DOSSIER


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        (Fault.UPLOAD_LOST_ANSWER, AnswerKind.UNKNOWN),
        (Fault.UPLOAD_500_BEFORE, AnswerKind.UNKNOWN),
        (Fault.UPLOAD_500_AFTER, AnswerKind.UNKNOWN),
        (Fault.UPLOAD_UNREADABLE, AnswerKind.UNKNOWN),
        (Fault.UPLOAD_LIMIT, AnswerKind.THROTTLED),
        (Fault.UPLOAD_REFUSED, AnswerKind.REFUSED),
        (Fault.UPLOAD_DUPLICATE, AnswerKind.ALREADY_THERE),
        (Fault.UPLOAD_UNAUTHORIZED, AnswerKind.AUTH),
        (Fault.UPLOAD_DISABLED, AnswerKind.DOSSIER),
    ],
)
async def test_each_fault_is_met_as_the_class_it_stands_for(caller: Caller, fault, kind, tmp_path) -> None:
    caller.server.control.next_faults(fault)
    answer = await target(caller, "sandbox", tmp_path).send(upload(), credentials(caller), 10.0)
    assert answer.kind is kind


async def test_a_lost_answer_is_settled_by_asking(caller: Caller, tmp_path) -> None:
    to = target(caller, "sandbox", tmp_path)
    assert Capability.LOOKUP in to.capabilities
    assert (await to.lookup(KEY, credentials(caller), 10.0)).found is Found.NO
    caller.server.control.next_faults(Fault.UPLOAD_LOST_ANSWER)
    await to.send(upload(), credentials(caller), 10.0)
    found = await to.lookup(KEY, credentials(caller), 10.0)
    assert (found.found, found.reference) == (Found.YES, caller.server.world.receipts[0].id)
    caller.server.control.switch(lookup=False)
    assert (await to.lookup(KEY, credentials(caller), 10.0)).found is Found.CANNOT_TELL


async def test_the_probe_of_the_sandbox_contract_proves_the_credentials(caller: Caller, tmp_path) -> None:
    to = target(caller, "sandbox", tmp_path)
    assert (await to.probe(credentials(caller), 10.0)).credentials is True
    assert (await to.probe(credentials(caller, clid="no"), 10.0)).credentials is False


@pytest.fixture
async def client(caller: Caller) -> AsyncIterator[BanqupClient]:
    access = caller.server.access
    connection = BanqupConnection(
        base_url=access.banqup, client_id=access.client_id, page_size=5, calls_per_minute=6000, timeout_s=5
    )
    client = BanqupClient(connection, SecretStr(access.client_secret))
    yield client
    await client.aclose()


async def test_the_client_reads_every_document_with_its_facts(caller: Caller, client: BanqupClient) -> None:
    caller.server.world.approve(count=4)
    assert [space.id for space in await client.spaces()] == [caller.space]
    read = {document.id: document async for page in client.scan(caller.space) for document in page.documents}
    for stored in caller.server.world.documents():
        document = read[stored.id]
        assert document.number == stored.number
        assert document.updated_ns == stored.updated_ns
        assert str(document.amount) == stored.metadata["documentTotals"]["payableAmount"]
        assert document.currency == "EUR"
        assert document.supplier.name == stored.metadata["supplier"]["legalName"]
        assert [change.after for change in document.status_history] == [change.after for change in stored.history]


async def test_the_client_downloads_what_was_stored(caller: Caller, client: BanqupClient, tmp_path: Path) -> None:
    stored = caller.server.world.documents()[0]
    document = await client.document(caller.space, stored.id)
    for file in document.files:
        await client.download(caller.space, file, tmp_path / file.id)
        assert (tmp_path / file.id).read_bytes() == caller.server.world.content(file.id)


@pytest.mark.parametrize("switch", [{"disorder": True}, {"empty_pages": True}, {"token_form": "bare"}, {"page_cap": 3}])
async def test_the_client_copes_with_an_unfriendly_server(caller: Caller, client: BanqupClient, switch) -> None:
    caller.server.world.switch(**switch)
    read = {document.id async for page in client.scan(caller.space) for document in page.documents}
    assert read == {document.id for document in caller.server.world.documents()}


@pytest.mark.parametrize("fault", [Fault.TOKEN_EXPIRED, Fault.LINK_EXPIRED])
async def test_the_client_helps_itself_once(caller: Caller, client: BanqupClient, fault: Fault, tmp_path: Path) -> None:
    stored = caller.server.world.documents()[0]
    document = await client.document(caller.space, stored.id)
    caller.server.control.next_faults(fault)
    await client.download(caller.space, document.files[0], tmp_path / "again")
    assert (tmp_path / "again").read_bytes()
