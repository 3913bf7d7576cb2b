"""Documents come from here: Banqup over HTTP, read-only. Assumed names stand in `wire.py` alone.

source.py    what the engine needs of a source of documents
client.py    that over Banqup
session.py   one call: pace, token, status -> error
tokens.py    the access token
download.py  a file through its signed link
wire.py      every path, parameter and spelling we rely on
values.py    JSON values as instants, dates, amounts
errors.py    what went wrong, as classes
"""
