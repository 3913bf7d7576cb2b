"""The folder target: one complete file a delivery, never over another one, and it knows what it has done."""

from __future__ import annotations

import asyncio
import errno
import hashlib
import os
import stat
import threading
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.errors import ConfigurationError
from core.model import Direction
from core.pingwin import folder as folder_module
from core.pingwin.folder import DEFAULT_TEMPLATE, TROUBLES, FolderTarget, check_template, place
from core.pingwin.receipts import FILE as NOTES
from core.pingwin.receipts import Receipts
from core.pingwin.target import Answer, AnswerKind, Capability, Found
from core.wording.pingwin import MESSAGES
from tests.core.pingwin.support import CLID, CREDENTIALS, FILENAME, KEY, XML, upload

DEADLINE = 5.0


async def send(root: Path, **changes: Any) -> Answer:
    answer = await FolderTarget(root).send(upload(**changes), CREDENTIALS, DEADLINE)
    assert answer.code in MESSAGES
    return answer


def visible(root: Path) -> list[str]:
    return sorted(str(path.relative_to(root)) for path in root.rglob("*") if path.is_file() and path.name[0] != ".")


def hidden(root: Path) -> list[str]:
    return sorted(path.name for path in root.rglob(".*") if path.is_file() and path.name != NOTES)


async def test_a_purchase_and_a_sale_lie_in_their_own_folders(tmp_path: Path) -> None:
    bought = await send(tmp_path)
    sold = await send(tmp_path, direction=Direction.SALES, key="f" * 64, filename="efff_2.xml")
    assert bought.kind is sold.kind is AnswerKind.ACCEPTED
    assert visible(tmp_path) == [f"purchase/{FILENAME}", "sales/efff_2.xml"]
    assert bought.reference == f"purchase/{FILENAME}"
    assert (tmp_path / "purchase" / FILENAME).read_bytes() == XML
    assert hidden(tmp_path) == []


async def test_a_template_names_the_place(tmp_path: Path) -> None:
    target = FolderTarget(tmp_path, "{file_id}/in-{direction}/{filename}")
    await target.send(upload(), CREDENTIALS, DEADLINE)
    assert visible(tmp_path) == [f"D-2001/in-purchase/{FILENAME}"]


async def test_a_file_is_as_readable_as_its_folder(tmp_path: Path) -> None:
    root = tmp_path / "drop"
    root.mkdir()
    root.chmod(0o2750)
    await send(root)
    assert stat.S_IMODE((root / "purchase").stat().st_mode) & 0o777 == 0o750
    assert stat.S_IMODE((root / "purchase" / FILENAME).stat().st_mode) == 0o640


# -- never over another file ------------------------------------------------------------------------------------------


async def test_the_very_same_file_is_already_there(tmp_path: Path) -> None:
    await send(tmp_path)
    again = await send(tmp_path)
    assert (again.kind, again.code) == (AnswerKind.ALREADY_THERE, "pingwin_folder_already_there")
    assert again.reference == f"purchase/{FILENAME}"


async def test_another_file_of_that_name_is_in_the_way_and_stays_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "purchase").mkdir()
    (tmp_path / "purchase" / FILENAME).write_bytes(b"somebody else's")
    answer = await send(tmp_path)
    assert (answer.kind, answer.code) == (AnswerKind.REFUSED, "pingwin_folder_other_file")
    assert answer.arguments["file"] == f"purchase/{FILENAME}"
    assert (tmp_path / "purchase" / FILENAME).read_bytes() == b"somebody else's"
    assert hidden(tmp_path) == []


async def test_a_file_that_appears_in_the_last_moment_is_not_replaced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    link = os.link

    def late(source: Path, target: Path) -> None:
        Path(target).write_bytes(b"first")
        link(source, target)

    monkeypatch.setattr(os, "link", late)
    answer = await send(tmp_path)
    assert answer.code == "pingwin_folder_other_file"
    assert (tmp_path / "purchase" / FILENAME).read_bytes() == b"first"


