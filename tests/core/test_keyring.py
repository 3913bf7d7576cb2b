"""The desktop's keyring as a source of secrets: asked last, and only where a person wants it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import SecretStr

from core.config import Home
from core.errors import ConfigurationError, UsageError
from core.keyring import CHOSEN
from core.secrets import SecretName, Secrets
from tests.core.operations.fakes import SPACE as INSTALLED
from tests.core.operations.fakes import make_desk, set_up
from tests.tui.commandline import call

keyring = pytest.importorskip("keyring", reason="the extra [keyring] is not installed")

from keyring.backend import KeyringBackend  # noqa: E402 - only where the library is there

SPACE = "6f1c2a94-0d3b-4a55-9a0e-1f6f0a7d2b11"
WANTED = {CHOSEN: "1"}
ENTRY = f"api_key_{SPACE}"


class Drawer(KeyringBackend):
    """A keyring in memory, registered through the library's own door."""

    priority = 1  # type: ignore[assignment]

    def __init__(self) -> None:
        super().__init__()
        self.values: dict[tuple[str, str], str] = {}
        self.locked = False
        self.forgets = False
        self.asked = 0

    def get_password(self, service: str, username: str) -> str | None:
        self.asked += 1
        if self.locked:
            raise keyring.errors.KeyringLocked("sentinel-in-the-backends-own-words")
        return self.values.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        if self.locked:
            raise keyring.errors.KeyringLocked("sentinel-in-the-backends-own-words")
        if not self.forgets:
            self.values[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        if self.values.pop((service, username), None) is None:
            raise keyring.errors.PasswordDeleteError


@pytest.fixture
def drawer() -> Iterator[Drawer]:
    before = keyring.get_keyring()
    found = Drawer()
    keyring.set_keyring(found)
    yield found
    keyring.set_keyring(before)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    home = Home(tmp_path, tmp_path, "user")
    home.create()
    return home


def value(secrets: Secrets) -> tuple[str, str] | None:
    found = secrets.find(SecretName.API_KEY, SPACE)
    return None if found is None else (found.value.get_secret_value(), found.source)


def test_keyring_is_asked_last_and_named(home: Home, drawer: Drawer) -> None:
    drawer.values["banqup-pingwin", ENTRY] = "from-keyring"
    assert value(Secrets(home, WANTED)) == ("from-keyring", f"keyring banqup-pingwin: {ENTRY}")
    Secrets(home, {}).store(SPACE, {SecretName.API_KEY: SecretStr("from-toml")})
    drawer.asked = 0
    assert value(Secrets(home, WANTED)) == ("from-toml", "credentials.toml")
    assert drawer.asked == 0, "an earlier source answered"


@pytest.mark.parametrize("environ", [{}, {CHOSEN: ""}, {CHOSEN: "0"}])
def test_nobody_opens_a_keyring_that_was_not_asked_for(home: Home, drawer: Drawer, environ: dict[str, str]) -> None:
    drawer.values["banqup-pingwin", ENTRY] = "from-keyring"
    assert value(Secrets(home, environ)) is None
    assert drawer.asked == 0


def test_what_is_kept_in_the_keyring_leaves_the_file(home: Home, drawer: Drawer) -> None:
    Secrets(home, {}).store(SPACE, {SecretName.API_KEY: SecretStr("old-key"), SecretName.CLID: SecretStr("old-clid")})
    secrets = Secrets(home, WANTED)
    secrets.store(SPACE, {SecretName.API_KEY: SecretStr("new-key")})
    assert value(secrets) == ("new-key", f"keyring banqup-pingwin: {ENTRY}"), "the file would have answered first"
    text = home.credentials.read_text()
    assert "old-key" not in text and "new-key" not in text and "old-clid" in text
    assert secrets.kept(SPACE, SecretName.API_KEY) == "new-key"


def test_running_engine_notices_what_is_kept_in_the_keyring(home: Home, drawer: Drawer) -> None:
    """It looks at the file's stamp, and the file is written anew with every change."""
    secrets = Secrets(home, WANTED)
    secrets.store(None, {SecretName.BANQUP_SECRET: SecretStr("first")})
    stamp = home.credentials.stat().st_ino, home.credentials.stat().st_mtime_ns
    secrets.store(None, {SecretName.BANQUP_SECRET: SecretStr("second")})
    assert (home.credentials.stat().st_ino, home.credentials.stat().st_mtime_ns) != stamp


def test_deleting_takes_it_out_of_both(home: Home, drawer: Drawer) -> None:
    Secrets(home, {}).store(SPACE, {SecretName.CLID: SecretStr("in-the-file")})
    secrets = Secrets(home, WANTED)
    secrets.store(SPACE, {SecretName.API_KEY: SecretStr("in-the-keyring")})
    assert secrets.delete(SPACE)
    assert drawer.values == {} and "in-the-file" not in home.credentials.read_text()
    assert not secrets.delete(SPACE)


def test_each_home_of_its_own_has_its_own_secrets(tmp_path: Path, drawer: Drawer) -> None:
    one, other = (Home(tmp_path / name, tmp_path / name, "single") for name in ("books", "trial"))
    one.create()
    Secrets(one, WANTED).store(None, {SecretName.BANQUP_SECRET: SecretStr("of-the-books")})
    assert Secrets(other, WANTED).find(SecretName.BANQUP_SECRET) is None


def test_locked_keyring_is_said_not_passed_over(home: Home, drawer: Drawer) -> None:
    drawer.locked = True
    with pytest.raises(ConfigurationError) as caught:
        value(Secrets(home, WANTED))
    assert caught.value.code == "keyring_failed"
    assert "sentinel" not in f"{caught.value!r} {caught.value} {caught.value.arguments}"


def test_machine_without_a_keyring_says_so(home: Home, drawer: Drawer) -> None:
    from keyring.backends.fail import Keyring as Absent

    keyring.set_keyring(Absent())
    with pytest.raises(ConfigurationError) as caught:
        Secrets(home, WANTED).store(None, {SecretName.BANQUP_SECRET: SecretStr("kept-nowhere")})
    assert caught.value.code == "keyring_failed"


def test_keyring_that_forgets_is_never_the_only_place(home: Home, drawer: Drawer) -> None:
    Secrets(home, {}).store(SPACE, {SecretName.API_KEY: SecretStr("still-there")})
    drawer.forgets = True
    with pytest.raises(ConfigurationError):
        Secrets(home, WANTED).store(SPACE, {SecretName.API_KEY: SecretStr("lost")})
    assert value(Secrets(home, {})) == ("still-there", "credentials.toml")


def test_service_is_told_that_it_has_no_desktop(tmp_path: Path, drawer: Drawer) -> None:
    with pytest.raises(UsageError) as caught:
        Secrets(Home(tmp_path, tmp_path, "system"), WANTED)
    assert caught.value.code == "keyring_without_desktop"
    assert drawer.asked == 0


def test_address_of_the_database_may_lie_in_the_keyring(home: Home, drawer: Drawer) -> None:
    from core.stores import database

    drawer.values["banqup-pingwin", "database_url"] = "postgresql://somebody@db.example/books"
    found = database(home, WANTED)
    assert found is not None and found.source == "keyring banqup-pingwin: database_url"
    assert database(home, {}) is None


def test_doctor_and_show_name_the_keyring_and_never_the_value(tmp_path: Path, drawer: Drawer) -> None:
    desk = make_desk(tmp_path)
    set_up(desk)
    desk.ledger.version()
    desk.close()
    desk.home.credentials.unlink()
    drawer.values[f"banqup-pingwin {desk.home.config}", entry := f"api_key_{INSTALLED.id}"] = "s3ntinel-of-the-keyring"
    for arguments in (["credentials", "show", INSTALLED.id, "--keyring"], ["--keyring", "doctor"]):
        said = call("--home", str(desk.home.config), *arguments)
        assert f"keyring banqup-pingwin {desk.home.config}: {entry}" in " ".join(said.output.split())
        assert "s3ntinel" not in said.output
    assert "keyring" not in call("--home", str(desk.home.config), "credentials", "show", INSTALLED.id).output
