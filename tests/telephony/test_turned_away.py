from __future__ import annotations

from sqlalchemy import select

from bot import terminal
from crm_core.agents import SYSTEM, Role
from crm_core.callcenter import blocking
from crm_core.callcenter.calls import Call
from crm_core.db import Database
from crm_core.outbox import Effect
from tests import people
from tests.people import NOW
from tests.telephony.lines import VOICEMAIL, answering, line, text
from tests.telephony.phone import GRETA, Phone


async def _block(database: Database) -> None:
    async with database.transaction() as session:
        await people.add_agent(session, "Lena Brandt", Role.LEAD)
        await blocking.block(session, SYSTEM, GRETA, "Drohungen", NOW)


async def test_a_blocked_number_is_rejected_and_stands_in_the_list_of_calls(database: Database) -> None:
    await _block(database)
    async with answering(database, line({"first": VOICEMAIL})) as product:
        phone = await Phone(product).ring()
        assert [(verb.tag, dict(verb.attrib)) for verb in phone.document] == [("Reject", {"reason": "rejected"})]
        await phone.hang_up()
        async with database.transaction() as session:
            [call] = await session.scalars(select(Call))
            cards = (await session.scalars(select(Effect.kind))).all()
        assert (call.state, call.rejected_because) == ("closed", "Drohungen")
        assert cards == [], "nobody is bothered with a card"
        reply = await terminal.ask(database, "Lena", "calls", NOW)
        assert "CALL-1 +49 30 23125010 turned away" in reply.text
        shown = await terminal.ask(database, "Lena", "show CALL-1", NOW)
        assert "Blocked because: Drohungen" in shown.text


async def test_a_blocked_number_may_hear_a_sentence(sqlite_database: Database) -> None:
    await _block(sqlite_database)
    company = line({"first": VOICEMAIL}, blocked=text("Bitte schreiben Sie uns.", "Please write to us."))
    async with answering(sqlite_database, company) as product:
        phone = await Phone(product).ring()
        assert [verb.tag for verb in phone.document] == ["Say", "Hangup"]
        assert phone.heard == "Bitte schreiben Sie uns."


async def test_others_are_not_turned_away(sqlite_database: Database) -> None:
    await _block(sqlite_database)
    async with answering(sqlite_database, line({"first": VOICEMAIL})) as product:
        for sid, number in (("CA1", "anonymous"), ("CA2", "+493023125011")):
            assert (await Phone(product, sid, number).ring()).document.find("Redirect") is not None
