"""The Banqup stand-in does what section 9 of the reference says, seen by a client over loopback."""

from __future__ import annotations

import base64
import json
import re
from datetime import datetime
from email.utils import parsedate_to_datetime

import httpx
import pytest

from core.sandbox.faults import Fault
from core.sandbox.records import HistoryShown, iso
from tests.core.sandbox.conftest import FILE, LIST, TOKEN, Caller

SPACES = "/entitystore/v1/spaces"


def test_a_token_is_a_json_object_that_lasts_five_minutes(caller: Caller) -> None:
    body = caller.sign_in().json()
    assert body["token_type"] == "Bearer"
    assert body["expires_in"] == 300


def test_a_token_can_be_a_bare_string_of_eight_hours(caller: Caller) -> None:
    caller.server.world.switch(token_form="bare", token_lifetime=28_800)
    answer = caller.sign_in()
    claims = json.loads(base64.urlsafe_b64decode(answer.text.split(".")[1] + "=="))
    assert claims["exp"] - claims["iat"] == 28_800
    caller.token = answer.text
    assert caller.get(SPACES).status_code == 200


def test_a_wrong_secret_is_refused_with_problem_json(caller: Caller) -> None:
    answer = caller.sign_in(secret="wrong")
    assert answer.status_code == 401
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["error"] == "UNAUTHORIZED"


def test_credentials_outside_a_form_body_are_refused(caller: Caller) -> None:
    assert caller.http.post(TOKEN, json={"grant_type": "client_credentials"}).status_code == 415


def test_an_expired_token_is_refused_and_a_new_one_works(caller: Caller) -> None:
    caller.server.world.switch(token_lifetime=0.0)
    caller.sign_in()
    assert caller.get(SPACES).status_code == 401
    caller.server.world.switch(token_lifetime=300.0)
    caller.sign_in()
    assert caller.get(SPACES).status_code == 200


def test_a_withdrawn_space_is_no_longer_listed(caller: Caller) -> None:
    assert [space["id"] for space in caller.get(SPACES).json()["spaces"]] == [caller.space]
    caller.server.control.space(listed=False)
    assert caller.get(SPACES).json() == {"spaces": []}
    assert caller.get(LIST.format(caller.space)).status_code == 404


def test_pages_with_equal_timestamps_skip_and_repeat_nothing(caller: Caller) -> None:
    moved = caller.server.world.approve()
    assert len({document.updated_ns for document in moved}) <= 3
    pages = list(caller.pages(limit=5))
    ids = [document["id"] for page in pages for document in page]
    assert [len(page) for page in pages] == [5, 5, 2]
    assert sorted(ids) == sorted(document.id for document in moved)


def test_a_document_that_changes_during_a_scan_is_seen_again(caller: Caller) -> None:
    pages = caller.pages(limit=5)
    first = next(pages)
    caller.server.world.touch([first[0]["id"]])
    later = [document for page in pages for document in page]
    again = next(document for document in later if document["id"] == first[0]["id"])
    assert again["status"]["pay"] == "FULLY_PAID"
    assert again["timestamps"]["updatedAt"] > first[0]["timestamps"]["updatedAt"]


def test_a_repeated_cursor_gives_the_same_page_and_a_foreign_one_is_refused(caller: Caller) -> None:
    cursor = caller.get(LIST.format(caller.space), limit=5).json()["nextCursor"]
    once, again = (caller.get(LIST.format(caller.space), cursor=cursor).json() for _ in range(2))
    assert once == again
    refused = caller.get(LIST.format(caller.space), cursor="bm9uc2Vuc2U")
    assert refused.status_code == 400
    assert refused.json()["error"] == "INVALID_CURSOR"


def test_filters_are_followed_or_ignored(caller: Caller) -> None:
    assert {document["folder"] for document in caller.documents(folder="SALES")} == {"SALES"}
    latest = max(document.updated_ns for document in caller.server.world.documents())
    assert caller.documents(updatedSince=iso(latest + 1)) == []
    caller.server.world.switch(ignore_filters=True)
    assert len(caller.documents(folder="SALES", updatedSince=iso(latest + 1))) == 12


