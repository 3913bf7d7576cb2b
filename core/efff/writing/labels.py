"""Words that the writer puts into notes, before values that e-fff has no place for: Dutch and French."""

from __future__ import annotations

from typing import Final

LABELS: Final = {
    "buyer_reference": "Referentie / Référence: {reference}",
    "legal_form": "{name}: {form}",
    "mandate": "Mandaat / Mandat: {mandate} {account}",
    "mention": "{text} ({code})",
    "period": "Periode / Période: {start} - {end}",
    "vat_in_currency": "BTW / TVA {currency}: {amount}",
}


def label(name: str, /, **values: str) -> str:
    """A label with its values; gaps where a value is empty close up."""
    return " ".join(LABELS[name].format(**values).replace("()", "").split())
