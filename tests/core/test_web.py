"""Addresses that may be called, waits that servers ask for, and texts that are safe to keep."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.web import DAY, MASK, address_problem, clean, is_loopback, redact, retry_after


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST.", "127.0.0.1", "127.9.9.9", "::1", "[::1]", "x.localhost"])
def test_this_machine_is_recognised(host: str) -> None:
    assert is_loopback(host)


@pytest.mark.parametrize("host", ["127.0.0.1.example.com", "localhost.example.com", "10.0.0.1", "", "0.0.0.0", "127.1"])
def test_other_hosts_are_not_this_machine(host: str) -> None:
    assert not is_loopback(host)


@pytest.mark.parametrize(
    ("address", "problem"),
    [
        ("https://a.example/x", None),
        ("http://127.0.0.1:8000", None),
        ("http://[::1]:8000", None),
        ("http://a.example", "not_https"),
        ("  ", "missing"),
        ("https://", "malformed"),
        ("https://[broken", "malformed"),
        ("https://a.example/?", None),
        ("https://a.example/#x", "malformed"),
        ("https://a b.example", "malformed"),
        ("https://a.example\\@b.example", "malformed"),
        ("javascript:alert(1)", "malformed"),
    ],
)
def test_addresses_are_https_or_this_machine(address: str, problem: str | None) -> None:
    assert address_problem(address) == problem


@pytest.mark.parametrize(
    ("text", "wait"),
    [
        ("3", 3.0),
        ("2.5", 2.5),
        ("-3", None),
        ("", None),
        ("99999999999", DAY),
        ("Thu, 01 Jan 1970 00:10:00 GMT", 500.0),
        ("Thu, 01 Jan 1970 00:00:00 GMT", 0.0),
        ("Thu, 01 Jan 2070 00:00:00 GMT", DAY),
        ("Thu, 99 Jan 2070 00:00:00 GMT", None),
    ],
)
def test_a_wait_is_seconds_or_a_date_and_at_most_a_day(text: str, wait: float | None) -> None:
    assert retry_after(text, 100.0) == wait


@pytest.mark.parametrize(
    "text",
    [
        "key SENTINEL-1 here",
        "SENTINEL-1",
        "sentinel-1",
        "a=SENTINEL-1&b",
        "Authorization: Bearer eyJhbGciOiJFUzI1NiJ9.SENTINEL1.x",
        "Bearer SENTINEL1SENTINEL1",
        "https://s.example/f?X-Goog-Signature=SENTINEL1",
        '{"access_token": "SENTINEL1"}',
        "client_secret=SENTINEL1&x=1",
        "X-Api-Key: SENTINEL1",
    ],
)
def test_secrets_are_taken_out_of_texts(text: str) -> None:
    kept = redact(text, ("SENTINEL-1",))
    assert "sentinel" not in kept.lower()
    assert MASK in kept


def test_an_encoded_secret_is_taken_out_too() -> None:
    assert "p%40ss" not in redact("x=p%40ss+word%21%21", ("p@ss word!!",))


def test_a_short_secret_does_not_make_holes_in_other_words() -> None:
    assert redact("file 42 of 1420", ("42",)) == f"file {MASK} of 1420"


def test_harmless_words_stay() -> None:
    text = "The API Key of dossier D-1 is refused; see https://help.example/keys."
    assert redact(text) == text


def test_a_text_is_one_line_without_control_characters() -> None:
    assert clean("a\x1b[2J\r\nb\u202ec\u200bd\u2028e\ud800f", 100) == "a[2J bcd ef"


def test_a_secret_is_not_saved_by_the_cut() -> None:
    assert "SENTI" not in clean("x" * 95 + "SENTINEL-1", 100, ("SENTINEL-1",))


@given(st.text(max_size=300), st.integers(min_value=5, max_value=100))
def test_a_cleaned_text_is_never_too_long(text: str, limit: int) -> None:
    assert len(clean(text, limit)) <= limit
