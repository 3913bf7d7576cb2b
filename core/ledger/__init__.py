"""What happened to every document, in rows that survive a crash: on SQLite for one machine, on PostgreSQL for several.

base.py        the contract: what every store can do, with asking.py, sharing.py and retaining.py
records.py     what crosses the border
store.py       what both stores share; each subject below is a mixin of SQL that both understand
activating.py  spaces, baselines, the switch
polling.py     what polls found
delivering.py  settle, pick, claim, intent, result
circuits.py    why nothing goes out
deciding.py    what people do
reading.py     what screens and commands ask, with views.py
erasing.py     whom documents were with, forgotten: harmless.py says which words stay
writing.py     a row for a document found
rows.py        rows as the vocabulary's types
terms.py       what a customer says, as the index spells it
sqlite.py      one file: opening.py, library.py (which SQLite), turn.py (waiting for a lock)
postgres.py    several machines: server.py (sessions and errors)
schema/        both schemas as numbered scripts
checking.py    is it sound
replay.py      does the audit trail say the same
copying.py     one store into another
narrowed.py    a ledger seen through one space
"""
