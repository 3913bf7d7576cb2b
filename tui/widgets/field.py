"""One field of a form: its label, where the value is found, the input, and what is wrong with its shape so far."""

from __future__ import annotations

from collections.abc import Callable

from pydantic import SecretStr
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.widgets import Input

from tui.widgets.entry import Entry
from tui.widgets.lines import Paragraph

Check = Callable[[str], str]
"""What is wrong with a value as a sentence, empty where nothing is."""


class Field(Vertical):
    """A labelled input. A secret is masked, never shown again, and handed out as a masked type."""

    def __init__(
        self,
        name: str,
        label: str,
        hint: str = "",
        *,
        value: str = "",
        secret: bool = False,
        placeholder: str = "",
        check: Check | None = None,
    ) -> None:
        super().__init__(id=f"field-{name}")
        self.field_name = name
        self._label = label
        self._hint = hint
        self._initial = value
        self._secret = secret
        self._placeholder = placeholder
        self._check = check

    def compose(self) -> ComposeResult:
        """Label and input side by side, the hint and the note below the input."""
        with Horizontal(classes="field-row"):
            yield Paragraph(self._label, "strong", classes="field-label")
            yield Entry(
                value=self._initial,
                password=self._secret,
                placeholder=self._placeholder,
                id=f"input-{self.field_name}",
                select_on_focus=False,
            )
        yield Paragraph(self._hint, "text-muted", classes="field-below")
        yield Paragraph(id="field-note", classes="field-below")

    @property
    def input(self) -> Input:
        """The input itself."""
        return self.query_one(Input)

    @property
    def text(self) -> str:
        """The value of a field that is no secret."""
        return self.input.value.strip()

    @property
    def secret(self) -> SecretStr:
        """The value, masked."""
        return SecretStr(self.input.value.strip())

    def note(self, text: str, tone: str = "warning") -> None:
        """Says something about the value, below it."""
        self.query_one("#field-note", Paragraph).show(text, tone)

    def on_input_changed(self, event: Input.Changed) -> None:
        """Checks the shape while it is typed; an empty field is not yet wrong."""
        problem = self._check(event.value) if self._check is not None and event.value else ""
        self.note(problem)
