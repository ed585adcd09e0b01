from __future__ import annotations

from dataclasses import replace

from intents.reply import Table, Tone
from tests.intents.talk import Talk, stranger


async def test_what_happened_to_a_record_is_told_newest_first(mira: Talk, jonas: Talk) -> None:
    await mira.say("open ticket Heating")
    await jonas.say("claim T-1")
    told = await mira.say("what happened to T-1")
    [table] = [part for part in told.parts if isinstance(part, Table)]
    assert [(row[1], row[2]) for row in table.rows] == [
        ("Jonas Weber", "claimed it"),
        ("Mira Okafor", "opened the ticket"),
    ]
    assert "Jonas Weber claimed it" in told.text


async def test_it_is_told_in_german_as_well(mira: Talk) -> None:
    await mira.say("open ticket Heating")
    assert (await mira.say("Verlauf T-1")).text.startswith("T-1, 1 Schritt: ")


async def test_what_was_undone_stays_in_the_history(mira: Talk) -> None:
    await mira.say("open ticket Heating")
    await mira.say("claim T-1")
    await mira.say("undo")
    told = await mira.say("history T-1")
    assert told.text.startswith("T-1, the last 3 steps: ")


async def test_of_a_record_that_never_was_nothing_is_known(mira: Talk) -> None:
    assert (await mira.say("history T-99")).text == "Nothing is known of T-99."


async def test_it_is_not_told_in_public_nor_to_strangers(mira: Talk) -> None:
    await mira.say("open ticket Heating")
    assert "Mira" not in (await replace(mira, is_public=True).say("history T-1")).text
    told = await replace(mira, actor=stranger()).say("history T-1")
    assert (told.tone, "Mira" in told.text) == (Tone.REFUSED, False)
