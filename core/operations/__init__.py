"""The only door for the two front ends: what a person may do, and what they may know.

A rule (who may activate, what a retry does) lives here once, so the command line and the console cannot disagree.
Every function takes a `Desk`: the home, the stores and the person who acts.

desk.py       the desk: home, ledger, installations, secrets, actor, readonly
decisions.py  on deliveries: retry, resend, discard, mark delivered, include, undo
setup/        from nothing to active: connections, install, credentials, activation, one document first
views/        what is shown: status, queue, one delivery and why, find, activity, dry run; reads only
support/      what support and accountants ask for: doctor, reconcile, backup, bundle
bulk/         many installations at once: tables in and out, templates, a decision on a selection
running/      the engine as people see it: started, stopped, as a service, telling them, moved to PostgreSQL
"""
