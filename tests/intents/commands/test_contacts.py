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


async def test_a_chat_account_comes_and_goes_and_is_on_the_card(mira: Talk, jonas: Talk) -> None:
    async with mira.database.transaction() as session:
        await people.add_contact(session)
    added = await mira.say("add telegram 555123 to Greta Sommer")
    assert added.text == "Greta Sommer (C-1001) is changed."
    await jonas.say("Slack U0GRETA zu C-1001")
    assert "Chat: Telegram 555123, Slack U0GRETA" in everything(await mira.say("show C-1001"))
    assert (await mira.say("find 555123")).text == "C-1001: Greta Sommer"
    gone = await jonas.say("Telegram 555123 von Greta Sommer entfernen")
    assert gone.text.startswith("Greta Sommer (C-1001) ist geändert.")
    await mira.say("remove slack U0GRETA from C-1001")
    assert "Chat:" not in everything(await mira.say("show C-1001"))


async def test_an_account_that_is_none_or_somebodys_is_refused_in_words(mira: Talk) -> None:
    async with mira.database.transaction() as session:
        await people.add_agent(session, "Lena Brandt", telegram="555")
        for name in ("Greta Sommer", "Paul Winter"):
            await people.add_contact(session, name, None)
    assert "is a number like 555123" in (await mira.say("add telegram @greta_s to Greta Sommer")).text
    assert (await mira.say("add telegram 555 to Greta")).text == "555 is the account of Lena Brandt, a colleague."
    await mira.say("add telegram 556 to Greta")
    assert (await mira.say("add telegram 556 to Paul")).text == "556 belongs to C-1001 already."


async def test_in_public_an_account_is_not_shown(mira: Talk) -> None:
    async with mira.database.transaction() as session:
        await people.add_contact(session)
    public = Talk(mira.database, mira.actor, is_public=True)
    assert "555123" not in everything(await public.say("add telegram 555123 to C-1001"))
    assert "555123" not in everything(await public.say("show C-1001"))


async def test_a_pin_is_set_and_shown_to_nobody(mira: Talk) -> None:
    async with mira.database.transaction() as session:
        await people.add_contact(session)
    said = await mira.say("set pin for Greta")
    assert said.text == "Greta Sommer (C-1001) gets a new PIN by SMS to +49 30 23125010. Nobody else sees it."
    assert (await mira.say("PIN für C-1001 setzen")).text.startswith("Greta Sommer (C-1001) bekommt eine neue PIN")
    public = Talk(mira.database, mira.actor, is_public=True)
    assert (await public.say("set pin for C-1001")).text == "C-1001 gets a new PIN by SMS. Nobody else sees it."
    assert "had a new PIN sent" in everything(await mira.say("history C-1001"))


async def test_who_changes_a_contact_hears_who_else_is_at_it(mira: Talk, jonas: Talk) -> None:
    await mira.say("add contact Paul Winter")
    await mira.say("set city of C-1001 to Bonn")
    told = await jonas.say("setze Ort von C-1001 auf Köln")
    assert told.text == "Paul Winter (C-1001) ist geändert. Mira Okafor hat vor 1 Minute an C-1001 gearbeitet."
