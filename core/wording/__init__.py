"""Every sentence a person may read about what happened: code -> sentence and what to do, in English.

One module a room holds that room's texts as data. The front ends translate the English template (gettext msgid) and
then fill in the arguments, so nothing here formats before it is translated, and the ledger keeps codes only.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from string import Formatter

from core.model import Arguments
from core.wording.acts import ACTS

ROOMS = (
    "banqup",
    "pingwin",
    "efff",
    "stores",
    "sync",
    "operations",
    "office",
    "service",
    "sandbox",
    "console",
    "screens",
)


@dataclass(frozen=True, slots=True)
class Message:
    """An English template pair. `{name}` takes the argument of that name; `advice` says what to do next."""

    sentence: str
    advice: str = ""


@dataclass(frozen=True, slots=True)
class Worded:
    """A message with its arguments filled in, in one language."""

    code: str
    sentence: str
    advice: str


_messages: dict[str, Message] = {}


def messages() -> Mapping[str, Message]:
    """All messages of all rooms by code."""
    if not _messages:
        for room in ROOMS:
            _messages.update(import_module(f"core.wording.{room}").MESSAGES)
    return _messages


def _english(text: str) -> str:
    return text


def word(code: str, arguments: Arguments | None = None, translate: Callable[[str], str] = _english) -> Worded:
    """Words a code. An unknown code is shown as it is, never raised: a newer engine may have written it.

    An argument named `codes` holds further codes, which are worded in its place; one named `act` is the act's name.
    """
    if arguments and (act := ACTS.get(str(arguments.get("act")))):
        arguments = {**arguments, "act": translate(act)}
    if arguments and isinstance(codes := arguments.get("codes"), str):
        arguments = {**arguments, "codes": " ".join(word(each, {}, translate).sentence for each in codes.split())}
    message = messages().get(code) or Message(code.replace("_", " "))
    sentence, advice = (
        _fill(translate(template), arguments or {}) if template else ""
        for template in (message.sentence, message.advice)
    )
    return Worded(code, sentence, advice)


class _Lenient(Formatter):
    """Fills templates; an argument that is missing shows as a dash instead of raising."""

    def get_value(self, key: int | str, args: object, kwargs: Mapping[str, object]) -> object:
        value = kwargs.get(str(key))
        return "–" if value is None else value


def _fill(template: str, arguments: Arguments) -> str:
    return _Lenient().vformat(template, (), dict(arguments))
