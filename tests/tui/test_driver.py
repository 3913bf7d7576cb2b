"""What is sent leads to the same screen as what was written, in fewer bytes, whatever was on it before."""

from __future__ import annotations

import pyte
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len

from tui.driver import RESET, SYNC_END, SYNC_START, Shown

WIDTH, HEIGHT = 20, 5
STYLES = ("", "1", "31", "38;2;215;221;228;48;2;16;21;27", "1;38;5;12", "48;2;16;21;27", "7", "2;39;49", "4;94;104")
TEXTS = ("a", "Molens", "  ", " - ", "Café", "→…", "x y  z")
WIDE = (*TEXTS, "漢", "e\u0301")
Line = tuple[int, int, list[tuple[str, str]]]


def to_the_end(line: Line) -> Line:
    """A line with wide signs is written whole, as Textual does: no half of one is left."""
    y, _x, parts = line
    return y, 1, [*parts, ("", " " * (WIDTH - sum(cell_len(text) for _style, text in parts)))]


def pieces(texts: tuple[str, ...]) -> st.SearchStrategy[list[tuple[str, str]]]:
    return st.lists(st.tuples(st.sampled_from(STYLES), st.sampled_from(texts)), min_size=1, max_size=3)


rows = st.integers(1, HEIGHT - 1)
lines = st.tuples(rows, st.integers(1, 3), pieces(TEXTS)) | st.tuples(st.just(HEIGHT), st.just(1), pieces(WIDE)).map(
    to_the_end
)
pictures = st.lists(lines, min_size=1, max_size=5, unique_by=lambda line: line[0]).map(sorted)


def written(picture: list[Line]) -> str:
    """A picture as Textual writes it: each piece with its whole style, and a place for the text cursor at the end."""
    drawn = []
    for y, x, parts in picture:
        drawn.append(
            f"\x1b[{y};{x}H" + "".join(f"\x1b[{style}m{text}{RESET}" if style else text for style, text in parts)
        )
    return "\n".join(drawn) + "\x1b[1;1H"


def terminal(height: int = HEIGHT) -> tuple[pyte.Screen, pyte.Stream]:
    screen = pyte.Screen(WIDTH, height)
    return screen, pyte.Stream(screen)


def seen(screen: pyte.Screen) -> list[list[object]]:
    """Each cell as a person sees it: the colour of a letter that is not there shows nothing."""
    cells = [[screen.buffer[y][x] for x in range(WIDTH)] for y in range(screen.lines)]
    return [
        [each._replace(fg="", bold=False) if each.data == " " and not each.reverse else each for each in row]
        for row in cells
    ]


@settings(max_examples=200, deadline=None)
@given(st.lists(pictures, min_size=1, max_size=6), st.integers(0, 6))
def test_the_terminal_shows_what_was_written(sequence: list[list[Line]], forgotten: int) -> None:
    shown = Shown()
    direct, direct_stream = terminal()
    spared, spared_stream = terminal()
    for turn, picture in enumerate(sequence):
        if turn == forgotten:
            shown.forget()
        direct_stream.feed(written(picture))
        spared_stream.feed(shown.difference(written(picture)))
        assert seen(spared) == seen(direct)
        assert (spared.cursor.x, spared.cursor.y) == (direct.cursor.x, direct.cursor.y)


def test_the_same_picture_again_sends_nothing_at_all() -> None:
    shown = Shown()
    picture = written([(2, 1, [("31", "Molens"), ("", " 12")])])
    assert shown.difference(picture)
    assert [shown.difference(each) for each in (SYNC_START, picture, SYNC_END)] == ["", "", ""]


def test_one_other_character_sends_that_character() -> None:
    shown = Shown()
    style = "38;2;215;221;228;48;2;16;21;27"
    shown.difference(written([(2, 1, [(style, "Molens van Brabant")])]))
    sent = shown.difference(written([(2, 1, [(style, "Molens van Brabazt")])]))
    assert "z" in sent and "Molens" not in sent and len(sent) < 60


def test_after_what_it_does_not_know_the_next_picture_is_sent_whole() -> None:
    picture = written([(1, 1, [("", "Molens")])])
    for strange in ("\x1b[?1049h", "\x1b[2J", "\x1b]8;;x\x07text\x1b]8;;\x07"):
        shown = Shown()
        shown.difference(picture)
        assert shown.difference(strange) == strange
        assert "Molens" in shown.difference(picture), strange


def test_clipboard_bell_and_text_cursor_change_no_cell() -> None:
    picture = written([(1, 1, [("", "Molens")])])
    for unseen in ("\x1b]52;c;TW9sZW5z\x07", "\x1bPtmux;\x1b\x1b]52;c;TW9s\x07\x1b\\", "\x07", "\x1b[?25h"):
        shown = Shown()
        shown.difference(picture)
        assert shown.difference(unseen) == unseen
        assert shown.difference(picture) == "", unseen


TALL = 14
ROWS = (
    "Molens van Brabant  ",
    "Drukkerij Peeters   ",
    "Elektriciteit Jansen",
    "                    ",
    "Café De Zwaan    92 ",
)
COLOURS = ("38;2;215;221;228;48;2;16;21;27", "48;2;39;74;99", "")
texts = st.lists(st.tuples(st.sampled_from(ROWS), st.sampled_from(COLOURS)), min_size=30, max_size=30)


def window(text: list[tuple[str, str]], top: int, first: int, last: int) -> str:
    """The rows of a text from `top` on, on the screen's lines from `first` to `last`."""
    return written([(y, 1, [(text[top + y][1], text[top + y][0])]) for y in range(first, last + 1)])


@settings(max_examples=300, deadline=None)
@given(texts, st.lists(st.tuples(st.integers(0, 15), st.integers(1, 7), st.integers(8, TALL)), min_size=2, max_size=6))
def test_a_text_that_scrolls_is_shown_as_it_was_written(
    text: list[tuple[str, str]], steps: list[tuple[int, int, int]]
) -> None:
    shown = Shown()
    direct, direct_stream = terminal(TALL)
    spared, spared_stream = terminal(TALL)
    for top, first, last in steps:
        picture = window(text, top, first, last)
        direct_stream.feed(picture)
        spared_stream.feed(shown.difference(picture))
        assert seen(spared) == seen(direct)
        assert spared.margins is None or (spared.margins.top, spared.margins.bottom) == (0, TALL - 1)


def test_a_text_that_scrolls_by_a_line_costs_that_line() -> None:
    text = [(chr(65 + place) * 19 + " ", COLOURS[0]) for place in range(30)]
    shown = Shown()
    shown.difference(window(text, 0, 2, 12))
    for top in (1, 0, 1, 2):
        assert len(shown.difference(window(text, top, 2, 12))) <= 140
