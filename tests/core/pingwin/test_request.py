"""The request that each profile makes: what goes where, byte for byte the same, and what a preview may show."""

from __future__ import annotations

import base64
import hashlib
import json
from dataclasses import replace
from email import message_from_bytes
from pathlib import Path
from urllib.parse import parse_qs

import pytest
from pydantic import SecretStr

from core.files import PIECE, StoredFile
from core.model import Direction
from core.pingwin.request import Outgoing, build_upload, credential_problem, preview
from core.pingwin.target import Credentials
from tests.core.pingwin.support import API_KEY, CLID, CREDENTIALS, FILE_ID, FILENAME, KEY, XML, contract, upload

BASE = "https://pingwin.example/in"
ALL = ["a-multipart", "b-form", "c-json", "d-raw", "sandbox"]


def built(name: str, direction: Direction = Direction.PURCHASE) -> Outgoing:
    return build_upload(contract(name), BASE, upload(direction=direction), CREDENTIALS)


def whole(outgoing: Outgoing) -> bytes:
    """The body as it leaves; its length was told beforehand."""
    body = b"".join(outgoing.body.pieces())
    assert dict(outgoing.headers)["Content-Length"] == str(len(body)) == str(outgoing.body.size)
    return body


def parts(outgoing: Outgoing) -> dict[str, tuple[str | None, bytes]]:
    """Multipart fields as another reader sees them: name -> (file name, content)."""
    kind = dict(outgoing.headers)["Content-Type"]
    message = message_from_bytes(f"Content-Type: {kind}\r\n\r\n".encode() + whole(outgoing))
    found = {}
    for part in message.get_payload():  # type: ignore[union-attr]
        name = part.get_param("name", header="content-disposition")
        found[str(name)] = (part.get_filename(), part.get_payload(decode=True))
    return found  # type: ignore[return-value]


def test_profile_a_sends_headers_and_a_multipart_file() -> None:
    outgoing = built("a-multipart", Direction.SALES)
    headers = dict(outgoing.headers)
    assert outgoing.url == f"{BASE}/documents"
    assert (headers["X-Api-Key"], headers["X-Clid"], headers["X-File-Id"]) == (API_KEY, CLID, FILE_ID)
    found = parts(outgoing)
    assert found["type"] == (None, b"sale")
    assert found["file"][0] == FILENAME
    assert b"Content-Type: application/xml" in whole(outgoing)
    assert XML in whole(outgoing)


def test_profile_b_sends_the_three_values_as_form_fields() -> None:
    outgoing = built("b-form")
    found = parts(outgoing)
    assert [found[name][1] for name in ("apikey", "clid", "fileid", "type")] == [
        API_KEY.encode(),
        CLID.encode(),
        FILE_ID.encode(),
        b"purchase",
    ]
    assert not any(API_KEY in value for _, value in outgoing.headers)


def test_profile_c_sends_one_json_object_with_the_file_in_base64() -> None:
    body = json.loads(whole(built("c-json")))
    assert body == {
        "clid": CLID,
        "fileId": FILE_ID,
        "apiKey": API_KEY,
        "direction": "purchase",
        "fileName": FILENAME,
        "content": base64.b64encode(XML).decode(),
    }


def test_profile_d_sends_the_xml_itself() -> None:
    outgoing = built("d-raw")
    path, _, query = outgoing.url.partition("?")
    assert path == f"{BASE}/{CLID}/{FILE_ID}/documents"
    assert parse_qs(query) == {"filename": [FILENAME], "type": ["purchase"]}
    assert whole(outgoing) == XML
    assert dict(outgoing.headers)["Content-Type"] == "application/xml"


