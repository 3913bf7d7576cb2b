"""Names of the ledger's notes by which an engine and the people beside it tell each other something."""

from __future__ import annotations

from core.ledger.records import Scope

STOP_REQUEST = "stop_requested"
"""A console asks an engine to end that it may not signal."""

BACKUP_MADE = "backup_made_at"
"""When the backup that was restored last was made, in nanoseconds: what moved since may have been sent since."""

OWNER = "machine_id"
"""The id of the machine's settings whose decisions a shared ledger follows."""

ENGINE_PROBLEM = "engine_problem"
"""Code and arguments of what keeps the engine from working, as JSON; empty where nothing does."""

NOTICES = "notices"
"""What people were told of, as `core.telling.notices.Memory` keeps it."""

NOTICE_PROBLEM = "notice_problem"
"""Why the last notice could not be sent; empty where it was."""

BUNDLED = "bundled"
"""In the excerpt of a bundle: "names" where those of parties were taken out, else empty."""


def lost_note(target: str) -> str:
    """Names the note of whose outcome at a target was unknown last, and when: "<time> <dossier>", or empty."""
    return f"lost:{target}"


def refused_note(target: str, scope: Scope, id: str) -> str:
    """The mark of the credentials that a target refused last; others are worth a try."""
    return f"refused:{target}/{scope}/{id}"
