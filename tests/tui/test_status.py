"""One vocabulary of states: complete, told apart without colour, and one column wide."""

from __future__ import annotations

import unicodedata

import pytest

from core.model import Direction, Event, State
from core.operations.decisions import Act
from core.operations.views.activity import Happening
from core.operations.views.overview import Health
from core.wording.acts import ACTS
from tui.i18n import LANGUAGES, _, use_language
from tui.widgets.status_line import SHORT
from tui.words import happenings, status

SAME_LOOK = {State.LEASED, State.SENDING}


@pytest.fixture(autouse=True)
def english() -> None:
    use_language("en")


def test_every_state_health_act_and_direction_has_its_words() -> None:
    assert set(status.STATES) == set(State)
    assert set(status.HEALTHS) == set(Health)
    assert set(ACTS) == set(Act)
    assert set(status.DIRECTIONS) == set(Direction)


@pytest.mark.parametrize("ascii_only", [False, True])
def test_states_are_told_apart_without_colour(ascii_only: bool) -> None:
    marks = {face.mark(ascii_only) for state, face in status.STATES.items() if state is not State.LEASED}
    assert len(marks) == len(State) - 1
    assert status.STATES[State.LEASED] == status.STATES[State.SENDING]


@pytest.mark.parametrize("face", [*status.STATES.values(), *status.HEALTHS.values()])
def test_a_glyph_is_one_column_wide_and_has_an_ascii_form(face: status.Face) -> None:
    assert len(face.glyph) == 1
    assert unicodedata.east_asian_width(face.glyph) not in {"W", "F"}
    assert not 0x2800 <= ord(face.glyph) <= 0x28FF, "Braille patterns are not drawn everywhere"
    assert not 0xE000 <= ord(face.glyph) <= 0xF8FF, "private characters need a special font"
    assert len(face.ascii) == 1 and face.ascii.isascii()


@pytest.mark.parametrize("language", LANGUAGES)
def test_states_keep_different_words_in_every_language(language: str) -> None:
    use_language(language)
    words = [face.word for state, face in status.STATES.items() if state is not State.LEASED]
    assert len(set(words)) == len(words)


def test_a_hold_names_who_holds_and_nothing_in_the_name_can_act() -> None:
    assert status.health_word(Health.HELD, "an\x1b[31mna") == "HELD BY an\N{REPLACEMENT CHARACTER}[31mna"
    assert status.health_word(Health.STOPPED) == "STOPPED"


HEALTH_OF = {"health_stopped": Health.STOPPED, "health_stopped_since": Health.STOPPED,
             "health_inactive": Health.INACTIVE, "health_held": Health.HELD}  # fmt: skip


@pytest.mark.parametrize("code", SHORT)
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_short_reason_stands_whole_beside_poll_and_counts_at_80_columns(code: str, language: str) -> None:
    use_language(language)
    state = status.health_word(HEALTH_OF.get(code, Health.ACTIVE), "an")
    poll = _("polled {time}").format(time="14:23")
    assert len(f"o {state}  {_(SHORT[code])}  {poll}  o 2  o 1  o 15") <= 80


def test_words_follow_the_language_in_use() -> None:
    use_language("nl")
    assert status.face(State.CONFIRMED).word == "geleverd"
    use_language("en")
    assert status.face(State.CONFIRMED).word == "delivered"


@pytest.mark.parametrize("kind", happenings.EVENT_KINDS)
@pytest.mark.parametrize("language", ["en", "nl", "fr", "de"])
def test_change_without_a_reason_of_its_own_is_told_in_words_in_the_activity(kind: str, language: str) -> None:
    use_language(language)
    event = Event(12, 7, "space", 0.0, kind, "engine", None, {})
    said = happenings.words(Happening(0.0, "e12", "engine", False, "space", 7, event=event))
    assert said == happenings.event_sentence(event) and said not in {kind, kind.replace("_", " ")}
