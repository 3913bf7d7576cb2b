"""What support and accountants ask for: doctor, reconcile, backup and restore, export and import, bundle.

support_doctor.py     each installation and both sides, one line a check (support_lines.py)
support_machine.py    the doctor's checks of this machine
support_repair.py     what the doctor can repair
support_reconcile.py  Banqup's list against the ledger for a period
support_backup.py     ledger and decisions in one file, and back
support_exchange.py   installations as a table
support_bundle.py     one redacted archive about one space, and opening it elsewhere
"""

from __future__ import annotations

from core.operations.support_backup import backup, restore
from core.operations.support_bundle import Kept, bundle, opened_bundle
from core.operations.support_doctor import doctor
from core.operations.support_exchange import export_installations, import_installations
from core.operations.support_lines import Line
from core.operations.support_reconcile import Reconciled, doubles, reconcile
from core.operations.support_repair import repair, repairable

__all__ = [
    "Kept",
    "Line",
    "Reconciled",
    "backup",
    "bundle",
    "doctor",
    "doubles",
    "export_installations",
    "import_installations",
    "opened_bundle",
    "reconcile",
    "repair",
    "repairable",
    "restore",
]
