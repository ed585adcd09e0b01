"""Fields of the house's own, in a conversation."""

import pytest

from crm_core.company import Company
from crm_core.company.fields import CustomField
from intents.reply import Tone
from tests.intents.talk import Talk, everything

SERIAL = CustomField(key="serial", name={"en": "Serial number", "de": "Gerätenummer"}, required=True)
BUILT = CustomField(key="built", name={"en": "Built", "de": "Baujahr"}, type="date")
ROOF = CustomField(
    key="roof", name={"en": "Roof", "de": "Dach"}, type="choice", choices=["flat", "steep"], required=True
)
NUMBER = CustomField(key="number", name={"en": "Customer number", "de": "Kundennummer"}, required=True)
REGISTER = CustomField(key="register", name={"en": "Register", "de": "Handelsregister"}, required="company")


@pytest.fixture(autouse=True)
def declared(mira: Talk, company: Company) -> None:
    own = {"ticket_fields": [SERIAL, BUILT], "deal_fields": [ROOF], "contact_fields": [NUMBER, REGISTER]}
    mira.database.works_for(company.model_copy(update=own))


async def test_a_ticket_is_resolved_when_its_fields_are_filled(mira: Talk) -> None:
    await mira.say("open ticket leak")
    refused = await mira.say("resolve T-1")
    assert (refused.tone, refused.text) == (
        Tone.REFUSED,
        "T-1 still lacks: Serial number. Say “set Serial number of T-1 to …”.",
    )
    german = await mira.say("T-1 schließen")
    assert german.text == "Bei T-1 fehlt noch: Gerätenummer. Sagen Sie „setze Gerätenummer von T-1 auf …“."
    assert (await mira.say("set Serial number of T-1 to NH-7")).text == "Serial number of T-1 is set: leak"
    assert (await mira.say("setze Baujahr von T-1 auf 3.5.2019")).text == "Baujahr von T-1 ist gesetzt: leak"
    shown = everything(await mira.say("show ticket T-1"))
    assert "Serial number: NH-7" in shown
    assert "Built: Fri, 3 May 2019" in shown
    assert (await mira.say("resolve it")).text == "T-1 is resolved: leak"


async def test_a_deal_is_won_when_its_fields_are_filled(mira: Talk) -> None:
    await mira.say("add deal Heat pump 12000")
    for said in ("win D-1", "move D-1 to won"):
        assert (await mira.say(said)).text == "D-1 still lacks: Roof. Say “set Roof of D-1 to …”."
    assert (await mira.say("setze Dach von D-1 auf steil")).text.startswith("„steil“ steht für Dach nicht zur Wahl")
    assert (await mira.say("set roof of it to STEEP")).text == "Roof of D-1 is set: Heat pump"
    assert "Roof: steep" in everything(await mira.say("show D-1"))
    assert (await mira.say("win D-1")).tone is Tone.OK
    await mira.say("undo")
    await mira.say("undo")
    assert "Roof" not in everything(await mira.say("show D-1"))


async def test_what_a_new_contact_lacks_is_named_and_it_is_kept(mira: Talk) -> None:
    added = await mira.say("add contact Paul Winter")
    assert added.text == (
        "Paul Winter is stored as C-1001. C-1001 still lacks: Customer number. "
        "Say “set Customer number of C-1001 to …”."
    )
    assert (await mira.say("set customer number of C-1001 to 4711")).text == "Paul Winter (C-1001) is changed."
    firm = await mira.say("neue Firma Stutz AG")
    assert "fehlt noch: Kundennummer, Handelsregister." in firm.text


async def test_a_field_that_nobody_declared_is_said_with_those_there_are(mira: Talk) -> None:
    await mira.say("open ticket leak")
    refused = await mira.say("set colour of T-1 to red")
    assert refused.text == "There is no field “colour”. There are: Serial number, Built."


async def test_fields_are_for_the_team(mira: Talk) -> None:
    await mira.say("open ticket leak")
    await mira.say("set serial number of T-1 to NH-7")
    public = Talk(mira.database, mira.actor, is_public=True)
    assert "NH-7" not in everything(await public.say("T-1"))
    assert "NH-7" not in everything(await public.say("set built of T-1 to 3.5.2019"))


async def test_the_reference_decides_whose_field_is_meant(mira: Talk) -> None:
    await mira.say("open ticket leak")
    await mira.say("add deal Heat pump 12000")
    await mira.say("add contact Paul Winter")
    for said, answer in (
        ("set serial number of ticket 1 to A", "Serial number of T-1"),
        ("set roof of deal 1 to flat", "Roof of D-1"),
        ("set city of C-1001 to Bonn", "Paul Winter (C-1001)"),
        ("set city of Paul Winter to Köln", "Paul Winter (C-1001)"),
    ):
        assert (await mira.say(said)).text.startswith(answer), said
