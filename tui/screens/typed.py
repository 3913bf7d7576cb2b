"""The typed confirmation: only for uninstalling, deleting credentials and resending a delivered document."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input

from tui.i18n import _
from tui.widgets.entry import Entry
from tui.widgets.lines import Paragraph


class TypedScreen(ModalScreen[bool]):
    """Asks for a word. Anything else, and escape, changes nothing."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "leave", "Back", show=False)]

    def __init__(self, text: str, word: str) -> None:
        super().__init__()
        self._text = text
        self._word = word

    def compose(self) -> ComposeResult:
        """What happens, the word, the field."""
        with Vertical(id="typed"):
            yield Paragraph(self._text, "strong", classes="gap")
            yield Paragraph(_('Type "{word}" and press enter to confirm.').format(word=self._word))
            yield Entry(id="typed-word")
            yield Paragraph(_("esc: leave everything as it is"), "text-muted", id="typed-note", classes="above")

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """The word decides."""
        event.stop()
        if event.value.strip().casefold() == self._word.casefold():
            self.dismiss(True)
        elif not event.value.strip():
            self.dismiss(False)
        else:
            self.query_one("#typed-note", Paragraph).show(
                _('That is not "{word}": nothing was changed. esc leaves.').format(word=self._word), "warning"
            )

    def action_leave(self) -> None:
        """Leaves everything as it is."""
        self.dismiss(False)
