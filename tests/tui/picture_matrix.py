"""The five main screens in every size, theme and language, kept small: one file a screen, size and theme.

`screenshots/matrix/<screen>-<size>-<theme>.svgz` holds the four languages above one another; a browser shows it.
`python -m tests.tui.picture_matrix` makes `screenshots/contact-sheet.png` of them.
"""

from __future__ import annotations

import base64
import gzip
import re
from pathlib import Path

FOLDER = Path(__file__).parents[2] / "screenshots" / "matrix"
SHEET = FOLDER.parent / "contact-sheet.png"

SCREENS = ("queue", "document", "credentials", "manage", "activate")
SIZES = {"80x24": (80, 24), "120x40": (120, 40)}
THEMES = ("dark", "light", "ansi")
LANGUAGES = ("en", "nl", "fr", "de")

THUMBNAIL = 320
"""Pixels of one picture on the contact sheet."""

_BOX = re.compile(r'viewBox="0 0 ([\d.]+) ([\d.]+)"')


def file_of(screen: str, size: str, theme: str) -> Path:
    """Where four languages of a screen are kept."""
    return FOLDER / f"{screen}-{size}-{theme}.svgz"


def stacked(pictures: list[str]) -> str:
    """Pictures of one size above one another, each with class names of its own."""
    width, height = (float(number) for number in _BOX.search(pictures[0]).groups())  # type: ignore[union-attr]
    parts = []
    for place, picture in enumerate(pictures):
        own = re.sub(r"\bt-(?=\w)", f"t{place}-", picture)
        parts.append(own.replace("<svg ", f'<svg y="{place * height:g}" width="{width:g}" height="{height:g}" ', 1))
    box = f'viewBox="0 0 {width:g} {height * len(pictures):g}"'
    return f'<svg xmlns="http://www.w3.org/2000/svg" {box}>\n' + "\n".join(parts) + "\n</svg>\n"


def keep(file: Path, svg: str) -> None:
    """Writes a compressed picture, the same bytes for the same picture."""
    file.parent.mkdir(exist_ok=True)
    file.write_bytes(gzip.compress(svg.encode(), 9, mtime=0))


def kept(file: Path) -> str:
    """A picture as it was approved."""
    return gzip.decompress(file.read_bytes()).decode()


def contact_sheet() -> bytes:
    """Those at 80x24 on one PNG: a row a screen, a column a theme, the four languages above one another."""
    import resvg_py

    cells, y = [], 0.0
    for screen in SCREENS:
        height = 0.0
        for column, theme in enumerate(THEMES):
            svg = kept(file_of(screen, "80x24", theme))
            box = _BOX.search(svg)
            assert box is not None
            height = THUMBNAIL * float(box[2]) / float(box[1])
            png = base64.b64encode(bytes(resvg_py.svg_to_bytes(svg_string=svg, width=THUMBNAIL))).decode()
            place = f'x="{column * THUMBNAIL}" y="{y:g}" width="{THUMBNAIL}" height="{height:g}"'
            cells.append(f'<image {place} href="data:image/png;base64,{png}"/>')
        y += height
    width = THUMBNAIL * len(THEMES)
    svg = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {y:g}">{"".join(cells)}</svg>'
    return bytes(resvg_py.svg_to_bytes(svg_string=svg, width=width))


if __name__ == "__main__":
    SHEET.write_bytes(contact_sheet())
