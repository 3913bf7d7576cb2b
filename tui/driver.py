"""What the terminal shows, cell by cell, so that of each new picture only what differs is sent over the line.

`Shown.difference` takes what Textual would write and gives what has to be written. It knows pictures (cursor moves,
colours, text) and a few sequences that change nothing to be seen; after any other one it knows nothing and sends the
next picture whole. `DifferenceDriver` is Textual's driver with it before the line.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import NamedTuple

from rich.cells import cell_len
from textual.drivers.linux_driver import LinuxDriver

from tui.shifting import found_shift

SYNC_START, SYNC_END = "\x1b[?2026h", "\x1b[?2026l"
RESET = "\x1b[0m"

TOKEN = re.compile(r"\x1b\[(\d+);(\d+)H|\x1b\[([\d;]*)m|([^\x00-\x1f\x7f]+)|\r?\n")
UNSEEN = re.compile(
    r"\x1b\[\?25[hl]|\x1b\]52;[^\x07\x1b]*(?:\x07|\x1b\\)|\x1bP[^\x1b]*(?:\x1b\x1b[^\x1b]*)*\x1b\\|\x07"
)
"""The text cursor, the clipboard (also in the wrapping of tmux and screen) and the bell: no cell changes."""

NEAR = 4
"""Cells that are written again rather than skipped: a skip costs four bytes."""

DRAWN_ON_BLANKS = frozenset({"4", "7", "9", "21", "53"})
"""Attributes that show on a blank: underlined, reversed, struck through."""


class Look(NamedTuple):
    """How a cell looks: SGR attributes, foreground and background, each as it is written; empty: the terminal's own."""

    attributes: frozenset[str]
    foreground: str
    background: str


class Cell(NamedTuple):
    """One cell: its character (empty: the right half of a wide one) and its look."""

    text: str
    look: Look


PLAIN = Look(frozenset(), "", "")

LEAST = 6
"""Rows of a picture from which on a shift is looked for: fewer cost little to write."""


@lru_cache(maxsize=512)
def look_of(codes: str) -> Look:
    """The look that SGR parameters give to plain text (ECMA-48 8.3.117; 38 and 48 carry their colour behind them)."""
    attributes: set[str] = set()
    foreground = background = ""
    rest = iter(codes.split(";"))
    for code in rest:
        if code in ("38", "48"):
            kind = next(rest, "")
            colour = ";".join([code, kind, *(next(rest, "") for _ in range({"2": 3, "5": 1}.get(kind, 0)))])
            foreground, background = (colour, background) if code == "38" else (foreground, colour)
        elif code in ("", "0"):
            attributes, foreground, background = set(), "", ""
        elif len(code) < 2 or code in DRAWN_ON_BLANKS:
            attributes.add(code)
        elif code[0] in "39" and len(code) == 2:
            foreground = "" if code == "39" else code
        else:
            background = "" if code == "49" else code
    return Look(frozenset(attributes), foreground, background)


@lru_cache(maxsize=512)
def _on_blank(look: Look) -> Look:
    """What of a look is seen where there is no letter."""
    return look if look.attributes & DRAWN_ON_BLANKS else Look(frozenset(), "", look.background)


def _cells(text: str, look: Look) -> list[Cell]:
    """The cells a text takes; a sign without a cell of its own (a loose accent) joins the one before."""
    blank = Cell(" ", _on_blank(look))
    if text.isascii():
        return [blank if sign == " " else Cell(sign, look) for sign in text]
    cells: list[Cell] = []
    for sign in text:
        width = cell_len(sign)
        if width == 0 and cells:
            place = -2 if len(cells) > 1 and not cells[-1].text else -1
            cells[place] = cells[place]._replace(text=cells[place].text + sign)
            continue
        cells.append(blank if sign == " " else Cell(sign, look))
        if width == 2:
            cells.append(Cell("", look))
    return cells


Row = list[Cell | None]