@pytest.mark.parametrize("switch", ["disorder", "empty_pages"])
def test_an_unfriendly_list_still_holds_every_document(caller: Caller, switch: str) -> None:
    orderly = [document["id"] for document in caller.documents(limit=4)]
    caller.server.world.switch(**{switch: True})
    pages = list(caller.pages(limit=4))
    ids = [document["id"] for page in pages for document in page]
    assert set(ids) == set(orderly)
    if switch == "disorder":
        assert len(ids) > len(orderly)
    else:
        assert [] in pages


def test_documents_move_through_their_statuses_with_a_history(caller: Caller) -> None:
    purchase = next(d for d in caller.documents(folder="PURCHASES"))
    sale = next(d for d in caller.documents(folder="SALES"))
    assert purchase["status"] == {"document": "VALIDATED", "pay": "UNPAID", "delivery": "RECEIVED"}
    caller.server.control.approve([purchase["id"], sale["id"]])
    caller.server.control.set_status([sale["id"]], "delivery", "DELIVERED")
    approved, sent = (caller.get(f"{LIST.format(caller.space)}/{d['id']}").json() for d in (purchase, sale))
    assert approved["status"]["document"] == "FULLY_APPROVED"
    assert [(c["from"], c["to"]) for c in approved["statusHistory"]] == [
        ("AWAITING_VALIDATION", "VALIDATED"),
        ("VALIDATED", "FULLY_APPROVED"),
    ]
    assert [c["to"] for c in sent["statusHistory"] if c["member"] == "delivery"] == ["SENT", "DELIVERED"]
    assert approved["statusHistory"][-1]["at"] == approved["timestamps"]["updatedAt"]
    caller.server.world.switch(history=HistoryShown.ABSENT)
    assert "statusHistory" not in caller.documents()[0]


def test_a_withdrawn_document_is_back_below_its_trigger(caller: Caller) -> None:
    sale = next(d for d in caller.documents(folder="SALES"))
    caller.server.control.approve([sale["id"]])
    caller.server.control.withdraw([sale["id"]])
    assert caller.get(f"{LIST.format(caller.space)}/{sale['id']}").json()["status"]["delivery"] == "RECEIVED"


def test_timestamps_have_up_to_nine_digits_and_no_idle_zeros() -> None:
    assert iso(1_772_089_893_951_832_961) == "2026-02-26T07:11:33.951832961Z"
    assert iso(1_772_089_893_950_000_000) == "2026-02-26T07:11:33.95Z"
    assert iso(1_772_089_893_000_000_000) == "2026-02-26T07:11:33Z"


def test_every_answer_tells_the_stand_ins_own_clock(caller: Caller) -> None:
    before = parsedate_to_datetime(caller.get(SPACES).headers["date"])
    caller.server.world.switch(clock_offset=3600.0)
    after = parsedate_to_datetime(caller.get(SPACES).headers["date"])
    assert 3590 < (after - before).total_seconds() < 3700
    caller.server.world.switch(date_header=False)
    assert "date" not in caller.get(SPACES).headers


def test_a_file_is_fetched_by_a_signed_link_without_the_token(caller: Caller) -> None:
    file = caller.documents()[0]["files"][0]
    details = caller.file(file["id"]).json()
    assert details["status"] == "AVAILABLE"
    content = caller.http.get(details["downloadUrl"])
    assert content.status_code == 200
    assert len(content.content) == file["fileSize"] == details["fileSize"]
    leaked = caller.get(details["downloadUrl"])
    assert leaked.status_code == 400


def test_an_expired_or_changed_link_is_refused(caller: Caller) -> None:
    file = caller.documents()[0]["files"][0]
    details = caller.file(file["id"]).json()
    other = re.sub("sig=.", "sig=x", details["downloadUrl"])
    assert caller.http.get(other).status_code == 403
    caller.server.world.switch(link_lifetime=0.0)
    assert caller.http.get(caller.file(file["id"]).json()["downloadUrl"]).status_code == 403
    assert datetime.fromisoformat(details["downloadUrlExpiresAt"]).tzinfo is not None


def test_a_file_of_another_space_is_not_found(caller: Caller) -> None:
    other = caller.server.world.add_space("Andere BV")
    file = caller.documents()[0]["files"][0]
    assert caller.get(FILE.format(other.id, file["id"])).status_code == 404


