"""JSON becomes the model: liberal in what it reads, strict in what it gives."""

from __future__ import annotations

import json
from contextlib import suppress
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.banqup.client import BadAnswer
from core.banqup.values import amount_in, iso, nanoseconds
from core.banqup.wire import path, read_document, read_file, read_grant, read_listing, read_problem, read_spaces
from core.model import Direction, Rule
from tests.core.banqup.fixtures import DOCUMENT, SPACE, fixture


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-02-26T07:11:33.951832961Z", 1772089893951832961),
        ("2026-02-26T07:11:33.9Z", 1772089893900000000),
        ("2026-02-26T07:11:33.95Z", 1772089893950000000),
        ("2026-02-26T07:11:33Z", 1772089893000000000),
        ("2026-02-26T08:11:33+01:00", 1772089893000000000),
        ("2026-02-26T08:11:33.5+0100", 1772089893500000000),
        ("2026-02-26T07:11:33", 1772089893000000000),
        ("2026-02-26T07:11Z", 1772089860000000000),
        ("2026-02-26T07:11:33.9518329619999Z", 1772089893951832961),
        ("1970-01-01T00:00:00Z", 0),
        ("1969-12-31T23:59:59.5Z", -500000000),
    ],
)
def test_a_timestamp_becomes_exact_nanoseconds(text: str, expected: int) -> None:
    assert nanoseconds(text) == expected


@pytest.mark.parametrize(
    "value", [None, "", "soon", 17, "2026-13-01T00:00:00Z", "2026-02-30T00:00:00Z", "0001-01-01T00:00:00+23:00", []]
)
def test_what_is_no_timestamp_is_none_and_not_a_guess(value: object) -> None:
    assert nanoseconds(value) is None


@given(st.integers(min_value=0, max_value=4_000_000_000_000_000_000))
def test_nanoseconds_survive_being_written_and_read(at_ns: int) -> None:
    assert nanoseconds(iso(at_ns)) == at_ns


def test_shorter_fractions_compare_as_numbers_and_not_as_text() -> None:
    earlier, later = "2026-02-26T07:11:33.9Z", "2026-02-26T07:11:33.95Z"
    assert earlier > later  # as text
    assert (nanoseconds(earlier) or 0) < (nanoseconds(later) or 0)


def test_a_document_is_read_with_all_that_the_model_has() -> None:
    document = read_document(fixture("document").answer["body"], SPACE)
    assert document.direction is Direction.PURCHASE
    assert (document.document_status, document.delivery_status, document.payment_status) == (
        "FULLY_APPROVED",
        "RECEIVED",
        "UNPAID",
    )
    assert document.number == "ABC250226"
    assert document.issue_date == date(2026, 2, 25)
    assert document.amount == Decimal("242.00")
    assert document.supplier.vat_number == "BE0000000097"
    assert document.supplier.enterprise_number == "0000000097"
    assert [file.kind for file in document.files] == ["ORIGINAL", "PDF"]
    assert document.files[0].size == 57308
    assert Rule().eligible(document)
    assert Rule().reached_ns(document) == nanoseconds("2026-02-27T09:00:00Z")


def test_the_documented_word_for_the_id_is_accepted_too() -> None:
    assert read_document({"documentId": DOCUMENT, "folder": "SALES"}, SPACE).id == DOCUMENT


def test_unknown_members_and_spellings_are_kept_out_of_the_way() -> None:
    document = read_document(
        {"id": "d", "folder": "SALES", "status": {"delivery": "TELEPORTED", "new": 1}, "surprise": {"a": [1]}}, SPACE
    )
    assert document.delivery_status == "TELEPORTED"
    assert not Rule().eligible(document)


def test_members_of_the_wrong_kind_are_as_good_as_missing() -> None:
    document = read_document(
        {
            "id": "d",
            "folder": "SALES",
            "status": "SENT",
            "timestamps": [],
            "metadata": {
                "issueDate": 7,
                "supplier": "x",
                "documentTotals": {"grossAmount": True, "payableAmount": "n/a"},
            },
            "files": [{"kind": "UBL"}, "file", {"id": "f", "fileSize": -1}],
            "statusHistory": [{"to": "SENT"}, 3],
        },
        SPACE,
    )
    assert document.updated_ns is None
    assert document.amount is None
    assert [file.id for file in document.files] == ["f"]
    assert document.files[0].size is None
    assert document.status_history == ()


def test_a_folder_that_is_not_known_is_counted_and_ignored() -> None:
    listing = read_listing({"documents": [{"id": "a", "folder": "RECEIPTS"}, {"id": "b", "folder": "SALES"}]}, SPACE)
    assert [document.id for document in listing.documents] == ["b"]
    assert listing.ignored == 1


