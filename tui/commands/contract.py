"""`contract check|new`: a wire contract in plain words, as the request it makes, and tried on this machine."""

from __future__ import annotations

import asyncio

import click

from tui.commands.frame import ATTENTION, DONE, Session, group, json_option, option, with_session
from tui.commands.output import document, say
from tui.commands.verdicts import passed_word
from tui.i18n import N_, _, worded
from tui.plain import neutral


@group(
    "contract",
    help=N_(
        """A wire contract says how documents travel to Pingwin; it is a TOML file, no code.

        Pingwin's interface is not published, so those that ship are assumptions. When it becomes known, one file is
        edited and looked into here."""
    ),
)
def contract() -> None:
    """Wire contracts."""


@contract.command(
    "check",
    help=N_(
        """Explain a contract in plain words, show the request it makes, and try it on this machine.

        CONTRACT is a file or a name. Nothing leaves this machine, and no real credential is used. Exit code 1: the
        trial failed somewhere; 2: the file is wrong, with line and column."""
    ),
)
@click.argument("contract_", metavar="CONTRACT")
@option("--explain-only", is_flag=True, help=N_("Do not try it."))
@json_option
@with_session
def check(session: Session, /, *, contract_: str, explain_only: bool) -> int:
    """Words, request, trial."""
    from core.operations.setup import contracts

    found = contracts.read(session.desk, contract_)
    said = contracts.explained(found)
    shown = contracts.request(found)
    proofs = [] if explain_only else asyncio.run(contracts.tried(found))
    well = all(proof.passed for proof in proofs)
    if session.json:
        document(
            {
                "name": found.name,
                "status": found.status,
                "explained": [
                    {"code": code, "arguments": dict(arguments), "message": worded(code, arguments).sentence}
                    for code, arguments in said
                ],
                "request": {
                    "method": shown.method,
                    "url": shown.url,
                    "headers": [list(header) for header in shown.headers],
                    "body": shown.body,
                },
                "trial": [{"code": each.code, "passed": each.passed, **each.arguments} for each in proofs],
            }
        )
        return DONE if well else ATTENTION
    say(f"{neutral(found.name)}: {neutral(found.label)}")
    for code, arguments in said:
        say(f"  {worded(code, arguments).sentence}")
    say()
    say(_("The request, with an example document and the credentials masked:"))
    say(f"  {shown.method} {neutral(shown.url)}")
    for name, value in shown.headers:
        say(f"  {neutral(name)}: {neutral(value)}")
    for line in ("", *shown.body.splitlines()[:BODY_LINES]):
        say(f"  {neutral(line)[:LINE]}".rstrip())
    if proofs:
        say()
        say(_("Tried with a stand-in on this machine:"))
    for proof in proofs:
        message = worded(proof.code, proof.arguments)
        say(f"  {passed_word(proof.passed)}: {message.sentence}")
        if not proof.passed:
            say(f"    {message.advice}")
    return DONE if well else ATTENTION


BODY_LINES, LINE = 24, 110
"""What is shown of the example's body."""


@contract.command("new", help=N_("Begin a contract of your own from one that ships, in your configuration."))
@click.argument("name")
@option("--like", default="a-multipart", show_default=True, metavar="NAME", help=N_("The contract to begin from."))
@with_session
def new(session: Session, /, *, name: str, like: str) -> int:
    """Writes the file and says what to do next."""
    from core.operations.setup import contracts

    session.must_write()
    place = contracts.new(session.desk, name, like=like)
    say(_("Written to {path}. Edit it, then: banqup-pingwin contract check {name}").format(
        path=neutral(str(place)), name=neutral(name)
    ))  # fmt: skip
    return DONE