def test_its_own_call_limit_answers_with_a_wait(caller: Caller) -> None:
    caller.server.world.switch(calls_per_minute=2)
    answers = [caller.get(SPACES) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert answers[-1].headers["retry-after"] == "60"


def test_the_timestamp_of_a_problem_has_either_documented_form(caller: Caller) -> None:
    assert caller.get("/nowhere").json()["timestamp"].endswith("Z")
    caller.server.world.switch(http_dates=True)
    assert caller.get("/nowhere").json()["timestamp"].endswith("GMT")


@pytest.mark.parametrize(
    ("fault", "status"),
    [
        (Fault.TOKEN_EXPIRED, 401),
        (Fault.UNAUTHORIZED, 401),
        (Fault.SPACE_FORBIDDEN, 403),
        (Fault.LIMIT_SECONDS, 429),
        (Fault.LIMIT_DATE, 429),
        (Fault.LIMIT_BARE, 429),
        (Fault.ERROR_500, 500),
        (Fault.ERROR_502, 502),
        (Fault.ERROR_503, 503),
        (Fault.HTML, 502),
    ],
)
def test_a_planned_fault_comes_once(caller: Caller, fault: Fault, status: int) -> None:
    caller.server.control.next_faults(fault)
    answer = caller.get(LIST.format(caller.space))
    assert answer.status_code == status
    assert ("retry-after" in answer.headers) == (fault in {Fault.LIMIT_SECONDS, Fault.LIMIT_DATE})
    caller.sign_in()
    assert caller.get(LIST.format(caller.space)).status_code == 200


def test_a_cut_connection_gives_no_answer(caller: Caller) -> None:
    caller.server.control.next_faults(Fault.RESET)
    with pytest.raises(httpx.ReadError):
        caller.get(SPACES)


def test_a_truncated_answer_is_no_json(caller: Caller) -> None:
    caller.server.control.next_faults(Fault.TRUNCATED)
    with pytest.raises(json.JSONDecodeError):
        caller.get(SPACES).json()


def test_a_slow_answer_comes_late(caller: Caller) -> None:
    caller.server.world.faults.slow_seconds = 0.5
    caller.server.control.next_faults(Fault.SLOW)
    with pytest.raises(httpx.ReadTimeout):
        caller.http.get(SPACES, timeout=0.1)


def test_faults_of_files_are_told_apart(caller: Caller) -> None:
    file = caller.documents()[0]["files"][0]
    caller.server.control.next_faults(Fault.FILE_NOT_READY, Fault.SIZE_WRONG, Fault.FILE_MISSING, Fault.LINK_EXPIRED)
    waiting, wrong, missing = (caller.file(file["id"]) for _ in range(3))
    assert waiting.json()["status"] == "AWAITING_UPLOAD"
    assert "downloadUrl" not in waiting.json()
    assert wrong.json()["fileSize"] == file["fileSize"] + 1
    assert missing.status_code == 404
    assert caller.http.get(caller.file(file["id"]).json()["downloadUrl"]).status_code == 403


@pytest.mark.parametrize(("fault", "status"), [(Fault.FILE_INFECTED, "INFECTED"), (Fault.FILE_DELETED, "DELETED")])
def test_a_file_that_cannot_be_had_has_no_link(caller: Caller, fault: Fault, status: str) -> None:
    file = caller.documents()[0]["files"][0]
    caller.server.control.next_faults(fault)
    details = caller.file(file["id"]).json()
    assert details["status"] == status
    assert "downloadUrl" not in details


def test_members_that_are_only_assumed_can_be_missing(caller: Caller) -> None:
    caller.server.control.switch(updated_told=False, files_in_list=False, lifetime_told=False)
    document = caller.documents()[0]
    assert "updatedAt" not in document["timestamps"]
    assert "files" not in document
    assert caller.get(f"{LIST.format(caller.space)}/{document['id']}").json()["files"]
    assert "expires_in" not in caller.sign_in().json()


def test_faults_of_the_list_are_told_apart(caller: Caller) -> None:
    path = LIST.format(caller.space)
    caller.server.control.next_faults(Fault.EMPTY_PAGE)
    empty = caller.get(path, limit=5).json()
    assert empty["documents"] == []
    assert len(caller.get(path, cursor=empty["nextCursor"]).json()["documents"]) == 5
    cursor = caller.get(path, limit=5).json()["nextCursor"]
    caller.server.control.next_faults(Fault.REPEATED_CURSOR)
    assert caller.get(path, cursor=cursor).json()["nextCursor"] == cursor
    caller.server.control.next_faults(Fault.UNKNOWN_CURSOR)
    assert caller.get(path, cursor=cursor).json()["error"] == "INVALID_CURSOR"
