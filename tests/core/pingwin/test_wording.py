"""Every code that this room can give has a sentence, and no sentence waits for a code that nobody gives."""

from __future__ import annotations

import re
from pathlib import Path

import core.pingwin
from core.wording.pingwin import MESSAGES

ROOM = Path(core.pingwin.__file__).parent


def test_codes_and_sentences_match_exactly() -> None:
    source = "\n".join(path.read_text() for path in sorted(ROOM.glob("*.py")))
    given = set(re.findall(r'"((?:pingwin|contract)_[a-z_0-9]+)"', source))
    given |= {f"pingwin_address_{problem}" for problem in ("missing", "malformed", "not_https")}
    assert given == set(MESSAGES)


def test_no_sentence_calls_an_inferred_contract_the_vendors() -> None:
    for message in MESSAGES.values():
        assert " API " not in f"{message.sentence} {message.advice} ".replace("API Key", "")


def test_every_sentence_ends() -> None:
    for code, message in MESSAGES.items():
        assert message.sentence.endswith("."), code
        assert not message.advice or message.advice.endswith("."), code
