"""When Pingwin's real interface becomes known, one TOML file is edited: no code, and its author sees what it says."""

from __future__ import annotations

import asyncio
import json
import time
from pathlib import Path

import pytest

from core.config import PingwinTarget
from core.errors import ConfigurationError
from core.model import State
from core.operations.setup import connections, contracts
from core.pingwin.contract import ErrorClass
from core.pingwin.library import available, load
from core.sandbox.generator import generate, settle
from core.sandbox.server import running_sandbox
from core.sandbox.world import World
from core.sync.engine import run
from core.wording import messages
from tests.core.sync import homes
from tests.tui.commandline import call

FIFTH = """
name = "fifth"
label = "What Pingwin might tell us one day"
status = "confirmed 2027-03-01, by An Peeters at the vendor"
path_template = "/ws/v4/{file_id}/upload/{key}"
method = "PUT"
capabilities = ["lookup", "idempotency_key"]
auth = [
    { credential = "api_key", in = "header", name = "Authorization", prefix = "Pingwin-Key " },
    { credential = "clid", in = "query", name = "kantoor" },
    { credential = "file_id", in = "path" },
]
[body]
kind = "json"
file_field = "inhoud"
encoding = "base64"
filename_field = "naam"
direction_field = "dagboek"
direction_values = { purchase = "AANKOOP", sales = "VERKOOP" }
[success]
statuses = [200]
test = { xml = "Antwoord/Geslaagd", equals = "true" }
document_id = { xml = "//Volgnummer" }
document_id_required = true
[[errors]]
statuses = [200]
test = { xml = "Antwoord/Fout", matches = "^-1$" }
class = "auth"
[[errors]]
statuses = [200]
test = { xml = "Antwoord/Fout", matches = "^-[35]$" }
class = "dossier"
[message]
paths = [{ xml = "Antwoord/Tekst" }]
[test]
method = "GET"
path_template = "/ws/v4/{file_id}/hallo"
test = { xml = "Antwoord/Geslaagd", equals = "true" }
[lookup]
method = "GET"
path_template = "/ws/v4/{file_id}/gekend/{key}"
found = { statuses = [200], test = { json = "gekend", equals = "ja" } }
absent = { statuses = [200], test = { json = "gekend", equals = "neen" } }
document_id = { json = "nr" }
"""


@pytest.fixture
def fifth(tmp_path: Path) -> Path:
    file = tmp_path / "fifth.toml"
    file.write_text(FIFTH)
    return file


async def test_a_fifth_contract_is_understood_and_tried(fifth: Path) -> None:
    proofs = await contracts.tried(load(fifth))
    assert [proof.code for proof in proofs if not proof.passed] == []
    assert {"contract_try_test", "contract_try_lookup"} <= {proof.code for proof in proofs}


def test_documents_are_delivered_by_a_fifth_contract_that_is_one_file(fifth: Path, tmp_path: Path) -> None:
    world = World()
    made = generate(3, seed=5)
    settle(world, made.dossier)
    world.add(made.drafts)
    with running_sandbox(world, contract=load(fifth)) as server:
        desk = homes.installed(tmp_path / "home", server)
        desk.home.contracts.mkdir()
        (desk.home.contracts / "fifth.toml").write_text(FIFTH)
        target = PingwinTarget(kind="http", contract="fifth", base_url=server.access.pingwin)
        connections.set_pingwin(desk, target)
        time.sleep(1.0)  # Banqup's clock tells whole seconds
        call("--home", str(desk.home.data), "activate", server.access.space, "--yes")
        server.control.approve(count=3)
        asyncio.run(run(desk.home, once=True))
        delivered = [row for row in homes.rows(desk).values() if row.state is State.CONFIRMED]
        assert len(delivered) == 3 and all(row.reference for row in delivered)
        assert {receipt.profile for receipt in world.inbox.receipts} == {"fifth"}
        assert all(not receipt.problems for receipt in world.inbox.receipts)
        desk.close()


