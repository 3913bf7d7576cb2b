"""How the tones of spans look in the theme in use: colours by theme variable, once a theme and not once a widget."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from weakref import WeakKeyDictionary

from rich.style import Style
from textual.app import App
from textual.color import Color, ColorParseError

from tui.widgets.spans import TONES

BOLD = frozenset({"strong", "key"})
VARIABLES = {"strong": "foreground", "key": "accent"}
"""Tones of the console's own, by the theme variable that gives their colour."""


@dataclass
class Tones:
    """The styles of one theme, as long as the app holds these very variables."""

    variables: Mapping[str, str]
    cursor: Style
    styles: dict[str, Style] = field(default_factory=dict)

    def style(self, tone: str) -> Style:
        """What a tone adds to the style of its line; nothing for a tone nobody knows."""
        return self.styles.get(tone, Style.null())


_cache: WeakKeyDictionary[App[object], Tones] = WeakKeyDictionary()


def tones_of(app: App[object]) -> Tones:
    """The tones of an app's theme."""
    known = _cache.get(app)
    if known is None or known.variables is not app.theme_variables:
        known = _cache[app] = _tones(app)
    return known


def _tones(app: App[object]) -> Tones:
    variables, ansi = app.theme_variables, app.current_theme.ansi
    styles = {}
    for tone in TONES:
        colour = _colour(variables.get(VARIABLES.get(tone, tone), ""))
        dim = ansi and tone == "text-muted"
        styles[tone] = Style(bold=True if tone in BOLD else None, dim=True if dim else None) + colour
    if ansi:
        cursor = Style(reverse=True)
    else:
        background = _colour(variables.get("cursor", "")).color
        cursor = Style(bgcolor=background)
    return Tones(variables, cursor, styles)


def _colour(value: str) -> Style:
    """A theme variable as a foreground colour; none where it is not a plain colour."""
    try:
        return Style(color=Color.parse(value).rich_color)
    except ColorParseError:
        return Style.null()
