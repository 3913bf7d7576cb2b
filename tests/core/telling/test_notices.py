"""People are told once when something begins, again each day while it lasts, and never flooded."""

from __future__ import annotations

from core.telling.notices import BACK, GAP, Memory, Notice, Occasion, Trouble, look, told

DAY = 86_400.0
NOW = 1_790_000_000.0


def trouble(space: str = "a", occasion: Occasion = Occasion.NEEDS_YOU) -> Trouble:
    return Trouble(occasion, space, space, "needs_you", {"count": 1}, 1)


class Days:
    """Looks every minute, with a restart (the memory goes through its text) between any two looks."""

    def __init__(self) -> None:
        self.now, self.memory, self.sent = NOW, Memory(), list[Notice]()
        self.arrives = True

    def pass_(self, seconds: float, *troubles: Trouble) -> list[Notice]:
        sent, end = list[Notice](), self.now + seconds
        while self.now < end:
            self.now += 60
            notice, self.memory = look(troubles, Memory.of(self.memory.text()), now=self.now, again=DAY)
            if notice is not None:
                self.memory = told(notice, self.memory, now=self.now, arrived=self.arrives)
                sent.append(notice)
        self.sent += sent
        return sent


def test_a_trouble_is_told_once_and_again_each_day() -> None:
    days = Days()
    assert [notice.subject for notice in days.pass_(3 * DAY + 600, trouble())] == ["notice_new"] + ["notice_still"] * 3


def test_a_burst_is_one_message() -> None:
    (notice,) = Days().pass_(3600, *(trouble(str(number)) for number in range(500)))
    assert len(notice.standing) == 500


def test_five_hundred_spaces_that_fail_one_by_one_are_a_few_messages() -> None:
    days = Days()
    for number in range(1, 120):
        days.pass_(60, *(trouble(str(each)) for each in range(number)))
    assert len(days.sent) <= 120 * 60 / GAP + 1


def test_what_ends_before_its_patience_is_never_told() -> None:
    days = Days()
    slow = Trouble(Occasion.CONNECTION, "a", "a", "x", patience=900)
    assert not days.pass_(600, slow) and not days.pass_(3600)


def test_flapping_is_one_trouble() -> None:
    days = Days()
    for _ in range(20):
        days.pass_(1200, trouble())
        days.pass_(1200)
    assert [notice.subject for notice in days.sent] == ["notice_new"]


def test_a_trouble_that_comes_back_later_is_new() -> None:
    days = Days()
    days.pass_(3600, trouble())
    assert [notice.subject for notice in days.pass_(BACK + GAP)] == ["notice_over"]
    assert [notice.subject for notice in days.pass_(3600, trouble())] == ["notice_new"]


def test_the_end_of_one_is_said_with_the_next_message_not_alone() -> None:
    days = Days()
    days.pass_(3600, trouble(), trouble("b"))
    assert not days.pass_(3600, trouble())
    (daily,) = days.pass_(DAY, trouble())
    assert (daily.subject, daily.over) == ("notice_still", ("needs_you:b",))


def test_what_could_not_be_sent_is_due_again_but_not_at_once() -> None:
    days = Days()
    days.arrives = False
    failed = days.pass_(3600, trouble())
    assert 1 < len(failed) <= 3600 / GAP + 1 and all(notice.fresh for notice in failed)
    days.arrives = True
    assert len(days.pass_(7200, trouble())) == 1


def test_the_last_look_waits_for_nothing() -> None:
    notice, memory = look([trouble()], Memory(), now=NOW, again=DAY, last=True)
    assert notice is not None
    memory = told(notice, memory, now=NOW, arrived=True)
    assert look([trouble()], memory, now=NOW + 3600, again=DAY, last=True)[0] is None


def test_an_unreadable_memory_is_an_empty_one() -> None:
    for text in ("", "nonsense", "[]", '{"troubles": {"a": {"x": 1}}}', "3"):
        assert Memory.of(text) == Memory()
