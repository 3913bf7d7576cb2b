"""Credentials: where they come from, who may read them, and that none is ever written anywhere else."""

from __future__ import annotations

import json
import logging
import os
import stat
import sys
import time
from pathlib import Path
from urllib.parse import quote

import pytest
from pydantic import SecretStr

from core import secrets
from core.config import Home
from core.errors import ConfigurationError
from core.redaction import MASK
from core.secrets import Redactor, SecretName, Secrets, fingerprint, last4, variable_name

SPACE = "6f1c2a94-0d3b-4a55-9a0e-1f6f0a7d2b11"
OWN = "BANQUP_PINGWIN_API_KEY_6F1C2A94_0D3B_4A55_9A0E_1F6F0A7D2B11"
SHARED = "BANQUP_PINGWIN_API_KEY"
SENTINEL = "s3ntinel-Value/with+signs"


@pytest.fixture
def home(tmp_path: Path) -> Home:
    home = Home(tmp_path, tmp_path, "single")
    home.create()
    return home


def value(secrets: Secrets, name: SecretName = SecretName.API_KEY, space: str | None = SPACE) -> tuple[str, str] | None:
    found = secrets.find(name, space)
    return None if found is None else (found.value.get_secret_value(), found.source)


def command(text: str) -> str:
    return f"{sys.executable} -c \"print('{text}')\""


def test_sources_answer_in_their_order(home: Home, tmp_path: Path) -> None:
    Secrets(home, {}).store(SPACE, {SecretName.API_KEY: SecretStr("from-toml")})
    (tmp_path / "named").write_text("from-file\n")
    directory = tmp_path / "systemd"
    directory.mkdir()
    (directory / f"api_key_{SPACE}").write_text("from-systemd\n")
    environ = {
        OWN: "from-environment",
        f"{OWN}_FILE": str(tmp_path / "named"),
        "CREDENTIALS_DIRECTORY": str(directory),
        f"{OWN}_COMMAND": command("from-command"),
    }
    expected = [
        ("from-environment", f"environment {OWN}"),
        ("from-file", f"file {OWN}_FILE"),
        ("from-systemd", f"$CREDENTIALS_DIRECTORY/api_key_{SPACE}"),
        ("from-command", f"command {OWN}_COMMAND"),
        ("from-toml", "credentials.toml"),
    ]
    for answer, name in zip(expected, [*environ, ""], strict=True):
        assert value(Secrets(home, environ)) == answer
        environ.pop(name, None)


def test_what_is_the_spaces_own_wins_over_what_is_shared(home: Home) -> None:
    secrets = Secrets(home, {SHARED: "shared-value"})
    assert value(secrets) == ("shared-value", f"environment {SHARED}")
    secrets.store(SPACE, {SecretName.API_KEY: SecretStr("own-value")})
    assert value(secrets) == ("own-value", "credentials.toml"), "a shared key never sends to another space's dossier"
    assert value(secrets, space="another") == ("shared-value", f"environment {SHARED}")
    assert value(secrets, SecretName.CLID) is None


def test_banqups_secret_is_the_machines(home: Home) -> None:
    secrets = Secrets(home, {})
    secrets.store(None, {SecretName.BANQUP_SECRET: SecretStr("app-secret")})
    assert value(secrets, SecretName.BANQUP_SECRET, None) == ("app-secret", "credentials.toml")
    assert value(secrets, SecretName.BANQUP_SECRET, SPACE) == ("app-secret", "credentials.toml")


def test_names_of_variables_are_what_people_are_told() -> None:
    assert variable_name(SecretName.BANQUP_SECRET) == "BANQUP_PINGWIN_BANQUP_SECRET"
    assert variable_name(SecretName.API_KEY, SPACE) == OWN


@pytest.mark.parametrize(
    ("suffix", "text", "code"),
    [
        ("_FILE", "/nowhere/at/all", "secret_file_unreadable"),
        ("_COMMAND", "/nowhere/at/all", "secret_command_failed"),
        ("_COMMAND", f"{sys.executable} -c 'import sys; print(\"{SENTINEL}\"); sys.exit(3)'", "secret_command_failed"),
        ("_COMMAND", "true", "secret_command_failed"),
        ("_COMMAND", "'unbalanced", "secret_command_failed"),
    ],
)
def test_a_source_that_is_named_and_does_not_work_is_said_not_skipped(
    home: Home, suffix: str, text: str, code: str
) -> None:
    secrets = Secrets(home, {f"{SHARED}{suffix}": text, "PATH": os.environ["PATH"]})
    secrets.store(None, {SecretName.API_KEY: SecretStr("later")})
    with pytest.raises(ConfigurationError) as caught:
        secrets.find(SecretName.API_KEY, SPACE)
    assert caught.value.code == code
    assert SENTINEL not in f"{caught.value!r} {caught.value} {caught.value.arguments}"


