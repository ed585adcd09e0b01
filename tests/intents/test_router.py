from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from crm_core import conversation
from crm_core.activity import Activity
from crm_core.agents import Role
from crm_core.conversation import CHOICE_LIFETIME, Offered
from crm_core.db import Database
from crm_core.support.tickets import Ticket
from intents.reply import Tone
from intents.understand.grammar import LONGEST_ASK
from intents.understand.meant import Meant, Near
from tests import people
from tests.intents.talk import Talk, choice, choices, stranger
from tests.people import as_actor


async def _ticket(database: Database, ticket_id: int = 1) -> Ticket:
    async with database.transaction() as session:
        ticket = await session.get(Ticket, ticket_id)
        assert ticket is not None
        return ticket


async def test_what_is_missing_is_asked_for_and_then_done(mira: Talk) -> None:
    asked = await mira.say("open a ticket")
    assert asked.text == "What should it say?"
    opened = await mira.say("Heating is cold")
    assert opened.text == "T-1 is open: Heating is cold"


async def test_two_missing_words_are_asked_one_after_the_other(mira: Talk) -> None:
    await mira.say("open ticket Heating is cold")
    assert (await mira.say("assign")).text == "Which ticket? For example T-7."
    assert (await mira.say("T-1")).text == "Which colleague?"
    assert (await mira.say("me")).text == "T-1 is now with Mira Okafor: Heating is cold"


async def test_cancel_ends_the_question(mira: Talk) -> None:
    await mira.say("open a ticket")
    assert (await mira.say("never mind")).text == "All right, nothing was done."
    assert (await mira.say("Heating is cold")).tone is Tone.REFUSED
    assert (await mira.say("tickets")).text == "No ticket is open."


async def test_another_wish_in_between_is_answered_and_the_question_asked_again(mira: Talk) -> None:
    await mira.say("claim")
    again = "Back to “claim”: Which ticket? For example T-7."
    assert (await mira.say("tickets")).text == f"No ticket is open.\n{again}"
    assert (await mira.say("open ticket Heating is cold")).text == f"T-1 is open: Heating is cold\n{again}"
    assert (await mira.say("show T-9")).text == f"There is no ticket T-9.\n{again}"
    assert (await mira.say("T-1")).text == "T-1 is yours: Heating is cold"


async def test_an_answer_that_is_none_leaves_the_question_open(mira: Talk) -> None:
    await mira.say("open ticket Heating is cold")
    await mira.say("claim")
    assert (await mira.say("T-99")).text == "There is no ticket T-99."
    assert (await mira.say("T-1")).text == "T-1 is yours: Heating is cold"


async def test_a_refusal_ends_the_question(mira: Talk, jonas: Talk) -> None:
    await mira.say("open ticket Heating is cold")
    await mira.say("open ticket Pump is loud")
    await jonas.say("claim T-1")
    await mira.say("claim")
    assert (await mira.say("T-1")).text == "Jonas Weber was first: T-1 is taken."
    assert (await mira.say("T-2")).text.startswith("T-2 · Pump is loud. Status: new")


async def test_a_question_of_this_morning_is_forgotten(mira: Talk) -> None:
    await mira.say("open ticket Heating is cold")
    await mira.say("claim")
    later = replace(mira, now=mira.now + timedelta(hours=2))
    assert (await later.say("T-1")).text.startswith("T-1 · Heating is cold. Status: new")


async def test_questions_belong_to_one_person_in_one_place(mira: Talk, jonas: Talk) -> None:
    await mira.say("open a ticket")
    assert (await jonas.say("Heizung kalt")).tone is Tone.REFUSED


async def test_it_is_what_was_just_shown(mira: Talk) -> None:
    await mira.say("open ticket Heating is cold")
    await mira.say("open ticket Pump is loud")
    await mira.say("show T-1")
    assert (await mira.say("claim it")).text == "T-1 is yours: Heating is cold"


async def test_it_means_nothing_before_anything_was_shown(mira: Talk) -> None:
    reply = await mira.say("claim it")
    assert (reply.tone, reply.text) == (Tone.REFUSED, "Which one do you mean? Please say its number.")


