"""What this product did, call by call: a bounded recorder that is always on, and what it never keeps.

entry.py    one request or file written, and what it was for (`about`)
client.py   the HTTP client that records what passes through it
journal.py  the rotating file that all processes of a home write
"""

from core.activity.entry import Entry, Record, about, nobody

__all__ = ["Entry", "Record", "about", "nobody"]
