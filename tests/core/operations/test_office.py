"""Many installations at once: a file installs them, a selection is decided on together, the worst is seen first."""

from __future__ import annotations

import stat
from dataclasses import replace
from pathlib import Path

import pytest
from pydantic import SecretStr

from core.errors import ConfigurationError, UsageError
from core.model import Space, State
from core.operations.bulk import baselines, credentials_import, exchange, office, templates
from core.operations.bulk.office import Change, Order, View
from core.operations.setup import installing
from core.operations.setup.installing import CredentialField
from core.operations.views import overview
from core.operations.views.health import Health
from core.secrets import SecretName
from tests.core.ledger.makers import activate, claim, confirmed, found, poll, preparation
from tests.core.operations.fakes import SPACE, FakeDesk, set_up

SECRET = "sentinel-of-the-office"


def rows(folder: Path, *lines: str) -> Path:
    file = folder / "office.csv"
    file.write_text("space,name,file_id,enterprise_numbers,template,active\n" + "\n".join(lines) + "\n")
    return file


def secrets(folder: Path, text: str) -> Path:
    file = folder / "secrets.toml"
    file.touch(0o600)
    file.write_text(text)
    return file


@pytest.fixture
def five(desk: FakeDesk, tmp_path: Path) -> FakeDesk:
    """Five installations from a file, with one CLID and an API key a dossier; Banqup lists their spaces."""
    set_up(desk)
    numbers = range(1, 6)
    desk.fake_source.listed += [Space(f"space-000{n}", f"Company {n}") for n in numbers]
    file = rows(tmp_path, *(f"space-000{n},Company {n},D{n}0,0477472701,,yes" for n in numbers))
    exchange.import_installations(desk, file, dry_run=False)
    text = 'clid = "C-1"\n' + "".join(f'[spaces.D{n}0]\napi_key = "{SECRET}-{n}"\n' for n in numbers)
    credentials_import.import_credentials(desk, credentials_import.parsed_credentials(text), dry_run=False)
    return desk


def spaces(desk: FakeDesk) -> list[str]:
    return [each.space for each in installing.installations(desk) if each.space.startswith("space-")]


def test_a_file_installs_and_activates_a_whole_office_and_once_more_changes_nothing(
    five: FakeDesk, tmp_path: Path
) -> None:
    file = rows(tmp_path, *(f"space-000{n},Company {n},D{n}0,0477472701,,yes" for n in range(1, 6)))
    before = five.home.installations.read_bytes()
    dry = exchange.import_installations(five, file, dry_run=True, activate=True)
    assert five.home.installations.read_bytes() == before
    assert [each.code for each in dry] == ["office_activate"] * 5
    exchange.import_installations(five, file, dry_run=False, activate=True)
    assert all(five.installations.get(space).active for space in spaces(five))  # type: ignore[union-attr]
    activated = five.home.installations.read_bytes()
    again = exchange.import_installations(five, file, dry_run=False, activate=True)
    assert {each.code for each in again} == {"import_unchanged"}
    assert five.home.installations.read_bytes() == activated


def test_wrong_lines_are_told_by_number_and_the_others_are_taken(desk: FakeDesk, tmp_path: Path) -> None:
    file = rows(
        tmp_path, "aaaa-1,One,D1,0477472701,,", ",Nameless,,,,", "aaaa-1,Twice,,,,", "bbbb-2,Two,,123,,",
        "cccc-3,Three,,,unknown,", "dddd-4,Four,D4,0477472701,,",
    )  # fmt: skip
    told = exchange.import_installations(desk, file, dry_run=False)
    assert [(each.line, each.code, each.left_out) for each in told] == [
        (2, "import_added", False), (3, "import_no_space", True), (4, "import_twice", True),
        (5, "import_refused", True), (6, "import_refused", True), (7, "import_added", False),
    ]  # fmt: skip
    assert [each.space for each in installing.installations(desk)] == ["dddd-4", "aaaa-1"]


def test_columns_that_are_not_known_are_told_and_the_rest_is_taken(desk: FakeDesk, tmp_path: Path) -> None:
    file = tmp_path / "office.csv"
    file.write_text("space,name,enterprise_number,manager\naaaa-1,One,0477472701,An\n")
    told, added = exchange.import_installations(desk, file, dry_run=False)
    assert (told.line, told.code, told.left_out) == (1, "import_columns_unknown", False)
    assert told.arguments["columns"] == "enterprise_number, manager" and "enterprise_numbers" in str(told.arguments)
    assert added.code == "import_added"


