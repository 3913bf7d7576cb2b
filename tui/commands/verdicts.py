"""Shows what a test proved: one line a proof, with what to do, or the same as JSON."""

from __future__ import annotations

from core.operations.setup.connections import Verdict
from tui.commands.frame import ATTENTION, DONE, Session
from tui.commands.output import document, say
from tui.i18n import N_, _, iso, worded

PASSED: dict[bool | None, str] = {True: N_("ok"), False: N_("failed"), None: N_("not tested")}


def passed_word(passed: bool | None) -> str:
    """Ok, failed or not tested."""
    return _(PASSED[passed])


def show_verdict(session: Session, verdict: Verdict) -> int:
    """Prints the proofs and returns the exit code."""
    if session.json:
        document(
            {
                "ok": verdict.ok,
                "at": iso(verdict.at),
                "proofs": [
                    {
                        "code": proof.code,
                        "passed": proof.passed,
                        "arguments": dict(proof.arguments),
                        "message": worded(proof.code, proof.arguments).sentence,
                        "advice": worded(proof.code, proof.arguments).advice,
                    }
                    for proof in verdict.proofs
                ],
            }
        )
    else:
        for proof in verdict.proofs:
            message = worded(proof.code, proof.arguments)
            say(f"{passed_word(proof.passed)}: {message.sentence}")
            if message.advice and proof.passed is not True:
                say(f"  {message.advice}")
    return DONE if verdict.ok else ATTENTION
