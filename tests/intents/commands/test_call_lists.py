"""Call lists in conversation."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from crm_core.agents import Role
from crm_core.callcenter.callees import Callee
from crm_core.company import Company
from crm_core.contacts import do_not_call, tags
from crm_core.outbox import Effect, EffectKind
from intents.cards import draw, notice
from intents.reply import Tone
from tests import people
from tests.intents.talk import Talk, choice, choices, everything
from tests.people import NOW, as_actor


@pytest.fixture
async def lena(mira: Talk) -> Talk:
    async with mira.database.transaction() as session:
        return Talk(mira.database, as_actor(await people.add_agent(session, "Lena Brandt", Role.LEAD, phone=None)))


@pytest.fixture
async def spring(mira: Talk) -> Talk:
    """Greta and Emily are on it, Daniel wants no calls."""
    async with mira.database.transaction() as session:
        for name, number in (("Greta Sommer", 10), ("Emily Clarke", 11), ("Daniel Hughes", 12)):
            contact = await people.add_contact(session, name, f"+493023125{number:03}")
            await tags.put(session, contact.id, "heat-pump")
        await do_not_call.refuse_calls(session, mira.actor, contact.id, NOW)
    said = await mira.say("call list Spring: contacts tagged heat-pump")
    assert said.text == "Call list Spring (L-1): 2 people to call. 1 left out: 1 not to be called."
    assert "C-1003 Daniel Hughes not to be called" in everything(said)
    return mira


async def test_a_preview_shows_who_it_is_and_what_may_be_done(spring: Talk) -> None:
    shown = await spring.say("next call")
    assert [one.label for one in choices(shown)] == ["Call", "Skip", "Outcome…", "Stop"]
    assert "LE-1 · Greta Sommer" in shown.text
    assert "On it because of: #heat-pump" in everything(shown)
    assert (await spring.press(choice(shown, "skip LE-1"))).text.startswith("LE-1 is put behind the others. LE-2")
    assert (await spring.press(choice(shown, "call LE-1"))).tone is Tone.REFUSED


async def test_the_same_in_german(spring: Talk, jonas: Talk) -> None:
    shown = await jonas.say("nächster Anruf")
    assert [one.label for one in choices(shown)] == ["Anrufen", "Überspringen", "Ergebnis…", "Aufhören"]
    assert (await jonas.say("Ergebnis nicht erreicht: am Nachmittag")).text.startswith(
        "LE-1 wird wieder angerufen: Mo., 23. Nov., 13:00. LE-2 · Emily Clarke."
    )
    assert (await jonas.say("Anrufliste Spring")).text == (
        "Die Anrufliste Spring ist offen, 2 Personen: 0 erreicht, 0 anzurufen, 1 später, 1 gerade dran, "
        "0 nicht mehr anzurufen. Ergebnisse: 1 nicht erreicht."
    )
    assert (await jonas.say("Anrufe beenden")).text.startswith("LE-2 ist wieder frei.")
    assert (await jonas.say("überspringen")).text.startswith("Sie haben niemanden von einer Anrufliste.")


async def test_outcomes_are_offered_and_the_next_one_is_shown(spring: Talk, company: Company) -> None:
    plain = company.callcenter.model_copy(update={"dispositions": {}})
    spring.database.works_for(company.model_copy(update={"callcenter": plain}))
    await spring.say("next call")
    offered = await spring.say("outcome")
    assert [one.say for one in choices(offered)] == [
        "outcome LE-1 reached",
        "outcome LE-1 no-answer",
        "outcome LE-1 busy",
        "outcome LE-1 failed",
    ]
    assert "Emily Clarke" in (await spring.press(choice(offered, "outcome LE-1 reached"))).text
    last = await spring.say("outcome: reached")
    assert last.text == "LE-2 is done: reached. Nobody is left to call on Spring."
    assert (await spring.say("undo")).text == "Taken back on LE-2: Mira Okafor noted how the call ended."
    assert (await spring.say("outcome LE-2 great")).text == (
        "“great” is no outcome. There are: reached, no answer, busy, not put through."
    )


async def test_call_rings_ones_own_phone_and_says_on_whose_way(spring: Talk) -> None:
    shown = await spring.say("next call")
    called = await spring.press(choice(shown, "call LE-1"))
    assert called.text == "CALL-1: your phone is ringing. Press 1 there, and Greta Sommer is rung."
    assert "Call list: Spring (LE-1)" in everything(called)
    assert (await spring.say("next call")).text == "CALL-1 is under way. Say how it ended when it is over."
    assert (await spring.say("outcome LE-1 reached")).tone is Tone.REFUSED


async def test_who_refused_in_between_is_passed_over_at_the_dial_and_at_the_claim(spring: Talk) -> None:
    shown = await spring.say("next call")
    await spring.say("do not call C-1001")
    said = await spring.press(choice(shown, "call LE-1"))
    assert said.text.startswith("Greta Sommer is off the list: not to be called. LE-2 · Emily Clarke")
    await spring.say("stop calling")
    await spring.say("do not call C-1002")
    assert (
        await spring.say("next call")
    ).text == "1 passed over: 1 not to be called. Nobody is left to call on Spring."


async def test_again_at_a_time_of_their_own(spring: Talk) -> None:
    await spring.say("next call")
    said = await spring.say("call them again tomorrow 9:00")
    assert said.text.startswith("LE-1 is called again Tue 24 Nov, 09:00. LE-2")
    assert (await spring.say("call LE-1 again 2026-11-20")).text == "That time is past."
    assert "State: called again Tue 24 Nov, 09:00" in everything(await spring.say("LE-1"))


async def test_colleagues_are_told_who_has_whom(spring: Talk, jonas: Talk) -> None:
    await spring.say("next call")
    assert (await jonas.say("skip LE-1")).text == "Mira Okafor has LE-1 just now."
    assert "Gerade dran: 1: Mira Okafor" in everything(await jonas.say("zeige L-1"))


async def test_of_several_lists_the_last_one_goes_on_and_else_it_is_asked(spring: Talk, jonas: Talk) -> None:
    await spring.say("call list Autumn: Emily Clarke")
    asked = await jonas.say("next call")
    assert (asked.text, [one.say for one in choices(asked)]) == (
        "Which call list? Spring, Autumn",
        ["next call on L-1", "next call on L-2"],
    )
    assert "Autumn" in everything(await jonas.press(choices(asked)[1]))
    assert "LE-3" in (await jonas.say("next call")).text
    assert "LE-1" in (await jonas.say("work call list Spring")).text


async def test_members_are_named_in_many_ways_and_a_mistake_adds_nobody(spring: Talk) -> None:
    await spring.say("add deal Boiler for Emily Clarke 100 €")
    await spring.say("add contact Greta Sommerfeld 030 23125013")
    added = await spring.say("call list Spring add D-1, deals in lead; Greta Sommerfeld / #heat-pump")
    assert added.text == "1 more on the call list Spring (L-1). 5 left out: 4 on it already, 1 not to be called."
    for wrong, why in (
        ("Greta, D-1", "Several fit “Greta”: C-1001, C-1004. Say which one; nobody was added."),
        ("T-1", "Contacts and deals can be put on a call list, “T-1” is neither. Nobody was added."),
        ("D-9", "There is no deal D-9."),
        ("Nobody Here", "I know nobody by “Nobody Here”."),
        (", ,", "Who is to be on it?"),
    ):
        said = await spring.say(f"call list Spring add {wrong}")
        assert (said.text.startswith(why), said.tone) == (True, Tone.REFUSED), said.text
    asked = await spring.say("add Greta to call list Spring")
    assert [one.say for one in choices(asked)] == ["C-1001", "C-1004", "cancel"]
    removed = await spring.say("call list Spring remove Emily Clarke")
    assert removed.text.splitlines()[0] == "Emily Clarke is off the call list Spring (L-1)."


async def test_a_lead_pauses_and_goes_on_with_a_button(spring: Talk, lena: Talk) -> None:
    assert "Pause" not in everything(await spring.say("call list Spring"))
    await spring.say("next call")
    paused = await lena.press(choice(await lena.say("call list Spring"), "pause call list L-1"))
    assert paused.text == "The call list Spring (L-1) is paused: nobody gets another call of it."
    assert (await spring.say("next call")).text == "The call list Spring is paused."
    assert (await spring.say("resume call list Spring")).tone is Tone.REFUSED
    assert (await lena.say("Anrufliste Spring fortsetzen")).text == "Die Anrufliste Spring (L-1) geht weiter."
    assert (await lena.say("close call list Spring")).text == "The call list Spring (L-1) is closed."
    assert (await spring.say("next call")).text == "The call list Spring is closed."
    assert (await spring.say("call lists")).text == "1 call list: Spring (L-1), closed, 0 % (0/2)"


async def test_advertising_leaves_out_who_never_agreed(spring: Talk) -> None:
    said = await spring.say("call list Summer for advertising: #heat-pump")
    assert said.text == "Call list Summer (L-2): 0 people to call. 3 left out: 2 no consent, 1 not to be called."
    assert (await spring.say("call list Calls for recording: #heat-pump")).text == (
        "Nobody is called for recording: a list is for service, advertising or surveys."
    )


async def test_in_a_public_place_nobody_is_named(spring: Talk) -> None:
    public = Talk(spring.database, spring.actor, is_public=True)
    for text in ("next call", "LE-1", "skip LE-1", "call list Spring add Greta Sommer", "outcome LE-2 busy"):
        shown = everything(await public.say(text))
        assert "Greta" not in shown, text
        assert "Emily" not in shown, text


async def test_whoever_is_not_linked_or_holds_nobody_is_told_so(mira: Talk) -> None:
    assert (await mira.say("call lists")).text.startswith("There are no call lists yet.")
    assert (await mira.say("next call")).text == "No call list has anybody to call."
    assert (await mira.say("skip")).text == "You have nobody of a call list in hand. Say “next call”."
    assert (await mira.say("stop calling")).text == "You have nobody of a call list in hand. Say “next call”."
    assert (await mira.say("call LE-7")).text == "There is nobody LE-7 on a call list."
    assert (await mira.say("call list Nothing")).text.startswith("There is no call list Nothing.")


async def test_at_night_the_next_morning_is_named(spring: Talk) -> None:
    spring.now = NOW + timedelta(hours=10)
    assert (await spring.say("next call")).text == (
        "Nobody on Spring may be called right now. The next one is due Tue 24 Nov, 08:00."
    )


async def test_what_an_agent_is_told_has_the_way_on(spring: Talk) -> None:
    async with spring.database.transaction() as session:
        payload = {"id": "notice.callee-unreached", "kind": "callee", "record": 1, "language": "en"}
        drawn = await notice(session, payload, NOW)
        assert drawn is not None
        assert drawn.text == "LE-1: nobody was reached."
        assert "next call on L-1" in str(drawn.parts)
        assert await draw(session, "calllist", 1, "de", NOW) is not None
        assert (await session.scalars(select(Effect).where(Effect.kind == EffectKind.DIAL))).all() == []
        assert len((await session.scalars(select(Callee))).all()) == 2


async def test_a_skip_is_taken_back(spring: Talk) -> None:
    await spring.say("next call")
    await spring.say("skip LE-2")
    undone = await spring.say("undo")
    assert (undone.tone, undone.text.startswith("Taken back on LE-2")) == (Tone.OK, True), undone.text


async def test_a_skip_is_taken_back_also_in_the_evening(spring: Talk) -> None:
    """The search for the next one has put everybody off until the morning."""
    evening = Talk(spring.database, spring.actor, now=NOW + timedelta(hours=10))
    assert "may be called right now" in (await evening.say("skip LE-2")).text
    undone = await evening.say("undo")
    assert (undone.tone, undone.text.startswith("Taken back on LE-2")) == (Tone.OK, True), undone.text
