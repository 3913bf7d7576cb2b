"""How a text reaches the clipboard of the terminal a person sits at: OSC 52, also through tmux and screen. Pure.

tmux takes it itself where `set-clipboard` is `on`, and hands a wrapped one on where `allow-passthrough` is; both are
sent, since nobody can ask it which. screen hands on what is wrapped, in pieces of at most 768 bytes. Whether the
terminal then takes it, it alone decides; it never answers.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping

PIECE = 240
"""Characters of a piece that screen hands on; its buffer for one string holds 256 in older versions, 768 in newer."""


def sequences(text: str, environ: Mapping[str, str]) -> tuple[str, ...]:
    """What to write to the terminal, in order."""
    plain = f"\x1b]52;c;{base64.b64encode(text.encode()).decode('ascii')}\a"
    if environ.get("TMUX"):
        return plain, "\x1bPtmux;" + plain.replace("\x1b", "\x1b\x1b") + "\x1b\\"
    if environ.get("STY"):
        pieces = (plain[start : start + PIECE] for start in range(0, len(plain), PIECE))
        return ("".join(f"\x1bP{piece}\x1b\\" for piece in pieces),)
    return (plain,)