async def test_the_answer_is_in_the_language_of_the_question(mira: Talk) -> None:
    assert (await mira.say("Ticket anlegen: Heizung kalt")).text == "T-1 ist eröffnet: Heizung kalt"
    assert (await mira.say("T-9 übernehmen")).text == "Ein Ticket T-9 gibt es nicht."
    assert (await mira.say("übernehmen")).language == "de"
    assert (await mira.say("T-1")).text == "T-1 gehört Ihnen: Heizung kalt"
    assert (await mira.say("T-1")).language == "en"


async def test_a_slash_command_is_answered_in_ones_own_language(jonas: Talk) -> None:
    assert (await jonas.say("/next")).text == "Kein Ticket wartet. Gut gemacht."
    assert (await jonas.say("next")).text == "No ticket is waiting. Well done."


async def test_a_button_does_what_it_says(mira: Talk) -> None:
    opened = await mira.say("open ticket Heating is cold")
    claimed = await mira.press(choice(opened, "claim T-1"))
    assert claimed.text == "T-1 is yours: Heating is cold"
    assert [button.say for button in choices(claimed)] == ["resolve T-1"]


async def test_both_click_claim_and_the_second_is_told_who_was_first(mira: Talk, jonas: Talk) -> None:
    button = choice(await mira.say("open ticket Heating is cold"), "claim T-1")
    assert (await mira.press(button)).tone is Tone.OK
    late = await jonas.press(button)
    assert late.tone is Tone.REFUSED
    assert late.text == "T-1 hat sich inzwischen geändert: Mira Okafor hat es übernommen. Es wurde nichts getan."
    assert (await _ticket(mira.database)).assignee_id == mira.actor.agent_id


async def test_a_stale_button_acts_no_more_even_where_it_would_be_allowed(mira: Talk, jonas: Talk) -> None:
    button = choice(await mira.say("open ticket Heating is cold"), "resolve T-1")
    await jonas.say("note T-1 the part is on its way")
    late = await mira.press(button)
    assert late.text == "T-1 has changed since this was drawn: Jonas Weber added a note. Nothing was done."
    assert (await _ticket(mira.database)).status == "new"


async def test_the_button_of_a_withdrawn_ticket_says_so(mira: Talk) -> None:
    button = choice(await mira.say("open ticket Heating is cold"), "claim T-1")
    await mira.say("undo")
    assert (await mira.press(button)).text == "There is no ticket T-1."


async def test_a_button_meant_for_one_is_not_for_another(mira: Talk, jonas: Talk) -> None:
    button = choice(await mira.say("open ticket Heating is cold"), "claim T-1")
    refused = await jonas.press(button, audience=mira.place)
    assert (refused.tone, refused.text[:25]) == (Tone.REFUSED, "Dieser Knopf ist zu alt o")
    assert (await mira.press(button, audience=mira.place)).tone is Tone.OK


async def test_a_button_grows_old(mira: Talk) -> None:
    await mira.say("open ticket Heating is cold")
    pressed = mira.now + CHOICE_LIFETIME
    async with mira.database.transaction() as session:
        tokens = await conversation.offer(session, [Offered("claim T-1")], None, mira.now)
    too_late = await replace(mira, now=pressed).press_token(tokens[0])
    in_time = await replace(mira, now=pressed - timedelta(seconds=1)).press_token(tokens[0])
    assert (too_late.tone, in_time.tone) == (Tone.REFUSED, Tone.OK)


async def test_a_made_up_token_does_nothing(mira: Talk) -> None:
    for token in ("", "x", "' OR 1=1 --", "\x00", "a" * 5000):
        assert (await mira.press_token(token)).text.startswith("This button is too old")


async def test_pressing_a_button_checks_the_rights_again(mira: Talk) -> None:
    button = choice(await mira.say("open ticket Heating is cold"), "claim T-1")
    outsider = Talk(mira.database, stranger())
    assert (await outsider.press(button)).text.startswith("I do not know you yet.")
    assert (await _ticket(mira.database)).assignee_id is None


