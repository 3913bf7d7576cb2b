"""From nothing to active: each step a person takes once, in the order of the walkthrough.

walkthrough.py     where the first run stands
trial.py           "try it without an account": a sandbox, both connections set to it
connections.py     Banqup and Pingwin's target, once a machine
contracts.py       a wire contract explained and tried before anybody relies on it
installing.py      spaces, install with consent, enterprise numbers, uninstall
credentials.py     API Key, CLID, File ID
first_document.py  one document sent alone, before the space goes live
activation.py      what stays history, the switch, hold and release
triggers.py        at which level in Banqup a document goes over
enrolment.py       tells the ledger where a space sends
meanwhile.py       two people at one form
"""
