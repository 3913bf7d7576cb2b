"""`convert` and `check` from the outside: records, exit codes, file names, and files that mean harm."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from lxml import etree

from tests.core.efff.documents import document
from tests.tui.commandline import call
from tui.i18n import use_language

INVOICE = "UBLBE_BE0000000196_V01-15000001.xml"
KEYS = {"source", "output", "format", "ok", "findings", "derived", "dropped"}


@pytest.fixture(autouse=True)
def english() -> None:
    use_language("en")


@pytest.fixture
def samples(corpus: Path) -> Path:
    return corpus / "ublbe" / "testcases-1.31"


def records(*arguments: str) -> tuple[int, list[dict]]:
    outcome = call(*arguments, "--json")
    return outcome.exit_code, [json.loads(line) for line in outcome.stdout.splitlines()]


def test_a_file_becomes_an_efff_file_with_its_record(samples: Path, tmp_path: Path) -> None:
    source = sorted(samples.glob("*.xml"))[0]
    code, [record] = records("convert", str(source), "--out", str(tmp_path))
    assert set(record) >= KEYS
    assert record["format"] == "e-fff-1.0"
    assert code == (0 if record["ok"] else 1)
    written = Path(record["output"])
    assert written.parent == tmp_path and written.read_bytes().startswith(b"<?xml")
    assert all({"rule", "severity", "where", "message"} <= set(finding) for finding in record["findings"])
    assert all({"path", "value", "why"} <= set(each) for each in record["dropped"])


def test_a_document_on_standard_input_is_checked_and_converted(samples: Path, tmp_path: Path) -> None:
    content = sorted(samples.glob("*.xml"))[0].read_bytes()
    checked = call("check", "-", "--json", input=content)
    assert checked.exit_code == 0
    record = json.loads(checked.stdout)
    assert record["source"] == "-" and "V05" not in {finding["rule"] for finding in record["findings"]}
    converted = call("convert", "-", "--out", str(tmp_path), "--json", input=content)
    assert converted.exit_code == 0
    assert Path(json.loads(converted.stdout)["output"]).read_bytes().startswith(b"<?xml")


def test_what_was_converted_passes_the_check(samples: Path, tmp_path: Path) -> None:
    source = sorted(samples.glob("*.xml"))[0]
    _code, [record] = records("convert", str(source), "--out", str(tmp_path))
    code, [checked] = records("check", record["output"])
    assert code == 0 and checked["ok"]
    assert checked["format"] == "e-fff-1.0"


def test_converting_again_changes_nothing_and_never_replaces_a_file(samples: Path, tmp_path: Path) -> None:
    source = sorted(samples.glob("*.xml"))[0]
    _code, [first] = records("convert", str(source), "--out", str(tmp_path))
    _code, [again] = records("convert", str(source), "--out", str(tmp_path))
    assert again["output"] == first["output"]
    Path(first["output"]).write_text("mine")
    _code, [beside] = records("convert", str(source), "--out", str(tmp_path))
    assert Path(beside["output"]).stem == Path(first["output"]).stem + "_2"
    assert Path(first["output"]).read_text() == "mine"
    _code, [forced] = records("convert", str(source), "--out", str(tmp_path), "--force")
    assert forced["output"] == first["output"]
    assert Path(first["output"]).read_text() != "mine"


def test_two_documents_with_one_name_both_stay(samples: Path, tmp_path: Path) -> None:
    content = sorted(samples.glob("*.xml"))[0].read_bytes()
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "x.XML").write_bytes(content)
    _code, found = records("convert", str(tmp_path / "a"), str(tmp_path / "b"), "--out", str(tmp_path / "out"))
    assert len({record["output"] for record in found}) == 2
    _code, again = records("convert", str(tmp_path), "--out", str(tmp_path / "out"))
    assert len(again) == 2, "the folder of the outputs is not an input"


HOSTILE = {
    "broken.xml": b"<Invoice><unclosed>",
    "empty.xml": b"",
    "noise.xml": bytes(range(256)) * 10,
    "dtd.xml": b'<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>',
    "bomb.xml": b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">'
    b'<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]><x>&c;</x>',
    "external.xml": b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><x>&e;</x>',
    "deep.xml": b"<a>" * 5000 + b"</a>" * 5000,
    "other.xml": b"<html><body/></html>",
}


def test_files_that_mean_harm_get_a_record_each_and_no_traceback(tmp_path: Path) -> None:
    sources = tmp_path / "in"
    sources.mkdir()
    for name, content in HOSTILE.items():
        (sources / name).write_bytes(content)
    for arguments in (("convert", str(sources), "--out", str(tmp_path / "out")), ("check", str(sources))):
        outcome = call(*arguments, "--json")
        found = [json.loads(line) for line in outcome.stdout.splitlines()]
        assert outcome.exit_code == 1
        assert {Path(record["source"]).name for record in found} == set(HOSTILE)
        assert not any(record["ok"] for record in found)
        assert all(record["findings"][0]["message"] for record in found)
        assert not any(each["code"] == "conversion_crashed" for record in found for each in record["findings"])
        assert "root:" not in outcome.output and "Traceback" not in outcome.output


def test_a_folder_that_looks_like_a_file_is_said_not_raised(tmp_path: Path) -> None:
    (tmp_path / "odd.xml").mkdir()
    outcome = call("check", str(tmp_path))
    assert outcome.exit_code == 0
    assert outcome.stderr.startswith("no_files: ")


def test_plain_lines_name_what_was_found_and_what_to_do(tmp_path: Path) -> None:
    bad = tmp_path / "bad.xml"
    bad.write_bytes(b"<Invoice>")
    outcome = call("convert", str(bad), "--out", str(tmp_path / "out"))
    assert outcome.exit_code == 1
    assert f"{bad}: not converted" in outcome.stdout
    assert "error: " in outcome.stdout and "[V01 /]" in outcome.stdout
    assert outcome.stdout.splitlines()[-1] == "1 file: 1 needs attention."


def test_the_folder_that_is_read_is_refused_for_the_files_and_one_around_it_is_not(
    samples: Path, tmp_path: Path
) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.xml").write_bytes(sorted(samples.glob("*.xml"))[0].read_bytes())
    outcome = call("convert", str(tmp_path / "in"), "--out", str(tmp_path / "in"))
    assert outcome.exit_code == 2
    assert outcome.stderr.startswith("out_is_source: ")
    _code, found = records("convert", str(tmp_path / "in"), "--out", str(tmp_path))
    assert [Path(record["output"]).parent for record in found] == [tmp_path]


def test_a_name_without_end_is_cut_in_the_report(tmp_path: Path) -> None:
    name = etree.fromstring(document()).findtext(".//{*}RegistrationName") or ""
    assert name
    (tmp_path / "a.xml").write_bytes(document().replace(name.encode(), name.encode() + b"x" * 1_000_000))
    said = call("check", str(tmp_path / "a.xml")).output
    assert name in said and max(map(len, said.splitlines())) < 1_000


def test_a_link_that_leads_nowhere_and_a_pipe_have_a_record_each(tmp_path: Path) -> None:
    (tmp_path / "gone.xml").symlink_to(tmp_path / "nowhere")
    os.mkfifo(tmp_path / "pipe.xml")
    code, found = records("convert", str(tmp_path), "--out", str(tmp_path / "out"))
    assert code == 1
    assert [record["findings"][0]["code"] for record in found] == ["file_not_regular", "file_not_regular"]


def test_file_names_of_any_bytes_are_told_and_converted(samples: Path, tmp_path: Path) -> None:
    name = os.fsdecode(b"na\xffme\n\x1b[31m.xml")
    (tmp_path / name).write_bytes(sorted(samples.glob("*.xml"))[0].read_bytes())
    _code, [found] = records("convert", str(tmp_path), "--out", str(tmp_path / "out"))
    assert found["output"] is not None
    plain = call("check", str(tmp_path))
    assert "\x1b" not in plain.stdout
