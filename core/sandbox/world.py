"""The state behind both stand-ins: spaces, documents, dossiers and received files; on disk where a home is given.

Every method is one step under one lock, so that the two servers, a control call and a test may act at once. Nothing
here speaks HTTP. Ids come from a seeded generator: the same seed gives the same world.
"""

from __future__ import annotations

import secrets
import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from random import Random
from threading import RLock

from core.sandbox.faults import FaultPlan
from core.sandbox.inbox import Inbox
from core.sandbox.records import (
    NANOSECONDS,
    PURCHASES,
    SALES,
    Change,
    Dossier,
    Draft,
    Receipt,
    SpaceRecord,
    StoredDocument,
    StoredFile,
    Switches,
)
from core.sandbox.store import WorldStore

DEFAULT_SPACE_NAME = "Brouwerij De Linde BV"

STEPS: dict[str, tuple[str, tuple[str, ...]]] = {
    "document": ("document_status", ("AWAITING_VALIDATION", "VALIDATED", "FULLY_APPROVED")),
    "delivery": ("delivery_status", ("RECEIVED", "SENT", "DELIVERED")),
    "pay": ("pay_status", ("UNPAID", "PARTIALLY_PAID", "FULLY_PAID")),
}
"""Member of a status -> our field and the order in which a document walks through its levels."""


