"""Commands that a company wrote itself, or installed with a package."""

import sys
from pathlib import Path

import pytest

from crm_core.db import Database
from intents import catalogue, extensions
from intents.registry import commands
from intents.reply import Tone
from intents.understand import examples
from intents.understand.examples import Example
from intents.understand.grammar import understand
from intents.understand.own import own_order
from tests import people
from tests.intents.extensions import parking
from tests.intents.talk import Talk, everything, stranger
from tests.people import as_actor

IMPORTS = """\
from intents.registry import command
from intents.reply import Reply
from intents.slots import DueArg, TextArg, TicketArg, UntilArg
"""
FIVE = ["bake bread", "bake a roll", "bake some rolls", "bake me a cake", "bake a pie"]


async def test_a_company_asks_its_own_command_in_both_languages(database: Database, tmp_path: Path) -> None:
    parking.write(tmp_path / "my_commands")
    assert extensions.load(parking.company_with(tmp_path, commands="my_commands").extensions) == []
    async with database.transaction() as session:
        talk = Talk(database, as_actor(await people.add_agent(session, "Mira Okafor")))
    assert (await talk.say("is there free parking?")).text == "2 places are free."
    assert (await talk.say("sind noch Parkplätze frei")).text == "2 Plätze sind frei."
    assert (await talk.say("what does a bay cost")).text == "Which bay?"
    assert (await talk.say("b2")).text == "Bay B2 is 6 € a day."
    assert "free parking" in everything(await talk.say("help parking"))
    assert "price of bay" in everything(await talk.say("help sales"))


async def test_who_is_no_colleague_is_refused_unless_it_is_for_customers(
    sqlite_database: Database, tmp_path: Path
) -> None:
    folder = parking.write(tmp_path / "my_commands")
    extensions.load(parking.company_with(tmp_path, commands="my_commands").extensions)
    talk = Talk(sqlite_database, stranger())
    assert (await talk.say("free parking")).tone is Tone.REFUSED
    text = (folder / "parking.py").read_text(encoding="utf-8").replace('subject="sales"', "for_customers=True")
    (folder / "parking.py").write_text(text, encoding="utf-8")
    extensions.load(parking.company_with(tmp_path, commands="my_commands").extensions)
    assert (await talk.say("price of bay A1")).text == "Bay A1 is 4 € a day."


async def test_what_was_loaded_goes_with_the_company_that_brought_it(tmp_path: Path) -> None:
    before = set(commands())
    parking.write(tmp_path / "my_commands")
    extensions.load(parking.company_with(tmp_path, commands="my_commands").extensions)
    assert set(commands()) - before == {"parking.free", "parking.price"}
    extensions.load(parking.company_with(tmp_path / "other").extensions)
    assert set(commands()) == before
    assert understand("free parking", "en") is None
    assert not catalogue.has("en", "parking.free")


