from dataclasses import replace
from datetime import timedelta

import pytest

from crm_core import agents, calendars, leaving
from crm_core.agents import SYSTEM, Agent, Role
from crm_core.errors import NotAllowed, NotFound, Refused
from crm_core.projects.tasks import Task
from intents.reply import Tone
from tests import people
from tests.intents.talk import Talk, choices, everything
from tests.people import NOW, as_actor


@pytest.fixture
async def lena(mira: Talk) -> Talk:
    async with mira.database.transaction() as session:
        return Talk(mira.database, as_actor(await people.add_agent(session, "Lena Brandt", Role.LEAD)))


async def test_who_is_sick_is_stood_in_for(mira: Talk, jonas: Talk, lena: Talk) -> None:
    await mira.say("add task Call back due today")
    assert (await jonas.say("Mira is sick today")).tone is Tone.REFUSED
    reported = await lena.say("Mira is sick today, Jonas stands in")
    assert reported.text == "Mira Okafor: sick, until the end of the day. What is new goes to Jonas Weber."
    assert (await jonas.say("my day")).text.startswith("Your day: Tasks: TASK-1 Call back")
    [handing] = choices(reported)
    assert (await lena.press(handing)).text == "1 record is with Jonas Weber now."
    assert (await jonas.say("tasks")).text == "1 task: TASK-1 Call back"
    await lena.say("open ticket Heating")
    assigned = await lena.say("assign T-1 to Mira")
    assert "Jonas Weber" in assigned.text
    assert "Mira Okafor" not in assigned.text
    assert (await lena.say("who is away")).text == "1 absence: Mira Okafor sick → Mon, 23 Nov 2026"
    assert (await lena.say("Mira is back")).text == "Mira Okafor is back."
    assert (await lena.say("wer ist abwesend")).text == "Niemand ist abwesend."


async def test_a_holiday_is_reported_by_oneself_and_taken_back(jonas: Talk) -> None:
    said = await jonas.say("Jonas ist im Urlaub bis Freitag")
    assert said.text == "Jonas Weber: im Urlaub, bis Fr., 27. Nov. 2026. Noch vertritt niemand."
    assert (await jonas.say("rückgängig")).text == "Bei AB-1 zurückgenommen: Jonas Weber hat eine Abwesenheit gemeldet."
    assert (await jonas.say("wer ist krank")).text == "Niemand ist abwesend."


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        (
            "Jonas is on holiday from 1 December until 8 December",
            "Jonas Weber: on holiday, from Tue, 1 Dec 2026 until Tue, 8 Dec 2026. Nobody stands in yet.",
        ),
        (
            "Jonas ist vom 1.12. bis 8.12. im Urlaub",
            "Jonas Weber: im Urlaub, von Di., 1. Dez. 2026 bis Di., 8. Dez. 2026. Noch vertritt niemand.",
        ),
        (
            "ich bin vom 28. Dezember bis zum 3. Januar im Urlaub, Mira vertritt",
            "Jonas Weber: im Urlaub, von Mo., 28. Dez. 2026 bis So., 3. Jan. 2027. Neues geht an Mira Okafor.",
        ),
        (
            "Jonas is on vacation from Thursday to Tuesday",
            "Jonas Weber: on holiday, from Thu, 26 Nov 2026 until Tue, 1 Dec 2026. Nobody stands in yet.",
        ),
        (
            "Jonas hat von heute bis morgen Urlaub",
            "Jonas Weber: im Urlaub, bis Di., 24. Nov. 2026. Noch vertritt niemand.",
        ),
    ],
)
async def test_a_holiday_is_reported_with_the_days_it_lasts(mira: Talk, jonas: Talk, said: str, answer: str) -> None:
    assert (await jonas.say(said)).text == answer


