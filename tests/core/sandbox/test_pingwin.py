"""The Pingwin stand-in keeps what it takes and really checks it, whatever happens to its answer."""

from __future__ import annotations

import base64

import httpx
import pytest

from core.sandbox.faults import Fault
from tests.core.sandbox.conftest import Caller
from tests.core.sandbox.efff_files import efff, purchase

KEY = "0123456789abcdef" * 4


def problems(caller: Caller) -> list[str]:
    """The codes of everything wrong with the last file received."""
    return [code for code, _ in caller.server.control.received()["files"][-1]["problems"]]


def test_a_sound_file_is_taken_under_an_id_of_its_own(caller: Caller) -> None:
    content = efff(purchase())
    answer = caller.upload(content, key=KEY, name="efff_BE0123_1.xml")
    assert answer.status_code == 201
    received = caller.server.control.received()
    assert received["invalid"] == received["received_twice"] == 0
    (file,) = received["files"]
    assert file["id"] == answer.json()["id"]
    assert file["invoice"]["number"] == purchase().number
    assert caller.server.control.received_file(file["id"]) == content


@pytest.mark.parametrize(
    ("changed", "status", "code"),
    [
        ({"x_api_key": "wrong"}, 401, "INVALID_KEY"),
        ({"x_clid": "wrong"}, 401, "INVALID_KEY"),
        ({"x_file_id": "1"}, 404, "UNKNOWN_DOSSIER"),
    ],
)
def test_each_wrong_credential_is_refused_and_nothing_is_taken(
    caller: Caller, changed: dict[str, str], status: int, code: str
) -> None:
    answer = caller.upload(efff(purchase()), **changed)
    assert (answer.status_code, answer.json()["error"]) == (status, code)
    assert caller.server.world.receipts == ()


def test_a_disabled_dossier_takes_nothing(caller: Caller) -> None:
    caller.server.control.dossier(disabled=True)
    answer = caller.upload(efff(purchase()))
    assert (answer.status_code, answer.json()["error"]) == (403, "DOSSIER_DISABLED")


