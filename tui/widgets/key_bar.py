"""The last line: at most six keys, from the registry. Repainted only when other keys become possible."""

from __future__ import annotations

from collections.abc import Sequence

from tui.actions import Action
from tui.widgets.lines import Lines, Painted
from tui.widgets.spans import Line, Span, between, fit, width_of

ACT_WIDTH = 8
"""Cells of an act's label, so that the next act stays where it is when "Retry" becomes "Send"."""


class KeyBar(Lines):
    """Keys and their labels: those of the row under the cursor on the left, the others on the right.

    A line is repainted from its start to its last change, so keys that come and go with the row cost half a line.
    """

    def __init__(self) -> None:
        super().__init__(id="key-bar")
        self._acts: Line = ()
        self._others: Line = ()

    def offer(self, actions: Sequence[Action], labels: dict[str, str] | None = None) -> None:
        """Shows these keys; `labels` says another word for some (the button of a held document)."""
        acts = [action for action in actions if action.act is not None]
        self._acts = key_spans(acts, labels or {})
        self._others = key_spans([action for action in actions if action.act is None], labels or {})
        self.sync()

    def content(self, width: int, height: int) -> list[Painted]:
        """One line. Acts that do not fit beside the others are cut with a mark."""
        if not self._acts:
            return [Painted(self._others)]
        return [Painted(between(self._acts, self._others, width, self.ellipsis))]


def key_spans(actions: Sequence[Action], labels: dict[str, str]) -> Line:
    """The footer as spans; the first key of several stands for all."""
    spans: list[Span] = []
    for action in actions:
        key = action.shown_key.split(",")[0]
        label = labels.get(action.id, action.label)
        if action.act is not None:
            label = fit(label, max(ACT_WIDTH, width_of((Span(label),))))
        spans += [Span(f" {key}", "key"), Span(f" {label} ", "foreground")]
    return tuple(spans)
