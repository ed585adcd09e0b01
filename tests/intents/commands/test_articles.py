from dataclasses import replace

from crm_core.agents import Role
from intents.reply import Tone
from tests import people
from tests.intents.talk import Talk, caller, choice, everything


async def test_an_article_from_the_first_word_to_a_customers_answer(mira: Talk) -> None:
    lena = Talk(mira.database, replace(mira.actor, role=Role.LEAD))
    assert (await lena.say("add article Bleed a radiator: Turn the key.")).text == "A-1 is a draft: Bleed a radiator"
    assert (await lena.say("edit article A-1: Turn the key to the left.")).text == (
        "A-1 has a new edition, 2: Bleed a radiator"
    )
    translated = await lena.say("translate article A-1 to German Heizkörper entlüften: Nach links drehen.")
    assert "Language: de, en" in everything(translated)
    assert (await lena.press(choice(translated, "publish article A-1"))).text == "A-1 is published: Bleed a radiator"
    assert (await mira.say("search articles bleed")).text == "1 article: A-1 Bleed a radiator"
    assert (await mira.say("suche Artikel Heizk")).text == "1 Artikel: A-1 Heizkörper entlüften"
    assert (await mira.say("article 1")).text == "A-1, Bleed a radiator: Turn the key to the left"
    await mira.say("open ticket cold radiator")
    answered = await mira.say("answer T-1 with article 1")
    assert answered.text == (
        "T-1 is answered with “Bleed a radiator” (A-1). It was NOT sent: I know no way to the customer that they allow."
    )
    assert "Nach links drehen" in everything(answered)


async def test_what_is_not_there_is_said(mira: Talk) -> None:
    assert (await mira.say("articles")).text == "There is no article yet."
    assert (await mira.say("search articles unicorn")).text == "No article has these words."
    assert (await mira.say("show A-9")).text == "There is no article A-9."
    await mira.say("add article Pressure: Refill.")
    assert (await mira.say("translate article A-1 to Polish Cisnienie: Dolej.")).text == (
        "Articles are written in de, en, not in “Polish”."
    )
    assert (await mira.say("publish article A-1")).tone is Tone.REFUSED


async def test_an_internal_article_is_not_read_out_in_a_channel(mira: Talk) -> None:
    await mira.say("add internal article Master key: Behind the boiler.")
    channel = Talk(mira.database, mira.actor, is_public=True)
    for text in ("article A-1", "show A-1", "search articles boiler"):
        assert "Behind" not in everything(await channel.say(text))
    assert "Behind" in everything(await mira.say("show A-1"))


async def test_a_customer_does_not_read_the_knowledge_base(mira: Talk) -> None:
    await mira.say("add article Pressure: Refill.")
    async with mira.database.transaction() as session:
        greta = await people.add_contact(session)
    customer = Talk(mira.database, caller(greta))
    for text in ("article A-1", "show A-1", "search articles refill", "articles"):
        assert (await customer.say(text)).tone is Tone.REFUSED
