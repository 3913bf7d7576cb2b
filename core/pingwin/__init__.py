"""Documents go here: Pingwin by a wire contract that is data, or a folder tree.

target.py    what the engine needs of a target
contract.py  the wire contract
library.py   the contract files, shipped and the user's own
request.py   contract -> request
body.py      its body, made piece by piece while it is sent
verdict.py   contract + answer -> class
exchange.py  one request, one connection, one total deadline
http.py      the target over HTTP
folder.py    the target as a folder tree, with receipts.py
targets.py   from settings to a target
"""

from core.pingwin.library import available
from core.pingwin.targets import open_target

__all__ = ["available", "open_target"]
