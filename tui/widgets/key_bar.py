"""The last line: at most six keys, from the registry. Repainted only when other keys become possible."""

from __future__ import annotations

from collections.abc import Sequence

from tui.actions import Action
from tui.widgets.lines import OneLine
from tui.widgets.spans import Line, Span


class KeyBar(OneLine):
    """Keys and their labels."""

    def __init__(self) -> None:
        super().__init__(id="key-bar")

    def offer(self, actions: Sequence[Action], labels: dict[str, str] | None = None) -> None:
        """Shows these keys; `labels` says another word for some (the button of a held document)."""
        self.show(key_spans(actions, labels or {}))


def key_spans(actions: Sequence[Action], labels: dict[str, str]) -> Line:
    """The footer as spans; the first key of several stands for all."""
    spans: list[Span] = []
    for action in actions:
        key = action.shown_key.split(",")[0]
        spans += [Span(f" {key}", "key"), Span(f" {labels.get(action.id, action.label)} ", "foreground")]
    return tuple(spans)
