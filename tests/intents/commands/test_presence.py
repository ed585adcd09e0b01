from dataclasses import replace

from crm_core.agents import Agent, Presence
from tests.intents.talk import Talk, choice, choices, everything


async def test_who_is_on_duty(mira: Talk, jonas: Talk) -> None:
    assert (await mira.say("who is on duty?")).text == "Nobody is on duty right now."
    assert (await mira.say("I'm back")).text == "You are available. Calls can reach you now."
    assert (await jonas.say("wer ist da?")).text == "1 Person ist im Dienst: Mira Okafor."
    assert (await jonas.say("ich bin wieder da")).text.startswith("Sie sind verfügbar.")
    assert (await mira.say("team")).text == "2 are on duty: Jonas Weber, Mira Okafor."
    assert (await mira.say("brb")).text == "You are away. No calls will reach you."
    assert "Mira Okafor away Mon 23 Nov, 11:00" in everything(await mira.say("team"))


async def test_saying_again_what_one_is_changes_nothing(mira: Talk) -> None:
    await mira.say("available")
    later = replace(mira, now=mira.now.replace(hour=12))
    await later.say("available")
    assert "available Mon 23 Nov, 11:00" in everything(await later.say("team"))


async def test_a_pause_has_a_name_and_is_seen_with_since_when_and_why(mira: Talk, jonas: Talk) -> None:
    away = await mira.say("away lunch")
    assert away.text == "You are away: Lunch. No calls will reach you."
    assert "Mira Okafor abwesend Mo., 23. Nov., 11:00 Mittagspause" in everything(await jonas.say("wer ist da"))
    assert (await jonas.say("Pause Mittag")).text == "Sie sind abwesend: Mittagspause. Anrufe erreichen Sie nicht."
    assert "Jonas Weber away Mon 23 Nov, 11:00 Lunch" in everything(await mira.say("team"))


async def test_a_presence_is_answered_with_the_buttons_of_the_others(mira: Talk) -> None:
    away = await mira.say("away lunch")
    assert [one.say for one in choices(away)] == ["available", "away break", "away training"]
    back = await mira.press(choice(away, "available"))
    assert [one.label for one in choices(back)] == ["Lunch", "Short break", "Training"]
    assert (await mira.press(choice(back, "away training"))).text.startswith("You are away: Training.")


async def test_a_reason_of_ones_own_is_for_colleagues_alone(mira: Talk) -> None:
    assert (await mira.say("away dentist, back at 3")).text.startswith("You are away: dentist, back at 3.")
    assert "dentist" in everything(await mira.say("team"))
    public = replace(mira, is_public=True)
    assert "dentist" not in everything(await public.say("team"))
    await mira.say("lunch")
    assert "Lunch" in everything(await public.say("team"))


async def test_who_is_on_a_call_says_what_comes_after_it(mira: Talk) -> None:
    async with mira.database.transaction() as session:
        agent = await session.get_one(Agent, mira.actor.agent_id)
        agent.presence = Presence.ON_CALL
    assert (await mira.say("away lunch")).text == "You will be away after this call."
    assert "Mira Okafor on a call, then away" in everything(await mira.say("team"))
    assert (await mira.say("off duty")).text == "You will be off duty after this call."
    assert (await mira.say("undo")).text.startswith("Taken back on AGENT-1: Mira Okafor said what comes after the call")
    async with mira.database.transaction() as session:
        agent = await session.get_one(Agent, mira.actor.agent_id)
        assert (agent.presence_next, agent.presence_reason) == (Presence.AWAY, "lunch")


async def test_the_day_is_over(jonas: Talk) -> None:
    assert (await jonas.say("Feierabend")).text == "Sie sind nicht im Dienst. Anrufe erreichen Sie nicht."
    assert "Jonas Weber nicht angemeldet" in everything(await jonas.say("team"))
