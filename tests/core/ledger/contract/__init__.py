"""What every ledger must do. Each store subclasses these with a `ledger` fixture of its own.

The statements are those of the engine reference: 4.3 (settle, claim, intent, result), 5.1 (states), 5.2 (history).

One module a subject; `common.py` has what they share.
"""

from __future__ import annotations

from tests.core.ledger.contract.activating import ActivationContract
from tests.core.ledger.contract.deciding import DecidingContract
from tests.core.ledger.contract.delivering import DeliveringContract
from tests.core.ledger.contract.erasing import ErasingContract
from tests.core.ledger.contract.finding import FindingContract
from tests.core.ledger.contract.polling import PollingContract
from tests.core.ledger.contract.reading import ReadingContract
from tests.core.ledger.contract.restoring import RestoreContract


class LedgerContract(
    ErasingContract,
    ActivationContract,
    PollingContract,
    DeliveringContract,
    DecidingContract,
    ReadingContract,
    RestoreContract,
    FindingContract,
):
    """All of it."""
