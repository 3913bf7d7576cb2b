"""The widget under all others: lines of spans that repaint only where they differ from what is on the screen.

A subclass gives its lines (`content`); `sync` compares them with what was painted and refreshes those that changed.
It scrolls by its own `top`, without Textual's scroll bars, so that moving a cursor costs two lines and not a screen.
Idle costs nothing: there is no timer here.
"""

from __future__ import annotations

from typing import NamedTuple

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.events import Resize
from textual.geometry import Region, Size
from textual.strip import Strip
from textual.widget import Widget

from tui.widgets.spans import BLANK, Line, Span, cut_line, typed, width_of, wrap
from tui.widgets.tones import Tones, tones_of


class Painted(NamedTuple):
    """One line as it is on the screen: its spans, and whether the cursor is on it."""

    spans: Line
    cursor: bool = False


def differing(old: Painted, new: Painted, width: int) -> tuple[int, int] | None:
    """From and to which cell two lines look different, None where they are the same.

    Lines with wide characters count as different from end to end.
    """
    if old == new:
        return None
    one, other = _cells(old, width), _cells(new, width)
    if one is None or other is None or old.cursor != new.cursor:
        return 0, width
    places = [place for place in range(width) if one[place] != other[place]]
    return (places[0], places[-1] + 1) if places else None


def _cells(painted: Painted, width: int) -> list[tuple[str, str]] | None:
    """Each cell's character and tone; spaces have no tone. None where a character takes other than one cell."""
    cells: list[tuple[str, str]] = []
    for span in painted.spans:
        if not span.text.isascii() and cell_len(span.text) != len(span.text):
            return None
        cells += [(character, "" if character == " " else span.tone) for character in span.text]
    return (cells + [(" ", "")] * width)[:width]


class Lines(Widget):
    """Lines of spans. `ellipsis` marks what was cut."""

    ALLOW_SELECT = False

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes, markup=False)
        self._painted: list[Painted] = []
        self._tones: Tones | None = None

    def content(self, width: int, height: int) -> list[Painted]:
        """The lines for a room of `width` by `height` cells, from the top of the widget."""
        raise NotImplementedError

    @property
    def ellipsis(self) -> str:
        """The mark of something cut."""
        return "~" if getattr(self.app, "ascii_only", False) else "…"

    def sync(self) -> None:
        """Brings the screen up to date: repaints the lines that differ, and only those."""
        if not self.is_mounted or not self.size:
            return
        width, height = self.size
        now = self._cut(self.content(width, height), width, height)
        before, self._painted = self._painted, now
        for y in range(max(len(before), len(now))):
            old, new = (lines[y] if y < len(lines) else Painted(BLANK) for lines in (before, now))
            changed = differing(old, new, width)
            if changed is not None:
                start, end = changed
                self.refresh(Region(start, y, end - start, 1))

    def _cut(self, lines: list[Painted], width: int, height: int) -> list[Painted]:
        if getattr(self.app, "ascii_only", False):
            lines = [painted._replace(spans=typed(painted.spans)) for painted in lines]
        return [painted._replace(spans=cut_line(painted.spans, width, self.ellipsis)) for painted in lines[:height]]

    def on_resize(self, event: Resize) -> None:
        """A new size means new lines."""
        self._painted = []
        self.sync()

    def render_line(self, y: int) -> Strip:
        """One painted line as Textual wants it."""
        width = self.size.width
        painted = self._painted[y] if 0 <= y < len(self._painted) else Painted(BLANK)
        base = self.rich_style + self.app_tones.cursor if painted.cursor else self.rich_style
        segments = [Segment(span.text, self._style(span, base, painted.cursor)) for span in painted.spans]
        missing = width - width_of(painted.spans)
        if missing > 0:
            segments.append(Segment(" " * missing, base))
        return Strip(segments, width).simplify()

    def _style(self, span: Span, base: Style, cursor: bool) -> Style:
        if span.tone == "foreground" or (cursor and base.reverse):
            return base
        return base + self.app_tones.style(span.tone)

    @property
    def app_tones(self) -> Tones:
        """The tones of the theme in use."""
        return tones_of(self.app)

    def notify_style_update(self) -> None:
        """Another theme: everything looks different. A change of focus comes here too, and changes nothing."""
        super().notify_style_update()
        if self._tones is not self.app_tones:
            self._tones = self.app_tones
            self.refresh()


class Paragraph(Lines):
    """Text that wraps and takes as many lines as it needs. Runtime text is safe here: nothing is parsed."""

    def __init__(
        self, text: str = "", tone: str = "foreground", *, id: str | None = None, classes: str | None = None
    ) -> None:
        super().__init__(id=id, classes=classes)
        self._spans: list[Span] = [Span(text, tone)] if text else []

    @property
    def text(self) -> str:
        """What it says."""
        return "\n".join(span.text for span in self._spans)

    def show(self, text: str, tone: str = "foreground") -> None:
        """Says something else; lays out anew only where the number of lines changes."""
        self.show_spans([Span(text, tone)] if text else [])

    def show_spans(self, paragraphs: list[Span]) -> None:
        """Says several paragraphs, each in its tone."""
        if paragraphs == self._spans:
            return
        width = self.size.width
        before = self.get_content_height(Size(), Size(), width)
        self._spans = paragraphs
        if not width or before != self.get_content_height(Size(), Size(), width):
            self.refresh(layout=True)
        self.sync()

    def content(self, width: int, height: int) -> list[Painted]:
        """The wrapped text."""
        return [
            Painted((Span(text, span.tone),)) if text else Painted(BLANK)
            for span in self._spans
            for text in wrap(span.text, width)
        ]

    def get_content_width(self, container: Size, viewport: Size) -> int:
        """All the width there is."""
        return container.width

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """As many lines as the wrapped text takes."""
        return len(self.content(width, 0)) if width else 0


class OneLine(Lines):
    """A single line (or a fixed number of them) that is set from outside."""

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self._lines: tuple[Line, ...] = ()

    def show(self, *lines: Line) -> None:
        """Shows these lines; nothing is sent where they are the same."""
        if lines != self._lines:
            self._lines = lines
            self.sync()

    def content(self, width: int, height: int) -> list[Painted]:
        """What was set."""
        return [Painted(spans) for spans in self._lines]
