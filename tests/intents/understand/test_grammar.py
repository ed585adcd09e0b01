import re
from collections.abc import Iterator

import pytest

from intents.registry import commands
from intents.samples import filled
from intents.understand.grammar import LONGEST_ASK, plain, understand
from tests.intents.understand.english import ENGLISH
from tests.intents.understand.german import GERMAN
from tests.intents.understand.meaning import Said, assert_meant

_PIECES = re.compile(r"\[([^\]]+)\]|\(([^)]+)\)")


@pytest.mark.parametrize(("language", "table"), [("en", ENGLISH), ("de", GERMAN)], ids=["en", "de"])
def test_people_are_understood(language: str, table: list[Said]) -> None:
    assert_meant(language, table)


def _variants(template: str) -> set[str]:
    """The template with each alternative and each optional word once, the others left at their simplest."""
    matches = list(_PIECES.finditer(template))
    simplest = [(match[2] or "").split("|")[0] for match in matches]
    chosen = [simplest]
    for index, match in enumerate(matches):
        words = (match[1] or match[2]).split("|")
        chosen += [[*simplest[:index], word, *simplest[index + 1 :]] for word in words]
    literals = _PIECES.sub("\0", template).split("\0")
    return {" ".join("".join(_woven(literals, words)).split()) for words in chosen}


def _woven(literals: list[str], words: list[str]) -> list[str]:
    return [part for pair in zip(literals, [*words, ""], strict=True) for part in pair]


@pytest.mark.parametrize("subject", sorted({command.subject for command in commands().values()}))
def test_every_example_means_its_own_command(subject: str) -> None:
    examples = [(name, language, said, understand(said, language)) for name, language, said in _examples(subject)]
    wrong = [
        f"{said!r}: {understood.command.name if understood else None}, not {name}"
        for name, language, said, understood in examples
        if understood is None or (understood.command.name, understood.language) != (name, language)
    ]
    assert examples
    assert not wrong, "\n".join(wrong)


def _examples(subject: str) -> Iterator[tuple[str, str, str]]:
    for command in commands().values():
        if command.subject == subject:
            for language, templates in command.examples.items():
                for said in {variant for template in templates for variant in _variants(template)}:
                    yield command.name, language, filled(said, language)


def test_every_command_speaks_both_languages_and_its_first_example_is_short() -> None:
    for command in commands().values():
        assert set(command.examples) == {"en", "de"}, command.name
        for templates in command.examples.values():
            assert plain(templates[0]) == templates[0], "the help shows it as it is"
            assert len(templates[0]) <= 50, templates[0]


@pytest.mark.parametrize(
    "text",
    [
        "in the cellar it smells of gas",
        "auf dem Dach ist ein Leck",
        "auf Wiedersehen",
        "thanks",
        "delete T-42",
        "ticketing is hard",
        "nextdoor",
        "undoing",
        "<script>alert(1)</script>",
        "'; DROP TABLE ticket; --",
        "((((",
        "[[{{",
        "\x00",
    ],
)
def test_what_is_no_command_is_not_guessed(text: str) -> None:
    assert understand(text, "en") is None


@pytest.mark.parametrize("text", ["T-42", "team", "undo", "/tickets", "Pipeline"])
@pytest.mark.parametrize("language", ["en", "de"])
def test_words_of_both_languages_are_read_in_the_askers_own(text: str, language: str) -> None:
    understood = understand(text, language)
    assert understood is not None
    assert understood.language == language


def test_a_reference_of_another_kind_is_the_last_resort() -> None:
    understood = understand("claim D-4", "en")
    assert understood is not None
    assert understood.command.name == "ticket.claim", "so that the refusal can say that there is no such ticket"


@pytest.mark.parametrize(
    ("start", "command"),
    [
        ("add deal x for ", None),
        ("neuer Deal für 1 über ", None),
        ("log call with 12 minutes ", "call.log"),
        ("Anruf mit a ", None),
        ("add contact a 030 ", None),
    ],
)
def test_a_long_message_is_done_with_however_often_it_could_begin_anew(start: str, command: str | None) -> None:
    text = (start + start.split(" ", 2)[2] * LONGEST_ASK)[:LONGEST_ASK]
    understood = understand(text, "en")
    assert (understood.command.name if understood else None) == command


@pytest.mark.parametrize(
    ("text", "command"),
    [
        ("step T-1 Frau Sommer anrufen", "ticket.add-step"),
        ("notiz T-1 bitte Frau Sommer anrufen", "ticket.comment"),
        ("Notiz CALL-1 bitte Frau Sommer anrufen", "call.note"),
        ("reply T-1 wir werden anrufen", "ticket.reply"),
        ("Frau Sommer anrufen", "call.dial"),
    ],
)
def test_a_sentence_that_ends_in_a_call_is_about_what_it_begins_with(text: str, command: str) -> None:
    understood = understand(text, "de")
    assert understood is not None
    assert understood.command.name == command