def test_an_urlencoded_form_carries_the_file_too() -> None:
    form = contract("b-form", body={"kind": "form", "file_field": "xml", "key_field": "ref"})
    outgoing = build_upload(form, BASE, upload(), CREDENTIALS)
    fields = parse_qs(whole(outgoing).decode())
    assert fields["xml"] == [XML.decode()]
    assert fields["ref"] == [KEY]
    in_base64 = contract("b-form", body={"kind": "form", "file_field": "xml", "encoding": "base64"})
    fields = parse_qs(whole(build_upload(in_base64, BASE, upload(), CREDENTIALS)).decode())
    assert base64.b64decode(fields["xml"][0]) == XML


def test_an_urlencoded_form_carries_bytes_that_are_no_utf_8_unchanged() -> None:
    odd = b"<a>\xe9\x00\xff</a>"
    form = contract("b-form", body={"kind": "form", "file_field": "xml"})
    outgoing = build_upload(form, BASE, upload(odd), CREDENTIALS)
    assert parse_qs(whole(outgoing).decode(), errors="surrogateescape")["xml"] == [
        odd.decode("utf-8", "surrogateescape")
    ]


@pytest.mark.parametrize("name", ALL)
def test_the_delivery_key_travels_in_the_file_name_at_least(name: str) -> None:
    outgoing = built(name)
    assert KEY[:16] in outgoing.url + whole(outgoing).decode()


def test_the_full_key_travels_where_the_contract_names_it() -> None:
    assert dict(built("sandbox").headers)["X-Delivery-Key"] == KEY
    in_path = contract(path_template="/documents/{key}")
    assert build_upload(in_path, BASE, upload(), CREDENTIALS).url == f"{BASE}/documents/{KEY}"
    field = contract(body={"kind": "multipart", "file_field": "f", "key_field": "reference"})
    assert parts(build_upload(field, BASE, upload(), CREDENTIALS))["reference"] == (None, KEY.encode())


@pytest.mark.parametrize("name", ALL)
def test_the_same_upload_is_the_same_bytes(name: str) -> None:
    one, other = built(name), built(name)
    assert (one.url, one.headers, whole(one)) == (other.url, other.headers, whole(other))


@pytest.mark.parametrize("name", [*ALL, "b-form in base64", "b-form as text"])
def test_a_file_on_disk_is_sent_as_the_same_bytes_are(name: str, tmp_path: Path) -> None:
    ways = {
        "b-form in base64": contract("b-form", body={"kind": "form", "file_field": "xml", "encoding": "base64"}),
        "b-form as text": contract("b-form", body={"kind": "form", "file_field": "xml"}),
    }
    described = ways.get(name) or contract(name)
    text = '<Factuur naam="Façade ë € 漢字 😀">\n\t+/= & %</Factuur>'.encode() * 4000
    held = upload(b"x" * (PIECE - 1) + text)  # the signs of several bytes fall across two pieces
    file = tmp_path / "efff.xml"
    file.write_bytes(held.content)
    stored = replace(held, content=StoredFile(file, len(held.content)))
    sent = whole(build_upload(described, BASE, stored, CREDENTIALS))
    assert sent == whole(build_upload(described, BASE, held, CREDENTIALS))
    match described.body.kind, described.body.encoding:
        case "form", encoding:
            [carried] = parse_qs(sent.decode())["xml"]
            assert (base64.b64decode(carried) if encoding == "base64" else carried.encode()) == held.content
        case "json", _:
            assert base64.b64decode(json.loads(sent)[described.body.file_field]) == held.content
        case _:
            assert held.content in sent


def test_a_boundary_is_not_overlooked_where_two_pieces_meet() -> None:
    boundary = f"banqup-pingwin-{hashlib.sha256(XML).hexdigest()[:32]}"
    hidden = replace(upload(), content=b"x" * (PIECE - 20) + boundary.encode() + b"x")
    kind = dict(build_upload(contract(), BASE, hidden, CREDENTIALS).headers)["Content-Type"]
    assert kind.endswith(f"{boundary}-")