def test_a_command_is_not_run_for_every_document(home: Home, tmp_path: Path) -> None:
    count = tmp_path / "count"
    script = f"open(r'{count}', 'a').write('x'); print('value-1')"
    secrets = Secrets(home, {f"{SHARED}_COMMAND": f'{sys.executable} -c "{script}"'})
    for _ in range(3):
        assert value(secrets) == ("value-1", f"command {SHARED}_COMMAND")
    assert count.read_text() == "x"
    secrets.forget_answers()
    value(secrets)
    assert count.read_text() == "xx"


def test_the_file_is_private_and_replaced_as_a_whole(home: Home) -> None:
    secrets = Secrets(home, {})
    secrets.store(SPACE, {SecretName.API_KEY: SecretStr("key-1"), SecretName.CLID: SecretStr("clid-1")})
    inode = home.credentials.stat().st_ino
    secrets.store(SPACE, {SecretName.CLID: SecretStr("clid-2")})
    assert home.credentials.stat().st_ino != inode
    assert stat.S_IMODE(home.credentials.stat().st_mode) == 0o600
    assert value(secrets) == ("key-1", "credentials.toml")
    assert value(secrets, SecretName.CLID) == ("clid-2", "credentials.toml")
    left = {path.name for path in home.config.iterdir() if path.is_file()}
    assert left == {"credentials.toml", "credentials.toml.lock"}, "no copy of a secret stays behind"


def test_deleting_takes_a_spaces_values_and_no_others(home: Home) -> None:
    secrets = Secrets(home, {})
    secrets.store(SPACE, {SecretName.API_KEY: SecretStr("key-1")})
    secrets.store("other", {SecretName.API_KEY: SecretStr("key-2")})
    assert secrets.delete(SPACE) and not secrets.delete(SPACE)
    assert value(secrets) is None
    assert value(secrets, space="other") == ("key-2", "credentials.toml")
    assert "key-1" not in home.credentials.read_text()


@pytest.mark.parametrize(
    "text", ['quote " and \\ back', "tab\tnew\nline", "é€😀", "\x7f\x01", "'''", "[spaces]", "# not a comment"]
)
def test_any_text_survives_the_file(home: Home, text: str) -> None:
    secrets = Secrets(home, {})
    secrets.store('odd "space"', {SecretName.CLID: SecretStr(f"x{text}x")})
    assert value(secrets, SecretName.CLID, 'odd "space"') == (f"x{text}x", "credentials.toml")


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o666])
def test_a_file_that_others_may_read_stops_the_start(home: Home, mode: int) -> None:
    secrets = Secrets(home, {})
    secrets.store(SPACE, {SecretName.API_KEY: SecretStr(SENTINEL)})
    home.credentials.chmod(mode)
    with pytest.raises(ConfigurationError) as caught:
        secrets.find(SecretName.API_KEY, SPACE)
    assert caught.value.code == "file_too_open"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")
def test_a_file_of_another_user_stops_the_start(home: Home) -> None:
    secrets = Secrets(home, {})
    secrets.store(SPACE, {SecretName.API_KEY: SecretStr(SENTINEL)})
    os.chown(home.credentials, 65534, 65534)
    with pytest.raises(ConfigurationError) as caught:
        secrets.find(SecretName.API_KEY, SPACE)
    assert caught.value.code == "file_of_another_user"


@pytest.mark.parametrize(
    ("text", "code", "place"),
    [
        (f'api_key = "{SENTINEL}', "credentials_broken", (1, 12 + len(SENTINEL))),
        (f'clid = "x"\napi_key = {SENTINEL}\n', "credentials_broken", (2, 11)),
        (f'api_key = "{SENTINEL}"\napi_key = "twice"\n', "credentials_broken", (2, 18)),
        ("api_key = 12345\n", "credentials_invalid", None),
        ("spaces = 1\n", "credentials_invalid", None),
        ('[spaces]\nkey = "x"\n', "credentials_invalid", None),
    ],
)
def test_a_broken_file_is_reported_with_its_place_and_never_overwritten(
    home: Home, text: str, code: str, place: tuple[int, int] | None
) -> None:
    home.credentials.write_text(text)
    home.credentials.chmod(0o600)
    secrets = Secrets(home, {})
    for act in (
        lambda: secrets.find(SecretName.API_KEY, SPACE),
        lambda: secrets.store(SPACE, {SecretName.CLID: SecretStr("new")}),
        lambda: secrets.delete(SPACE),
    ):
        with pytest.raises(ConfigurationError) as caught:
            act()
        assert caught.value.code == code
        if place is not None:
            assert (caught.value.arguments["line"], caught.value.arguments["column"]) == place
        shown = f"{caught.value} {caught.value.arguments} {caught.value.__cause__}"
        assert SENTINEL not in shown
    assert home.credentials.read_text() == text


def test_a_value_that_is_no_text_is_refused_before_the_file_is_touched(home: Home) -> None:
    secrets = Secrets(home, {})
    with pytest.raises(ConfigurationError):
        secrets.store(SPACE, {SecretName.API_KEY: SecretStr("\udcff")})
    assert not home.credentials.exists()