@pytest.mark.parametrize("column", ["api_key", "CLID"])
def test_a_table_with_a_column_of_secrets_is_refused_whole(desk: FakeDesk, tmp_path: Path, column: str) -> None:
    file = tmp_path / "office.csv"
    file.write_text(f"space,name,{column}\naaaa-1,One,{SECRET}\n")
    with pytest.raises(UsageError) as refused:
        exchange.import_installations(desk, file, dry_run=False)
    assert refused.value.code == "import_secrets" and SECRET not in str(refused.value)
    assert installing.installations(desk) == []


def test_a_new_installation_begins_with_its_template_and_an_old_one_keeps_its_options(
    desk: FakeDesk, tmp_path: Path
) -> None:
    set_up(desk)
    own = desk.installations.get(SPACE.id)
    assert own is not None
    wanted = own.options.model_copy(update={"format": "e-fff-3.0", "purchase_trigger": ("VALIDATED",)})
    installing.set_options(desk, SPACE.id, wanted)
    templates.save(desk, "Retail", SPACE.id)
    file = rows(tmp_path, "aaaa-1,One,D1,,Retail,", "bbbb-2,Two,D2,,,")
    exchange.import_installations(desk, file, dry_run=False)
    formats = {each.space: each.options.format for each in installing.installations(desk)}
    assert (formats["aaaa-1"], formats["bbbb-2"]) == ("e-fff-3.0", "e-fff-1.0")
    exchange.import_installations(desk, rows(tmp_path, "bbbb-2,Two,D2,,Retail,"), dry_run=False)
    assert desk.installations.get("bbbb-2").options.format == "e-fff-1.0"  # type: ignore[union-attr]
    templates.delete(desk, "Retail")
    assert templates.templates(desk) == []
    with pytest.raises(UsageError):
        exchange.import_installations(desk, file, dry_run=True, template="Retail")


def test_credentials_of_many_dossiers_come_from_one_private_text(five: FakeDesk) -> None:
    for number, space in enumerate(spaces(five), 1):
        found = {name: five.secret(name, space) for name in (SecretName.API_KEY, SecretName.CLID, SecretName.FILE_ID)}
        assert {name: value and value.get_secret_value() for name, value in found.items()} == {
            SecretName.API_KEY: f"{SECRET}-{number}", SecretName.CLID: "C-1", SecretName.FILE_ID: f"D{number}0"
        }  # fmt: skip
    text = f'[spaces.D10]\napi_key = "{SECRET}-1"\n[spaces.D99]\napi_key = "x"\n[spaces.D20]\npassword = "x"\n'
    told = credentials_import.import_credentials(five, credentials_import.parsed_credentials(text), dry_run=False)
    assert [(each.named, each.code) for each in told] == [
        ("D10", "import_unchanged"), ("D99", "no_such_installation"), ("D20", "credential_unknown")
    ]  # fmt: skip
    assert not any(SECRET in str(event.args) for event in five.ledger.events(limit=500))


def test_a_file_of_secrets_that_others_may_read_is_refused(tmp_path: Path) -> None:
    file = secrets(tmp_path, 'clid = "C-1"\n')
    assert credentials_import.read_credentials(file) == {None: {"clid": "C-1"}}
    file.chmod(file.stat().st_mode | stat.S_IRGRP)
    with pytest.raises(ConfigurationError):
        credentials_import.read_credentials(file)


def test_one_decision_on_many_is_one_version_of_the_file_and_names_who_is_left_out(five: FakeDesk) -> None:
    office.change_all(five, spaces(five)[:4], Change.ACTIVATE)
    before = five.home.installations.stat().st_ino
    outcomes = office.change_all(five, [*spaces(five), "nowhere"], Change.HOLD)
    assert [(each.done, each.code) for each in outcomes] == [(True, "office_hold")] * 4 + [
        (False, "not_active"), (False, "no_such_installation")
    ]  # fmt: skip
    assert five.home.installations.stat().st_ino != before
    assert [bool(each.held_by) for each in map(five.installations.get, spaces(five)) if each] == [True] * 4 + [False]
    assert all(run.held for run in five.ledger.space_runs() if run.space in spaces(five)[:4])
    released = office.change_all(five, spaces(five), Change.RELEASE)
    assert sum(each.done for each in released) == 4 and not any(run.held for run in five.ledger.space_runs())


