"""A bundle shows support the case on another machine, and names neither a secret nor a customer: after a real run."""

from __future__ import annotations

import asyncio
import json
import os
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import SecretStr

from core.operations import support
from core.operations.desk import Desk
from core.operations.setup.installing import CredentialField, set_credentials
from core.operations.views import activity, finding, overview
from core.operations.views.activity import Wanted
from core.sandbox.faults import Fault
from core.sandbox.generator import generate, settle
from core.sandbox.server import running_sandbox
from core.sandbox.world import World
from core.secrets import SecretName
from core.sync.engine import run
from tests.core.sync import homes
from tests.tui.commandline import spawn
from tests.tui.pty_console import console_in_pty


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """A home after a run with deliveries, refusals, lost answers and a wrong key, over real servers."""
    world = World()
    made = generate(8, seed=4)
    settle(world, made.dossier)
    world.add(made.drafts)
    with running_sandbox(world) as server:
        desk = homes.activated(tmp_path_factory.mktemp("lived") / "home", server)
        server.control.approve(count=8)
        world.faults.next_(Fault.UPLOAD_REFUSED, Fault.UPLOAD_LOST_ANSWER, Fault.UPLOAD_UNAUTHORIZED)
        for _ in range(4):
            asyncio.run(run(desk.home, once=True))
            time.sleep(0.5)
        wrong = {CredentialField.API_KEY: SecretStr("sentinel-wrong-key-5521")}
        set_credentials(desk, server.access.space, wrong)
        asyncio.run(run(desk.home, once=True))
        yield desk
        desk.close()


def hidden(desk: Desk) -> set[str]:
    """What may stand in no bundle and no log: every secret, and every party's name and number."""
    space = desk.installations.all()[0].space
    rows = homes.rows(desk).values()
    secrets = {desk.secret(name, space) for name in _secret_names()}
    values = {each.get_secret_value() for each in secrets if each is not None} | {"sentinel-wrong-key-5521"}
    parties = {part for row in rows for part in (row.counterparty, row.vat_number)}
    numbers = {vat.removeprefix("BE") for vat in parties if vat.startswith("BE")}
    return {each for each in values | parties | numbers if each}


def _secret_names() -> list[SecretName]:
    return [SecretName.BANQUP_SECRET, SecretName.API_KEY, SecretName.CLID]


