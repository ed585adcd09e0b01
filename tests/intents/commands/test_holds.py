import pytest

from crm_core.agents import Role
from crm_core.db import Database
from crm_core.privacy.legal_holds import standing
from intents.reply import Tone
from tests import people
from tests.intents.talk import Talk, everything
from tests.people import as_actor


@pytest.fixture
async def sam(database: Database) -> Talk:
    async with database.transaction() as session:
        await people.add_contact(session)
        return Talk(database, as_actor(await people.add_agent(session, "Sam Carter", Role.ADMIN)))


async def _reason(database: Database) -> str | None:
    async with database.transaction() as session:
        hold = await standing(session, 1001)
    return hold.reason if hold else None


@pytest.mark.parametrize(
    ("put", "listed", "release"),
    [
        ("hold C-1001 because dispute", "legal holds", "release hold C-1001"),
        ("put C-1001 under legal hold: dispute", "who is under legal hold", "lift the legal hold on C-1001"),
        ("Löschsperre C-1001 wegen dispute", "Löschsperren", "Löschsperre C-1001 aufheben"),
        ("Löschsperre für C-1001: dispute", "Wer steht unter Löschsperre?", "hebe die Löschsperre von C-1001 auf"),
    ],
)
async def test_an_admin_puts_and_releases_a_hold(sam: Talk, put: str, listed: str, release: str) -> None:
    assert "C-1001" in (await sam.say(put)).text
    assert await _reason(sam.database) == "dispute"
    assert "C-1001 (dispute)" in (await sam.say(listed)).text
    assert (await sam.say(put)).tone is Tone.REFUSED
    assert "dispute" in (await sam.say(release)).text
    assert await _reason(sam.database) is None
    assert (await sam.say(release)).tone is Tone.REFUSED


async def test_the_reason_is_asked_for(sam: Talk) -> None:
    await sam.say("legal hold C-1001")
    assert await _reason(sam.database) is None
    await sam.say("court 3 O 12/26")
    assert await _reason(sam.database) == "court 3 O 12/26"


async def test_a_ticket_on_hold_is_another_thing(sam: Talk) -> None:
    await sam.say("open ticket no hot water")
    assert (await sam.say("hold T-1")).text.startswith("T-1 is now on hold")
    assert (await sam.say("hold T-1 because parts")).text == "I know nobody by “T-1”."
    assert (await sam.say("hold C-9 because parts")).text == "I know nobody by “C-9”."


async def test_nobody_below_an_admin_may(sam: Talk, mira: Talk) -> None:
    for text in ("hold C-1001 because dispute", "release hold C-1001", "legal holds"):
        assert (await mira.say(text)).text == "Your role (agent) may not do that. A lead or an admin can help."
    assert await _reason(sam.database) is None


async def test_in_public_nothing_of_it_is_said(sam: Talk) -> None:
    await sam.say("hold C-1001 because dispute")
    public = Talk(sam.database, sam.actor, is_public=True)
    for text in ("hold C-1001 because again", "release hold C-1001", "legal holds"):
        assert "dispute" not in everything(await public.say(text))
    assert await _reason(sam.database) == "dispute"
