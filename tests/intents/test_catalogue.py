import re
from collections import Counter
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from string import Formatter
from zoneinfo import ZoneInfo

import pytest
from babel.messages.catalog import Message as Entry

from crm_core import references
from crm_core.message import Param, say
from crm_core.money import Money
from intents.catalogue import LOCALE, add_texts, catalogue, has, languages, render, shown
from intents.registry import commands
from tests.intents import messages

BERLIN = ZoneInfo("Europe/Berlin")


@cache
def _entries(language: str) -> dict[str, Entry]:
    return {entry.id if isinstance(entry.id, str) else entry.id[0]: entry for entry in catalogue(language) if entry.id}


def _texts(entry: Entry) -> list[str]:
    return [entry.string] if isinstance(entry.string, str) else list(entry.string or ())


def _placeholders(entry: Entry) -> set[str]:
    return {str(name) for text in _texts(entry) for _, name, _, _ in Formatter().parse(text) if name is not None}


def test_english_and_german_are_there() -> None:
    assert languages() == ["de", "en"]


def test_both_languages_say_the_same_things() -> None:
    assert _entries("en").keys() == _entries("de").keys()


@pytest.mark.parametrize("language", languages())
def test_no_id_is_written_twice(language: str) -> None:
    """A second one in the same file would be merged with the first without a word."""
    ids = [
        line
        for path in sorted((LOCALE / language).glob("*.po"))
        for line in path.read_text(encoding="utf-8").splitlines()
        if line.startswith("msgid ") and line != 'msgid ""'
    ]
    assert [id for id, times in Counter(ids).items() if times > 1] == []


def test_an_id_that_two_files_claim_is_refused(tmp_path: Path) -> None:
    (tmp_path / "en").mkdir()
    for name in ("one.po", "other.po"):
        (tmp_path / "en" / name).write_text('msgid "button.of-theirs"\nmsgstr "Call back"\n', encoding="utf-8")
    with pytest.raises(ValueError, match=r"other\.po: button\.of-theirs"):
        add_texts(tmp_path)
    assert not has("en", "button.of-theirs")


@pytest.mark.parametrize("language", languages())
def test_nothing_is_left_untranslated(language: str) -> None:
    silent = [id for id, entry in _entries(language).items() if not all(_texts(entry))]
    assert silent == []


def test_both_languages_name_the_same_values() -> None:
    english, german = _entries("en"), _entries("de")
    assert [id for id in english if _placeholders(english[id]) != _placeholders(german[id])] == []


def test_what_has_a_plural_has_it_in_both_languages() -> None:
    english, german = _entries("en"), _entries("de")
    assert [id for id in english if isinstance(english[id].string, str) != isinstance(german[id].string, str)] == []


def test_plural_forms_count() -> None:
    unfit = [
        id for id, entry in _entries("en").items() if not isinstance(entry.string, str) and len(_texts(entry)) != 2
    ]
    assert unfit == []


def test_whatever_the_code_says_is_in_the_catalogues() -> None:
    ids = _entries("en")
    unknown = [
        f"{call.where}: {call.pattern}"
        for call in messages.said()
        if call.pattern.replace("\\", "") not in ids and not any(re.fullmatch(call.pattern, id) for id in ids)
    ]
    assert unknown == []


def test_every_value_that_a_text_names_is_given_by_the_code() -> None:
    ids = _entries("en")
    missing = [
        f"{call.where}: {id} wants {sorted(_placeholders(ids[id]) - call.parameters)}"
        for call in messages.said()
        for id in _ids(call.pattern)
        if call.parameters is not None and not _placeholders(ids[id]) <= call.parameters
    ]
    assert missing == []


def _ids(pattern: str) -> list[str]:
    """An f-string stands for ids that take no values, except the one that refuses an unknown record of any kind."""
    if pattern == r".+\.unknown":
        return [f"{kind}.unknown" for kind in references.KINDS]
    return [] if ".+" in pattern else [id for id in _entries("en") if re.fullmatch(pattern, id)]


def test_the_catalogues_hold_nothing_that_nobody_says() -> None:
    patterns = messages.mentioned()
    # Compiled once: there are more of them than the cache of `re` holds.
    compiled = [re.compile(pattern) for pattern in patterns]
    unused = [id for id in _entries("en") if not any(pattern.fullmatch(id) for pattern in compiled)]
    assert unused == []


def test_every_activity_can_be_told() -> None:
    told = {id.removeprefix("did.") for id in _entries("en") if id.startswith("did.")}
    assert told == messages.activity_verbs() | {f"{kind}.undone" for kind in references.KINDS}


def test_every_question_can_be_asked_and_no_other() -> None:
    asked = {id.removeprefix("dialogue.ask-") for id in _entries("en") if id.startswith("dialogue.ask-")}
    asked = {id for id in asked if not id.startswith("text-")}
    required = {a.slot.name for command in commands().values() for a in command.arguments if a.is_required}
    assert asked == required


def test_every_argument_of_an_example_has_a_sample_and_no_other() -> None:
    samples = {id.removeprefix("sample.") for id in _entries("en") if id.startswith("sample.")}
    assert samples == {argument.name for command in commands().values() for argument in command.arguments}


@pytest.mark.parametrize(("count", "text"), [(1, "1 Person ist im Dienst: A."), (2, "2 Personen sind im Dienst: A.")])
def test_one_and_many_are_told_apart(count: int, text: str) -> None:
    assert render(say("agent.on-duty", count=count, names="A"), "de", BERLIN) == text


def test_a_name_with_braces_is_no_template() -> None:
    text = render(say("contact.added", name="{ref} {0} {", ref="C-1"), "en", BERLIN)
    assert "{ref} {0} {" in text


@pytest.mark.parametrize(
    ("value", "english", "german"),
    [
        (Money(1_200_000, "EUR"), "12,000 €", "12.000 €"),
        (Money(1999, "EUR"), "19.99 €", "19,99 €"),
        (date(2026, 12, 1), "Tue, 1 Dec 2026", "Di., 1. Dez. 2026"),
        (datetime(2026, 11, 23, 10, 0, tzinfo=UTC), "Mon 23 Nov, 11:00", "Mo., 23. Nov., 11:00"),
        (None, "–", "–"),
        (say("ticket.status-new"), "new", "neu"),
    ],
)
def test_values_are_written_as_people_of_the_language_do(value: Param, english: str, german: str) -> None:
    written = [
        shown(value, language, BERLIN).replace("\u00a0", " ").replace("\u202f", " ") for language in ("en", "de")
    ]
    assert written == [english, german]
