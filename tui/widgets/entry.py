"""One line to type in: still while nobody types, and without anything around it."""

from __future__ import annotations

from typing import Any

from textual.widgets import Input


class Entry(Input):
    """Textual's field as the console uses it. In an empty one `?` is a key, which asks for help; then it is text."""

    def __init__(self, **options: Any) -> None:
        super().__init__(compact=True, **options)
        self.cursor_blink = False

    def check_consume_key(self, key: str, character: str | None) -> bool:
        """Whether a key is text here."""
        return bool(self.value or character != "?") and super().check_consume_key(key, character)
