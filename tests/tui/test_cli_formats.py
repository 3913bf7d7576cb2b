"""`profile` and `vat-codes`, and what `check` says of a batch: tables people read, and rules they set."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from core.installations import Consent, Installation, Installations
from tests.core.efff.documents import document
from tests.tui.commandline import call
from tui.i18n import use_language

SPACE = "0a1b2c3d-0000-4000-8000-000000000001"


@pytest.fixture(autouse=True)
def english() -> None:
    use_language("en")


@pytest.fixture
def home(tmp_path: Path) -> Path:
    consent = Consent(by="a person", at=datetime(2026, 1, 1, tzinfo=UTC))
    Installations(tmp_path / "installations.json").save(Installation(space=SPACE, name="Peeters", consent=consent))
    return tmp_path


def own(home: Path) -> list[dict]:
    outcome = call("--home", str(home), "vat-codes", SPACE, "--json")
    assert outcome.exit_code == 0, outcome.stderr
    return json.loads(outcome.stdout)["own"]


@pytest.mark.parametrize("version", ["e-fff-1.0", "e-fff-3.0"])
def test_the_profile_is_printed_as_text_markdown_and_json(version: str) -> None:
    text = call("profile", "--format", version).stdout
    assert "cac:LegalMonetaryTotal" in text and "BT-115" in text
    assert call("profile", "--format", version, "--markdown").stdout.startswith(f"# {version}\n")
    sections = json.loads(call("profile", "--format", version, "--json").stdout)
    assert sections[0]["name"] == "Invoice" and sections[0]["rows"][3]["element"] == "cbc:ID"


def test_the_table_of_vat_codes_needs_no_installation() -> None:
    text = call("vat-codes").stdout
    assert "46/GO" in text and "cocontractant" in text
    told = json.loads(call("vat-codes", "--json").stdout)
    assert set(told) == {"own", "rules", "codes"}


def test_an_own_rule_is_set_shown_and_removed(home: Path) -> None:
    setting = ("--set", "00/44", "--supplier", "BE 0477.472.701", "--category", "E", "--rate", "0")
    outcome = call("--home", str(home), "vat-codes", SPACE, *setting)
    assert outcome.exit_code == 0, outcome.stderr
    assert "BE 0477.472.701" in outcome.stdout
    assert [(one["code"], one["rate"]) for one in own(home)] == [("00/44", "0")]
    assert call("--home", str(home), "vat-codes", SPACE, "--remove", "2").exit_code == 2
    assert call("--home", str(home), "vat-codes", SPACE, "--remove", "1").exit_code == 0
    assert own(home) == []


@pytest.mark.parametrize("wrong", [("--set", "99"), ("--set", "03", "--rate", "x"), ("--set", "03", "--rate", "101")])
def test_a_rule_that_makes_no_sense_is_refused(home: Path, wrong: tuple[str, ...]) -> None:
    outcome = call("--home", str(home), "vat-codes", SPACE, *wrong)
    assert outcome.exit_code == 2
    assert "vat_code_rule_wrong" in outcome.stderr
    assert call("--home", str(home), "--readonly", "vat-codes", SPACE, "--set", "03").exit_code == 2
    assert own(home) == []


def test_a_check_counts_repeats_and_names_the_same_invoice_in_another_file(tmp_path: Path) -> None:
    text = document(('unitCode="HUR"', 'unitCode="stuk"')).decode()
    start, end = text.index("<cac:InvoiceLine>"), text.index("</Invoice>")
    lines = "".join(text[start:end].replace("<cbc:ID>1<", f"<cbc:ID>{number}<") for number in range(1, 8))
    (tmp_path / "a.xml").write_text(text[:start] + lines + text[end:])
    (tmp_path / "b.xml").write_bytes(document())
    outcome = call("check", str(tmp_path))
    assert outcome.stdout.count("V83") == 4
    assert "4 more like it" in outcome.stdout
    assert f"is in {tmp_path / 'a.xml'} already" in outcome.stdout
    records = [json.loads(line) for line in call("check", str(tmp_path), "--json").stdout.splitlines()]
    assert sum(one["rule"] == "V83" for one in records[0]["findings"]) == 7
    assert "V16" in {one["rule"] for one in records[1]["findings"]}
