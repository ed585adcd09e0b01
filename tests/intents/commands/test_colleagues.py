import pytest
from sqlalchemy import select

from crm_core.agents import Agent, Presence, Role, link
from crm_core.company import Company
from crm_core.db import Database
from crm_core.outbox import Effect, EffectKind
from intents.cards import notice
from intents.reply import Tone
from tests import people
from tests.intents.talk import Talk, everything, stranger
from tests.people import NOW, as_actor


@pytest.fixture
async def lena(mira: Talk) -> Talk:
    async with mira.database.transaction() as session:
        return Talk(mira.database, as_actor(await people.add_agent(session, "Lena Brandt", Role.LEAD)))


async def _agent(talk: Talk) -> Agent:
    async with talk.database.transaction() as session:
        return await session.get_one(Agent, talk.actor.agent_id)


async def test_a_lead_sets_a_colleague_away_who_is_told(mira: Talk, jonas: Talk, lena: Talk) -> None:
    async with mira.database.transaction() as session:
        await link(session, await session.get_one(Agent, mira.actor.agent_id), "slack", "U1", NOW)
    await mira.say("available")
    assert (await jonas.say("Mira auf abwesend")).tone is Tone.REFUSED
    assert (await lena.say("set Mira away")).text == "Mira Okafor is away now."
    assert (await lena.say("Mira auf abwesend, Mittag")).text == "Mira Okafor ist jetzt abwesend: Mittagspause."
    assert (await _agent(mira)).presence_reason == "lunch"
    async with mira.database.transaction() as session:
        told = (await session.scalars(select(Effect).where(Effect.kind == EffectKind.NOTICE))).all()
        assert {effect.address for effect in told} == {"slack:U1"}
        drawn = await notice(session, told[-1].payload, NOW)
        assert drawn is not None
        assert drawn.text.startswith("Your presence was set for you.")
    assert (await lena.say("Mira to available")).text == "Mira Okafor is available now."
    assert (await lena.say("undo")).text.startswith("Taken back on AGENT-1: Lena Brandt changed their presence")
    assert (await _agent(mira)).presence == Presence.AWAY


async def test_a_colleague_on_a_call_is_away_afterwards(mira: Talk, lena: Talk) -> None:
    async with mira.database.transaction() as session:
        (await session.get_one(Agent, mira.actor.agent_id)).presence = Presence.ON_CALL
    assert (await lena.say("set Mira to off duty")).text == "Mira Okafor will be offline after this call."
    assert ((await _agent(mira)).presence, (await _agent(mira)).presence_next) == ("on-call", "offline")


async def test_a_lead_says_which_languages_somebody_speaks(mira: Talk, lena: Talk) -> None:
    said = await lena.say("Mira speaks German and English")
    assert said.text == "Mira Okafor speaks: German, English. Callers in another language go to colleagues."
    assert "Language: German, English" in everything(said)
    assert (await _agent(mira)).languages == ["de", "en"]
    assert (await lena.say("Mira spricht de, Türkisch")).tone is Tone.OK
    assert (await _agent(mira)).languages == ["de", "tr"]
    assert (await lena.say("Mira speaks Klingonian")).text.startswith("I do not speak “Klingonian” yet.")
    assert (await mira.say("Mira speaks English")).tone is Tone.REFUSED


async def test_skills_come_and_go(mira: Talk, lena: Talk) -> None:
    assert (await lena.say("Mira knows heating")).text == "Mira Okafor knows: heating."
    assert (await lena.say("Mira kennt Heating und Solar")).text == "Mira Okafor kennt sich aus mit: heating, solar."
    assert (await lena.say("Mira kann Heating nicht mehr")).text == "Mira Okafor kennt sich aus mit: solar."
    assert (await lena.say("undo")).tone is Tone.OK
    assert (await _agent(mira)).skills == ["heating", "solar"]
    assert (await mira.say("Mira knows everything")).tone is Tone.REFUSED