class Shown:
    """The cells that were sent. A cell nothing is known of is None, and differs from everything."""

    def __init__(self) -> None:
        self._rows: dict[int, Row] = {}
        self._composed: set[int] = set()
        self._place: tuple[int, int] | None = None
        self._started = ""

    def forget(self) -> None:
        """Nothing is known any more: another size, or somebody else wrote on the terminal."""
        self._rows.clear()
        self._composed.clear()
        self._place = None

    def difference(self, written: str) -> str:
        """What has to be sent so that the terminal shows what was written; empty where it shows it already.

        A synchronized update (mode 2026) is opened only where something is in it.
        """
        if written == SYNC_START:
            self._started = written
            return ""
        if written == SYNC_END and self._started:
            self._started = ""
            return ""
        if written == SYNC_END or UNSEEN.fullmatch(written):
            sent = written
        elif (drawn := self._drawn(written)) is not None:
            sent = self._picture(*drawn)
        else:
            self.forget()
            sent = written
        if not sent:
            return ""
        started, self._started = self._started, ""
        return started + sent

    def _picture(self, rows: dict[int, Row], place: tuple[int, int]) -> str:
        """A shift of rows where that spares much, then the runs of cells that differ; where the text cursor is left."""
        sent = self._shift(rows)
        sent += _painted(
            run for y in sorted(rows) for run in _runs(y, self._rows.get(y, []), rows[y], y in self._composed)
        )
        self._rows.update(rows)
        if sent or place != self._place:
            sent += f"\x1b[{place[1] + 1};{place[0] + 1}H"
            self._place = place
        return sent

    def _shift(self, rows: dict[int, Row]) -> str:
        """Moves the rows that a picture shows some lines higher or lower; those it uncovers are blank."""
        shift = found_shift(self._rows, rows) if len(rows) >= LEAST and not self._composed else None
        if shift is None:
            return ""
        before = {y: self._rows[y] for y in range(shift.top, shift.bottom + 1)}
        for y, row in before.items():
            rows.setdefault(y, row)
            self._rows[y] = before.get(y + shift.by, [Cell(" ", PLAIN)] * len(row))
        return shift.sequence

    def _drawn(self, written: str) -> tuple[dict[int, Row], tuple[int, int]] | None:
        """The rows that a picture touches, as they shall be, and the place it ends on (column and row, from 0).

        None where something else than a picture was written.
        """
        rows: dict[int, Row] = {}
        x = y = end = 0
        look = PLAIN
        for token in TOKEN.finditer(written):
            if token.start() != end:
                return None
            end = token.end()
            row, column, codes, text = token.groups()
            if text is not None:
                line = rows.get(y)
                if line is None:
                    line = rows[y] = list(self._rows.get(y, ()))
                cells = _cells(text, look)
                line += [None] * (x - len(line))
                line[x : x + len(cells)] = cells
                x += len(cells)
                if not text.isascii() and any(len(cell.text) != 1 for cell in cells):
                    self._composed.add(y)
            elif codes is not None:
                look = look_of(codes)
            elif row is not None:
                x, y = int(column) - 1, int(row) - 1
            else:
                x, y = 0, y + 1
        return (rows, (x, y)) if end == len(written) else None


class Run(NamedTuple):
    """Cells of one row that are written at once, with one look. Row and column count from 0."""

    look: Look
    y: int
    x: int
    text: str
    end: int


def _runs(y: int, old: Row, new: Row, composed: bool) -> Iterator[Run]:
    """What brings one row from what it was to what it shall be. Cells between two near runs of one look are in it.

    A row that has, or had, wide or composed signs is written whole: terminals differ on how many cells they take.
    """
    if old == new:
        return
    known = 0 if composed else len(old)
    look, start, end, texts = PLAIN, 0, -NEAR - 1, [""]
    for x, cell in enumerate(new):
        if cell is None or (x < known and old[x] == cell):
            continue
        if x == end and _suits(look, cell):
            texts.append(cell.text)
        elif x <= end + NEAR and all(each is not None and _suits(look, each) for each in new[end : x + 1]):
            texts += [each.text for each in new[end : x + 1] if each is not None]
        else:
            if end >= 0:
                yield Run(look, y, start, "".join(texts), end)
            look, start, texts = cell.look, x, [cell.text]
        end = x + 1
    if end >= 0:
        yield Run(look, y, start, "".join(texts), end)


def _painted(runs: Iterable[Run]) -> str:
    """The runs as they are sent: a change of colour costs three times a move, so those of one look go together."""
    by_look: dict[Look, list[Run]] = {}
    for run in runs:
        by_look.setdefault(run.look, []).append(run)
    sent: list[str] = []
    pen, at = PLAIN, (-1, -1)
    for look, alike in by_look.items():
        if look != pen:
            sent.append(_change(pen, look))
            pen = look
        for run in alike:
            if (run.y, run.x) != at:
                ahead = run.x - at[1]
                sent.append(f"\x1b[{ahead}C" if run.y == at[0] and ahead > 0 else f"\x1b[{run.y + 1};{run.x + 1}H")
            sent.append(run.text)
            at = (run.y, run.end)
    if pen != PLAIN:
        sent.append(RESET)
    return "".join(sent)


def _suits(pen: Look, cell: Cell) -> bool:
    """Whether a cell looks right when it is written with this pen."""
    return pen is cell.look or pen == cell.look or (cell.text == " " and _on_blank(pen) == cell.look)


def _change(pen: Look, look: Look) -> str:
    """The shortest way from one look to another: attributes can only be added, all else begins anew."""
    codes = []
    if pen.attributes - look.attributes:
        codes, pen = ["0"], PLAIN
    codes += sorted(look.attributes - pen.attributes)
    if look.foreground != pen.foreground:
        codes.append(look.foreground or "39")
    if look.background != pen.background:
        codes.append(look.background or "49")
    return RESET if look == PLAIN else f"\x1b[{';'.join(codes)}m"


class DifferenceDriver(LinuxDriver):
    """Textual's driver for terminals, sending differences."""

    shown: Shown | None = None

    def write(self, data: str) -> None:
        """Sends what the terminal does not show yet."""
        if self.shown is None:
            self.shown = Shown()
        sent = self.shown.difference(data)
        if sent:
            super().write(sent)