@pytest.mark.parametrize("taken", [False, True])
async def test_without_hard_links_nothing_is_replaced_either(
    taken: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_links(source: Path, target: Path) -> None:
        if taken:
            Path(target).write_bytes(b"first")
        raise OSError(errno.EOPNOTSUPP, "no hard links")

    monkeypatch.setattr(os, "link", no_links)
    answer = await send(tmp_path)
    assert answer.kind is (AnswerKind.REFUSED if taken else AnswerKind.ACCEPTED)
    assert (tmp_path / "purchase" / FILENAME).read_bytes() == (b"first" if taken else XML)
    assert hidden(tmp_path) == []


async def test_a_share_that_loses_the_answer_to_a_link_is_seen_through(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    link = os.link

    def lossy(source: Path, target: Path) -> None:
        link(source, target)
        raise FileExistsError(errno.EEXIST, "the repeated call found the first one's work")

    monkeypatch.setattr(os, "link", lossy)
    assert (await send(tmp_path)).kind is AnswerKind.ACCEPTED


# -- surely not written -----------------------------------------------------------------------------------------------


async def test_a_folder_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    answer = await send(tmp_path / "unmounted")
    assert (answer.kind, answer.code) == (AnswerKind.NOT_SENT, "pingwin_folder_missing")
    assert not (tmp_path / "unmounted").exists()


async def test_a_file_where_the_folder_should_be_is_no_folder(tmp_path: Path) -> None:
    (tmp_path / "drop").write_bytes(b"")
    assert (await send(tmp_path / "drop")).kind is AnswerKind.NOT_SENT


@pytest.mark.parametrize(
    ("number", "kind", "code"),
    [
        (errno.ENOSPC, AnswerKind.NOT_SENT, "pingwin_folder_full"),
        (errno.EDQUOT, AnswerKind.NOT_SENT, "pingwin_folder_full"),
        (errno.EACCES, AnswerKind.NOT_SENT, "pingwin_folder_not_writable"),
        (errno.EROFS, AnswerKind.NOT_SENT, "pingwin_folder_read_only"),
        (errno.ESTALE, AnswerKind.NOT_SENT, "pingwin_folder_missing"),
        (errno.EIO, AnswerKind.NOT_SENT, "pingwin_folder_trouble"),
        (errno.ENAMETOOLONG, AnswerKind.REFUSED, "pingwin_folder_name_too_long"),
    ],
)
@pytest.mark.parametrize("step", ["write", "fsync", "note"])
async def test_a_disk_that_refuses_leaves_nothing_behind(
    step: str, number: int, kind: AnswerKind, code: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError(number, os.strerror(number))

    target = FolderTarget(tmp_path)
    if step == "write":
        monkeypatch.setattr(os, "open", refuse)
    elif step == "fsync":
        monkeypatch.setattr(os, "fsync", refuse)
    else:
        monkeypatch.setattr(Receipts, "begin", refuse)
    answer = await target.send(upload(), CREDENTIALS, DEADLINE)
    monkeypatch.undo()
    assert (answer.kind, answer.code) == (kind, code)
    assert visible(tmp_path) == hidden(tmp_path) == []


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
async def test_a_folder_without_the_right_to_write_is_not_sent(tmp_path: Path) -> None:
    tmp_path.chmod(0o555)
    try:
        answer = await send(tmp_path)
    finally:
        tmp_path.chmod(0o755)
    assert answer.code == "pingwin_folder_not_writable"


def test_every_trouble_has_a_sentence() -> None:
    assert set(TROUBLES.values()) <= set(MESSAGES)


# -- a share that hangs -----------------------------------------------------------------------------------------------


async def test_a_share_that_hangs_before_the_name_appears_is_not_sent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    go_on, ended = threading.Event(), threading.Event()
    write = folder_module._write_aside
    remove = folder_module._remove

    def slow(path: Path, content: bytes) -> None:
        go_on.wait(DEADLINE)
        write(path, content)

    def removed(path: Path) -> None:
        remove(path)
        if go_on.is_set():
            ended.set()

    monkeypatch.setattr(folder_module, "_write_aside", slow)
    answer = await FolderTarget(tmp_path).send(upload(), CREDENTIALS, 0.1)
    assert (answer.kind, answer.code, answer.lost) == (AnswerKind.NOT_SENT, "pingwin_folder_silent", False)
    monkeypatch.setattr(folder_module, "_remove", removed)
    go_on.set()
    assert await asyncio.to_thread(ended.wait, DEADLINE)
    assert visible(tmp_path) == [], "the late thread must not deliver what was called not sent"


async def test_a_share_that_hangs_while_the_name_appears_is_unknown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    go_on, ended, link = threading.Event(), threading.Event(), os.link

    def slow(source: Path, target: Path) -> None:
        go_on.wait(DEADLINE)
        link(source, target)
        ended.set()

    monkeypatch.setattr(os, "link", slow)
    target = FolderTarget(tmp_path)
    answer = await target.send(upload(), CREDENTIALS, 0.1)
    assert (answer.kind, answer.code, answer.lost) == (AnswerKind.UNKNOWN, "pingwin_folder_unclear", True)
    assert (await target.lookup(KEY, CREDENTIALS, DEADLINE)).found is Found.CANNOT_TELL
    go_on.set()
    assert await asyncio.to_thread(ended.wait, DEADLINE)
    assert (await target.lookup(KEY, CREDENTIALS, DEADLINE)).found is Found.YES


async def test_a_failure_after_the_name_appeared_is_unknown_and_resolves(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "purchase").mkdir()
    (tmp_path / NOTES).touch()

    def refuse(directory: Path) -> None:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    monkeypatch.setattr(folder_module, "fsync_directory", refuse)
    target = FolderTarget(tmp_path)
    assert (await target.send(upload(), CREDENTIALS, DEADLINE)).kind is AnswerKind.UNKNOWN
    assert (await target.lookup(KEY, CREDENTIALS, DEADLINE)).found is Found.YES


# -- asking by key ----------------------------------------------------------------------------------------------------


async def ask(root: Path, key: str = KEY) -> Found:
    return (await FolderTarget(root).lookup(key, CREDENTIALS, DEADLINE)).found


def test_a_folder_declares_that_it_can_be_asked(tmp_path: Path) -> None:
    assert FolderTarget(tmp_path).capabilities == {Capability.LOOKUP}


async def test_what_was_delivered_is_known_also_after_the_other_program_took_it_away(tmp_path: Path) -> None:
    await send(tmp_path)
    assert await ask(tmp_path) is Found.YES
    (tmp_path / "purchase" / FILENAME).unlink()
    assert await ask(tmp_path) is Found.YES
    assert await ask(tmp_path, "f" * 64) is Found.NO


class Crash(BaseException):
    """Ends the writing without any cleaning up, as a kill would."""


@pytest.mark.parametrize(
    ("module", "step", "after", "found", "kind"),
    [
        (folder_module, "_write_aside", False, Found.NO, AnswerKind.ACCEPTED),
        (folder_module, "_write_aside", True, Found.NO, AnswerKind.ACCEPTED),
        (Receipts, "begin", False, Found.NO, AnswerKind.ACCEPTED),
        (Receipts, "begin", True, Found.CANNOT_TELL, AnswerKind.ACCEPTED),
        (folder_module, "_give_name", False, Found.CANNOT_TELL, AnswerKind.ACCEPTED),
        (folder_module, "_give_name", True, Found.YES, AnswerKind.ALREADY_THERE),
        (Receipts, "done", False, Found.YES, AnswerKind.ALREADY_THERE),
        (Receipts, "done", True, Found.YES, AnswerKind.ALREADY_THERE),
    ],
)
async def test_a_kill_at_any_step_is_told_apart_and_never_leads_to_a_second_file(
    module: Any, step: str, after: bool, found: Found, kind: AnswerKind, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await send(tmp_path, key="e" * 64, filename="earlier.xml")
    real = getattr(module, step)

    def killed(*args: Any) -> None:
        if after:
            real(*args)
        raise Crash

    monkeypatch.setattr(module, step, killed)
    with pytest.raises(Crash):
        await send(tmp_path)
    monkeypatch.setattr(module, step, real)
    assert await ask(tmp_path) is found
    assert (await send(tmp_path)).kind is kind
    assert visible(tmp_path) == sorted(["purchase/earlier.xml", f"purchase/{FILENAME}"])


async def test_a_crash_before_the_name_appeared_means_no(tmp_path: Path) -> None:
    await send(tmp_path, key="e" * 64, filename="other.xml")
    (tmp_path / "purchase" / f".{KEY[:16]}.part").write_bytes(XML[:10])
    assert await ask(tmp_path) is Found.NO
    assert (await send(tmp_path)).kind is AnswerKind.ACCEPTED
    assert hidden(tmp_path) == []


async def test_a_crash_around_the_name_is_decided_by_the_file_else_by_a_person(tmp_path: Path) -> None:
    sha256 = hashlib.sha256(XML).hexdigest()
    Receipts(tmp_path).begin(KEY, f"purchase/{FILENAME}", sha256)
    assert await ask(tmp_path) is Found.CANNOT_TELL
    (tmp_path / "purchase").mkdir()
    (tmp_path / "purchase" / FILENAME).write_bytes(b"another one")
    assert await ask(tmp_path) is Found.CANNOT_TELL
    (tmp_path / "purchase" / FILENAME).write_bytes(XML)
    assert await ask(tmp_path) is Found.YES


async def test_without_its_notes_a_folder_never_says_no(tmp_path: Path) -> None:
    assert await ask(tmp_path) is Found.CANNOT_TELL
    unmounted = await FolderTarget(tmp_path / "unmounted").lookup(KEY, CREDENTIALS, DEADLINE)
    assert (unmounted.found, unmounted.retry) == (Found.CANNOT_TELL, True)
    assert unmounted.code in MESSAGES


def test_a_note_torn_by_a_crash_does_not_swallow_the_next_one(tmp_path: Path) -> None:
    notes = Receipts(tmp_path)
    notes.begin("a" * 64, "purchase/a.xml", "0" * 64)
    with (tmp_path / NOTES).open("ab") as file:
        file.write(b"begin " + b"b" * 30)
    notes.begin("c" * 64, "purchase/with blank.xml", "1" * 64)
    notes.done("c" * 64)
    found = notes.find("c" * 64)
    assert found is not None
    assert (found.path, found.done) == ("purchase/with blank.xml", True)
    assert notes.find("b" * 64) is None
    first = notes.find("a" * 64)
    assert first is not None
    assert not first.done


def test_a_second_try_with_the_same_key_counts_on_its_own(tmp_path: Path) -> None:
    notes = Receipts(tmp_path)
    for ended in (True, False):
        notes.begin(KEY, "purchase/a.xml", "0" * 64)
        if ended:
            notes.done(KEY)
    found = notes.find(KEY)
    assert found is not None
    assert not found.done


# -- names ------------------------------------------------------------------------------------------------------------

HOSTILE = [
    "../../etc/passwd",
    "/etc/passwd",
    "..",
    ".",
    "",
    ".hidden.xml",
    "a\x00b",
    "a\nb",
    "a/b\\c",
    'CON:x*?|<>"',
    "~",
    "-rf",
]


@pytest.mark.parametrize("name", HOSTILE)
def test_no_name_leaves_the_folder_or_hides(name: str) -> None:
    where = place(DEFAULT_TEMPLATE, upload(filename=name), name)
    assert where.startswith("purchase/")
    last = where.removeprefix("purchase/")
    assert last not in {"", ".", ".."}
    assert not set(last) & set('/\\\x00\n:*?"<>|')
    assert last[0] != "."


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
@given(name=st.text(max_size=80), file_id=st.text(max_size=30))
def test_any_text_stays_inside(name: str, file_id: str, tmp_path: Path) -> None:
    where = (tmp_path / place("{file_id}/{direction}/{filename}", upload(filename=name), file_id)).resolve()
    assert where.is_relative_to(tmp_path.resolve())
    assert len(where.relative_to(tmp_path.resolve()).parts) == 3


def test_our_own_file_names_stay_as_they_are() -> None:
    assert place("{filename}", upload(), "D") == FILENAME


@pytest.mark.parametrize(
    "template",
    [
        "",
        "/x/{filename}",
        "../{filename}",
        "a/../{filename}",
        "a//{filename}",
        "{filename}/x",
        "x.xml",
        "{clid}/{filename}",
        "{filename",
        "a\\{filename}",
    ],
)
def test_a_template_that_leaves_the_folder_or_names_a_secret_is_refused(template: str) -> None:
    with pytest.raises(ConfigurationError) as raised:
        check_template(template)
    assert raised.value.code == "pingwin_folder_template_wrong"


# -- testing and showing ----------------------------------------------------------------------------------------------


async def test_a_probe_writes_and_removes_a_hidden_file(tmp_path: Path) -> None:
    probe = await FolderTarget(tmp_path).probe(CREDENTIALS, DEADLINE)
    assert (probe.reachable, probe.credentials, probe.code) == (True, None, "pingwin_folder_ready")
    assert list(tmp_path.iterdir()) == []
    gone = await FolderTarget(tmp_path / "none").probe(None, DEADLINE)
    assert (gone.reachable, gone.code) == (False, "pingwin_folder_missing")


def test_a_preview_shows_the_file_and_its_place(tmp_path: Path) -> None:
    shown = FolderTarget(tmp_path).preview(upload(), CREDENTIALS)
    assert shown.url == str(tmp_path / "purchase" / FILENAME)
    assert shown.body == XML.decode()
    assert CLID not in repr(shown)


async def test_many_deliveries_at_once_all_arrive(tmp_path: Path) -> None:
    target = FolderTarget(tmp_path)
    uploads = [upload(key=hashlib.sha256(bytes([n])).hexdigest(), filename=f"{n}.xml") for n in range(20)]
    answers = await asyncio.gather(*(target.send(one, CREDENTIALS, DEADLINE) for one in uploads))
    assert {answer.kind for answer in answers} == {AnswerKind.ACCEPTED}
    assert len(visible(tmp_path)) == 20
    for one in uploads:
        assert await ask(tmp_path, one.key) is Found.YES
