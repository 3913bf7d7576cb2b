"""The desktop's keyring, the last place where secrets are looked for, and only where a person asks for it.

Takes the home and the environment; gives values by entry (`api_key`, `api_key_SPACE`), with a service name for each
home: a trial beside the books has its own. A server has no keyring: nothing here is asked unless `--keyring` (or
BANQUP_PINGWIN_KEYRING) was given, and then one that does not work is said, never passed over.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING

from core.errors import ConfigurationError, UsageError
from core.home import APP, Home

if TYPE_CHECKING:
    from types import ModuleType

CHOSEN = "BANQUP_PINGWIN_KEYRING"
"""The choice as processes of ours inherit it: an engine that a console starts looks where the console looked."""


def asked_for(environ: Mapping[str, str]) -> bool:
    """Whether a person wants the keyring looked into."""
    return environ.get(CHOSEN, "").strip() not in {"", "0"}


def open_keyring(home: Home, environ: Mapping[str, str]) -> Keyring | None:
    """The keyring for this home, None where nobody asked for one.

    Raises UsageError in system mode (a service has no desktop), ConfigurationError without the library.
    """
    if not asked_for(environ):
        return None
    if home.mode == "system":
        raise UsageError("keyring_without_desktop")
    return Keyring(APP if home.mode == "user" else f"{APP} {home.config}")


class Keyring:
    """Values of one service in the keyring that the library `keyring` finds on this desktop."""

    def __init__(self, service: str) -> None:
        try:
            import keyring
        except ImportError as missing:
            raise ConfigurationError("keyring_not_installed") from missing
        self.service = service
        self._library: ModuleType = keyring

    def get(self, entry: str) -> str:
        """A value, '' where there is none. Raises ConfigurationError where the keyring cannot be asked."""
        with self._said():
            return self._library.get_password(self.service, entry) or ""

    def set(self, entry: str, value: str) -> None:
        """Keeps a value, and reads it back: a backend that forgets must not be the only place that had it."""
        with self._said():
            self._library.set_password(self.service, entry, value)
        if self.get(entry) != value:
            raise ConfigurationError("keyring_failed", why="not kept")

    def delete(self, entry: str) -> bool:
        """Deletes a value. False where there was none."""
        if not self.get(entry):
            return False
        with self._said():
            self._library.delete_password(self.service, entry)
        return True

    @contextmanager
    def _said(self) -> Iterator[None]:
        """A keyring that is absent, locked or refuses, in our words: its own text could carry anything."""
        try:
            yield
        except (self._library.errors.KeyringError, UnicodeError) as problem:
            raise ConfigurationError("keyring_failed", why=type(problem).__name__) from None