def _install(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A distribution with an entry point, as pip would leave it."""
    package = parking.write(folder / "acme" / "parking")
    for parent in (package, package.parent):
        (parent / "__init__.py").write_text("", encoding="utf-8")
    told = folder / "acme_parking-1.0.dist-info"
    told.mkdir()
    (told / "METADATA").write_text("Metadata-Version: 2.1\nName: acme-parking\nVersion: 1.0\n", encoding="utf-8")
    (told / "entry_points.txt").write_text("[offhook.commands]\nparking = acme.parking\n", encoding="utf-8")
    monkeypatch.syspath_prepend(str(folder))


async def test_a_package_that_is_installed_brings_its_commands(
    sqlite_database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _install(tmp_path / "site", monkeypatch)
    assert extensions.load(parking.company_with(tmp_path).extensions) == []
    async with sqlite_database.transaction() as session:
        talk = Talk(sqlite_database, as_actor(await people.add_agent(session, "Jonas Weber", language="de")))
    assert (await talk.say("wo kann ich parken")).text == "2 Plätze sind frei."
    extensions.unload()
    assert [name for name in sys.modules if name.startswith("acme.parking")] == []


def test_what_people_say_is_learnt_and_where_nothing_is_given_the_templates_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ours = tmp_path / "ours"
    parking.teach(ours, "en", {"help": ["what can you do"], "undo": ["take that back"]})
    monkeypatch.setattr(examples, "TRAINING", ours / "training")
    without = own_order()
    parking.write(tmp_path / "my_commands")
    extensions.load(parking.company_with(tmp_path, commands="my_commands").extensions)
    new = [one for one in own_order().examples if one not in without.examples]
    assert Example("got anywhere to leave the van", "parking.free") in new
    assert Example("free parking", "parking.free") not in new
    assert Example("sind noch parkplätze", "parking.free") in new
    assert Example("how much is …", "parking.price", (3,)) in new


def test_five_examples_are_not_outvoted_by_dozens_of_every_other_command(tmp_path: Path) -> None:
    parking.module(tmp_path / "my_commands", _own(FIVE))
    assert extensions.load(parking.company_with(tmp_path, commands="my_commands").extensions) == []
    said = [one.text for one in extensions.taught() if one.intent == "own"]
    assert set(FIVE) <= set(said)
    assert {"i need to bake bread", "bake a pie thanks"} <= set(said)
    assert 50 <= len(said) == len(set(said))


def test_a_company_teaches_our_own_commands_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    parking.teach(tmp_path / "said", "de", {"undo": ["Kommando retour"]})
    assert extensions.load(parking.company_with(tmp_path, training="said/training").extensions) == []
    assert Example("Kommando retour", "undo") in extensions.taught()


def _own(english: list[str], arguments: str = "", name: str = "own", function: str = "async def") -> str:
    """A module whose command begins on line 4."""
    taken = f"context, {arguments}" if arguments else "context"
    return f'{IMPORTS}@command("{name}", {{"en": {english}}})\n{function} own({taken}): ...\n'


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        (f"{IMPORTS}def (\n", "no Python"),
        (f"{IMPORTS}import nothing_of_that_name\n", "ModuleNotFoundError"),
        (f"{IMPORTS}raise SystemExit(3)\n", "SystemExit: 3"),
        (_own(FIVE, name="undo"), "undo is registered twice"),
        (_own(FIVE, "a: int"), "names no slot"),
        (_own(FIVE, function="def"), "`async def`"),
        (_own(["bake", "roast"]), "en has 2 examples"),
        (_own([]), "no template"),
        (
            _own(["bake {a} by {b}"], "a: DueArg, b: UntilArg"),
            "only one argument of a template may",
        ),
        (_own(["bake {a}"]), "no argument a"),
        (_own(["bake {a} {a}"], "a: TextArg"), "stands in it twice"),
        (_own(["bake [a"]), "a bracket has no other"),
        (_own(["{a}"], "a: TextArg"), "any sentence"),
    ],
)
def test_a_module_that_is_wrong_is_told_with_its_line_and_the_others_work(
    tmp_path: Path, text: str, complaint: str
) -> None:
    folder = parking.write(tmp_path / "my_commands")
    file = parking.module(folder, text)
    faults = extensions.load(parking.company_with(tmp_path, commands="my_commands").extensions)
    assert {fault.at for fault in faults} == {f"{file}:4"}
    assert any(complaint in fault.text for fault in faults), faults
    assert {"parking.free", "parking.price"} <= set(commands())
    assert "own" not in commands()
    assert understand("undo", "en") is not None


def test_words_that_mean_something_else_are_told(tmp_path: Path) -> None:
    file = parking.module(tmp_path / "my_commands", _own(["undo", *FIVE]))
    assert extensions.load(parking.company_with(tmp_path, commands="my_commands").extensions) == []
    [clash] = extensions.clashes()
    assert str(clash) == f"{file}:4: own: “undo” is understood as undo"


def test_training_data_for_no_command_or_in_no_language_is_told(tmp_path: Path) -> None:
    file = parking.teach(tmp_path, "en", {"undo": ["back with it"], "coffee.make": ["a coffee please"]})
    stray = parking.teach(tmp_path, "xx", {"undo": ["oops"]})
    broken = tmp_path / "training" / "de" / "broken.yml"
    broken.parent.mkdir()
    broken.write_text("nlu: 3", encoding="utf-8")
    faults = extensions.load(parking.company_with(tmp_path, training="training").extensions)
    assert {fault.at for fault in faults} == {f"{file}:6", str(stray), str(broken)}
    assert Example("back with it", "undo") in extensions.taught()
    assert "coffee.make" not in {one.intent for one in extensions.taught()}


def test_texts_that_are_ours_already_are_refused(tmp_path: Path) -> None:
    folder = parking.write(tmp_path / "my_commands")
    parking.write_texts(folder / "locale" / "en" / "more.po", "en", {"ask.empty": "Hm?"})
    [fault] = extensions.load(parking.company_with(tmp_path, commands="my_commands").extensions)
    assert "more.po: ask.empty is in another file already" in str(fault)
    assert "parking.free" not in commands()


def test_a_question_that_nobody_can_ask_is_told(tmp_path: Path) -> None:
    folder = parking.write(tmp_path / "my_commands")
    for file in folder.rglob("*.po"):
        file.write_text(file.read_text(encoding="utf-8").replace("dialogue.ask-bay", "bay.other"), encoding="utf-8")
    [fault] = extensions.load(parking.company_with(tmp_path, commands="my_commands").extensions)
    assert "nothing asks for bay" in fault.text
