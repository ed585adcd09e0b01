from dataclasses import replace

from crm_core.agents import Role
from crm_core.company import Company
from intents.reply import Tone
from tests import people
from tests.intents.talk import Talk, caller


async def test_what_a_customer_said_on_the_phone_is_noted(mira: Talk) -> None:
    await mira.say("open ticket cold")
    assert (await mira.say("rate T-1 5")).text == "T-1 is not resolved yet: it can be rated afterwards."
    await mira.say("resolve T-1")
    assert (await mira.say("rate T-1 5 very friendly")).text == "Noted for T-1: 5 of 5. Thank you."
    assert (await mira.say("Bewertung T-1 4")).text == "Zu T-1 notiert: 4 von 5. Vielen Dank."
    assert (await mira.say("satisfaction")).tone is Tone.REFUSED


async def test_a_customer_rates_their_ticket_in_their_own_words(mira: Talk) -> None:
    async with mira.database.transaction() as session:
        greta = await people.add_contact(session)
    await mira.say("open ticket for Greta Sommer: cold")
    await mira.say("resolve T-1")
    assert (await Talk(mira.database, caller(greta, "de")).say("bewerte T-1 mit 5")).text == (
        "Zu T-1 notiert: 5 von 5. Vielen Dank."
    )


async def test_the_report_holds_back_what_few_said(mira: Talk, company: Company) -> None:
    teams = {"north": {"name": {"de": "Nord", "en": "North"}}}
    mira.database.works_for(Company.model_validate({**company.model_dump(), "teams": teams}))
    lena = Talk(mira.database, replace(mira.actor, role=Role.LEAD))
    assert (await lena.say("satisfaction")).text == "Nobody rated anything in the last 90 days."
    for number in range(1, 6):
        for text in ("open ticket cold", f"resolve T-{number}", f"rate T-{number} {number}"):
            await mira.say(text)
        told = (await lena.say("satisfaction")).text
        assert ("no team: 5, 3.00, 40 % content" if number == 5 else f"no team: {number}, too few to tell") in told
    assert "ohne Team: 5, 3,00, 40 % zufrieden" in (await lena.say("zufriedenheit")).text
    assert (await lena.say("satisfaction of North")).text == "Nobody rated anything in the last 90 days."
    assert (await lena.say("satisfaction of West")).text == "I know no team “West”. There are: north."
