"""What the buttons of a person's acts on a delivery say, by the act's id."""

from __future__ import annotations

from collections.abc import Mapping

ACTS: Mapping[str, str] = {
    "retry": "Retry",
    "resend": "Send again",
    "discard": "Do not send",
    "mark_delivered": "Mark delivered",
    "include": "Include",
    "undo": "Undo",
}
