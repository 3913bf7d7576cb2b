"""Every code that this room can raise has a sentence, and no sentence waits for a code that nobody raises."""

from __future__ import annotations

import re
from pathlib import Path

import core.banqup
from core.wording.banqup import MESSAGES

ROOM = Path(core.banqup.__file__).parent


def test_codes_and_sentences_match_exactly() -> None:
    source = "\n".join(path.read_text() for path in sorted(ROOM.glob("*.py")))
    raised = set(re.findall(r'"(banqup_[a-z_]+)"', source))
    raised |= {f"banqup_address_{problem}" for problem in ("missing", "malformed", "not_https")}
    assert raised == set(MESSAGES)


def test_every_sentence_ends_and_most_say_what_to_do() -> None:
    for code, message in MESSAGES.items():
        assert message.sentence.endswith("."), code
        assert message.advice.endswith("."), code
