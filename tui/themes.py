"""The console's own colours, dark and light, and the choice between them and the terminal's sixteen.

Tones are only ever named by the theme variables of `tui.words.status`; nothing here is needed to read a screen, since
every colour stands beside a word and a glyph.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from textual.theme import BUILTIN_THEMES, Theme

DARK = Theme(
    name="banqup-dark",
    primary="#4aa3df",
    secondary="#3b6f92",
    accent="#5fb7e5",
    success="#74c476",
    warning="#e5ae52",
    error="#ef7b72",
    foreground="#d7dde4",
    background="#10151b",
    surface="#10151b",
    panel="#1d2731",
    boost="#1d2731",
    dark=True,
    variables={
        "text-muted": "#8d9aa7",
        "cursor": "#274a63",
        "field": "#1a232d",
        "input-cursor-background": "#d7dde4",
        "input-cursor-foreground": "#10151b",
    },
)

LIGHT = Theme(
    name="banqup-light",
    primary="#1f6fa8",
    secondary="#5c8fb3",
    accent="#0b6492",
    success="#226b27",
    warning="#8a5200",
    error="#a8201a",
    foreground="#1d232a",
    background="#fbfbf8",
    surface="#fbfbf8",
    panel="#e7ebee",
    boost="#e7ebee",
    dark=False,
    variables={
        "text-muted": "#5a6570",
        "cursor": "#bcd9ec",
        "field": "#eef1f3",
        "input-cursor-background": "#1d232a",
        "input-cursor-foreground": "#fbfbf8",
    },
)

_TERMINAL = BUILTIN_THEMES["ansi-dark"]

ANSI = replace(
    _TERMINAL,
    name="banqup-ansi",
    accent="ansi_cyan",
    variables={
        **_TERMINAL.variables,
        "text-muted": "ansi_default",
        "cursor": "ansi_default",
        "field": "ansi_default",
        "input-cursor-background": "ansi_default",
        "input-cursor-foreground": "ansi_default",
    },
)
"""The terminal's own colours, for NO_COLOR and for terminals of sixteen: the cursor line is reversed, not coloured."""

THEMES = {"dark": DARK, "light": LIGHT, "ansi": ANSI}


def choose(environ: Mapping[str, str]) -> str:
    """`dark`, `light` or `ansi`: BANQUP_PINGWIN_THEME first, then what the terminal can show, then COLORFGBG."""
    asked = environ.get("BANQUP_PINGWIN_THEME", "").lower()
    if "NO_COLOR" in environ:
        return "ansi"
    if asked in THEMES:
        return asked
    term = environ.get("TERM", "")
    if "COLORTERM" not in environ and "256color" not in term and "direct" not in term and term:
        return "ansi"
    background = environ.get("COLORFGBG", "").rpartition(";")[2]
    return "light" if background in {"7", "15"} else "dark"