def test_a_boundary_never_occurs_in_the_file() -> None:
    nested = whole(build_upload(contract(), BASE, upload(), CREDENTIALS))
    first = upload(nested)
    boundary = f"banqup-pingwin-{first.sha256[:32]}"
    hostile = upload(first.content + boundary.encode())
    outgoing = build_upload(contract(), BASE, hostile, CREDENTIALS)
    used = dict(outgoing.headers)["Content-Type"].partition("boundary=")[2]
    assert used.encode() not in hostile.content


def test_names_cannot_break_out_of_a_multipart_header() -> None:
    outgoing = build_upload(contract(), BASE, upload(filename='a"\r\nX-Evil: 1\r\n\r\n.xml'), CREDENTIALS)
    assert b"\r\nX-Evil" not in whole(outgoing)
    assert set(parts(outgoing)) == {"type", "file"}


def test_a_credential_in_the_path_cannot_name_another_path() -> None:
    odd = Credentials(SecretStr("k"), SecretStr("../../admin?x=1"), "a/b")
    assert build_upload(contract("d-raw"), BASE, upload(), odd).url.startswith(
        f"{BASE}/..%2F..%2Fadmin%3Fx%3D1/a%2Fb/documents?"
    )


@pytest.mark.parametrize(
    ("name", "credentials", "credential", "missing"),
    [
        ("a-multipart", Credentials(SecretStr(""), SecretStr("c"), "f"), "api_key", True),
        ("a-multipart", Credentials(SecretStr("k"), SecretStr(" "), "f"), "clid", True),
        ("a-multipart", Credentials(SecretStr("k"), SecretStr("c"), ""), "file_id", True),
        ("a-multipart", Credentials(SecretStr("k\nX: y"), SecretStr("c"), "f"), "api_key", False),
        ("a-multipart", Credentials(SecretStr("sleutel€"), SecretStr("c"), "f"), "api_key", False),
        ("b-form", Credentials(SecretStr("k\x00"), SecretStr("c"), "f"), "api_key", False),
        ("d-raw", Credentials(SecretStr("k"), SecretStr(".."), "f"), "clid", False),
    ],
)
def test_a_credential_that_cannot_be_sent_is_found_before_anything_is(
    name: str, credentials: Credentials, credential: str, missing: bool
) -> None:
    found = credential_problem(contract(name), credentials)
    assert found is not None
    assert (found.credential, found.missing) == (credential, missing)


def test_an_umlaut_is_fine_where_it_can_travel() -> None:
    assert credential_problem(contract("c-json"), Credentials(SecretStr("schlüssel"), SecretStr("c"), "f")) is None


@pytest.mark.parametrize("name", ALL)
def test_a_preview_is_the_request_with_masks(name: str) -> None:
    shown = preview(contract(name), BASE, upload(), CREDENTIALS)
    everything = repr(shown)
    assert API_KEY not in everything
    assert CLID not in everything
    assert FILE_ID in everything
    assert "<API key>" in everything
    assert "<CLID>" in everything
    if name != "c-json":
        assert "Façade 1" in shown.body


def test_a_preview_of_credentials_in_the_query_masks_the_address() -> None:
    auth = [
        {"credential": "api_key", "in": "query", "name": "k"},
        {"credential": "clid", "in": "header", "name": "X-C", "prefix": "Bearer "},
    ]
    shown = preview(contract(auth=auth), BASE, upload(), CREDENTIALS)
    assert API_KEY not in shown.url
    assert "Bearer <CLID>" in dict(shown.headers).values()


def test_a_preview_of_a_large_file_is_cut() -> None:
    shown = preview(contract(), BASE, upload(b"<a>" + b"x" * 100_000 + b"</a>"), CREDENTIALS)
    assert len(shown.body) < 5_000
    assert "bytes)" in shown.body


@pytest.mark.parametrize("name", ALL)
def test_a_request_shows_no_secret_in_its_repr(name: str) -> None:
    shown = repr(built(name)) + repr(CREDENTIALS)
    assert API_KEY not in shown
    assert CLID not in shown
