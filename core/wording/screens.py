"""The sentences of the console's screens: code -> what happened and what to do."""

from core.wording import Message

MESSAGES: dict[str, Message] = {
    "nothing_chosen": Message("There is no delivery under the cursor."),
    "screen_crashed": Message(
        "Something went wrong that should not have ({kind}).", "The place is recorded in {file}; the queue goes on."
    ),
    "too_small": Message(
        "This window is too small for the screen: it needs 60 columns and 16 lines.",
        "Make it larger. The keys still work, and the engine goes on in any case.",
    ),
}