@pytest.mark.parametrize(
    ("said", "stored"),
    [
        ("my phone is 030 23125-201", "+493023125201"),
        ("mein Telefon ist +44 20 7946 0123", "+442079460123"),
        (
            "my phone is sip:mira.okafor@voice.example.com;transport=tls",
            "sip:mira.okafor@voice.example.com;transport=tls",
        ),
        ("my phone is SIP:mira@example.com:5061", "sip:mira@example.com:5061"),
    ],
)
async def test_ones_phone_is_a_number_or_a_sip_address(mira: Talk, said: str, stored: str) -> None:
    assert (await mira.say(said)).tone is Tone.OK
    assert (await _agent(mira)).phone == stored


@pytest.mark.parametrize(
    "said",
    [
        "my phone is sip:mira",
        "my phone is sip:@example.com",
        "my phone is sip:a@b..c d",
        "my phone is 030 231252010000000000",
    ],
)
async def test_what_cannot_be_rung_is_refused_and_the_old_phone_stays(mira: Talk, said: str) -> None:
    before = (await _agent(mira)).phone
    assert (await mira.say(said)).tone is Tone.REFUSED
    assert (await _agent(mira)).phone == before


async def test_our_own_line_is_no_phone_of_anybody(mira: Talk) -> None:
    assert (await mira.say("my phone is 030 23125100")).text == "+49 30 23125100 is our own line: it would ring itself."


async def test_the_phone_of_another_takes_a_lead(mira: Talk, jonas: Talk, lena: Talk) -> None:
    assert (await jonas.say("Telefon von Mira ist 030 23125299")).tone is Tone.REFUSED
    assert (await lena.say("phone of Mira is 030 23125299")).text == "Calls for Mira Okafor ring at +49 30 23125299."
    assert "23125299" in everything(await jonas.say("AGENT-1"))
    assert "23125299" not in everything(await Talk(jonas.database, jonas.actor, is_public=True).say("AGENT-1"))


async def test_a_pin_is_set_in_private_and_not_repeated(mira: Talk, company: Company) -> None:
    said = await mira.say("my pin 4711")
    assert said.text.startswith("Your PIN is set, but our line does not ask for it yet")
    assert said.forgets_ask
    assert "4711" not in everything(said)
    phone = company.phone.model_copy(update={"agent_key": "8"})
    mira.database.works_for(company.model_copy(update={"phone": phone}))
    assert "press 8; from a phone that is not yours enter 1 first" in (await mira.say("my PIN is 80351")).text


async def test_a_pin_that_is_asked_for_is_as_secret(mira: Talk) -> None:
    asked = await mira.say("change my pin")
    assert asked.text.startswith("Which PIN?")
    answered = await mira.say("4711")
    assert answered.text.startswith("Your PIN is set")
    assert answered.forgets_ask
    assert (await mira.say("my pin 1234")).forgets_ask, "refused, and all the same not to be kept"
    assert not (await mira.say("team")).forgets_ask


async def test_a_pin_is_not_said_where_others_read(mira: Talk) -> None:
    public = Talk(mira.database, mira.actor, is_public=True)
    said = await public.say("my pin 4711")
    assert said.tone is Tone.REFUSED
    assert said.forgets_ask


async def test_a_stranger_sets_no_pin(database: Database) -> None:
    assert (await Talk(database, stranger()).say("my pin 4711")).text.startswith("I do not know you yet.")


async def test_a_lead_puts_a_colleague_into_a_team_and_takes_it_back(mira: Talk, lena: Talk) -> None:
    assert (await lena.say("Mira is in team fitters")).text == "Mira Okafor is in the team Fitters."
    assert (await _agent(mira)).team == "fitters"
    assert (await lena.say("undo")).tone is Tone.OK
    assert (await _agent(mira)).team is None
    said = await lena.say("Mira ist im Team Monteure")
    assert said.text == "Mira Okafor ist im Team Monteure."
    assert "Team: Monteure" in everything(said)
    assert (await lena.say("Mira ist in keinem Team")).text == "Mira Okafor ist in keinem Team."
    assert (await _agent(mira)).team is None


async def test_a_team_that_is_not_described_is_refused_with_those_that_are(mira: Talk, lena: Talk) -> None:
    assert (await lena.say("Mira is in team plumbers")).text == "“plumbers” is no team; there are: Fitters"
    assert (await mira.say("Mira is in team fitters")).tone is Tone.REFUSED
    assert (await _agent(mira)).team is None
