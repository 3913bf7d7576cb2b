"""Contracts are data: checked on load, reported with file and line, never called Pingwin's own."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from core.config import PingwinTarget
from core.errors import ConfigurationError
from core.pingwin import available, open_target
from core.pingwin.contract import WireContract
from core.pingwin.folder import FolderTarget
from core.pingwin.http import HttpTarget
from core.pingwin.library import SHIPPED, find, line_of, load
from core.pingwin.target import Capability
from tests.core.pingwin.support import contract, knobs, write_contract

VENDOR_FACING = ["a-multipart", "b-form", "c-json", "d-raw"]


def test_profiles_a_to_d_and_the_sandbox_ship() -> None:
    assert [shipped.name for shipped in available()] == [*VENDOR_FACING, "sandbox", "sandbox-idempotent"]


@pytest.mark.parametrize("name", VENDOR_FACING)
def test_an_inferred_profile_is_unconfirmed_promises_nothing_and_says_so_at_its_top(name: str) -> None:
    shipped = find(name)
    assert shipped.status == "unconfirmed"
    assert not shipped.confirmed
    assert shipped.capabilities == frozenset()
    assert shipped.base_url == ""
    top = (SHIPPED / f"{name}.toml").read_text().partition("\nname = ")[0]
    assert "UNCONFIRMED" in top
    assert "our inference from comparable interfaces, not Pingwin's interface" in top


def test_nothing_that_ships_calls_itself_the_pingwin_api() -> None:
    for path in SHIPPED.glob("*.toml"):
        assert "pingwin api" not in path.read_text().lower()


def test_the_sandbox_can_be_asked_by_key_and_has_a_test_request() -> None:
    sandbox = find("sandbox")
    assert sandbox.capabilities == {Capability.LOOKUP}
    assert sandbox.lookup is not None
    assert sandbox.test is not None
    assert find("sandbox-idempotent").capabilities == {Capability.IDEMPOTENCY_KEY}


def test_the_sandboxs_contract_works_on_this_machine_only() -> None:
    with pytest.raises(ConfigurationError) as raised:
        HttpTarget(find("sandbox"), "https://pingwin.example")
    assert raised.value.code == "contract_only_for_sandbox"


def test_a_contract_of_the_users_takes_the_place_of_a_shipped_one(tmp_path: Path) -> None:
    text = (
        (SHIPPED / "a-multipart.toml")
        .read_text()
        .replace('status = "unconfirmed"', 'status = "confirmed 2026-05-04, by Jo at the vendor"')
    )
    write_contract(tmp_path, "a-multipart", text)
    write_contract(tmp_path, "mine", text.replace('name = "a-multipart"', 'name = "mine"'))
    assert find("a-multipart", tmp_path).confirmed
    assert [found.name for found in available(tmp_path)][-3:] == ["mine", "sandbox", "sandbox-idempotent"]


def test_a_folder_of_contracts_that_is_not_there_is_no_error(tmp_path: Path) -> None:
    assert len(available(tmp_path / "none")) == 6


@pytest.mark.parametrize("name", ["nothing", "../secrets", "/etc/passwd", "", "A", "x" * 60])
def test_a_contract_that_does_not_exist_is_named(name: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError) as raised:
        find(name, tmp_path)
    assert raised.value.code == "contract_not_found"


# -- what is refused on load ------------------------------------------------------------------------------------------


def broken(tmp_path: Path, old: str, new: str, base: str = "a-multipart") -> ConfigurationError:
    text = (SHIPPED / f"{base}.toml").read_text()
    assert old in text
    path = write_contract(tmp_path, base, text.replace(old, new, 1))
    with pytest.raises(ConfigurationError) as raised:
        load(path)
    return raised.value


def line(path: Path, start: str) -> int:
    return next(number for number, text in enumerate(path.read_text().splitlines(), 1) if text.startswith(start))


def test_an_unknown_key_is_refused_with_file_and_line(tmp_path: Path) -> None:
    error = broken(tmp_path, 'file_field = "file"', 'file_feld = "file"')
    assert error.code == "contract_unknown_key"
    assert error.arguments["key"] == "body.file_feld"
    path = tmp_path / "a-multipart.toml"
    assert error.where == f"{path}:{line(path, 'file_feld')}:1"


def test_a_wrong_value_is_refused_with_its_reason(tmp_path: Path) -> None:
    error = broken(tmp_path, "concurrency = 1", "concurrency = 0")
    assert error.code == "contract_wrong"
    assert str(error.where).endswith(f":{line(tmp_path / 'a-multipart.toml', 'concurrency')}:1")


def test_a_mistake_in_an_array_of_tables_is_found_in_the_right_one(tmp_path: Path) -> None:
    text = (
        (SHIPPED / "a-multipart.toml").read_text()
        + '\n[[errors]]\nstatuses = [423]\nclass = "dossier"\n\n[[errors]]\nstatuses = [424]\nclass = "nonsense"\n'
    )
    path = write_contract(tmp_path, "a-multipart", text)
    with pytest.raises(ConfigurationError) as raised:
        load(path)
    assert str(raised.value.where).endswith(f":{len(text.splitlines())}:1")


def test_broken_toml_is_refused_with_its_line(tmp_path: Path) -> None:
    error = broken(tmp_path, 'method = "POST"', "method = POST")
    assert error.code == "contract_not_toml"
    assert "line" in str(error.arguments["detail"])


def test_a_name_that_is_not_the_files_is_refused(tmp_path: Path) -> None:
    assert broken(tmp_path, 'name = "a-multipart"', 'name = "b-form"').code == "contract_name_differs"


def test_a_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.toml"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ConfigurationError) as raised:
        load(path)
    assert raised.value.code == "contract_unreadable"


AUTH = {"credential": "api_key", "in": "header", "name": "X-Api-Key"}

REFUSED: list[tuple[str, dict[str, Any]]] = [
    ("https or http on this machine", {"base_url": "http://pingwin.example"}),
    ("status is free text", {"status": "probably fine"}),
    ("confirmed without a date", {"status": "confirmed"}),
    ("unknown placeholder", {"path_template": "/{dossier}/x"}),
    ("open brace", {"path_template": "/{clid/x"}),
    ("a path with a query", {"path_template": "/x?a=b"}),
    ("a path that is a host", {"path_template": "//evil.example/x"}),
    ("no slash", {"path_template": "x"}),
    ("a placeholder without its auth", {"path_template": "/{clid}/x"}),
    ("auth in the path without its placeholder", {"auth": [{"credential": "clid", "in": "path"}]}),
    (
        "auth in the path with a name",
        {"auth": [{"credential": "clid", "in": "path", "name": "x"}], "path_template": "/{clid}"},
    ),
    ("a credential twice", {"auth": [AUTH, AUTH]}),
    ("no credential", {"auth": []}),
    ("auth without a name", {"auth": [{"credential": "api_key", "in": "header"}]}),
    ("a header with a blank", {"auth": [{**AUTH, "name": "X Api"}]}),
    ("a header with a line break", {"auth": [{**AUTH, "name": "X\r\nEvil"}]}),
    ("a reserved header", {"auth": [{**AUTH, "name": "Content-Length"}]}),
    ("a reserved key header", {"idempotency_header": "Host"}),
    ("an unknown credential", {"auth": [{**AUTH, "credential": "password"}]}),
    ("json credentials in a multipart body", {"auth": [{**AUTH, "in": "json"}]}),
    ("form credentials in a raw body", {"auth": [{**AUTH, "in": "form"}], "body": {"kind": "raw"}}),
    ("a body without a file field", {"body": {"kind": "multipart"}}),
    ("base64 in a multipart body", {"body": {"kind": "multipart", "file_field": "f", "encoding": "base64"}}),
    ("plain bytes in a json body", {"body": {"kind": "json", "file_field": "f"}}),
    ("half a direction", {"body": {"kind": "raw", "direction_values": {"sales": "s"}}}),
    ("a success that is none", {"success": {"statuses": [200, 302]}}),
    ("no success at all", {"success": {"statuses": []}}),
    ("an id that is required but nowhere", {"success": {"document_id_required": True}}),
    ("two paths in one", {"success": {"document_id": {"json": "id", "xml": "Id"}}}),
    ("a path that is none", {"success": {"document_id": {}}}),
    ("a broken regular expression", {"errors": [{"class": "auth", "test": {"regex": "("}}]}),
    ("a rule that tests nothing", {"errors": [{"class": "auth"}]}),
    ("lookup without a request", {"capabilities": ["lookup"]}),
    ("idempotency without a place for the key", {"capabilities": ["idempotency_key"]}),
    ("an unknown capability", {"capabilities": ["telepathy"]}),
    (
        "a lookup without the key",
        {"lookup": {"path_template": "/x", "found": {"statuses": [200]}, "absent": {"statuses": [404]}}},
    ),
    ("a time-out beyond the lease", {"timeout_s": 900}),
    ("a GET as an upload", {"method": "GET"}),
    ("another name", {"name": "../x"}),
]


@pytest.mark.parametrize("changes", [changes for _, changes in REFUSED], ids=[why for why, _ in REFUSED])
def test_a_contract_that_cannot_work_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        WireContract.model_validate({**knobs(), **changes})


def test_a_question_by_get_cannot_carry_form_credentials() -> None:
    with pytest.raises(ValidationError):
        contract("b-form", test={"path_template": "/ping"})
    assert contract("b-form", test={"path_template": "/ping", "method": "POST"}).test is not None


def test_a_contract_holds_no_credential() -> None:
    with pytest.raises(ValidationError):
        WireContract.model_validate({**knobs(), "auth": [{**AUTH, "value": "secret"}]})


def test_the_line_of_a_key_in_an_inline_table_is_that_of_its_table() -> None:
    text = "a = 1\n[b]\nc = { d = 1 }\n\n[[e]]\nf = 1\n[[e]]\nf = 2\n"
    assert line_of(text, ("b", "c", "d")) == 3
    assert line_of(text, ("e", 1, "f")) == 8
    assert line_of(text, ("e", 1, "missing")) == 7
    assert line_of(text, ("missing",)) == 1


# -- from settings to a target ----------------------------------------------------------------------------------------


def test_settings_open_the_target_they_name(tmp_path: Path) -> None:
    http = open_target(PingwinTarget(kind="http", base_url="https://pingwin.example/in/"), tmp_path)
    assert isinstance(http, HttpTarget)
    assert http.name == "a-multipart@pingwin.example"
    assert not http.confirmed
    assert http.concurrency == 1
    folder = open_target(PingwinTarget(kind="folder", folder=str(tmp_path)), tmp_path)
    assert isinstance(folder, FolderTarget)
    assert folder.name == f"folder:{tmp_path}"
    assert folder.confirmed


@pytest.mark.parametrize(
    ("settings", "code"),
    [
        (PingwinTarget(), "pingwin_not_set"),
        (PingwinTarget(kind="http"), "pingwin_address_missing"),
        (PingwinTarget(kind="http", base_url="http://pingwin.example"), "pingwin_address_not_https"),
        (PingwinTarget(kind="http", base_url="pingwin"), "pingwin_address_malformed"),
        (PingwinTarget(kind="http", contract="none", base_url="https://x.example"), "contract_not_found"),
        (PingwinTarget(kind="folder"), "pingwin_folder_not_set"),
        (PingwinTarget(kind="folder", folder="relative/x"), "pingwin_folder_not_absolute"),
        (PingwinTarget(kind="folder", folder="/x", folder_template="../{filename}"), "pingwin_folder_template_wrong"),
    ],
)
def test_settings_that_are_incomplete_say_what_is_missing(settings: PingwinTarget, code: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError) as raised:
        open_target(settings, tmp_path)
    assert raised.value.code == code
