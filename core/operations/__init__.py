"""The only door for the two front ends: what a person may do, and what they may know.

A rule (who may activate, what a retry does) lives here once, so the command line and the console cannot disagree.
Every function takes a `Desk`: the home, the stores and the person who acts.

    desk.py         the desk: home, ledger, installations, secrets, actor, readonly
    connections.py  the two connections, once a machine
    installing.py   spaces, install, uninstall, enterprise numbers, the three credentials
    activation.py   preview, activate, deactivate, hold, release
    decisions.py    retry, resend, discard, mark delivered, include, undo
    overview.py     status, queue, one delivery, health in the words of the first line
    engines.py      is an engine running, start it, stop it
    support.py      reconcile, backup, restore, export, import, doctor, bundle
"""
