"""The sentences of the rules: code -> what was found and what to do."""

from core.wording import Message

RULE_MESSAGES: dict[str, Message] = {}
