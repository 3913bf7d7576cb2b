"""Both faces: the command line and the console. They act only through `core.operations`.

cli.py              `banqup-pingwin`: options, edge of errors
commands/           one file a group of commands
app.py              the console as it is started
console.py          what its screens share
driver.py           sends only what the terminal does not show yet
shifting.py         rows the terminal can move itself
feed.py             what moved in the stores
screens/            one file a screen
widgets/            what screens are made of
styles/, themes.py  how they look
actions.py          every key, once
keymap.py           a person's own
situation.py        what is possible now
journey.py          the way through the steps
steps.py            their screens
queue_view.py       what the queue reads
words/              words both faces share
i18n.py             four languages, from locale/
plain.py            safe for a terminal
clipboard.py        a text to one's own clipboard
handover.py         a saved file to one's own computer
crashes.py          the record of a defect
"""
