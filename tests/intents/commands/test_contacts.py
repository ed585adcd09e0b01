from intents.reply import Choice
from tests import people
from tests.intents.talk import Talk, choices, everything


async def test_a_contact_is_added_and_found_by_anything(mira: Talk) -> None:
    added = await mira.say("add contact Paul Müller from Müller & Sohn, 030 23125077")
    assert added.text == "Paul Müller is stored as C-1001."
    for query in ("paul", "paul mueller", "C-1001", "+49 (0)30 23125077", "125077"):
        assert (await mira.say(f"find {query}")).text == "C-1001: Paul Müller", query
    card = everything(await mira.say("show contact paul"))
    assert "Company: Müller & Sohn" in card
    assert "Phone: +49 30 23125077" in card


async def test_a_contact_with_an_e_mail_address(mira: Talk) -> None:
    await mira.say("neuer Kontakt Paul Winter paul@example.com")
    assert "E-mail: paul@example.com" in everything(await mira.say("find paul"))


async def test_what_is_no_number_is_refused(mira: Talk) -> None:
    reply = await mira.say("add contact Paul Winter 99999999999999999999")
    assert reply.text == "“99999999999999999999” is no phone number."


async def test_several_are_offered(mira: Talk) -> None:
    async with mira.database.transaction() as session:
        await people.add_contact(session, "Greta Sommer", "+493023125010", organisation="Sommer GmbH")
        await people.add_contact(session, "Greta Winter", "+493023125011")
    found = await mira.say("find greta")
    assert found.text == "2 contacts: Greta Sommer, Greta Winter"
    assert [choice.say for choice in choices(found)] == ["show contact C-1001", "show contact C-1003"]
    assert (await mira.press(choices(found)[0])).text == "C-1001: Greta Sommer"
    assert (await mira.say("show contact greta sommer")).text == "C-1001: Greta Sommer"


async def test_nobody_is_said_politely(mira: Talk, jonas: Talk) -> None:
    assert (await mira.say("find Nobody")).text == "I know nobody by “Nobody”."
    assert (await jonas.say("suche Niemand")).text == "Unter „Niemand“ kenne ich niemanden."
    assert (await mira.say("C-9")).text == "I know nobody by “C-9”."


async def test_who_has_no_tickets_can_be_called_and_without_a_number_there_is_no_button(mira: Talk) -> None:
    async with mira.database.transaction() as session:
        await people.add_contact(session)
        await people.add_contact(session, "Paul Winter", None)
    shown: list[Choice] = choices(await mira.say("find greta"))
    assert [choice.say for choice in shown] == ["call C-1001"]
    assert choices(await mira.say("find winter")) == []
