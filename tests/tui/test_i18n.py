"""Four languages: what must be translated is, places for values stay, and each region writes numbers its own way."""

from __future__ import annotations

import re
from datetime import UTC, date
from decimal import Decimal
from pathlib import Path

import pytest
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po

from core.operations.installing import CredentialField
from tests.tui.catalogue import CLICK, all_texts
from tui import i18n, labels

TRANSLATED = [language for language in i18n.LANGUAGES if language != "en"]

MUST = ("tui/status.py", "tui/labels.py", "tui/cli.py", "tui/commands/", "click")
"""Where every text is translated: the states and healths, the credentials, and the whole command line."""

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
            (message.id if isinstance(message.id, tuple) else (message.id,)): (
                message.string if isinstance(message.string, tuple) else (message.string,)
            )
            for message in read_po(file, language)
            if message.id and message.string
        }


@pytest.mark.parametrize("language", TRANSLATED)
def test_states_credentials_and_commands_are_translated(language: str) -> None:
    known = entries(language)
    wanted = {texts for texts, place in all_texts().items() if place.startswith(MUST)} | {(text,) for text in CLICK}
    assert wanted - set(known) == set()


@pytest.mark.parametrize("language", TRANSLATED)
def test_a_translation_keeps_every_place_for_a_value(language: str) -> None:
    for ids, strings in entries(language).items():
        for string in strings:
            assert places(string) == places(ids[-1]) or places(string) == places(ids[0]), ids


def places(text: str) -> set[str]:
    return set(re.findall(r"\{[^}]*\}", text))


@pytest.mark.parametrize("language", TRANSLATED)
def test_the_compiled_catalogue_is_the_written_one(language: str) -> None:
    with catalogue(language, "mo").open("rb") as file:
        compiled = {
            ((message.id,) if isinstance(message.id, str) else tuple(message.id))
            for message in read_mo(file)
            if message.id
        }
    assert compiled == set(entries(language))


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
