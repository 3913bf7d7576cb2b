"""The engine as people see it.

engines.py   does it run, since when; start, stop
detached.py  a process that outlives the one that starts it
service.py   as a service of this machine
telling.py   who is told what
moving.py    its ledger from a file to PostgreSQL, and back
"""
