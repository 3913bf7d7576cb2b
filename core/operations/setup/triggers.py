"""What is sent: the level in Banqup at which a document goes over, as the choices a person has (decision 1).

A trigger is at or beyond a level. The names of the levels are those of `core/banqup/wire.py`, in parts assumed.
"""

from __future__ import annotations

from collections.abc import Mapping

from core.errors import UsageError
from core.installations import Installation, Options
from core.operations.desk import Desk
from core.operations.setup.credentials import installed
from core.operations.setup.installing import set_options
from core.operations.setup.meanwhile import unless_changed
from core.sync.poll import widened

PURCHASES: Mapping[str, tuple[str, ...]] = {
    "approved": ("FULLY_APPROVED",),
    "validated": ("VALIDATED", "PARTIALLY_APPROVED", "FULLY_APPROVED"),
    "none": (),
}
"""Purchases: fully approved; or valid already, where nobody approves in Banqup; or not at all."""

SALES: Mapping[str, tuple[str, ...]] = {"sent": ("SENT", "DELIVERED"), "delivered": ("DELIVERED",), "none": ()}
"""Sales: on their way to the customer; or arrived there; or not at all."""


def chosen(options: Options) -> tuple[str | None, str | None]:
    """The choices for purchases and sales that stand; None for levels that somebody wrote by hand."""
    return _name(PURCHASES, options.purchase_trigger), _name(SALES, options.sales_trigger)


def _name(choices: Mapping[str, tuple[str, ...]], levels: tuple[str, ...]) -> str | None:
    return next((name for name, each in choices.items() if set(each) == set(levels)), None)


def with_choices(options: Options, purchases: str | None, sales: str | None) -> Options:
    """The options with other triggers; None leaves one as it is. Raises UsageError where nothing would be sent."""
    changed = options.model_copy(
        update={
            **({"purchase_trigger": PURCHASES[purchases]} if purchases else {}),
            **({"sales_trigger": SALES[sales]} if sales else {}),
        }
    )
    if not (changed.purchase_trigger or changed.sales_trigger):
        raise UsageError("no_trigger")
    return changed


def takes_baseline(installation: Installation, options: Options) -> bool:
    """Whether more goes over by these options on a space that runs: what stands there already stays history."""
    return installation.active and widened(installation.options.rule, options.rule)


def set_triggers(
    desk: Desk, space: str, purchases: str | None, sales: str | None, *, seen: Options | None = None
) -> Installation:
    """Changes what is sent. `seen` is what a form was filled from. Raises UsageError, also where nothing would be."""
    desk.must_write()
    stands = installed(desk, space)
    unless_changed(desk, stands.options, seen, space=space)
    return set_options(desk, space, with_choices(stands.options, purchases, sales))
