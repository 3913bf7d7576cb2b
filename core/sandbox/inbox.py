"""What the Pingwin stand-in received: every file under an id of its own, with the copies of an invoice counted."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256
from threading import RLock

from core.sandbox.records import InvoiceIdentity, Receipt
from core.sandbox.store import WorldStore


class Inbox:
    """Received files, oldest first, found by delivery key and by invoice within a dossier."""

    def __init__(self, store: WorldStore, now_ns: Callable[[], int]) -> None:
        self._store = store
        self._now_ns = now_ns
        self._lock = RLock()
        self._all: list[Receipt] = []
        self._by_key: defaultdict[tuple[str, str], list[Receipt]] = defaultdict(list)
        self._by_invoice: defaultdict[tuple[str, InvoiceIdentity], list[Receipt]] = defaultdict(list)
        for _, receipt in store.read("receipt", Receipt):
            self._index(receipt)

    def _index(self, receipt: Receipt) -> None:
        self._all.append(receipt)
        if receipt.key:
            self._by_key[receipt.file_id, receipt.key].append(receipt)
        if receipt.invoice is not None:
            self._by_invoice[receipt.file_id, receipt.invoice].append(receipt)

    @property
    def receipts(self) -> tuple[Receipt, ...]:
        """Every file, oldest first."""
        with self._lock:
            return tuple(self._all)

    def with_key(self, file_id: str, key: str, *, by: int | None = None) -> Receipt | None:
        """The first file of a key in a dossier, taken at or before `by`."""
        with self._lock:
            found = self._by_key.get((file_id, key), ())
            return next((receipt for receipt in found if by is None or receipt.at_ns <= by), None)

    def of_invoice(self, file_id: str, invoice: InvoiceIdentity | None) -> Receipt | None:
        """The first file of an invoice in a dossier."""
        with self._lock:
            found = self._by_invoice.get((file_id, invoice), ()) if invoice is not None else ()
            return next(iter(found), None)

    def take(self, receipt: Receipt, content: bytes, *, once: bool = False) -> Receipt:
        """Keeps a file under the next id; `copy` counts the earlier ones of its invoice or key.

        With `once`, the file that came first with this key is given back instead.
        """
        with self._lock:
            first = self.with_key(receipt.file_id, receipt.key)
            if once and first is not None:
                return first
            earlier = {each.id for each in self._by_key.get((receipt.file_id, receipt.key), ())}
            if receipt.invoice is not None:
                earlier |= {each.id for each in self._by_invoice.get((receipt.file_id, receipt.invoice), ())}
            kept = replace(
                receipt,
                id=f"PW-{len(self._all) + 1:06d}",
                at_ns=self._now_ns(),
                sha256=sha256(content).hexdigest(),
                size=len(content),
                copy=len(earlier) + 1,
            )
            self._index(kept)
            self._store.keep("receipt", kept.id, kept)
            self._store.put(kept.id, content)
            return kept

    def forget(self) -> None:
        """Empties the inbox."""
        with self._lock:
            self._all.clear()
            self._by_key.clear()
            self._by_invoice.clear()
            self._store.forget("receipt")