@pytest.mark.parametrize("cursor", [{}, {"nextCursor": None}, {"nextCursor": ""}])
def test_an_absent_null_or_empty_cursor_ends_the_list(cursor: dict[str, str]) -> None:
    assert read_listing({"documents": [], **cursor}, SPACE).next_cursor is None


@pytest.mark.parametrize(
    "body", [None, [], "x", {}, {"documents": None}, {"documents": {}}, {"documents": [{"folder": "SALES"}]}]
)
def test_a_list_that_cannot_be_understood_is_an_error_and_not_an_empty_list(body: object) -> None:
    with pytest.raises(BadAnswer):
        read_listing(body, SPACE)


def test_a_document_of_another_space_is_never_taken() -> None:
    with pytest.raises(BadAnswer) as raised:
        read_document({"id": "d", "spaceId": "other", "folder": "SALES"}, SPACE)
    assert raised.value.code == "banqup_other_space"


@pytest.mark.parametrize("body", [None, {"spaces": 1}, {"spaces": [{"name": "no id"}]}])
def test_spaces_that_cannot_be_understood_are_an_error(body: object) -> None:
    with pytest.raises(BadAnswer):
        read_spaces(body)


@pytest.mark.parametrize(
    ("stated", "expected"),
    [
        ("12.50", "12.50"),
        (12, "12"),
        (0.1, "0.1"),
        ("NaN", None),
        ("1e999999", None),
        ("1e-999999", None),
        (True, None),
    ],
)
def test_amounts_are_decimals_as_they_are_written(stated: object, expected: str | None) -> None:
    assert amount_in({"a": stated}, "a") == (Decimal(expected) if expected else None)


@pytest.mark.parametrize(
    "text", ["", "{}", '{"access_token": 5}', "<html>", "[]", "two words", '{"access_token": "a\\nb"}']
)
def test_what_is_no_token_is_refused(text: str) -> None:
    with pytest.raises(BadAnswer):
        read_grant(text, now=0.0)


@pytest.mark.parametrize(
    ("body", "lifetime"),
    [
        ('{"access_token": "t", "expires_in": "120"}', 120.0),
        ('{"access_token": "t", "expires_at": "1970-01-01T00:20:00.000Z", "expires_in": 5}', 200.0),
        ('{"access_token": "t", "expires_at": "1969-01-01T00:00:00Z"}', None),
        ('{"access_token": "t"}', None),
        ("opaque", None),
        ('"opaque-in-quotes"', None),
        ("a.b.c", None),
    ],
)
def test_the_lifetime_comes_from_the_first_member_that_tells(body: str, lifetime: float | None) -> None:
    assert read_grant(body, now=1000.0).lifetime == lifetime


def test_half_a_character_does_not_reach_the_stores() -> None:
    document = read_document(json.loads('{"id": "d", "metadata": {"documentNumber": "A\\ud8001"}}'), SPACE)
    assert document.number == "A?1"


def test_an_id_cannot_name_another_path() -> None:
    assert path("/spaces/{space}/x", space="../../admin?a=b#c") == "/spaces/..%2F..%2Fadmin%3Fa%3Db%23c/x"


def test_links_and_tokens_are_in_no_repr() -> None:
    details = read_file({"status": "AVAILABLE", "downloadUrl": "https://s.example/f?sig=SENTINEL"}, "f")
    assert "SENTINEL" not in repr(details)
    assert "SENTINEL" not in repr(read_grant("SENTINEL", now=0.0))


KNOWN = (
    "id folder status document documents nextCursor timestamps updatedAt metadata files supplier globalIdentifiers"
    " be:vat documentTotals grossAmount fileSize statusHistory at access_token expires_in expires_at spaces issueDate"
    " lines currency title downloadUrl"
)
MEMBERS = st.sampled_from(KNOWN.split())
ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(MEMBERS, inner, max_size=6),
    max_leaves=25,
)


@settings(max_examples=150, deadline=None)
@given(body=ANY_JSON)
def test_whatever_json_comes_it_is_read_or_refused_and_nothing_else_happens(body: object) -> None:
    for read in (
        lambda: read_listing(body, SPACE),
        lambda: read_document(body, SPACE),
        lambda: read_spaces(body),
        lambda: read_file(body, "f"),
        lambda: read_problem(body),
        lambda: read_grant(json.dumps(body), 0.0),
    ):
        with suppress(BadAnswer):
            read()
