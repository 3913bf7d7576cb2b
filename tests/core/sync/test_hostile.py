"""Bad input is normal input: a clear sentence for each bad document, and the rest of the queue goes on."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.model import State
from core.sandbox.generator import generate
from core.sandbox.server import running_sandbox
from core.wording import messages, word
from tests.core.sync.homes import activated, engine, rows

pytestmark = pytest.mark.processes

BOMB = b"""<?xml version="1.0"?>
<!DOCTYPE lolz [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]>
<Invoice xmlns="urn:oasis:names:specification:ubl:schema:xsd:Invoice-2">&c;</Invoice>"""


def write_folder(folder: Path) -> dict[str, bytes]:
    """Three sound invoices, and one of each kind of bad document made from them."""
    folder.mkdir()
    sound = [next(file.content for file in draft.files if b"Invoice" in file.content[:2000]) for draft in GOOD]
    for number, content in enumerate(sound[:3]):
        (folder / f"good{number}.xml").write_bytes(content)
    start = sound[3].index(b"<Invoice") if b"<Invoice" in sound[3] else sound[3].index(b"<CreditNote")
    doctype = b'<!DOCTYPE Invoice SYSTEM "http://127.0.0.1:9/never.dtd">\n'
    bad = {
        "torn": sound[3][: len(sound[3]) // 2],
        "doctype": sound[3][:start] + doctype + sound[3][start:],
        "bomb": BOMB,
        "page": b"<html><body>Sign in</body></html>",
        "empty": b"<?xml version='1.0'?>",
        "other": b"<Order xmlns='urn:oasis:names:specification:ubl:schema:xsd:Order-2'/>",
    }
    for name, content in bad.items():
        (folder / f"{name}.xml").write_bytes(content)
    (folder / "falsepdf.xml").write_bytes(sound[4])
    (folder / "falsepdf.pdf").write_bytes(b"this is no PDF at all")
    return bad


GOOD = [d for d in generate(20, seed=21).drafts if d.category == "INVOICE"]


def test_each_bad_document_says_what_is_wrong_and_the_rest_goes_on(tmp_path: Path) -> None:
    bad = write_folder(tmp_path / "documents")
    with running_sandbox() as sandbox:
        sandbox.control.add_folder(tmp_path / "documents")
        desk = activated(tmp_path / "home", sandbox)
        approved = sandbox.control.approve()
        process = engine(desk, "--once")
        assert process.wait(60) == 0
        found = rows(desk)
        assert len(found) == len(approved) == len(bad) + 4
        failed = [row for row in found.values() if row.state is State.FAILED]
        confirmed = [row for row in found.values() if row.state is State.CONFIRMED]
        waiting = [row for row in found.values() if row.state is State.SEEN]
        assert (len(failed), len(confirmed), len(waiting)) == (len(bad) - 1, 4, 1)
        assert waiting[0].reason == "banqup_file_is_a_page", "a sign-in page in place of the file may pass"
        for row in failed + waiting:
            assert row.reason in messages(), row.reason
            worded = word(row.reason, row.reason_args)
            assert worded.sentence and worded.advice and "–" not in worded.sentence, worded
        received = sandbox.control.received()
        assert (received["received"], received["invalid"]) == (4, 0)
        desk.close()
