"""What is sent, in words: the choices for purchases and sales."""

from __future__ import annotations

from tui.i18n import N_

PURCHASES = {
    "approved": (N_("when they are fully approved"), N_("the default")),
    "validated": (N_("as soon as they are validated"), N_("where nobody approves in Banqup")),
    "none": (N_("not at all"), ""),
}
"""Choice of `core.operations.setup.triggers` -> its words and a remark."""

SALES = {
    "sent": (N_("when they are sent to the customer"), N_("the default")),
    "delivered": (N_("when they arrived at the customer"), ""),
    "none": (N_("not at all"), ""),
}
"""The same for sales."""

BASELINE = N_(
    "What stands there already stays history; what gets there from now on goes over. One of them can be brought "
    "over by “include”."
)
"""Said where a wider choice takes a baseline (decision 3)."""
