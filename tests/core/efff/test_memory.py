"""Large attachments pass without growing beyond about three times the file, measured as the peak of a process."""

from __future__ import annotations

import base64
import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.benchmarks.efff import pdf_of
from tests.core.efff.documents import attachment, document

CHILD = """
import json, sys
from pathlib import Path
from core.efff.convert import Format, check, convert
from tests.core.efff.documents import attachment, document

def peak():
    [line] = [line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM")]
    return int(line.split()[1]) * 1024

small = document(attachment("UERG" * 2000, mime="text/csv"))
for warm in (lambda: convert(small), lambda: check(small)):
    warm()
before = peak()
source = Path(sys.argv[1]).read_bytes()
if sys.argv[2] == "check":
    told = check(source).findings
else:
    conversion = convert(source, Format(sys.argv[2]))
    told = conversion.findings
    assert conversion.output is not None and len(conversion.output) >= len(source) - 100_000
rules = [one.rule for one in told if one.severity != "info"]
print(json.dumps({"grown": peak() - before, "size": len(source), "rules": rules}))
"""


pytestmark = pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="the peak is read from /proc")


@pytest.fixture(scope="module")
def large_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A document with a PDF of 49 MB inside, 65 MB of base64."""
    path = tmp_path_factory.mktemp("large") / "large.xml"
    path.write_bytes(document(attachment(base64.b64encode(pdf_of(49_000_000)).decode(), kind="CommercialInvoice")))
    return path


def run(path: Path, work: str) -> dict:
    ran = subprocess.run([sys.executable, "-c", CHILD, str(path), work], capture_output=True, text=True, timeout=60)
    assert ran.returncode == 0, ran.stderr
    return json.loads(ran.stdout)


@pytest.mark.parametrize("work", ["e-fff-1.0", "e-fff-3.0", "check"])
def test_an_attachment_of_fifty_megabytes_costs_no_more_than_three_times_its_file(large_file: Path, work: str) -> None:
    found = run(large_file, work)
    assert found["size"] > 65_000_000
    assert found["grown"] <= 3 * found["size"], found
    assert set(found["rules"]) == {"V24"}


def test_line_breaks_in_the_body_cost_no_more_either(tmp_path: Path) -> None:
    path = tmp_path / "broken.xml"
    text = base64.encodebytes(pdf_of(20_000_000)).decode()
    path.write_bytes(document(attachment(text, kind="CommercialInvoice")))
    found = run(path, "e-fff-1.0")
    assert found["grown"] <= 3 * found["size"], found
    assert found["rules"] == []
