"""What people decided: one `Machine` and one `Installation` a space, in a hand-editable TinyDB file.

Takes and gives frozen models; every change is one locked, atomic, fsynced file version. Holds no secret, counter,
watermark or lease: what changes by itself belongs to the ledger.
"""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import Field

from core.config import Settings
from core.model import Rule


class Consent(Settings):
    """Who agreed that documents of the space are used, and when."""

    by: str
    at: datetime


class Options(Settings):
    """What an installation sends and how."""

    purchase_trigger: tuple[str, ...] = ("FULLY_APPROVED",)
    sales_trigger: tuple[str, ...] = ("SENT", "DELIVERED")
    format: Literal["e-fff-1.0", "e-fff-3.0"] = "e-fff-1.0"

    @property
    def rule(self) -> Rule:
        """The trigger as the engine uses it."""
        return Rule(frozenset(self.purchase_trigger), frozenset(self.sales_trigger))


class Installation(Settings):
    """The Pingwin extension in one space. `file_id` names the dossier; the other two credentials are secrets.

    `activated_at` is the decision; the ledger's activation row says when its baseline was complete.
    `waiting` says what the person chose for deliveries that still waited at the last activation.
    """

    space: str
    name: str
    consent: Consent
    enterprise_numbers: tuple[str, ...] = ()
    own_extension_off: bool = False
    file_id: str = ""
    active: bool = False
    activated_at: datetime | None = None
    waiting: Literal["", "send", "discard"] = ""
    held_by: str = ""
    options: Options = Field(default_factory=Options)
