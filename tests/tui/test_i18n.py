"""Four languages: every text is translated, places for values stay, and each region writes numbers its own way."""

from __future__ import annotations

import re
from datetime import UTC, date
from decimal import Decimal
from pathlib import Path

import pytest
from babel.dates import format_date
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal

from core.efff.rules import check
from core.operations.setup.installing import CredentialField
from tests.core.efff.cases import CASES, Case
from tests.core.efff.samples import GOOD
from tests.tui.catalogue import all_texts
from tui import i18n
from tui.words import labels

TRANSLATED = [language for language in i18n.LANGUAGES if language != "en"]

PUBLISHED = {
    "nl": ("API-sleutel", "CLID (Client ID)", "Bestand-ID", "Bestandparameters", "Bestandsinformatie",
           "Configuratie opslaan"),
    "fr": ("Clé API", "CLID (ID Client)", "ID du fichier", "Paramètres du fichier", "Informations sur le fichier",
           "Enregistrer la configuration"),
    "de": ("API-Schlüssel", "CLID (Client ID)", "Datei-ID", "Dateiparameter", "Dateiinformationen",
           "Konfiguration speichern"),
}  # fmt: skip
"""Verbatim from Banqup's help article in each language (Pingwin reference, section 1)."""

GERMAN = ("App-Launcher", "Entdecken Sie mehr", "Installieren", "Verwalten", "Aktiv", "Verbindung trennen",
          "Dateieinstellungen")  # fmt: skip
"""Decision 19."""


@pytest.fixture(autouse=True)
def english_again() -> object:
    yield i18n.use_language("en")
    i18n.use_language("en")


def catalogue(language: str, kind: str) -> Path:
    return i18n.LOCALE_DIRECTORY / language / "LC_MESSAGES" / f"{i18n.DOMAIN}.{kind}"


def entries(language: str) -> dict[tuple[str, ...], tuple[str, ...]]:
    with catalogue(language, "po").open("rb") as file:
        return {
            as_tuple(message.id): as_tuple(message.string)
            for message in read_po(file, language)
            if message.id and all_there(message.string) and not message.fuzzy
        }


def all_there(translated: str | tuple[str, ...] | list[str]) -> bool:
    return bool(translated) if isinstance(translated, str) else all(translated)


def told(texts: set[tuple[str, ...]]) -> str:
    return "\n".join(sorted(" / ".join(each) for each in texts))


@pytest.mark.parametrize("language", TRANSLATED)
def test_every_text_is_translated(language: str) -> None:
    missing = set(all_texts()) - set(entries(language))
    assert not missing, f"{len(missing)} texts without a translation ({language}):\n{told(missing)}"


@pytest.mark.parametrize("language", TRANSLATED)
def test_no_translation_is_of_a_text_that_is_gone(language: str) -> None:
    stale = set(entries(language)) - set(all_texts())
    assert not stale, f"{len(stale)} translations of texts that no longer exist ({language}):\n{told(stale)}"


@pytest.mark.parametrize("language", TRANSLATED)
def test_a_translation_keeps_every_place_for_a_value(language: str) -> None:
    wrong = {
        ids
        for ids, strings in entries(language).items()
        if any(places(string) not in (places(ids[0]), places(ids[-1])) for string in strings)
    }
    assert not wrong, f"other places for values than the English text ({language}):\n{told(wrong)}"


@pytest.mark.parametrize("language", TRANSLATED)
def test_a_text_of_a_count_has_every_form_of_its_language(language: str) -> None:
    with catalogue(language, "po").open("rb") as file:
        forms = read_po(file, language).num_plurals
    assert not {ids for ids, strings in entries(language).items() if len(ids) > 1 and len(strings) != forms}


def places(text: str) -> set[str]:
    return set(re.findall(r"\{[^}]*\}", text))


@pytest.mark.parametrize("language", TRANSLATED)
def test_the_compiled_catalogue_is_the_written_one(language: str) -> None:
    with catalogue(language, "mo").open("rb") as file:
        compiled = {as_tuple(message.id): as_tuple(message.string) for message in read_mo(file) if message.id}
    written = entries(language)
    stale = {ids for ids in compiled.keys() | written.keys() if compiled.get(ids) != written.get(ids)}
    assert not stale, f"compile the catalogue again ({language}):\n{told(stale)}"


def as_tuple(texts: str | tuple[str, ...] | list[str]) -> tuple[str, ...]:
    return (texts,) if isinstance(texts, str) else tuple(texts)


@pytest.mark.parametrize("language", TRANSLATED)
def test_labels_are_verbatim_as_banqup_publishes_them(language: str) -> None:
    i18n.use_language(language)
    shown = [labels.credential(field).label for field in CredentialField]
    others = (labels.FILE_PARAMETERS, labels.FILE_INFORMATION, labels.SAVE_CONFIGURATION)
    assert (*shown, *(i18n._(text) for text in others)) == PUBLISHED[language]


