"""The sentences of this room: code -> what happened and what to do."""

from core.wording import Message

MESSAGES: dict[str, Message] = {}