def test_in_a_shared_home_a_console_without_the_file_simply_has_no_secrets(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = Home(tmp_path, tmp_path, "system")
    secrets = Secrets(home, {})
    secrets.store(SPACE, {SecretName.API_KEY: SecretStr("key-1")})
    assert stat.S_IMODE(home.credentials.stat().st_mode) == 0o600, "also in system mode: it is the engine's"

    def refused(self: Path) -> bytes:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "read_bytes", refused)
    assert secrets.find(SecretName.API_KEY, SPACE) is None


def test_nothing_that_is_printed_shows_a_secret(home: Home) -> None:
    secrets = Secrets(home, {SHARED: SENTINEL})
    found = secrets.find(SecretName.API_KEY, SPACE)
    assert SENTINEL not in f"{secrets!r} {found!r}"


class TestRedactor:
    """The log filter."""

    @pytest.fixture
    def redactor(self) -> Redactor:
        redactor = Redactor()
        redactor.learn(SecretStr(SENTINEL))
        return redactor

    @pytest.mark.parametrize("form", [SENTINEL, quote(SENTINEL), quote(SENTINEL, safe=""), json.dumps(SENTINEL)])
    def test_a_known_value_is_masked_in_every_form(self, redactor: Redactor, form: str) -> None:
        cleaned = redactor.clean(f"before {form} after")
        assert SENTINEL not in cleaned and "s3ntinel" not in cleaned
        assert cleaned.startswith("before ") and cleaned.endswith(" after") and MASK in cleaned

    def test_the_keys_of_five_thousand_dossiers_are_masked_and_cost_no_more_each_than_those_of_few(self) -> None:
        def learnt(number: int) -> float:
            redactor, began = Redactor(), time.process_time()
            for each in range(number):
                redactor.learn(SecretStr(f'pw_{each:06}_"key"'))
            told = redactor.clean("".join(f"key=pw_{each:06}_%22key%22 " for each in range(number)))
            assert "pw_" not in told and told.count(MASK) == number
            return time.process_time() - began

        few, many = (min(learnt(number) for _ in range(3)) for number in (200, 5_000))
        assert many < 6 * 25 * few, "25 is linear; looking through all values of one beginning was 400"

    def test_records_are_cleaned_with_arguments_traceback_and_bound_values(self, redactor: Redactor) -> None:
        try:
            raise ValueError(SENTINEL)
        except ValueError:
            record = logging.getLogger("x").makeRecord(
                "x", logging.ERROR, "f.py", 1, "sent %s", (SENTINEL,), sys.exc_info(), extra={"space": SENTINEL}
            )
        assert redactor.filter(record)
        text = logging.Formatter("%(message)s %(space)s").format(record)
        assert SENTINEL not in text and "ValueError" in text and f"sent {MASK}" in text

    def test_signed_links_lose_their_query(self, redactor: Redactor) -> None:
        link = "https://storage.googleapis.com/b/o.xml?X-Goog-Signature=abcdef&X-Goog-Expires=60"
        assert redactor.clean(f"GET {link} 200") == f"GET https://storage.googleapis.com/b/o.xml?{MASK} 200"

    @pytest.mark.parametrize(
        "text",
        ["Authorization: Bearer eyJhbGciOi.abc.def", '{"access_token": "abcdef"}', "client_secret=abcdef&grant=x"],
    )
    def test_tokens_that_nobody_taught_it_are_masked_too(self, redactor: Redactor, text: str) -> None:
        cleaned = redactor.clean(text)
        assert MASK in cleaned and "abc" not in cleaned

    def test_ordinary_text_stays(self, redactor: Redactor) -> None:
        redactor.learn(SecretStr("abc"))
        text = "abc invoice 2026/0042 of Café Zoë, https://pingwin.example/api/v1"
        assert redactor.clean(text) == text

    def test_its_own_repr_tells_nothing(self, redactor: Redactor) -> None:
        assert SENTINEL not in repr(redactor)


def test_what_may_be_shown() -> None:
    assert fingerprint(SecretStr("abc")) == "ba7816bf"
    assert last4(SecretStr("CLID-12345678")) == "…5678"
    assert last4(SecretStr("12345")) == "…"


def test_root_beside_the_engine_reads_where_systemd_takes_the_secrets_from(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = tmp_path / "credstore"
    store.mkdir()
    (store / "banqup_secret").write_text("sentinel-of-root")
    monkeypatch.setattr(secrets, "CREDSTORE", store)
    system = Secrets(Home(tmp_path / "c", tmp_path / "d", "system"), {})
    found = system.find(SecretName.BANQUP_SECRET)
    assert found is not None and found.source == f"{store}/banqup_secret" and not system.hidden()
    assert Secrets(Home(tmp_path, tmp_path, "single"), {}).find(SecretName.BANQUP_SECRET) is None
    monkeypatch.setattr(secrets.os, "access", lambda *_: False)
    assert system.hidden() and system.find(SecretName.BANQUP_SECRET) is None
