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
    "keymap_unreadable": Message("Your keys in {file} cannot be read: {why}.", "The console uses its own keys."),
    "keymap_no_such_action": Message(
        'keymap.toml: there is no action "{id}".', "The command banqup-pingwin keys lists all of them."
    ),
    "keymap_no_key": Message('keymap.toml: "{id}" names no key.', 'A line reads: retry = "e", or retry = ["e", "f5"].'),
    "keymap_key_taken": Message(
        'keymap.toml: {key} for "{id}" is taken by {by} and would not arrive.', "It keeps its own key."
    ),
    "keymap_key_twice": Message(
        'keymap.toml: {key} would mean both "{id}" and "{other}" on one screen.', '"{id}" keeps its own key.'
    ),
    "too_small": Message(
        "This window is too small for the screen: it needs 60 columns and 16 lines.",
        "Make it larger. The keys still work, and the engine goes on in any case.",
    ),
}