async def test_who_is_away_later_is_on_duty_until_then(mira: Talk, jonas: Talk) -> None:
    await jonas.say("available")
    await jonas.say("add task Call back due today")
    reported = await jonas.say("Jonas is on holiday from tomorrow until Friday, Mira stands in")
    assert choices(reported) == [], "what is due today is done today"
    assert "Jonas Weber" in (await mira.say("who is on duty")).text
    assert "Jonas Weber" in (await mira.say("who is away")).text
    await mira.say("open ticket leak")
    assert "Jonas Weber" in (await mira.say("assign T-1 to Jonas")).text
    tomorrow = Talk(mira.database, mira.actor, now=NOW + timedelta(days=1))
    await tomorrow.say("open ticket another leak")
    assert "Mira Okafor" in (await tomorrow.say("assign T-2 to Jonas")).text
    refused = await jonas.say("Jonas is on holiday from 1.12.2027 until 8.12.2026")
    assert (refused.tone, refused.text) == (
        Tone.REFUSED,
        "An absence ends today or later, and not before it begins.",
    )


async def test_who_leaves_hands_everything_over_and_is_locked_out(mira: Talk, jonas: Talk, lena: Talk) -> None:
    for text in ("open ticket Heating", "claim T-1", "add task Call back", "add deal Pump 1000", "start TASK-1"):
        assert (await mira.say(text)).tone is Tone.OK, text
    async with mira.database.transaction() as session:
        leaver = await agents.find_agent(session, "Mira")
        await agents.link(session, leaver, "slack", "U1", NOW)
        code = await agents.invite(session, leaver, NOW)
        token = await calendars.subscribe(session, mira.actor, NOW)
    assert (await jonas.say("Mira leaves the company, Jonas takes over")).tone is Tone.REFUSED
    left = await lena.say("Mira leaves the company, Jonas takes over")
    assert left.text == "Mira Okafor has left. Jonas Weber looks after 3 more records."
    for text in ("my tickets", "tasks", "my deals"):
        assert "-1" in (await jonas.say(text)).text, text
    assert (await jonas.say(f"link {code}")).tone is Tone.REFUSED
    async with mira.database.transaction() as session:
        assert await agents.identify(session, "slack", "U1") is None
        assert await calendars.reader(session, token) is None
        with pytest.raises(NotFound):
            await agents.find_agent(session, "Mira")
    assert "Mira Okafor" in everything(await jonas.say("history TASK-1"))


async def test_nobody_removes_who_ranks_higher_or_the_last_admin(mira: Talk, lena: Talk) -> None:
    async with mira.database.transaction() as session:
        sam = await people.add_agent(session, "Sam Carter", Role.ADMIN)
        heir = await agents.find_agent(session, "Mira")
        with pytest.raises(NotAllowed):
            await leaving.leave(session, lena.actor, sam, heir, NOW)
        with pytest.raises(Refused):
            await leaving.leave(session, SYSTEM, sam, heir, NOW)


async def test_what_goes_wrong_on_the_way_out_leaves_everything_as_it_was(
    mira: Talk, lena: Talk, monkeypatch: pytest.MonkeyPatch
) -> None:
    await mira.say("add task Call back")

    async def broken(*_arguments: object) -> None:
        raise ConnectionError

    monkeypatch.setattr(calendars, "close", broken)
    with pytest.raises(ConnectionError):
        await lena.say("Mira leaves the company, Lena takes over")
    async with mira.database.transaction() as session:
        task, agent = await session.get(Task, 1), await session.get(Agent, mira.actor.agent_id)
        assert task is not None
        assert agent is not None
        assert (task.assignee_id, agent.left_at) == (mira.actor.agent_id, None)


async def test_a_calendar_has_one_address_told_once_and_never_in_public(mira: Talk) -> None:
    public = replace(mira, is_public=True)
    assert "/calendar/" not in (await public.say("calendar")).text
    first = (await mira.say("calendar")).text
    assert "/calendar/" in first
    assert (await mira.say("Kalender")).text.startswith("Ihr Kalender hat eine Adresse")
    assert "/calendar/" not in (await public.say("new calendar address")).text
    second = (await mira.say("new calendar address")).text
    assert second != first