@pytest.mark.parametrize("name", [contract.name for contract in available()])
async def test_every_contract_that_ships_is_explained_shown_and_tried(name: str) -> None:
    contract = next(each for each in available() if each.name == name)
    assert all(code in messages() for code, _ in contracts.explained(contract))
    shown = contracts.request(contract)
    everything = json.dumps([shown.url, shown.headers, shown.body])
    assert "<API key>" in everything and "<CLID>" in everything
    assert all(proof.passed for proof in await contracts.tried(contract))


def test_every_class_of_answer_has_words() -> None:
    assert {f"contract_says_{becomes}" for becomes in ErrorClass} <= set(messages())


@pytest.mark.parametrize(
    ("wrong", "place", "code"),
    [
        (FIFTH.replace('kind = "json"', 'kind = "jason"'), ":14:1", "contract_wrong"),
        (FIFTH.replace('  { credential = "clid"', '  { credential = "cid"'), ":8:1", "contract_wrong"),
        (FIFTH.replace("[success]", "colour = 1\n[success]"), ":20:1", "contract_unknown_key"),
        (FIFTH.replace("/gekend/{key}", "/gekend/{k}"), "", "contract_wrong"),
        (FIFTH.replace('method = "PUT"', "method = PUT"), "", "contract_not_toml"),
    ],
)
def test_a_mistake_is_named_with_line_and_column(tmp_path: Path, wrong: str, place: str, code: str) -> None:
    file = tmp_path / "fifth.toml"
    file.write_text(wrong)
    with pytest.raises(ConfigurationError) as raised:
        load(file)
    assert raised.value.code == code and (raised.value.where or "").endswith(place), raised.value.where
    if code == "contract_not_toml":
        assert "line 6, column" in str(raised.value)
    told = call("--home", str(tmp_path / "home"), "contract", "check", str(file))
    assert told.exit_code == 2 and code in told.stderr


def test_a_contract_that_takes_a_refusal_for_a_yes_fails_its_trial(tmp_path: Path) -> None:
    """This one answers 200 to a wrong key and says so in the body: a question judged by its status proves nothing."""
    file = tmp_path / "fifth.toml"
    file.write_text(FIFTH.replace('hallo"\ntest = { xml = "Antwoord/Geslaagd", equals = "true" }', 'hallo"'))
    told = call("--home", str(tmp_path / "home"), "contract", "check", str(file), "--json")
    assert told.exit_code == 1
    assert [proof["code"] for proof in json.loads(told.stdout)["trial"] if not proof["passed"]] == ["contract_try_test"]


def test_a_contract_whose_answers_cannot_be_made_up_is_explained_and_shown_all_the_same(tmp_path: Path) -> None:
    file = tmp_path / "fifth.toml"
    file.write_text(FIFTH.replace('"^-[35]$"', '"Onbekend dossier [0-9]{4}"'))
    told = call("--home", str(tmp_path / "home"), "contract", "check", str(file))
    assert told.exit_code == 1, "nothing was proven"
    for words in ("api_key travels in the header", "<API key>", "cannot make up an answer for “Onbekend dossier"):
        assert words in told.stdout


def test_the_command_explains_shows_and_tries(fifth: Path, tmp_path: Path) -> None:
    at = ("--home", str(tmp_path / "home"), "contract")
    told = call(*at, "check", str(fifth))
    assert told.exit_code == 0, told.output
    for words in ("api_key travels in the header Pingwin-Key Authorization", "AANKOOP", "<API key>", "ok: A document"):
        assert words in told.stdout
    parsed = json.loads(call(*at, "check", str(fifth), "--json", "--explain-only").stdout)
    assert parsed["name"] == "fifth" and parsed["trial"] == [] and parsed["request"]["method"] == "PUT"


def test_a_contract_of_ones_own_begins_from_one_that_ships(tmp_path: Path) -> None:
    at = ("--home", str(tmp_path / "home"), "contract")
    assert call(*at, "new", "ours", "--like", "c-json").exit_code == 0
    assert call(*at, "check", "ours").exit_code == 0
    assert call(*at, "new", "ours").exit_code == 2
    assert call(*at, "new", "../ours").exit_code == 2
    assert call(*at, "new", "other", "--like", "nothing").exit_code == 2
