"""Tells the ledger where a space sends: target, CLID (as a fingerprint) and dossier, whenever one of them changes.

The ledger needs no secret for this; a desk that cannot read the CLID leaves the fingerprint as it stands.
"""

from __future__ import annotations

from core.errors import ProductError
from core.installations import Installation
from core.ledger.records import Scope
from core.operations.desk import Desk
from core.operations.views.health import waiting_for_a_person
from core.pingwin.target import Credentials
from core.secrets import SecretName, fingerprint


def enrol(desk: Desk, installation: Installation) -> bool:
    """Enrols one space once its dossier is known. Returns whether the ledger knows it now.

    What was counted for another dossier does not count for this one: its scan ends, the next one reads everything.
    """
    space, dossier = installation.space, dossier_of(desk, installation)
    if not dossier:
        return False
    clid = desk.secret(SecretName.CLID, space)
    before = desk.ledger.space_run(space)
    now = desk.clock.now()
    if before is not None and before.dossier != dossier and not before.running:
        desk.ledger.end_activation(space, actor=desk.actor, now=now)
    known_clid = before.clid if before else ""
    desk.ledger.enrol(
        space,
        target=target_name(desk),
        clid=fingerprint(clid) if clid is not None else known_clid,
        dossier=dossier,
        now=now,
    )
    return True


def dossier_of(desk: Desk, installation: Installation) -> str:
    """The File ID: from the sources of credentials, as the engine reads it, else what the installation names."""
    found = desk.secret(SecretName.FILE_ID, installation.space)
    return found.get_secret_value() if found is not None else installation.file_id


def enrol_all(desk: Desk) -> None:
    """Enrols every installation again; the target of all of them changed."""
    for installation in desk.installations.all():
        enrol(desk, installation)


def target_name(desk: Desk) -> str:
    """The target's name as circuits carry it, empty while none is set."""
    try:
        return desk.target().name
    except ProductError:
        return ""


def try_now(desk: Desk, space: str) -> bool:
    """Ordered by a person: lets a space go on where Pingwin refused it, and asks a silent Pingwin whether it answers.

    True where it is asked: what waits for it goes out once it answers.
    """
    close_circuits(desk, space)
    run = desk.ledger.space_run(space)
    return run is not None and desk.ledger.probe_now(run.target, now=desk.clock.now())


def go_on(desk: Desk, space: str) -> None:
    """A person has decided about an unknown outcome: a circuit that waited for that lets the next delivery try."""
    run = desk.ledger.space_run(space)
    now = desk.clock.now()
    for circuit in waiting_for_a_person(run, desk.ledger.circuits()):
        if circuit.scope is Scope.TARGET:
            desk.ledger.probe_now(circuit.target, now=now)
        else:
            desk.ledger.close_circuit(circuit.target, circuit.scope, circuit.id, actor=desk.actor, now=now)


def close_circuits(desk: Desk, space: str) -> None:
    """Closes what wrong credentials had opened for a space's CLID and dossier, so that the queue goes on."""
    run = desk.ledger.space_run(space)
    if run is None:
        return
    ids = {Scope.CLID: run.clid, Scope.DOSSIER: run.dossier}
    for circuit in desk.ledger.circuits():
        if circuit.target == run.target and ids.get(circuit.scope) == circuit.id:
            desk.ledger.close_circuit(circuit.target, circuit.scope, circuit.id, actor=desk.actor, now=desk.clock.now())


def stored_credentials(desk: Desk, installation: Installation) -> Credentials | None:
    """The three credentials as they are stored, or None while one is missing (or not readable here)."""
    api_key = desk.secret(SecretName.API_KEY, installation.space)
    clid = desk.secret(SecretName.CLID, installation.space)
    file_id = dossier_of(desk, installation)
    return Credentials(api_key=api_key, clid=clid, file_id=file_id) if api_key and clid and file_id else None