def test_german_labels_are_those_of_the_help() -> None:
    i18n.use_language("de")
    texts = (labels.APP_LAUNCHER, labels.DISCOVER_MORE, labels.INSTALL, labels.MANAGE, labels.ACTIVE,
             labels.DISCONNECT, labels.FILE_SETTINGS)  # fmt: skip
    assert tuple(i18n._(text) for text in texts) == GERMAN


def test_where_to_find_a_credential_names_the_labels_of_its_language() -> None:
    i18n.use_language("nl")
    assert "Bestandparameters > Bestandsinformatie" in labels.credential(CredentialField.FILE_ID).where


@pytest.mark.parametrize(
    ("environment", "language"),
    [
        ({}, "en"),
        ({"LANG": "nl_BE.UTF-8"}, "nl"),
        ({"LANG": "C.UTF-8"}, "en"),
        ({"LANG": "fr_BE", "LC_ALL": "de_BE"}, "de"),
        ({"LANGUAGE": "es:fr", "LANG": "de_DE"}, "fr"),
        ({"LC_ALL": "C", "LANG": "fr_BE"}, "en"),
        ({"LANG": "pt_PT"}, "en"),
    ],
)
def test_the_language_is_the_one_the_environment_asks_for(environment: dict[str, str], language: str) -> None:
    assert i18n.detect(environment) == language


def test_an_unknown_language_and_a_text_without_translation_are_no_gap() -> None:
    assert i18n.use_language("xx") in i18n.LANGUAGES
    i18n.use_language("fr")
    assert i18n._("no such text anywhere") == "no such text anywhere"
    assert i18n._("") == ""


@pytest.mark.parametrize(
    ("language", "amount", "written"),
    [("en", "1,234.50 EUR", "31/01/2026"), ("nl", "1.234,50 EUR", "31/01/2026"),
     ("fr", "1 234,50 EUR", "31/01/2026"), ("de", "1.234,50 EUR", "31.01.2026")],
)  # fmt: skip
def test_amounts_and_dates_are_written_as_the_reader_writes_them(language: str, amount: str, written: str) -> None:
    i18n.use_language(language)
    assert i18n.money(Decimal("1234.5"), "EUR") == amount
    assert i18n.day(date(2026, 1, 31)) == written
    assert i18n.money(None) == "" and i18n.day(None) == ""
    assert i18n.moment(0.0, zone=UTC).endswith("1970 00:00")
    assert i18n.iso(0.0) == "1970-01-01T00:00:00Z"


def test_the_arguments_of_a_message_can_do_nothing_on_a_terminal() -> None:
    assert "\x1b" not in i18n.worded("file_unreadable", {"problem": "\x1b[2Jgone"}).sentence


def test_a_moment_in_a_message_is_written_as_the_reader_writes_it() -> None:
    i18n.use_language("de")
    assert i18n.worded("health_active", {"since": "2026-01-31 14:05"}).sentence.count("31.01.2026 14:05") == 1


@pytest.mark.parametrize("language", i18n.LANGUAGES)
def test_amounts_counts_and_dates_are_written_as_babel_writes_them_for_the_region(language: str) -> None:
    i18n.use_language(language)
    region = i18n.REGIONS[language]
    amounts = [
        "0",
        "-0.004",
        "0.005",
        "0.015",
        "-121",
        "999.995",
        "1000",
        "-1234567.891",
        "98765432109876543210.12",
        "1E+3",
    ]
    for amount in map(Decimal, amounts):
        babel = format_decimal(amount, "#,##0.00", locale=region)
        assert i18n.money(amount) == babel.replace("\u202f", " ").replace("\xa0", " "), amount
    for number in (0, 7, 999, 1_000, 100_000, 1_234_567):
        babel = format_decimal(number, "#,##0", locale=region)
        assert i18n.count(number) == babel.replace("\u202f", " ").replace("\xa0", " ")
    for day in (date(2026, 1, 9), date(1999, 12, 31), date(875, 3, 4)):
        pattern = "dd.MM.yyyy" if language == "de" else "dd/MM/yyyy"
        assert i18n.day(day) == format_date(day, pattern, locale=region)


@pytest.mark.parametrize("this", CASES, ids=lambda this: f"{this.code}-{this.source}")
def test_a_finding_writes_amounts_and_days_as_the_reader_does(this: Case) -> None:
    invoice = GOOD
    for edit in this.edits:
        invoice = edit(invoice)
    i18n.use_language("nl")
    for finding in check(invoice, this.source, context=this.context):
        sentence = i18n.worded(finding.code, finding.arguments).sentence
        assert not re.search(r"\d\.\d\d\b|\d{4}-\d\d-\d\d", sentence)


def test_numbers_that_name_something_are_left_as_they_are() -> None:
    i18n.use_language("nl")
    told = i18n.worded(
        "line_amount_wrong", {"line": "1.10", "quantity": "2.5", "price": "1000.00", "expected": "2500.00"}
    )
    assert told.sentence.startswith("Lijn 1.10: 2,5 x 1.000,00 met de kortingen is 2.500,00")
