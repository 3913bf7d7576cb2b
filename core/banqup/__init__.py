"""Documents come from here: Banqup over HTTP, read-only. Start at `client.py`; assumed names stand in `wire.py`."""
