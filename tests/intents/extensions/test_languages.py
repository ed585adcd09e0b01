"""A language that is added: one folder, and nothing in the code."""

from pathlib import Path

import pytest
import yaml

from crm_core.db import Database
from intents import catalogue, extensions, tongues
from intents.extensions import completeness
from intents.understand.examples import Example
from intents.understand.grammar import understand
from tests import people
from tests.intents.extensions import parking
from tests.intents.talk import Talk
from tests.people import as_actor

TEXTS = {"ticket.opened": "La bileto {ref} estas malfermita.", "language.set": "Ni parolas Esperanton."}
HEARD = {
    "heard.openings": "bonvolu;(ĉu vi povas|mi volas)",
    "heard.courtesies": "nu",
    "heard.courtesy-after": "al mi",
    "heard.endings": "dankon",
    "heard.common": "la,kaj,estas,ni,por",
    "heard.marks": "ĉ,ĝ,ŝ,-antaŭ",
}
TEMPLATES = {"ticket.open": ["malfermu bileton {subject}", "nova bileto {subject}"], "language": ["lingvo {wanted}"]}


def _esperanto(folder: Path, templates: dict[str, list[str]] = TEMPLATES) -> Path:
    """In the folder of languages that the company file names."""
    language = folder / "languages" / "eo"
    parking.write_texts(language / "common.po", "eo", TEXTS)
    parking.write_texts(language / "hearing.po", "eo", HEARD)
    (language / "commands.yml").write_text(yaml.safe_dump(templates, allow_unicode=True), encoding="utf-8")
    said = language / "training" / "said.yml"
    said.parent.mkdir()
    said.write_text("nlu:\n- intent: undo\n  examples: |\n    - malfaru tion\n", encoding="utf-8")
    return language


async def test_who_speaks_a_new_language_is_understood_and_answered_in_it(database: Database, tmp_path: Path) -> None:
    _esperanto(tmp_path)
    assert extensions.load(parking.company_with(tmp_path, languages="languages").extensions) == []
    async with database.transaction() as session:
        talk = Talk(database, as_actor(await people.add_agent(session, "Mira Okafor")))
    reply = await talk.say("Bonvolu malfermu nu bileton La printilo brulas, dankon")
    assert (reply.text, reply.language) == ("La bileto T-1 estas malfermita.", "eo")
    # English is understood still.
    assert (await talk.say("claim T-1")).language == "en"
    assert (await talk.say("language Esperanto")).text == "Ni parolas Esperanton."


def test_it_goes_with_the_company_that_brought_it(tmp_path: Path) -> None:
    _esperanto(tmp_path)
    extensions.load(parking.company_with(tmp_path, languages="languages").extensions)
    assert understand("malfermu bileton La printilo brulas", "eo") is not None
    extensions.unload()
    assert catalogue.languages() == ["de", "en"]
    assert understand("malfermu bileton La printilo brulas", "eo") is None


def test_its_sentences_are_told_from_english_ones(tmp_path: Path) -> None:
    _esperanto(tmp_path)
    extensions.load(parking.company_with(tmp_path, languages="languages").extensions)
    assert tongues.written_in("nia telefono estas ĝenata kaj ni laboras", ["en", "de", "eo"]) == "eo"
    assert tongues.written_in("our phones are out today", ["en", "de", "eo"]) == "en"


def test_its_utterances_and_templates_are_learnt(tmp_path: Path) -> None:
    _esperanto(tmp_path)
    extensions.load(parking.company_with(tmp_path, languages="languages").extensions)
    taught = extensions.taught()
    assert Example("malfaru tion", "undo") in taught
    assert any(one.text.startswith("nova bileto") and one.intent == "ticket.open" for one in taught)
    assert {one.intent for one in taught} == {"undo", "ticket.open", "language"}


def test_what_it_lacks_is_named(tmp_path: Path) -> None:
    language = _esperanto(tmp_path)
    parking.write_texts(
        language / "support.po",
        "eo",
        {"ticket.resolved": "Farita.", "ticket.assigned": "", "agent.on-duty": "Unu persono deĵoras: {names}."},
    )
    extensions.load(parking.company_with(tmp_path, languages="languages").extensions)
    missing = {part.name: part.missing for part in completeness.parts("eo")}
    assert missing["words hearing.po"] == []
    assert "ticket.claimed: missing" in missing["texts support.po"]
    assert "ticket.assigned: not translated" in missing["texts support.po"]
    assert any(one.startswith("ticket.resolved: the placeholders differ: ") for one in missing["texts support.po"])
    assert "agent.on-duty: 1 plural forms, 2 wanted" in missing["texts common.po"]
    assert "ticket.claim" in missing["templates of commands"]
    assert "ticket.open" not in missing["templates of commands"]
    assert "undo: 1 of 25" in missing["utterances"]
    assert "out_of_scope: 0 of 300" in missing["utterances"]
    assert "2026-12-01" in completeness.notes("eo")[0]


def test_a_language_without_a_folder_lacks_everything() -> None:
    parts = completeness.parts("fr")
    assert {part.done for part in parts} == {0}
    assert sum(part.wanted for part in parts) > 2000


@pytest.mark.parametrize("language", ["en", "de"])
def test_ours_lack_nothing(language: str) -> None:
    assert [one for part in completeness.parts(language) for one in part.missing] == []
    assert completeness.notes(language) == []


def test_templates_that_are_wrong_are_told_with_their_line(tmp_path: Path) -> None:
    language = _esperanto(
        tmp_path,
        {"coffee.make": ["kafon"], "ticket.claim": ["prenu {bileto}"], "undo": [], "help": ["helpu"]},
    )
    file = language / "commands.yml"
    faults = {str(fault) for fault in extensions.load(parking.company_with(tmp_path, languages="languages").extensions)}
    assert faults == {
        f"{file}:1: there is no command coffee.make",
        f"{file}:5: ticket.claim: prenu {{bileto}}: the function has no argument bileto",
        f"{file}:7: undo: a list of sentences is needed",
    }
    assert understand("helpu", "eo") is not None


def test_a_folder_that_is_named_after_no_language_is_told(tmp_path: Path) -> None:
    folder = tmp_path / "languages" / "klingon"
    parking.write_texts(folder / "common.po", "eo", {"ask.empty": "?"})
    [fault] = extensions.load(parking.company_with(tmp_path, languages="languages").extensions)
    assert str(fault) == f"{folder}: is named after no language: fr, it, pt, …"
