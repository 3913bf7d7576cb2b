"""The sentences of the console's screens: code -> what happened and what to do."""

from core.wording import Message

MESSAGES: dict[str, Message] = {
    "nothing_chosen": Message("There is no delivery under the cursor."),
    "screen_crashed": Message(
        "Something went wrong that should not have ({kind}).", "The place is recorded in {file}; the queue goes on."
    ),
    "console_crashed": Message(
        "The console had to end: something went wrong that should not have ({kind}).",
        "The place is recorded in {file}. The engine goes on; start the console again. If it stays, send that file to "
        "support.",
    ),
    "trial_real_home": Message(
        "This home is connected to the real services ({where}), so the sandbox is not tried here.",
        "Start the console with --home and another folder to try it.",
    ),
    "trial_no_start": Message("The sandbox did not start.", "Its own words are in {log}."),
    "too_small": Message(
        "This window is too small for the screen: it needs 60 columns and 16 lines.",
        "Make it larger. The keys still work, and the engine goes on in any case.",
    ),
}