class World:
    """Everything the sandbox knows. `client_secret` and `control_token` are made up anew for a new world."""

    def __init__(
        self,
        home: Path | None = None,
        *,
        seed: int = 0,
        now_ns: Callable[[], int] = time.time_ns,
        populate: bool = True,
    ) -> None:
        self.home = home
        self.seed = seed
        self.faults = FaultPlan(seed)
        self._now_ns = now_ns
        self._lock = RLock()
        self._random = Random(seed)  # noqa: S311 - repeatable ids are wanted
        self._store = WorldStore(home)
        self._ordered: dict[str, list[StoredDocument]] = {}
        self.requests: Counter[str] = Counter()
        self.uploading = 0
        self.uploads_at_once = 0
        self.switches = dict(self._store.read("switches", Switches)).get("", Switches())
        self.spaces = dict(self._store.read("space", SpaceRecord))
        self.dossiers = dict(self._store.read("dossier", Dossier))
        self._documents = dict(self._store.read("document", StoredDocument))
        self._files = {
            file.id: (document.space, file) for document in self._documents.values() for file in document.files
        }
        self.inbox = Inbox(self._store, self.now_ns)
        known = dict(self._store.read("secret", str))
        self.client_id = known.get("client_id") or self._remember("client_id", self.new_id())
        self.client_secret = known.get("client_secret") or self._remember("client_secret", secrets.token_urlsafe(24))
        self.control_token = known.get("control") or self._remember("control", secrets.token_urlsafe(24))
        self.signing_key = (known.get("signing") or self._remember("signing", secrets.token_hex(32))).encode()
        for _ in range(len(self._documents) * 3):  # a restarted world goes on with ids of its own
            self._random.getrandbits(128)
        if populate and not self.spaces:
            self.add_space(DEFAULT_SPACE_NAME)
            self.add_dossier()

    def _remember(self, name: str, value: str) -> str:
        self._store.keep("secret", name, value)
        return value

    def close(self) -> None:
        """Closes the file of the world."""
        self._store.close()

    # -- time and ids ------------------------------------------------------------------------------------------------

    def now_ns(self) -> int:
        """The stand-ins' clock, which may be ahead of ours."""
        return self._now_ns() + int(self.switches.clock_offset * NANOSECONDS)

    def new_id(self) -> str:
        """The next UUID of this world."""
        with self._lock:
            return str(uuid.UUID(int=self._random.getrandbits(128), version=4))

    # -- spaces and dossiers -----------------------------------------------------------------------------------------

    @property
    def space(self) -> str:
        """The first space's id."""
        return next(iter(self.spaces))

    @property
    def dossier(self) -> Dossier:
        """The first dossier."""
        return next(iter(self.dossiers.values()))

    def add_space(self, name: str) -> SpaceRecord:
        """A new, empty space."""
        with self._lock:
            space = SpaceRecord(self.new_id(), name)
            return self.keep_space(space)

    def keep_space(self, space: SpaceRecord) -> SpaceRecord:
        """Changes a space, for example its name or whether it is listed."""
        with self._lock:
            self.spaces[space.id] = space
            self._store.keep("space", space.id, space)
            return space

    def add_dossier(self, name: str = DEFAULT_SPACE_NAME, *, clid: str = "", enterprise_number: str = "") -> Dossier:
        """A new dossier with credentials of its own; `clid` puts it under an existing customer."""
        with self._lock:
            free = (number for number in iter(lambda: 10_000 + self._random.randrange(80_000), 0)
                    if str(number) not in self.dossiers)  # fmt: skip
            number = next(free)
            fresh_clid = f"CL-{self._random.randrange(16**10):010X}"
            dossier = Dossier(str(number), clid or fresh_clid, f"pw_{secrets.token_hex(16)}", name, enterprise_number)
            return self.keep_dossier(dossier)

    def keep_dossier(self, dossier: Dossier) -> Dossier:
        """Changes a dossier, for example its key or whether it is disabled."""
        with self._lock:
            self.dossiers[dossier.file_id] = dossier
            self._store.keep("dossier", dossier.file_id, dossier)
            return dossier

    def switch(self, **changes: object) -> Switches:
        """Changes how the stand-ins behave."""
        with self._lock:
            self.switches = replace(self.switches, **changes)  # type: ignore[arg-type]
            self._store.keep("switches", "", self.switches)
            return self.switches

    # -- documents ---------------------------------------------------------------------------------------------------

    def add(self, drafts: Iterable[Draft], space: str | None = None) -> list[StoredDocument]:
        """Documents arrive. Those with XML are validated at once, a PDF alone awaits validation (banqup-api 3)."""
        with self._lock:
            added = [self._arrive(draft, space or self.space) for draft in drafts]
            self._ordered.clear()
            return added

    def _arrive(self, draft: Draft, space: str) -> StoredDocument:
        now = self.now_ns()
        now = min(now, draft.arrived_ns or now)
        id_ = self.new_id()
        files = []
        for file in draft.files:
            stored = StoredFile(self.new_id(), file.kind, file.filename, file.content_type, len(file.content))
            self._store.put(stored.id, file.content)
            self._files[stored.id] = (space, stored)
            files.append(stored)
        structured = any(file.kind in {"ORIGINAL", "UBL"} and "xml" in file.content_type for file in draft.files)
        document = StoredDocument(
            id=id_,
            space=space,
            folder=draft.folder,
            category=draft.category,
            source=draft.source,
            document_status="VALIDATED" if structured else "AWAITING_VALIDATION",
            delivery_status="RECEIVED",
            pay_status="UNPAID",
            created_ns=now,
            updated_ns=now,
            metadata=dict(draft.metadata),
            files=tuple(files),
            history=(Change("document", "AWAITING_VALIDATION", "VALIDATED", now),) if structured else (),
        )
        return self._keep(document)

    def _keep(self, document: StoredDocument) -> StoredDocument:
        self._documents[document.id] = document
        self._store.keep("document", document.id, document)
        return document

    def document(self, id_: str) -> StoredDocument | None:
        """One document, or None."""
        return self._documents.get(id_)

    def documents(self, space: str | None = None) -> list[StoredDocument]:
        """The documents of a space (of all without one) in the order (updated, id)."""
        with self._lock:
            name = space or ""
            if name not in self._ordered:
                chosen = (d for d in self._documents.values() if not space or d.space == space)
                self._ordered[name] = sorted(chosen, key=lambda d: (d.updated_ns, d.id))
            return self._ordered[name]

    def file(self, id_: str, space: str | None = None) -> StoredFile | None:
        """The details of a file, or None."""
        with self._lock:
            owner, file = self._files.get(id_, ("", None))
            return file if space in {None, owner} else None

    def content(self, id_: str) -> bytes | None:
        """The bytes of a file of a document, or of a received file."""
        return self._store.get(id_)

    def set_status(self, ids: Sequence[str], member: str, level: str, *, days_ago: float = 0.0) -> list[StoredDocument]:
        """Puts documents at a level (of document, delivery or pay), all at the same instant.

        `days_ago` dates the change back, but never before a document's own last one.
        """
        with self._lock:
            at = self.now_ns() - int(days_ago * 86_400 * NANOSECONDS)
            chosen = [self._documents[id_] for id_ in ids]
            moved = [self._move(each, member, level, max(at, each.updated_ns)) for each in chosen]
            self._ordered.clear()
            return moved

    def _move(self, document: StoredDocument, member: str, level: str, now: int) -> StoredDocument:
        field = STEPS[member][0]
        before = getattr(document, field)
        if before == level:
            return document
        changed: dict[str, object] = {field: level}
        history = (*document.history, Change(member, before, level, now))
        return self._keep(replace(document, updated_ns=now, history=history, **changed))  # type: ignore[arg-type]

    def approve(
        self, ids: Sequence[str] | None = None, count: int | None = None, *, days_ago: float = 0.0
    ) -> list[StoredDocument]:
        """Brings documents to their trigger: purchases are approved, sales sent. Without ids: the oldest waiting."""
        with self._lock:
            if ids is None:
                waiting = sorted((d for d in self._documents.values() if not d.at_trigger), key=lambda d: d.created_ns)
                ids = [document.id for document in waiting[:count]]
            purchases = [id_ for id_ in ids if self._documents[id_].folder != SALES]
            sales = [id_ for id_ in ids if self._documents[id_].folder == SALES]
            self.set_status(sales, "document", "VALIDATED", days_ago=days_ago)
            self.set_status(purchases, "document", "FULLY_APPROVED", days_ago=days_ago)
            self.set_status(sales, "delivery", "SENT", days_ago=days_ago)
            return [self._documents[id_] for id_ in ids]

    def withdraw(self, ids: Sequence[str]) -> list[StoredDocument]:
        """Takes documents back below their trigger."""
        with self._lock:
            purchases = [id_ for id_ in ids if self._documents[id_].folder == PURCHASES]
            sales = [id_ for id_ in ids if self._documents[id_].folder != PURCHASES]
            self.set_status(purchases, "document", "VALIDATED")
            self.set_status(sales, "delivery", "RECEIVED")
            return [self._documents[id_] for id_ in ids]

    def touch(self, ids: Sequence[str]) -> list[StoredDocument]:
        """Pays documents: `updatedAt` moves, the invoice does not change."""
        return self.set_status(ids, "pay", "FULLY_PAID")

    # -- received files ----------------------------------------------------------------------------------------------

    @property
    def receipts(self) -> tuple[Receipt, ...]:
        """Every file that Pingwin took, oldest first."""
        return self.inbox.receipts

    def forget_receipts(self) -> None:
        """Empties the received files and the request counters."""
        self.inbox.forget()
        self.requests.clear()
        self.uploads_at_once = 0

    @contextmanager
    def upload_under_way(self) -> Iterator[None]:
        """Counts how many uploads there are beside each other."""
        self.uploading += 1
        self.uploads_at_once = max(self.uploads_at_once, self.uploading)
        try:
            yield
        finally:
            self.uploading -= 1
