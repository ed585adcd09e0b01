from intents.reply import Tone
from tests import people
from tests.intents.talk import Talk, choice, everything


async def test_a_macro_is_looked_at_and_then_applied_with_a_press(mira: Talk) -> None:
    async with mira.database.transaction() as session:
        await people.add_contact(session, language="en")
    await mira.say("open ticket for Greta Sommer: no hot water")
    assert "2 macros: on-our-way, solved" in (await mira.say("macros")).text
    seen = await mira.say("macro solved for T-1")
    assert seen.text == (
        "solved would say for T-1: Hello Greta Sommer, “no hot water” is done. "
        "Please get in touch if anything else comes up. Mira Okafor Status: resolved."
    )
    assert "no hot water: new" in (await mira.say("status of T-1")).text
    applied = await mira.press(choice(seen, "apply macro solved to T-1"))
    assert applied.text == "Done for T-1: solved. Sent by SMS to +49 30 23125010."
    assert "Status: resolved" in everything(applied)


async def test_the_button_of_an_old_preview_does_nothing(mira: Talk, jonas: Talk) -> None:
    async with mira.database.transaction() as session:
        await people.add_contact(session, language="en")
    await mira.say("open ticket for Greta Sommer: no hot water")
    seen = await mira.say("macro solved for T-1")
    await jonas.say("claim T-1")
    assert (await mira.press(choice(seen, "apply macro solved to T-1"))).tone is Tone.REFUSED


async def test_nobody_is_named_in_a_public_place(mira: Talk) -> None:
    async with mira.database.transaction() as session:
        await people.add_contact(session)
    await mira.say("open ticket for Greta Sommer: no hot water")
    channel = Talk(mira.database, mira.actor, is_public=True)
    for text in ("macro solved for T-1", "apply macro solved to T-1"):
        assert "Greta" not in everything(await channel.say(text))