def everything(file: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(file) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def amounts(desk: Desk) -> set[str]:
    return {f"{row.amount:f}" for row in homes.rows(desk).values() if row.amount is not None}


@pytest.fixture(scope="module")
def packed(lived: Desk, tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("bundles") / "case.zip"
    asyncio.run(support.bundle(lived, lived.installations.all()[0].space, file))
    return file


def test_no_secret_and_no_customer_is_in_a_bundle_not_even_in_free_pages(lived: Desk, packed: Path) -> None:
    assert len(hidden(lived)) > 10
    for name, content in everything(packed).items():
        for text in (*hidden(lived), *(amount for amount in amounts(lived) if len(amount) > 5)):
            for spelled in {text.encode(), text.lower().encode(), json.dumps(text)[1:-1].encode()}:
                assert spelled not in content, (name, text)


def test_no_secret_and_no_customer_is_in_a_log(lived: Desk) -> None:
    logs = sorted(path for path in lived.home.logs.iterdir() if path.is_file())
    assert any(path.name.startswith("activity") for path in logs)
    for path in logs:
        content = path.read_bytes()
        for text in hidden(lived):
            assert text.encode() not in content, (path.name, text)


def test_a_bundle_lists_what_is_in_it(packed: Path) -> None:
    parts = everything(packed)
    told = parts["CONTENTS.txt"].decode()
    assert all(name in told for name in parts if name != "CONTENTS.txt")
    assert {"doctor.json", "findings.jsonl", "logs/activity.jsonl", "contract.toml", "events.jsonl"} <= set(parts)
    assert all(parts[name] for name in ("doctor.json", "logs/activity.jsonl", "contract.toml", "events.jsonl"))


def test_names_and_amounts_are_in_it_only_where_somebody_asks(lived: Desk, tmp_path: Path) -> None:
    space = lived.installations.all()[0].space
    rows = homes.rows(lived).values()
    asyncio.run(support.bundle(lived, space, tmp_path / "n.zip", support.Kept(names=True)))
    asyncio.run(support.bundle(lived, space, tmp_path / "a.zip", support.Kept(amounts=True)))
    with_names, with_amounts = everything(tmp_path / "n.zip"), everything(tmp_path / "a.zip")
    assert any(row.counterparty.encode() in with_names["ledger.db"] for row in rows)
    assert not any(row.counterparty.encode() in with_amounts["ledger.db"] for row in rows if row.counterparty)
    assert "kept in" in with_names["CONTENTS.txt"].decode() and "kept in" in with_amounts["CONTENTS.txt"].decode()
    for secret in _secret_names():
        value = lived.secret(secret, space)
        assert value is not None
        assert all(value.get_secret_value().encode() not in content for content in with_names.values())


def test_another_machine_shows_the_case_read_only_without_network_or_engine(packed: Path, tmp_path: Path) -> None:
    elsewhere = {"HOME": str(tmp_path), "XDG_CONFIG_HOME": str(tmp_path / "c"), "XDG_DATA_HOME": str(tmp_path / "d")}
    offline = elsewhere | {"HTTPS_PROXY": "http://127.0.0.1:9", "HTTP_PROXY": "http://127.0.0.1:9"}
    rows = json.loads(spawn("--bundle", str(packed), "queue", "--json", env=offline).stdout)
    assert rows and {row["state"] for row in rows} >= {"confirmed", "failed"}
    assert all(not row["party"] and row["amount"] is None for row in rows)
    failed = next(row for row in rows if row["state"] == "failed")
    assert str(failed["number"]) in spawn("--bundle", str(packed), "document", str(failed["id"]), env=offline).stdout
    refused = spawn("--bundle", str(packed), "retry", str(failed["id"]), "--yes", env=offline)
    assert refused.returncode == 2
    assert not (tmp_path / "c" / "banqup-pingwin").exists() and not (tmp_path / "d" / "banqup-pingwin").exists()


def test_the_console_of_a_bundle_shows_its_queue(packed: Path, tmp_path: Path) -> None:
    program = (
        f"import sys\nfrom tui.cli import main\nsys.argv = ['banqup-pingwin', '--bundle', {str(packed)!r}]\nmain()\n"
    )
    with console_in_pty(tmp_path, program=program) as terminal:
        terminal.until(lambda: "Queue" in terminal.text, "the queue of the bundle")


def test_the_activity_of_a_bundle_is_shown_too(packed: Path) -> None:
    with support.opened_bundle(packed) as home:
        desk = Desk(home, "support", readonly=True, environ={})
        lines = activity.happenings(desk, Wanted())
        assert any(line.entry is not None and line.entry.purpose == "send" for line in lines)
        assert any(line.event is not None for line in lines)
        assert overview.snapshot(desk).spaces
        desk.close()
    assert not os.path.exists(home.data)


def answer(file: Path, text: str) -> str:
    with support.opened_bundle(file) as home:
        desk = Desk(home, "support", readonly=True, environ={})
        try:
            return asyncio.run(finding.find(desk, text)).headline.code
        finally:
            desk.close()


def test_a_bundle_with_names_is_found_by_name_and_one_without_says_why_not(lived: Desk, tmp_path: Path) -> None:
    row = next(row for row in homes.rows(lived).values() if row.reference)
    for names in (True, False):
        file = tmp_path / f"{names}.zip"
        asyncio.run(support.bundle(lived, row.space, file, support.Kept(names=names)))
        for said in (row.counterparty, row.vat_number):
            assert (answer(file, said) == "answer_without_names") is not names
        assert answer(file, row.number) == "answer_delivered"
        assert answer(file, "no such thing") == ("answer_not_in_bundle" if names else "answer_without_names")