async def test_an_account_nobody_linked_is_told_how_to_link(database: Database) -> None:
    outsider = Talk(database, stranger())
    for text in ("tickets", "next", "find Greta", "pipeline", "D-1", "my tickets", "undo", "available", "calls"):
        reply = await outsider.say(text)
        assert reply.tone is Tone.REFUSED, text
        assert reply.text.startswith("I do not know you yet. Ask an admin for an invite code"), text


async def test_a_viewer_may_look_but_not_touch(mira: Talk) -> None:
    await mira.say("open ticket Heating is cold")
    async with mira.database.transaction() as session:
        viewer = Talk(
            mira.database, as_actor(await people.add_agent(session, "Vera Klein", Role.VIEWER, language="de"))
        )
    assert (await viewer.say("tickets")).tone is Tone.OK
    refused = await viewer.say("T-1 übernehmen")
    assert refused.text == "Ihre Rolle (Leserecht) darf das nicht. Eine Teamleitung oder Administration kann helfen."


async def test_a_refused_command_leaves_nothing_behind(mira: Talk) -> None:
    assert (await mira.say("add contact Paul Winter 12345678901234567890")).tone is Tone.REFUSED
    assert (await mira.say("find Paul")).tone is Tone.REFUSED
    async with mira.database.transaction() as session:
        assert await session.scalar(select(func.count()).select_from(Activity)) == 0


async def test_nearly_understood_is_offered_and_not_done(mira: Talk) -> None:
    reply = await mira.say("pipelin")
    assert (reply.tone, reply.text) == (Tone.REFUSED, "I am not sure what you mean. Is it one of these?")
    assert "pipeline" in [button.say for button in choices(reply)]


async def test_what_nobody_understands_points_to_the_help(mira: Talk) -> None:
    reply = await mira.say("xyzzy 🦆 qwrtp")
    assert reply.text == "I did not understand that. Say help to see what I know."


async def test_silence_is_answered(mira: Talk) -> None:
    assert (await mira.say("  \n ")).text == "What can I do for you? Say help to see what there is."


async def test_too_long_is_said(mira: Talk) -> None:
    reply = await mira.say("open ticket " + "x" * LONGEST_ASK)
    assert reply.text == f"That is too long: at most {LONGEST_ASK} characters fit."


async def test_the_candidates_of_a_name_go_on_with_one_press(mira: Talk) -> None:
    async with mira.database.transaction() as session:
        await people.add_contact(session, "Greta Sommer", "+493023125010")
        await people.add_contact(session, "Greta Winter", "+493023125011")
    asked = await mira.say("log call with Greta: wants an offer")
    assert asked.text == "2 contacts fit “Greta”. Which one?"
    offered = [(choice.label, choice.say) for choice in choices(asked)]
    assert offered == [("Greta Sommer", "C-1001"), ("Greta Winter", "C-1002"), ("Cancel", "cancel")]
    logged = await mira.press(choices(asked)[1])
    assert logged.text == "Noted as CALL-1: call with Greta Winter."


@pytest.mark.parametrize(
    "odd", ["\x00", "\ud800", "\u202e", "💥" * 50, "<script>", "%s{0}{ref}", "'; DROP TABLE ticket; --"]
)
async def test_odd_characters_are_only_text(mira: Talk, odd: str) -> None:
    opened = await mira.say(f"open ticket {odd} heating")
    assert opened.tone is Tone.OK
    assert (await mira.say("find x" + odd)).tone is Tone.REFUSED
    assert (await mira.say("tickets")).text.endswith("heating")


GIBBERISH = "xyzzy plugh"


async def test_what_a_server_is_sure_of_is_done(mira: Talk) -> None:
    await mira.say("open ticket Heating is cold")
    done = await mira.say(GIBBERISH, Meant("ticket.claim", 0.95, {"ticket": "T-1"}))
    assert done.text == "T-1 is yours: Heating is cold"


