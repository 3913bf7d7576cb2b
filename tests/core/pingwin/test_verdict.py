"""What an answer means: every status and every class of pingwin reference, section 5, without a network."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.pingwin.contract import ErrorClass, ValuePath, WireContract
from core.pingwin.target import Answer, AnswerKind
from core.pingwin.verdict import BY_STATUS, KINDS, Reading, Reply, judge
from core.wording.pingwin import MESSAGES
from tests.core.pingwin.support import API_KEY, contract


def verdict(reply: Reply, with_contract: WireContract | None = None) -> Answer:
    return judge(with_contract or contract(), reply, secrets=(API_KEY,), now=0.0)


def reply(status: int, body: Any = b"", **headers: str) -> Reply:
    content = body if isinstance(body, bytes) else (body if isinstance(body, str) else json.dumps(body)).encode()
    return Reply(status, headers, content)


TABLE = [
    (200, AnswerKind.ACCEPTED),
    (201, AnswerKind.ACCEPTED),
    (204, AnswerKind.ACCEPTED),
    (206, AnswerKind.UNKNOWN),
    (301, AnswerKind.UNKNOWN),
    (302, AnswerKind.UNKNOWN),
    (307, AnswerKind.UNKNOWN),
    (400, AnswerKind.REFUSED),
    (401, AnswerKind.AUTH),
    (402, AnswerKind.REFUSED),
    (403, AnswerKind.AUTH),
    (404, AnswerKind.DOSSIER),
    (408, AnswerKind.REFUSED),
    (409, AnswerKind.ALREADY_THERE),
    (413, AnswerKind.REFUSED),
    (415, AnswerKind.REFUSED),
    (422, AnswerKind.REFUSED),
    (429, AnswerKind.THROTTLED),
    (500, AnswerKind.UNKNOWN),
    (502, AnswerKind.UNKNOWN),
    (503, AnswerKind.UNKNOWN),
    (504, AnswerKind.UNKNOWN),
    (599, AnswerKind.UNKNOWN),
]


@pytest.mark.parametrize(("status", "kind"), TABLE)
def test_each_status_means_what_decision_10_says(status: int, kind: AnswerKind) -> None:
    answer = verdict(reply(status))
    assert answer.kind is kind
    assert answer.http_status == status
    assert answer.code in MESSAGES


@given(status=st.integers(100, 599), body=st.binary(max_size=60))
def test_no_answer_whatever_raises_and_only_a_known_success_is_one(status: int, body: bytes) -> None:
    answer = verdict(reply(status, body))
    assert answer.code in MESSAGES
    if answer.kind is AnswerKind.ACCEPTED:
        assert status in {200, 201, 202, 204}


def test_every_class_has_its_kind_and_every_status_its_class() -> None:
    assert set(KINDS) == set(ErrorClass)
    assert {status for statuses, _, _ in BY_STATUS for status in statuses} == set(range(200, 600))


@pytest.mark.parametrize("page", ["<html><body>Log in to the Wi-Fi</body></html>", "OK", '{"id": "12'])
def test_a_2xx_that_cannot_be_read_is_unknown_and_no_success(page: str) -> None:
    answer = verdict(reply(200, page))
    assert answer.kind is AnswerKind.UNKNOWN
    assert answer.code == "pingwin_answer_unreadable"


def test_a_2xx_that_was_cut_short_is_unknown() -> None:
    assert verdict(Reply(200, {}, b'{"id": "1"}', complete=False)).kind is AnswerKind.UNKNOWN


def test_the_document_id_is_kept_as_the_reference() -> None:
    assert verdict(reply(201, {"id": "PW-7"})).reference == "PW-7"
    assert verdict(reply(201, {"id": 77})).reference == "77"
    assert verdict(reply(201, {})).reference is None
    assert verdict(reply(409, {"id": "PW-7"})).reference == "PW-7"


def test_a_required_id_that_is_missing_makes_the_outcome_unknown() -> None:
    strict = contract(success={"statuses": [201], "document_id": {"json": "id"}, "document_id_required": True})
    assert verdict(reply(201, {}), strict).kind is AnswerKind.UNKNOWN
    assert verdict(reply(201, b""), strict).kind is AnswerKind.UNKNOWN
    assert verdict(reply(200, {"id": "1"}), strict).kind is AnswerKind.UNKNOWN
    assert verdict(reply(201, {"id": "1"}), strict).kind is AnswerKind.ACCEPTED


XML_STYLE: dict[str, Any] = {
    "success": {
        "statuses": [200],
        "test": {"xml": "UploadSuccess", "equals": "true"},
        "document_id": {"xml": "//DocumentID"},
    },
    "errors": [
        {"class": "auth", "test": {"xml": "Message", "matches": "(?i)invalid key"}},
        {"class": "duplicate", "test": {"xml": "Message", "matches": "(?i)already"}},
        {"class": "document", "statuses": [200], "test": {"xml": "UploadSuccess", "equals": "false"}},
    ],
    "message": {"paths": [{"xml": "Message"}]},
}


def xml(success: str, message: str = "", id_: str = "") -> str:
    fields = (
        f"<UploadSuccess>{success}</UploadSuccess><Message>{message}</Message><D><DocumentID>{id_}</DocumentID></D>"
    )
    return f'<R xmlns="urn:x">{fields}</R>'


@pytest.mark.parametrize(
    ("body", "kind", "text"),
    [
        (xml("true", id_="9"), AnswerKind.ACCEPTED, ""),
        (xml("false", "Invalid key"), AnswerKind.AUTH, "Invalid key"),
        (xml("false", "Already there"), AnswerKind.ALREADY_THERE, "Already there"),
        (xml("false", "No VAT number"), AnswerKind.REFUSED, "No VAT number"),
        (xml("perhaps"), AnswerKind.UNKNOWN, ""),
        ("<R><UploadSuccess>true", AnswerKind.UNKNOWN, ""),
        ('<!DOCTYPE r [<!ENTITY e "true">]><R><UploadSuccess>&e;</UploadSuccess></R>', AnswerKind.UNKNOWN, None),
    ],
)
def test_an_answer_in_xml_is_read_by_its_paths(body: str, kind: AnswerKind, text: str | None) -> None:
    answer = verdict(reply(200, body), contract(**XML_STYLE))
    assert answer.kind is kind
    if text:
        assert answer.server_text == text
    if kind is AnswerKind.ACCEPTED:
        assert answer.reference == "9"


def test_the_first_rule_that_fits_decides_and_rules_come_before_success() -> None:
    ruled = contract(
        errors=[
            {"class": "not_taken", "statuses": [503]},
            {"class": "throttle", "statuses": [200], "test": {"json": "code", "equals": "-51"}},
            {"class": "dossier", "statuses": [200], "test": {"json": "code", "matches": "^-[35]$"}},
            {"class": "document", "test": {"regex": "schema"}, "text": "The schema does not fit."},
            {"class": "unknown", "statuses": [422]},
        ]
    )
    assert verdict(reply(503), ruled).kind is AnswerKind.THROTTLED
    assert verdict(reply(503), ruled).code == "pingwin_not_taken"
    assert verdict(reply(500), ruled).kind is AnswerKind.UNKNOWN
    assert verdict(reply(200, {"code": -51}), ruled).kind is AnswerKind.THROTTLED
    assert verdict(reply(200, {"code": -5}), ruled).kind is AnswerKind.DOSSIER
    assert verdict(reply(200, {"code": 0}), ruled).kind is AnswerKind.ACCEPTED
    refused = verdict(reply(500, "schema error"), ruled)
    assert refused.kind is AnswerKind.REFUSED
    assert refused.server_text == "The schema does not fit."
    assert verdict(reply(422), ruled).kind is AnswerKind.UNKNOWN


@pytest.mark.parametrize(
    ("body", "path", "value"),
    [
        ({"a": {"b": [{"c": 5}]}}, {"json": "a.b[0].c"}, "5"),
        ({"a": {"b": [{"c": True}]}}, {"json": "$.a.b.0.c"}, "true"),
        ({"a": []}, {"json": "a[3]"}, None),
        ({"a": "x"}, {"json": "a.b"}, None),
        ("<r><a><b>1</b></a></r>", {"xml": "a/b"}, "1"),
        ("<p:r xmlns:p='u'><p:a>x<p:b>y</p:b></p:a></p:r>", {"xml": "a"}, "xy"),
        ("<r/>", {"xml": "a"}, None),
        ("<r><a/></r>", {"xml": "']|//*['"}, None),
        ("id=77;", {"regex": r"id=(\d+)"}, "77"),
        ("id=77;", {"regex": r"\d+"}, "77"),
        ("id=77;", {"regex": "nothing"}, None),
    ],
)
def test_values_are_found_by_json_path_xml_path_and_expression(
    body: Any, path: dict[str, str], value: str | None
) -> None:
    assert Reading(reply(200, body)).value(ValuePath.model_validate(path)) == value


@pytest.mark.parametrize(("told", "wait"), [("12", 12.0), ("Thu, 01 Jan 1970 00:01:00 GMT", 60.0), ("soon", None)])
def test_retry_after_is_read_in_both_forms(told: str, wait: float | None) -> None:
    assert verdict(Reply(429, {"retry-after": told}, b"")).retry_after == wait


def test_the_servers_words_are_cut_cleaned_and_redacted() -> None:
    nasty = (
        f"\x1b[31mred\x07 \u202eevil\u2066 key {API_KEY} or {API_KEY.upper()} https://x.example/?token=abc "
        + "long " * 300
    )
    answer = verdict(reply(422, {"message": nasty}))
    assert API_KEY not in answer.server_text
    assert API_KEY.upper() not in answer.server_text
    assert "abc" not in answer.server_text
    assert len(answer.server_text) == 500
    assert not {"\x1b", "\x07", "\u202e", "\u2066", "\n"} & set(answer.server_text)
    assert answer.arguments["text"] == answer.server_text


def test_a_page_in_html_is_kept_as_its_text() -> None:
    answer = verdict(reply(413, "<html><style>p{}</style><body><h1>413</h1> Too <b>large</b></body></html>"))
    assert answer.server_text == "413 Too large"


def test_a_refusal_without_a_word_says_so() -> None:
    assert verdict(reply(422)).code == "pingwin_document_refused_silently"
