"""What support and accountants ask for: doctor, reconcile, backup and restore, bundle, one party forgotten.

checks.py          the doctor: each installation and both sides, one line a check (lines.py)
machine.py         the doctor's checks of this machine
repairs.py         what the doctor can repair
reconciliation.py  Banqup's list against the ledger for a period
backups.py         ledger and decisions in one file, and back
bundles.py         one redacted archive about one space, and opening it elsewhere
forgetting.py      one party's personal data, erased on request
"""

from __future__ import annotations

from core.operations.support.backups import backup, restore
from core.operations.support.bundles import Kept, bundle, opened_bundle
from core.operations.support.checks import doctor
from core.operations.support.lines import Line
from core.operations.support.reconciliation import Reconciled, doubles, from_bundle, reconcile
from core.operations.support.repairs import repair, repairable

__all__ = [
    "Kept",
    "Line",
    "Reconciled",
    "backup",
    "bundle",
    "doctor",
    "doubles",
    "from_bundle",
    "opened_bundle",
    "reconcile",
    "repair",
    "repairable",
    "restore",
]