async def test_a_change_that_a_server_is_not_sure_of_is_shown_first(mira: Talk) -> None:
    await mira.say("open ticket Heating is cold")
    asked = await mira.say(GIBBERISH, Meant("ticket.claim", 0.7, {"ticket": "T-1"}))
    assert (await _ticket(mira.database)).assignee_id is None
    done = await mira.press(choice(asked, "yes"))
    assert done.text == "T-1 is yours: Heating is cold"


async def test_what_only_reads_is_told_without_being_sure(mira: Talk) -> None:
    await mira.say("open ticket Heating is cold")
    shown = await mira.say(GIBBERISH, Meant("ticket.show", 0.6, {"ticket": "T-1"}))
    assert shown.text.startswith("T-1, Heating is cold")


MINE = (Near("ticket.mine"),)


@pytest.mark.parametrize("meant", [Meant(None, 0.9, {}, MINE), Meant("help", 0.4, {}, MINE)])
async def test_what_a_server_does_not_know_gets_what_comes_nearest(mira: Talk, meant: Meant) -> None:
    asked = await mira.say(GIBBERISH, meant)
    assert (asked.tone, len(choices(asked))) == (Tone.REFUSED, 1)


async def test_what_an_example_says_counts_more_than_a_server(mira: Talk) -> None:
    opened = await mira.say("open ticket Heating is cold", Meant("help", 0.94))
    assert opened.text == "T-1 is open: Heating is cold"


async def test_words_that_a_server_heard_wrong_are_named(mira: Talk) -> None:
    refused = await mira.say(GIBBERISH, Meant("ticket.claim", 0.95, {"ticket": "the red one"}))
    assert "the red one" in refused.text


async def test_who_asks_for_something_else_instead_of_answering_gets_it_and_is_asked_again(mira: Talk) -> None:
    await mira.say("assign")
    reply = await mira.say("sag mal wer ist denn so da", Meant("agent.list", 0.97))
    shown, asked = reply.text.splitlines()
    assert shown == "Nobody is on duty right now."
    assert "Which ticket?" in asked


async def test_an_answer_that_is_none_stays_one_where_nothing_is_sure(mira: Talk) -> None:
    await mira.say("assign")
    refused = await mira.say("somehow pink", Meant("agent.list", 0.6))
    assert refused.tone is Tone.REFUSED and "Mira" not in refused.text


async def test_what_leaves_room_for_any_words_and_may_mean_another_command_is_asked(mira: Talk) -> None:
    await mira.say("add contact Greta Lindqvist +493023125010")
    near = (Near("contact.refuse-calls", {"contact": "Greta Lindqvist"}, 0.96),)
    meant = Meant("contact.refuse-calls", 0.96, {"contact": "Greta Lindqvist"}, near)
    asked = await mira.say("anrufe bei Greta Lindqvist nicht mehr zulassen", meant)
    assert asked.tone is Tone.REFUSED
    assert len(choices(asked)) == 2


async def test_who_wishes_for_something_else_instead_of_a_yes_gets_it_and_is_asked_again(mira: Talk) -> None:
    await mira.say("open ticket Heating is cold")
    await mira.say(GIBBERISH, Meant("ticket.claim", 0.7, {"ticket": "T-1"}))
    reply = await mira.say("sag mal wer ist denn so da", Meant("agent.list", 0.7))
    shown, asked = reply.text.splitlines()
    assert shown == "Nobody is on duty right now."
    assert "T-1" in asked and asked.endswith("?")
    assert "T-1 is yours" in (await mira.say("yes")).text


@pytest.mark.parametrize("confidence", [0.97, 0.6, 0.3])
async def test_a_secret_in_words_of_their_own_is_kept_nowhere(mira: Talk, confidence: float) -> None:
    near = Near("agent.pin", {"pin": "471199"}, confidence)
    reply = await mira.say(GIBBERISH, Meant("agent.pin", confidence, near.words, (near,)))
    assert reply.forgets_ask
    assert "471199" not in str(reply)
    async with mira.database.transaction() as session:
        assert "471199" not in str([kept.dialogue for kept in await session.scalars(select(conversation.Conversation))])