@pytest.mark.parametrize(
    ("damage", "code"),
    [
        (lambda xml: xml.replace(b"<cbc:IssueDate>", b"<cbc:IssueDay>").replace(b"/cbc:IssueDate>", b"/cbc:IssueDay>"),
         "sandbox_schema"),
        (lambda xml: xml[: len(xml) // 2], "sandbox_not_xml"),
        (lambda xml: b"<order/>", "sandbox_not_ubl"),
        (lambda xml: xml.replace(b"?>\n", b'?>\n<!DOCTYPE Invoice [<!ENTITY a "b">]>\n', 1), "sandbox_doctype"),
        (lambda xml: xml.replace(b"E-FFF.BE", b"SOMETHING"), "sandbox_not_efff"),
        (lambda xml: xml.replace(b'mimeCode="application/pdf"', b'mimeCode="text/csv"'), "sandbox_pdf_missing"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_file_is_noticed(caller: Caller, damage, code: str) -> None:
    assert caller.upload(damage(efff(purchase()))).status_code == 201
    assert problems(caller)[0] == code
    assert caller.server.control.received()["invalid"] == 1


@pytest.mark.parametrize("pdf", [b"PDF Test", b"%PDF-1.4 cut", b"%PDF-1.4\n%%EOF"])
def test_a_pdf_that_does_not_open_is_noticed(caller: Caller, pdf: bytes) -> None:
    caller.upload(efff(purchase(), pdf))
    assert problems(caller) == ["sandbox_pdf_broken"]


def test_an_invoice_of_another_company_or_the_other_side_is_noticed(caller: Caller) -> None:
    caller.upload(efff(purchase()), direction="sale")
    assert problems(caller) == ["sandbox_wrong_direction"]
    caller.server.control.dossier(enterprise_number="0000000196")
    caller.upload(efff(purchase()))
    assert problems(caller) == ["sandbox_not_this_dossier"]


def test_a_lost_answer_has_taken_the_file_and_a_lookup_finds_it(caller: Caller) -> None:
    caller.server.control.next_faults(Fault.UPLOAD_LOST_ANSWER)
    with pytest.raises((httpx.ReadError, httpx.RemoteProtocolError)):
        caller.upload(efff(purchase()), key=KEY)
    (receipt,) = caller.server.world.receipts
    assert caller.lookup(KEY).json()["id"] == receipt.id


def test_a_lost_request_has_taken_nothing_and_a_lookup_says_so(caller: Caller) -> None:
    caller.server.control.next_faults(Fault.UPLOAD_LOST_REQUEST)
    with pytest.raises((httpx.ReadError, httpx.WriteError, httpx.RemoteProtocolError)):
        caller.upload(efff(purchase()), key=KEY)
    answer = caller.lookup(KEY)
    assert (answer.status_code, answer.json()["error"]) == (404, "NO_SUCH_DOCUMENT")


@pytest.mark.parametrize(
    ("fault", "status", "taken"),
    [
        (Fault.UPLOAD_500_BEFORE, 500, 0),
        (Fault.UPLOAD_503_BEFORE, 503, 0),
        (Fault.UPLOAD_LIMIT, 429, 0),
        (Fault.UPLOAD_REFUSED, 400, 0),
        (Fault.UPLOAD_DUPLICATE, 409, 0),
        (Fault.UPLOAD_UNAUTHORIZED, 401, 0),
        (Fault.UPLOAD_DISABLED, 403, 0),
        (Fault.UPLOAD_500_AFTER, 500, 1),
        (Fault.UPLOAD_UNREADABLE, 200, 1),
    ],
)
def test_each_fault_says_whether_the_file_was_taken(caller: Caller, fault: Fault, status: int, taken: int) -> None:
    caller.server.control.next_faults(fault)
    assert caller.upload(efff(purchase())).status_code == status
    assert len(caller.server.world.receipts) == taken


def test_a_slow_answer_comes_after_the_file_was_taken(caller: Caller) -> None:
    caller.server.world.faults.slow_seconds = 0.5
    caller.server.control.next_faults(Fault.UPLOAD_SLOW)
    caller.http.timeout = httpx.Timeout(0.3)
    with pytest.raises(httpx.ReadTimeout):
        caller.upload(efff(purchase()))
    assert len(caller.server.world.receipts) == 1


def test_copies_are_counted_by_key_and_by_invoice(caller: Caller) -> None:
    caller.upload(efff(purchase(0)), key=KEY)
    caller.upload(efff(purchase(1)), key="f" * 64)
    assert caller.server.control.received()["received_twice"] == 0
    caller.upload(efff(purchase(0)), key="e" * 64)
    caller.upload(b"<order/>", key="f" * 64)
    assert caller.server.control.received()["received_twice"] == 2


def test_the_key_is_read_from_the_file_name_where_no_header_carries_it(caller: Caller) -> None:
    caller.upload(efff(purchase()), name="efff_BE0123456749_F1-0123456789abcdef.xml")
    assert caller.server.world.receipts[0].key == "0123456789abcdef"


def test_with_idempotency_the_same_key_is_the_same_document(caller: Caller) -> None:
    caller.server.control.switch(idempotency=True)
    first, second = (caller.upload(efff(purchase()), key=KEY).json()["id"] for _ in range(2))
    assert first == second
    assert len(caller.server.world.receipts) == 1


def test_duplicates_and_invalid_files_are_refused_where_that_is_switched_on(caller: Caller) -> None:
    caller.server.control.switch(refuse_duplicates=True, refuse_invalid=True)
    assert caller.upload(efff(purchase()), key=KEY).status_code == 201
    assert caller.upload(efff(purchase()), key="f" * 64).status_code == 409
    assert caller.upload(b"<order/>").status_code == 422
    assert len(caller.server.world.receipts) == 1


def test_a_lookup_can_be_switched_off_and_can_lag(caller: Caller) -> None:
    caller.upload(efff(purchase()), key=KEY)
    caller.server.control.switch(search_lag=60)
    assert caller.lookup(KEY).status_code == 404
    caller.server.control.switch(lookup=False)
    assert caller.lookup(KEY).status_code == 405


def test_all_four_shapes_of_a_request_are_read_and_one_can_be_demanded(caller: Caller) -> None:
    access, content = caller.server.access, efff(purchase())
    name = "efff_BE0123456749_F1-0123456789abcdef.xml"
    part = {"file": (name, content, "application/xml")}
    values = {"apikey": access.api_key, "clid": access.clid, "fileid": access.file_id, "type": "purchase"}
    body = {
        "apiKey": access.api_key,
        "clid": access.clid,
        "fileId": access.file_id,
        "fileName": name,
        "direction": "purchase",
        "content": base64.b64encode(content).decode(),
    }
    path = f"/pingwin/{access.clid}/{access.file_id}/documents"

    def all_shapes() -> list[int]:
        answers = [
            caller.upload(content, name=name),
            caller.http.post("/pingwin/upload", data=values, files=part),
            caller.http.post("/pingwin/documents", json=body),
            caller.http.post(
                path,
                content=content,
                params={"filename": name, "type": "purchase"},
                headers={"X-Api-Key": access.api_key, "Content-Type": "application/xml"},
            ),
        ]
        return [answer.status_code for answer in answers]

    assert all_shapes() == [201] * 4
    profiles = [receipt.profile for receipt in caller.server.world.receipts]
    assert profiles == ["a-multipart", "b-form", "c-json", "d-raw"]
    assert {(receipt.key, receipt.direction) for receipt in caller.server.world.receipts} == {
        ("0123456789abcdef", "purchase")
    }
    caller.server.control.switch(profile="b-form")
    assert all_shapes() == [415, 201, 415, 415]


def test_the_harmless_request_tells_whether_the_credentials_are_right(caller: Caller) -> None:
    access = caller.server.access
    headers = {"X-Api-Key": access.api_key, "X-Clid": access.clid, "X-File-Id": access.file_id}
    assert caller.http.get("/pingwin/dossier", headers=headers).status_code == 200
    assert caller.http.get("/pingwin/dossier", headers={**headers, "X-Api-Key": "no"}).status_code == 401
    assert caller.http.head("/pingwin").status_code == 204
