"""Many installations at once, for an office.

office.py              which of them, worst first, and one decision on all of a selection
exchange.py            installations as a table, out and in
baselines.py           what is history in each of them, where no engine runs
credentials_import.py  credentials of many dossiers from one private text
templates.py           named option sets for new installations
"""
