"""Installing takes consent and valid numbers, names a space without guessing, and never shows a secret."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import SecretStr

from core.errors import UsageError
from core.installations import Options
from core.ledger.base import Circuit, Scope
from core.model import NEVER, Party, Space
from core.operations.setup import activation, installing
from core.operations.setup.installing import CredentialField
from core.pingwin.target import Probe
from core.wording import messages
from tests.core.operations.fakes import (
    NOW,
    OTHER,
    OWN,
    SENTINEL,
    SPACE,
    SUPPLIER,
    FakeDesk,
    connect,
    credentials_of,
    make_desk,
    purchase,
    set_up,
)


@pytest.mark.parametrize(
    "text", [SPACE.id, SPACE.id.upper(), "3f2a", "3F2A7c10", "Bakkerij De Smet", "bakkerij de smet"]
)
def test_an_installation_is_named_by_id_prefix_or_exact_name(desk: FakeDesk, text: str) -> None:
    set_up(desk)
    set_up(desk, OTHER, file_id="D2")
    assert installing.find(desk, text).space == SPACE.id


@pytest.mark.parametrize("text", ["3f2", "", "Bakkerij", "9999"])
def test_what_names_nothing_is_refused(desk: FakeDesk, text: str) -> None:
    set_up(desk)
    with pytest.raises(UsageError) as raised:
        installing.find(desk, text)
    assert raised.value.code == "no_such_installation"


def test_an_ambiguous_name_lists_what_it_can_mean(desk: FakeDesk) -> None:
    set_up(desk)
    set_up(desk, Space("77777777-1", SPACE.name), file_id="D3")
    with pytest.raises(UsageError) as raised:
        installing.find(desk, SPACE.name)
    assert raised.value.code == "ambiguous"
    assert SPACE.id in str(raised.value) and "77777777-1" in str(raised.value)


async def test_spaces_are_named_in_the_same_way(desk: FakeDesk) -> None:
    connect(desk)
    assert await installing.find_space(desk, "3f2b") == OTHER
    with pytest.raises(UsageError):
        await installing.find_space(desk, "nobody")


def test_installing_records_who_agreed_and_activates_nothing(desk: FakeDesk) -> None:
    connect(desk)
    made = installing.install(
        desk, SPACE, enterprise_numbers=[" be 0477.472.701", "0477472701"], own_extension_off=True
    )
    assert (made.consent.by, made.consent.at.timestamp()) == ("an", NOW)
    assert made.enterprise_numbers == ("0477472701",) and not made.active
    with pytest.raises(UsageError) as raised:
        installing.install(desk, SPACE, enterprise_numbers=[], own_extension_off=True)
    assert raised.value.code == "already_installed"


def test_a_space_id_that_is_a_path_is_refused(desk: FakeDesk) -> None:
    with pytest.raises(UsageError):
        installing.install(desk, Space("../../etc", "x"), enterprise_numbers=[], own_extension_off=True)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [("BE0477472701", "0477472701"), ("477.472.701", "0477472701"), ("NL 0044.95.445.B01", "NL004495445B01"),
     ("CHE-123.456.788", "CHE123456788")],
)  # fmt: skip
def test_enterprise_numbers_are_kept_in_one_spelling(typed: str, kept: str) -> None:
    assert installing.normal_enterprise_number(typed) == kept


@pytest.mark.parametrize("typed", ["0477472702", "12", "NL123", "hello", "BE"])
def test_a_wrong_enterprise_number_is_found_before_anything_is_parked_for_it(typed: str) -> None:
    with pytest.raises(UsageError) as raised:
        installing.normal_enterprise_number(typed)
    assert raised.value.code == "enterprise_number_wrong"


async def test_the_dossiers_number_is_proposed_from_the_documents(desk: FakeDesk) -> None:
    connect(desk)
    documents = [purchase(number) for number in range(1, 6)]
    from dataclasses import replace

    documents.append(replace(purchase(9), supplier=Party("Other", "BE0000000295"), customer=OWN))
    desk.fake_source.documents = documents
    proposals = await installing.propose_enterprise_numbers(desk, SPACE.id)
    assert [(each.enterprise_number, each.documents) for each in proposals] == [
        ("0477472701", 6),
        (SUPPLIER.enterprise_number, 5),
        ("0000000295", 1),
    ]
    assert proposals[0].name == "Bakkerij De Smet"


def test_credentials_show_no_secret(desk: FakeDesk) -> None:
    set_up(desk)
    shown = {view.field: view for view in installing.credentials(desk, SPACE.id)}
    assert all(view.present and view.source == "credentials.toml" for view in shown.values())
    assert shown[CredentialField.FILE_ID].shown == "D1"
    assert shown[CredentialField.CLID].shown.endswith("4711") and "CLID" not in shown[CredentialField.CLID].shown
    assert SENTINEL not in shown[CredentialField.API_KEY].shown and shown[CredentialField.API_KEY].shown
    assert SENTINEL not in repr(shown) + desk.home.installations.read_text()
    assert SENTINEL.encode() not in desk.home.ledger.read_bytes()
    assert b"CLID-4711" not in desk.home.ledger.read_bytes()


@pytest.mark.parametrize(
    ("value", "code"),
    [("", "credential_blank"), ("  ", "credential_blank"), ("a b", "credential_spaces"), ("a\tb", "credential_spaces"),
     ("clé", "credential_characters"), ("a\x00b", "credential_characters"), ("x" * 600, "credential_long")],
)  # fmt: skip
def test_the_shape_of_a_value_is_checked_while_it_is_typed(value: str, code: str) -> None:
    assert installing.shape_problem(CredentialField.API_KEY, value) == code
    assert code in messages()
    assert installing.shape_problem(CredentialField.API_KEY, " fine-1 ") is None


def test_blanks_around_a_pasted_value_are_dropped(desk: FakeDesk) -> None:
    set_up(desk)
    installing.set_credentials(desk, SPACE.id, {CredentialField.FILE_ID: SecretStr(" D7 \n")})
    assert installing.find(desk, SPACE.id).file_id == "D7"


def test_new_credentials_close_the_circuits_that_wrong_ones_had_opened(desk: FakeDesk) -> None:
    set_up(desk)
    run = desk.ledger.space_run(SPACE.id)
    assert run is not None
    for scope, id in ((Scope.DOSSIER, run.dossier), (Scope.CLID, run.clid), (Scope.TARGET, ""), (Scope.DOSSIER, "D9")):
        circuit = Circuit(run.target, scope, id, "open", "pingwin_credentials_refused", 1, NEVER, None)
        desk.ledger.set_circuit(circuit, actor="engine", now=NOW)
    installing.set_credentials(desk, SPACE.id, {CredentialField.API_KEY: SecretStr("another-key")})
    assert {(each.scope, each.id) for each in desk.ledger.circuits()} == {(Scope.TARGET, ""), (Scope.DOSSIER, "D9")}


async def test_another_dossier_needs_deactivation_first(desk: FakeDesk) -> None:
    set_up(desk)
    await activation.activate(desk, SPACE.id)
    with pytest.raises(UsageError) as raised:
        installing.set_credentials(desk, SPACE.id, {CredentialField.FILE_ID: SecretStr("D2")})
    assert raised.value.code == "dossier_change_needs_deactivation"
    assert installing.find(desk, SPACE.id).file_id == "D1"
    installing.set_credentials(desk, SPACE.id, {CredentialField.FILE_ID: SecretStr("D1")})
    activation.deactivate(desk, SPACE.id)
    installing.set_credentials(desk, SPACE.id, {CredentialField.FILE_ID: SecretStr("D2")})
    run = desk.ledger.space_run(SPACE.id)
    assert run is not None and run.dossier == "D2"


async def test_what_was_counted_for_one_dossier_is_counted_again_for_another(desk: FakeDesk) -> None:
    desk.fake_source.documents = [purchase(1), purchase(2)]
    set_up(desk)
    await activation.preview(desk, SPACE.id)
    installing.set_credentials(desk, SPACE.id, {CredentialField.FILE_ID: SecretStr("D2")})
    await activation.activate(desk, SPACE.id)
    known = desk.ledger.known(SPACE.id, ["doc-0001", "doc-0002"])
    assert {row.state for row in known.values()} == {"history"} and len(known) == 2


def test_the_same_dossier_twice_is_warned_about_unless_the_clid_differs(desk: FakeDesk) -> None:
    set_up(desk)
    set_up(desk, OTHER)
    assert [each.space for each in installing.same_dossier(desk, SPACE.id)] == [OTHER.id]
    installing.set_credentials(desk, OTHER.id, {CredentialField.CLID: SecretStr("CLID-0815")})
    assert installing.same_dossier(desk, SPACE.id) == []


async def test_credentials_are_tested_before_they_are_kept(desk: FakeDesk) -> None:
    connect(desk)
    installing.install(desk, SPACE, enterprise_numbers=[], own_extension_off=True)
    verdict = await installing.try_credentials(desk, SPACE.id, credentials_of())
    assert verdict.ok
    assert not any(view.present for view in installing.credentials(desk, SPACE.id))
    (asked,) = desk.fake_target.asked_with
    assert asked is not None and asked.api_key.get_secret_value() == SENTINEL


@pytest.mark.parametrize(
    ("probe", "ok", "last"),
    [
        (Probe(True, False, "pingwin_credentials_refused"), False, "pingwin_credentials_refused"),
        (Probe(True, None, "pingwin_reached_only"), True, "credentials_untested"),
        (Probe(False, None, "pingwin_unreachable"), False, "pingwin_unreachable"),
    ],
)
async def test_a_test_says_what_it_proved_and_what_not(desk: FakeDesk, probe: Probe, ok: bool, last: str) -> None:
    set_up(desk)
    desk.fake_target.probed, desk.fake_target.confirmed = probe, True
    verdict = await installing.try_credentials(desk, SPACE.id)
    assert verdict.ok is ok and verdict.proofs[-1].code == last


async def test_a_missing_credential_is_named_and_nothing_is_asked(desk: FakeDesk) -> None:
    connect(desk)
    installing.install(desk, SPACE, enterprise_numbers=[], own_extension_off=True)
    verdict = await installing.try_credentials(desk, SPACE.id, {CredentialField.CLID: SecretStr("c d")})
    assert not verdict.ok and desk.fake_target.asked_with == []
    assert {(proof.code, proof.arguments["field"]) for proof in verdict.proofs} == {
        ("credential_spaces", "clid"),
        ("credential_missing", "api_key"),
        ("credential_missing", "file_id"),
    }


def test_deleted_credentials_are_gone_from_the_file_but_not_from_the_environment(tmp_path: Path) -> None:
    desk = make_desk(tmp_path, environ={"BANQUP_PINGWIN_CLID": "shared-clid-1"})
    set_up(desk)
    installing.delete_credentials(desk, SPACE.id)
    views = {view.field: view for view in installing.credentials(desk, SPACE.id)}
    assert not views[CredentialField.API_KEY].present
    assert views[CredentialField.CLID].source == "environment BANQUP_PINGWIN_CLID"
    installing.set_credentials(desk, SPACE.id, {CredentialField.API_KEY: SecretStr("new-key-1")})
    assert all(view.present for view in installing.credentials(desk, SPACE.id))


async def test_uninstalling_stops_forgets_secrets_and_keeps_the_keys(desk: FakeDesk) -> None:
    desk.fake_source.documents = [purchase(1)]
    set_up(desk)
    await activation.activate(desk, SPACE.id)
    installing.uninstall(desk, SPACE.id)
    run = desk.ledger.space_run(SPACE.id)
    assert run is not None and not run.running
    assert SENTINEL not in desk.home.credentials.read_text().split("[spaces")[-1] or "[spaces" not in (
        desk.home.credentials.read_text()
    )
    assert desk.ledger.known(SPACE.id, ["doc-0001"])
    with pytest.raises(UsageError):
        installing.find(desk, SPACE.id)
    with pytest.raises(UsageError):
        installing.uninstall(desk, SPACE.id)


def test_options_are_changed_with_a_note_of_who_and_what(desk: FakeDesk) -> None:
    set_up(desk)
    options = Options(purchase_trigger=("VALIDATED", "FULLY_APPROVED"), format="e-fff-3.0")
    assert installing.set_options(desk, SPACE.id, options).options == options
    assert not installing.set_own_extension_off(desk, SPACE.id, False).own_extension_off
    noted = [(event.code, event.actor) for event in desk.ledger.events(space=SPACE.id)]
    assert {("options_changed", "an"), ("own_extension_noted", "an")} <= set(noted)
    with pytest.raises(UsageError) as raised:
        installing.set_options(desk, SPACE.id, Options(purchase_trigger=(), sales_trigger=()))
    assert raised.value.code == "no_trigger"
