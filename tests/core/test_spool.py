"""The spool: what was kept comes back as it was or not at all, and nothing that a row names is collected."""

from __future__ import annotations

import hashlib
import os
import stat
from pathlib import Path

import pytest

from core.errors import StoreError
from core.spool import DAY, Spool

SPACE = "6f1c2a94-0d3b-4a55-9a0e-1f6f0a7d2b11"


@pytest.fixture
def spool(tmp_path: Path) -> Spool:
    return Spool(tmp_path / "data" / "spool", 0o600)


@pytest.fixture(autouse=True)
def parent(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()


def test_a_file_comes_back_as_it_was_under_the_name_of_its_content(spool: Spool) -> None:
    sha256, size = spool.put(SPACE, b"<Invoice/>")
    assert (sha256, size) == (hashlib.sha256(b"<Invoice/>").hexdigest(), 10)
    assert spool.get(SPACE, sha256) == b"<Invoice/>"
    assert spool.path(SPACE, sha256) == spool.root / SPACE / sha256[:2] / f"{sha256}.xml"
    assert spool.put(SPACE, b"<Invoice/>") == (sha256, size)


def test_a_file_that_is_not_there_is_none(spool: Spool) -> None:
    assert spool.get(SPACE, "0" * 64) is None
    assert spool.get(SPACE, "../../etc/passwd") is None


@pytest.mark.parametrize("damage", [b"", b"<Invoic", b"<Invoice/>\n"])
def test_a_damaged_file_is_never_given_out_and_put_mends_it(spool: Spool, damage: bytes) -> None:
    sha256, _ = spool.put(SPACE, b"<Invoice/>")
    spool.path(SPACE, sha256).write_bytes(damage)
    with pytest.raises(StoreError) as caught:
        spool.get(SPACE, sha256)
    assert caught.value.code == "spool_damaged"
    spool.put(SPACE, b"<Invoice/>")
    assert spool.get(SPACE, sha256) == b"<Invoice/>"


@pytest.mark.parametrize(("file_mode", "directory_mode"), [(0o600, 0o700), (0o660, 0o2770)])
def test_files_and_directories_are_as_private_as_the_home(tmp_path: Path, file_mode: int, directory_mode: int) -> None:
    spool = Spool(tmp_path / "data" / "spool", file_mode)
    sha256, _ = spool.put(SPACE, b"x")
    path = spool.path(SPACE, sha256)
    assert stat.S_IMODE(path.stat().st_mode) == file_mode
    for directory in (path.parent, path.parent.parent, spool.root):
        assert stat.S_IMODE(directory.stat().st_mode) == directory_mode


@pytest.mark.parametrize("space", ["../../outside", "/etc", "a/b", ".hidden", "", "x" * 300, "\ud800"])
def test_a_space_id_cannot_leave_the_spool(spool: Spool, space: str) -> None:
    sha256, _ = spool.put(space, b"x")
    assert spool.path(space, sha256).resolve().is_relative_to(spool.root.resolve())
    assert spool.get(space, sha256) == b"x"


def test_only_old_files_that_no_row_names_are_collected(spool: Spool) -> None:
    now = 1_800_000_000.0
    kept, young, gone = (spool.put(SPACE, text)[0] for text in (b"named", b"young", b"gone"))
    leftover = spool.path(SPACE, gone).parent / ".spool-killed"
    leftover.write_bytes(b"half")
    for path, age in (
        (spool.path(SPACE, kept), 9 * DAY),
        (spool.path(SPACE, young), 0.5 * DAY),
        (spool.path(SPACE, gone), 2 * DAY),
        (leftover, 2 * DAY),
    ):
        os.utime(path, (now - age, now - age))
    assert spool.collect(frozenset({kept}), now) == 2
    assert spool.get(SPACE, kept) and spool.get(SPACE, young)
    assert spool.get(SPACE, gone) is None and not leftover.exists()


def test_a_file_that_is_put_again_is_young_again(spool: Spool) -> None:
    sha256, _ = spool.put(SPACE, b"x")
    os.utime(spool.path(SPACE, sha256), (1.0, 1.0))
    spool.put(SPACE, b"x")
    now = spool.path(SPACE, sha256).stat().st_mtime
    assert spool.collect(frozenset(), now) == 0
    assert spool.get(SPACE, sha256) == b"x"


def test_collecting_where_nothing_was_kept_makes_nothing(spool: Spool) -> None:
    assert spool.collect(frozenset(), 1e9) == 0
    assert not spool.root.exists()


def test_a_disk_that_refuses_is_a_sentence(tmp_path: Path) -> None:
    blocked = tmp_path / "data" / "spool"
    blocked.write_text("a file where the spool should be")
    with pytest.raises(StoreError) as caught:
        Spool(blocked, 0o600).put(SPACE, b"x")
    assert caught.value.code == "file_not_written"