def test_activating_many_leaves_out_those_that_lack_something(five: FakeDesk, tmp_path: Path) -> None:
    exchange.import_installations(five, rows(tmp_path, "zzzz-9,Bare,,,,"), dry_run=False)
    outcomes = {each.space: each for each in office.change_all(five, [*spaces(five), "zzzz-9"], Change.ACTIVATE)}
    assert outcomes["zzzz-9"].code == "cannot_activate" and not outcomes["zzzz-9"].done
    assert sum(each.done for each in outcomes.values()) == 5


def test_the_worst_comes_first_and_a_selection_finds_by_name_dossier_and_number(five: FakeDesk) -> None:
    office.change_all(five, spaces(five)[:2], Change.ACTIVATE)
    seen = overview.snapshot(five).spaces
    worst = replace(seen[-1], health=Health.STOPPED, needs_attention=3)
    several = [*seen[:-1], worst]
    assert office.select(several, View())[0] is worst
    assert {each.health for each in office.select(several, View(attention=True))} == {Health.STOPPED}
    for text in ("company 3", "d30", "space-0003"):
        assert [each.installation.space for each in office.select(seen, View(text))] == ["space-0003"]
    assert len(office.select(seen, View("BE 0477.472.701"))) == len(seen)
    by_delivery = View(order=Order.DELIVERED)
    assert office.select(seen, by_delivery, {"space-0004": 5.0})[0].installation.space == "space-0004"
    assert office.select(seen, View(healths=frozenset({Health.HELD}))) == []


def test_what_was_delivered_last_is_read_for_all_spaces_at_once(five: FakeDesk) -> None:
    assert office.last_delivered(five, spaces(five)) == {}
    for number, (space, at) in enumerate((("space-0001", 20.0), ("space-0001", 30.0), ("space-0002", 25.0))):
        activate(five.ledger, space)
        poll(five.ledger, found(f"F{number}", space, key=f"key-{number}"), space=space)
        held = claim(five.ledger, 11.0)
        assert five.ledger.prepared(held, preparation(f"F{number}"), now=12.0) is not None
        leased = claim(five.ledger, 13.0)
        assert five.ledger.intent(leased, now=14.0, until=74.0)
        five.ledger.move(leased, State.SENDING, confirmed(at), now=at)
    assert office.last_delivered(five, spaces(five)) == {"space-0001": 30.0, "space-0002": 25.0}
    newest_first = office.select(overview.snapshot(five).spaces, View(order=Order.DELIVERED), office.last_delivered(
        five, spaces(five)))  # fmt: skip
    assert [each.installation.space for each in newest_first][:2] == ["space-0001", "space-0002"]


async def test_without_an_engine_the_baselines_of_many_are_taken_at_once_with_progress(five: FakeDesk) -> None:
    outcomes = office.change_all(five, spaces(five), Change.ACTIVATE)
    told: list[tuple[int, int]] = []
    assert await baselines.take(five, [each.space for each in outcomes], lambda *done: told.append(done)) == {}
    assert told == [(number, 5) for number in range(1, 6)]
    complete = [five.ledger.activation(space) for space in spaces(five)]
    assert all(each is not None and each.completed_at is not None for each in complete)
    assert all(run.running for run in five.ledger.space_runs() if run.space in spaces(five))


async def test_a_space_whose_list_cannot_be_read_keeps_its_decision_and_the_others_go_on(five: FakeDesk) -> None:
    five.fake_source.gone = frozenset({"space-0003"})
    office.change_all(five, spaces(five), Change.ACTIVATE)
    failed = await baselines.take(five, spaces(five), lambda done, of: None)
    assert {space: problem.code for space, problem in failed.items()} == {"space-0003": "banqup_space_gone"}
    installation, activation = five.installations.get("space-0003"), five.ledger.activation("space-0004")
    assert installation is not None and installation.active, "the next engine takes it"
    assert activation is not None and activation.completed_at is not None


def test_a_credential_never_names_another_dossier_than_its_installation(five: FakeDesk) -> None:
    text = '[spaces.space-0001]\nfile_id = "D77"\n'
    (told,) = credentials_import.import_credentials(five, credentials_import.parsed_credentials(text), dry_run=False)
    assert told.code == "credential_other_dossier"
    installing.set_credentials(five, "space-0001", {CredentialField.FILE_ID: SecretStr("D77")})
    assert five.installations.get("space-0001").file_id == "D77"  # type: ignore[union-attr]
