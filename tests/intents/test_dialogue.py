"""What is missing, corrected, interrupted, cancelled, confirmed; and what people point at."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from crm_core import conversation
from crm_core.db import Database
from crm_core.projects.tasks import Task
from crm_core.support.tickets import Ticket
from intents import asking, dialogue
from intents.ask import Ask
from intents.registry import Context, commands
from intents.reply import Reply, Tone
from tests import people
from tests.intents.talk import Talk, choice, choices


async def _tickets(talk: Talk, *subjects: str) -> None:
    for subject in subjects:
        await talk.say(f"open ticket {subject}")


async def _assignees(database: Database) -> dict[str, int | None]:
    async with database.transaction() as session:
        found = await session.scalars(select(Ticket).order_by(Ticket.id))
        return {ticket.ref: ticket.assignee_id for ticket in found}


async def propose(talk: Talk, command: str, words: Mapping[str, str]) -> Reply:
    """As when it was understood with middling confidence."""
    async with talk.database.transaction() as session:
        remembered = await conversation.remembered(session, talk.place, talk.now)
        ask = Ask(talk.actor.channel, talk.place, "", "")
        context = Context(session, talk.actor, ask, talk.actor.language, list(remembered.shown), talk.now)
        return asking.propose(context, remembered, commands()[command], words)


async def test_a_change_that_is_not_sure_is_done_after_a_yes(mira: Talk) -> None:
    await _tickets(mira, "Heating is cold")
    asked = await propose(mira, "ticket.claim", {"ticket": "T-1"})
    assert asked.text == "Shall I do this: claim T-1?"
    assert [one.label for one in choices(asked)] == ["Yes", "No"]
    assert await _assignees(mira.database) == {"T-1": None}
    assert (await mira.say("yes, please")).text == "T-1 is yours: Heating is cold"


@pytest.mark.parametrize("word", ["no", "Nope!", "nein", "nein danke"])
async def test_a_no_does_nothing_and_asks_what_was_meant(mira: Talk, word: str) -> None:
    await _tickets(mira, "Heating is cold")
    await propose(mira, "ticket.claim", {"ticket": "T-1"})
    assert (await mira.say(word)).text == "All right, nothing was done. What did you mean?"
    assert await _assignees(mira.database) == {"T-1": None}
    assert (await mira.say("yes")).tone is Tone.REFUSED


async def test_neither_yes_nor_no_leaves_it_open(mira: Talk) -> None:
    await _tickets(mira, "Heating is cold")
    await propose(mira, "ticket.claim", {"ticket": "T-1"})
    assert (await mira.say("perhaps")).text == "Please say yes or no."
    assert (await mira.say("do it")).text == "T-1 is yours: Heating is cold"


async def test_yes_is_pressed_once(mira: Talk) -> None:
    asked = await propose(mira, "ticket.open", {"subject": "Pump is loud"})
    assert (await mira.press(choice(asked, "yes"))).text == "T-1 is open: Pump is loud"
    assert (await mira.press(choice(asked, "yes"))).text.startswith("This button is too old")
    assert list(await _assignees(mira.database)) == ["T-1"]


async def test_an_old_yes_is_no_yes_to_something_else(mira: Talk) -> None:
    old = await propose(mira, "ticket.open", {"subject": "Pump is loud"})
    await mira.say("no")
    await propose(mira, "ticket.open", {"subject": "Lift is stuck"})
    assert (await mira.press(choice(old, "yes"))).text.startswith("This button is too old")
    assert await _assignees(mira.database) == {}
    assert (await mira.say("yes")).text == "T-1 is open: Lift is stuck"


async def test_what_is_to_be_confirmed_can_be_corrected(mira: Talk) -> None:
    await _tickets(mira, "Heating is cold", "Pump is loud")
    await propose(mira, "ticket.claim", {"ticket": "T-1"})
    assert (await mira.say("no, T-2")).text == "Shall I do this: claim T-2?"
    assert (await mira.say("ja")).text == "T-2 is yours: Pump is loud"


async def test_what_cannot_be_said_in_one_sentence_is_confirmed_all_the_same(mira: Talk) -> None:
    words = {"name": "Paul", "phone": "030 23125077", "email": "paul@example.com"}
    asked = await propose(mira, "contact.add", words)
    assert asked.text == "Shall I do this: add contact Paul 030 23125077 (paul@example.com)?"
    assert "Paul" in (await mira.say("yes")).text


async def test_what_was_meant_is_offered_as_whole_sentences(mira: Talk) -> None:
    async with mira.database.transaction() as session:
        context = Context(session, mira.actor, Ask("terminal", mira.place, ""), "de", [], mira.now)
        meanings = [
            (commands()["ticket.claim"], {"ticket": "T-1"}),
            (commands()["ticket.resolve"], {"ticket": "T-1"}),
            (commands()["contact.add"], {"name": "Paul", "phone": "030 23125077", "email": "paul@example.com"}),
            (commands()["ticket.show"], {"ticket": "T-1"}),
        ]
        offered = asking.did_you_mean(context, meanings)
    assert [one.say for one in choices(offered)] == ["T-1 übernehmen", "T-1 lösen", "zeige Ticket T-1"]


@pytest.mark.parametrize(
    "words", ["no, I meant T-2", "nein, T-2", "sorry, I mean T-2", "not T-1, T-2", "make that T-2", "ich meinte T-2"]
)
async def test_an_answer_before_the_open_question_can_be_corrected(mira: Talk, words: str) -> None:
    await _tickets(mira, "Heating is cold", "Pump is loud")
    await mira.say("assign T-1")
    assert (await mira.say(words)).text == "Back to “assign T-2”: Which colleague?"
    await mira.say("me")
    assert await _assignees(mira.database) == {"T-1": None, "T-2": mira.actor.agent_id}


@pytest.mark.parametrize(
    ("back", "question"), [("back", "Which ticket? For example T-7."), ("zurück", "Which ticket? For example T-7.")]
)
async def test_back_asks_for_the_last_answer_again(mira: Talk, back: str, question: str) -> None:
    await _tickets(mira, "Heating is cold", "Pump is loud")
    await mira.say("assign")
    await mira.say("T-1")
    assert (await mira.say(back)).text == question
    assert (await mira.say(back)).text.startswith("There is nothing before that.\nBack to “assign”: Which ticket?")
    await mira.say("T-2")
    assert (await mira.say("me")).text.startswith("T-2 is now with Mira Okafor")


async def test_what_begins_with_a_no_may_be_the_answer(mira: Talk) -> None:
    await mira.say("open a ticket")
    assert (await mira.say("no heating in flat 3")).text == "T-1 is open: no heating in flat 3"


async def test_what_was_done_is_taken_back_and_done_otherwise(mira: Talk) -> None:
    await _tickets(mira, "Heating is cold", "Pump is loud")
    await mira.say("claim T-1")
    assert (await mira.say("no, I meant T-2")).text.endswith("T-2 is yours: Pump is loud")
    assert await _assignees(mira.database) == {"T-1": None, "T-2": mira.actor.agent_id}


async def test_a_time_that_was_wrong_is_put_right(mira: Talk) -> None:
    await mira.say("remind me about the offer tomorrow at 14:00")
    await mira.say("make that tomorrow at 3 pm")
    async with mira.database.transaction() as session:
        [task] = await session.scalars(select(Task))
        assert (task.title, task.due_at) == ("the offer", mira.now.replace(hour=14) + timedelta(days=1))


async def test_what_cannot_be_taken_back_is_said_and_asked_for(mira: Talk) -> None:
    await _tickets(mira, "Heating is cold", "Pump is loud")
    await mira.say("watch T-1")
    await mira.say("claim T-1")
    later = replace(mira, now=mira.now + timedelta(minutes=1))
    await later.say("undo")
    await later.say("available")
    asked = await later.say("nein, T-2")
    assert asked.tone is Tone.REFUSED


async def test_a_wrong_correction_leaves_what_was_done(mira: Talk) -> None:
    await _tickets(mira, "Heating is cold")
    await mira.say("claim T-1")
    assert (await mira.say("no, I meant T-9")).text == "There is no ticket T-9."
    assert await _assignees(mira.database) == {"T-1": mira.actor.agent_id}


async def test_no_with_a_whole_command_behind_it_does_that_instead(mira: Talk) -> None:
    await _tickets(mira, "Heating is cold", "Pump is loud")
    await mira.say("assign T-1")
    assert (await mira.say("no, claim T-2")).text == "T-2 is yours: Pump is loud"
    assert (await mira.say("Jonas")).tone is Tone.REFUSED


async def test_three_things_may_be_open_and_the_oldest_is_let_go(mira: Talk) -> None:
    await _tickets(mira, "Heating is cold")
    for sentence in ("claim", "assign T-1", "add contact"):
        await mira.say(sentence)
    fourth = await mira.say("note T-1")
    assert fourth.text.startswith("What should it say? Three things are open already, so I have let go of “claim”.")
    back = await mira.say("the part is on its way")
    assert "Back to “add contact" in back.text
    assert "Back to “assign T-1”: Which colleague?" in (await mira.say("Paul Winter")).text
    assert (await mira.say("me")).text == "T-1 is now with Mira Okafor: Heating is cold"


async def test_a_command_said_in_full_ends_its_own_question(mira: Talk) -> None:
    await _tickets(mira, "Heating is cold")
    await mira.say("claim")
    assert (await mira.say("claim T-1")).text == "T-1 is yours: Heating is cold"


@pytest.mark.parametrize("word", ["cancel", "never mind", "Abbrechen", "lass gut sein", "vergiss es!", "please cancel"])
async def test_it_can_be_left(mira: Talk, word: str) -> None:
    await mira.say("open a ticket")
    assert (await mira.say(word)).text == "All right, nothing was done."
    assert await _assignees(mira.database) == {}


async def test_leaving_one_goes_back_to_the_one_before(mira: Talk) -> None:
    await _tickets(mira, "Heating is cold")
    await mira.say("assign T-1")
    await mira.say("add contact")
    left = await mira.say("cancel")
    assert left.text == "All right, nothing was done.\nBack to “assign T-1”: Which colleague?"


async def test_the_button_of_what_was_interrupted_answers_it(mira: Talk) -> None:
    await _tickets(mira, "Heating is cold")
    asked = await mira.say("assign T-1")
    await mira.say("add contact")
    left = await mira.press(choice(asked, "cancel"))
    assert left.text.startswith("All right, nothing was done.\nBack to “add contact")


async def test_a_no_to_nothing_says_so(mira: Talk) -> None:
    assert (await mira.say("no")).text.startswith("Nothing is waiting for an answer.")


@pytest.mark.parametrize(
    ("words", "ref"),
    [
        ("claim the second one", "T-2"),
        ("take the last one", "T-1"),
        ("claim the first ticket", "T-3"),
        ("claim number three", "T-1"),
        ("übernimm das zweite", "T-2"),
        ("nimm den letzten", "T-1"),
    ],
)
async def test_a_position_in_the_list_that_was_shown(mira: Talk, words: str, ref: str) -> None:
    await _tickets(mira, "Heating is cold", "Pump is loud", "Lift is stuck")
    await mira.say("tickets")
    await mira.say(words)
    assert [name for name, agent in (await _assignees(mira.database)).items() if agent is not None] == [ref]


@pytest.mark.parametrize(
    "words", ["claim it", "claim that ticket", "übernimm das Ticket", "übernimm diesen Vorgang", "claim this one"]
)
async def test_one_that_was_shown(mira: Talk, words: str) -> None:
    await _tickets(mira, "Heating is cold", "Pump is loud")
    await mira.say("show T-1")
    await mira.say(words)
    assert await _assignees(mira.database) == {"T-1": mira.actor.agent_id, "T-2": None}


async def test_it_is_asked_which_one_after_a_list(mira: Talk) -> None:
    await _tickets(mira, "Heating is cold", "Pump is loud")
    await mira.say("tickets")
    asked = await mira.say("claim it")
    assert asked.text == "Which one: T-2, T-1?"
    await mira.press(choice(asked, "T-1"))
    assert await _assignees(mira.database) == {"T-1": mira.actor.agent_id, "T-2": None}


async def test_what_is_meant_stays_while_other_things_are_shown(mira: Talk) -> None:
    await _tickets(mira, "Heating is cold", "Pump is loud")
    await mira.say("show T-1")
    await mira.say("assign it")
    await mira.say("show T-2")
    await mira.say("me")
    assert await _assignees(mira.database) == {"T-1": mira.actor.agent_id, "T-2": None}


@pytest.mark.parametrize(
    "words", ["tag contact her as vip", "markiere Kontakt sie als vip", "tag contact that customer as vip"]
)
async def test_the_contact_that_was_shown(mira: Talk, words: str) -> None:
    async with mira.database.transaction() as session:
        greta = await people.add_contact(session)
    await mira.say(f"show {greta.ref}")
    assert "Greta Sommer" in (await mira.say(words)).text


async def test_her_is_whoever_the_ticket_is_from(mira: Talk) -> None:
    async with mira.database.transaction() as session:
        await people.add_contact(session)
        await people.add_contact(session, "Paul Winter", "+493023125011")
    await mira.say("open ticket for Greta Sommer: heating is cold")
    await mira.say("show contact Paul Winter")
    await mira.say("show T-1")
    assert "Greta Sommer" in (await mira.say("tag contact her as vip")).text


async def test_of_several_contacts_it_is_asked_which_one(mira: Talk) -> None:
    async with mira.database.transaction() as session:
        await people.add_contact(session)
        await people.add_contact(session, "Greta Winter", "+493023125011")
    await mira.say("find Greta")
    asked = await mira.say("tag contact her as vip")
    assert [one.label for one in choices(asked)] == ["Greta Sommer", "Greta Winter", "Cancel"]
    assert "Greta Winter" in (await mira.press(choices(asked)[1])).text


async def test_a_task_is_done_that_was_shown(mira: Talk) -> None:
    await mira.say("add task Call the supplier")
    assert (await mira.say("done with it")).text.startswith("TASK-1 is done")


async def test_another_process_goes_on_with_it(mira: Talk) -> None:
    """Words keep their order in either database: the newest answer is the one that goes back."""
    await _tickets(mira, "Heating is cold")
    await mira.say("merge T-1")
    async with mira.database.transaction() as session:
        remembered = await conversation.remembered(session, mira.place, mira.now)
        words = {"ticket": "T-1", "a": "first"}
        dialogue.ask_for(remembered, commands()["ticket.assign"], words, "agent", "en")
    async with mira.database.transaction() as session:
        remembered = await conversation.remembered(session, mira.place, mira.now)
        top = dialogue.top(remembered)
        assert top is not None
        assert list(top.words) == ["ticket", "a"]
