"""The engine: finds what became eligible, prepares it, sends it once, and says what became of it.

engine.py              the process on one machine
workers.py             the same steps on several, over PostgreSQL
lock.py                one engine a home
migrations.py          procrastinate's tables
notes.py, requests.py  asking an engine
house.py               decisions, secrets and connections as the engine sees them
follow.py              keeps the ledger in step
outside.py             source, target and options of one step
supervise.py           activations, polls, probes, cleaning
baseline.py            what is history
poll.py                what became eligible
pace.py                how often to look
deliver.py             one step: settle, or take one delivery on
prepare.py             fetch, convert, check, keep
converting.py          a document's files to its e-fff file, a large one in a process beside us
retry.py               what an answer leads to
result.py              writes that down
shares.py              no slow space delays another
shared_ceiling.py      calls a minute that several engines keep together
"""
