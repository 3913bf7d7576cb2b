"""The engine of banqup-pingwin: everything except the screen. Imports no textual, rich or click."""

import logging
import sys

__version__ = "0.1.0"

# httpx loads its own command line where it can, and with it click and rich; without it, it goes on as well
sys.modules.setdefault("httpx._main", None)  # type: ignore[arg-type]

# where nobody set up a log, nothing is printed: the terminal belongs to the console
logging.getLogger(__name__).addHandler(logging.NullHandler())
