"""The engine as people see it.

engines.py  does it run, since when; start, stop
service.py  as a service of this machine
telling.py  who is told what
moving.py   its ledger from a file to PostgreSQL, and back
"""
