"""The engine of banqup-pingwin: everything except the screen. Imports no textual, rich or click.

operations/                            the door for the front ends
sync/                                  the engine
ledger/                                what happened
stores.py                              which store a home is on
banqup/                                documents come from there
pingwin/                               they go there
efff/                                  and become this in between
sandbox/                               a Banqup and a Pingwin for the demo and the tests
activity/                              every call, recorded
telling/                               notices
service/                               systemd
wording/                               every sentence
model.py                               the vocabulary
errors.py                              what could not be done
clock.py                               time as an argument
home.py                                where things live
config.py, installations.py            what people decided
spool.py                               files that wait
secrets.py, credentials.py, keyring.py where secrets come from
redaction.py                           how they stay out of everything written
logs.py                                 the engine's log
files.py, jsonfile.py, spreadsheet.py  files that survive
web.py, tls.py, ceiling.py             what both HTTP edges share
"""

import logging
import sys

__version__ = "0.1.0"

# httpx loads its own command line where it can, and with it click and rich; without it, it goes on as well
sys.modules.setdefault("httpx._main", None)  # type: ignore[arg-type]

# where nobody set up a log, nothing is printed: the terminal belongs to the console
logging.getLogger(__name__).addHandler(logging.NullHandler())
