"""A person's own keys: `keymap.toml` in the configuration directory, one line an action, `id = "key"` or a list.

Takes the file; gives the keys that can be used, and a message for each line that cannot. Nothing here raises: a wrong
line leaves that action its default key. Imports no Textual.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from core.model import Arguments
from tui.actions import BY_ID, Scope, in_scope

FILE = "keymap.toml"

TOGETHER: tuple[tuple[Scope, ...], ...] = (
    (Scope.QUEUE, Scope.DELIVERY, Scope.MOVING),
    (Scope.DOCUMENT, Scope.DELIVERY, Scope.MOVING),
    (Scope.FORM, Scope.CREDENTIALS, Scope.MOVING),
    (Scope.TREE, Scope.MOVING),
    (Scope.ACTIVITY, Scope.MOVING),
    (Scope.SPACES, Scope.MOVING),
    (Scope.MANAGE, Scope.MOVING),
    (Scope.LIST, Scope.MOVING),
    (Scope.MAIL, Scope.MOVING),
    (Scope.RECONCILE, Scope.MOVING),
)
"""The scopes that are live on one screen, beside EVERYWHERE: within each, no key may mean two things."""

TAKEN = {
    "ctrl+a": "GNU screen",
    "ctrl+b": "tmux",
    "ctrl+c": "the terminal",
    "ctrl+d": "the terminal",
    "ctrl+h": "the terminal (backspace)",
    "ctrl+i": "the terminal (tab)",
    "ctrl+j": "the terminal (enter)",
    "ctrl+m": "the terminal (enter)",
    "ctrl+n": "a browser",
    "ctrl+o": "the terminal",
    "ctrl+q": "the terminal",
    "ctrl+s": "the terminal",
    "ctrl+t": "a browser",
    "ctrl+w": "a browser",
    "ctrl+z": "the terminal",
}
"""Keys that never reach the console, or not everywhere, by who takes them (convention 20)."""

SIGNS = {"?": "question_mark", "/": "slash", ":": "colon", " ": "space", ".": "full_stop", "-": "minus", "+": "plus"}
"""Keys as people write them, where Textual has another name; `enter`, `escape`, `space`, `f2`, `ctrl+e` are its own."""

Problem = tuple[str, Arguments]


@dataclass(frozen=True, slots=True)
class Keymap:
    """Keys by action id, as Textual takes them, and a message for each line that was left out."""

    keys: Mapping[str, str]
    problems: tuple[Problem, ...] = ()


def read(file: Path) -> Keymap:
    """The file, or no keys where there is none."""
    try:
        text = file.read_text("utf-8")
    except FileNotFoundError:
        return Keymap({})
    except (OSError, UnicodeDecodeError) as error:
        return _unreadable(file, error)
    import tomllib

    try:
        return keymap(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        return _unreadable(file, error)


def _unreadable(file: Path, error: Exception) -> Keymap:
    """No keys, and why."""
    why = (error.strerror if isinstance(error, OSError) else str(error)) or type(error).__name__
    return Keymap({}, (("keymap_unreadable", {"file": str(file), "why": why}),))


def keymap(lines: Mapping[str, object]) -> Keymap:
    """Checks what the file says: known actions, keys that arrive, no key with two meanings on one screen."""
    keys: dict[str, str] = {}
    problems: list[Problem] = []
    for id, wanted in _flat(lines):
        found = _keys(wanted)
        taken = next((key for key in found or () if key in TAKEN), None)
        if id not in BY_ID:
            problems.append(("keymap_no_such_action", {"id": id}))
        elif found is None:
            problems.append(("keymap_no_key", {"id": id}))
        elif taken is not None:
            problems.append(("keymap_key_taken", {"id": id, "key": taken, "by": TAKEN[taken]}))
        else:
            keys[id] = ",".join(found)
    while (clash := _clash(keys)) is not None:
        id, other, key = clash
        del keys[id]
        problems.append(("keymap_key_twice", {"id": id, "other": other, "key": key}))
    return Keymap(keys, tuple(problems))


def _flat(lines: Mapping[str, object], before: str = "") -> Iterator[tuple[str, object]]:
    """`move.down` is a table within a table, as TOML reads it; quoted or not, it means the action."""
    for name, value in lines.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{before}{name}.")
        else:
            yield before + name, value


def _keys(wanted: object) -> list[str] | None:
    """The keys a line names, by Textual's names; None where it names none."""
    texts = [wanted] if isinstance(wanted, str) else wanted
    if not isinstance(texts, list) or not texts or not all(isinstance(text, str) and text for text in texts):
        return None
    named = [SIGNS.get(text, text if len(text) == 1 else text.strip().lower()) for text in map(str, texts)]
    return None if any(not key or "," in key or not key.isprintable() for key in named) else named


def _clash(keys: Mapping[str, str]) -> tuple[str, str, str] | None:
    """The last changed action that shares a key with another one of a screen, that one, and the key."""
    for id in reversed(list(keys)):
        for scopes in TOGETHER:
            live = list(in_scope(*scopes, Scope.EVERYWHERE))
            if BY_ID[id] not in live:
                continue
            for other in live:
                used = keys.get(other.id, other.default).split(",")
                shared = next((key for key in keys[id].split(",") if key in used), None)
                if other.id != id and shared is not None:
                    return id, other.id, shared
    return None
