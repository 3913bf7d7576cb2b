"""What is sent: choices of a person instead of Banqup's levels, and what already stands there stays history."""

from __future__ import annotations

import pytest

from core.errors import UsageError
from core.installations import Options
from core.operations.setup import activation, installing, triggers
from tests.core.operations.fakes import SPACE, FakeDesk, set_up


def test_what_is_installed_goes_over_when_approved_or_sent(desk: FakeDesk) -> None:
    assert triggers.chosen(set_up(desk).options) == ("approved", "sent")


@pytest.mark.parametrize("purchases", triggers.PURCHASES)
@pytest.mark.parametrize("sales", triggers.SALES)
def test_a_choice_is_kept_and_read_back(desk: FakeDesk, purchases: str, sales: str) -> None:
    set_up(desk)
    if (purchases, sales) == ("none", "none"):
        with pytest.raises(UsageError) as raised:
            triggers.set_triggers(desk, SPACE.id, purchases, sales)
        assert raised.value.code == "no_trigger"
        return
    made = triggers.set_triggers(desk, SPACE.id, purchases, sales)
    assert triggers.chosen(made.options) == (purchases, sales)
    assert triggers.chosen(installing.find(desk, SPACE.id).options) == (purchases, sales)


def test_levels_written_by_hand_are_no_choice_and_stay(desk: FakeDesk) -> None:
    set_up(desk)
    installing.set_options(desk, SPACE.id, Options(purchase_trigger=("PARTIALLY_APPROVED",)))
    made = triggers.set_triggers(desk, SPACE.id, None, "delivered")
    assert triggers.chosen(made.options) == (None, "delivered")
    assert made.options.purchase_trigger == ("PARTIALLY_APPROVED",)


async def test_only_more_on_a_running_space_takes_a_baseline(desk: FakeDesk) -> None:
    before = set_up(desk)
    validated = triggers.with_choices(before.options, "validated", None)
    assert not triggers.takes_baseline(before, validated)
    await activation.activate(desk, SPACE.id)
    running = installing.find(desk, SPACE.id)
    assert triggers.takes_baseline(running, validated)
    assert not triggers.takes_baseline(running, triggers.with_choices(running.options, None, "delivered"))


def test_two_people_at_one_form_do_not_overwrite_each_other(desk: FakeDesk) -> None:
    seen = set_up(desk).options
    triggers.set_triggers(desk, SPACE.id, "validated", None)
    with pytest.raises(UsageError) as raised:
        triggers.set_triggers(desk, SPACE.id, None, "delivered", seen=seen)
    assert raised.value.code.startswith("changed_meanwhile")
