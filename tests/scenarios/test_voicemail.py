"""What callers leave when nobody can talk, and what the team reads of it."""

from __future__ import annotations

from sqlalchemy import select

from crm_core.callcenter.recordings import Recording
from crm_core.lease import State
from crm_core.outbox import Effect
from intents.cards import draw
from intents.reply import Fields
from tests.scenarios.floor import GRETA, CallCentre, scenario


async def _left(centre: CallCentre, words: str, number: str = GRETA) -> None:
    caller = await centre.call(number)
    await caller.press("4")
    if words:
        await caller.say(words)
    await centre.later(20)


async def _card(centre: CallCentre, ticket: int = 1) -> str:
    async with centre.database.transaction() as session:
        drawn = await draw(session, "ticket", ticket, "en", centre.now)
    assert drawn is not None
    shown = [part for part in drawn.parts if isinstance(part, Fields)]
    return "\n".join(f"{part.title}\n{dict(part.pairs)}\n{part.body}" for part in shown)


@scenario
async def test_a_voicemail_is_written_out_on_its_card(centre: CallCentre) -> None:
    if not centre.is_good_day:
        centre.transcriber.fail_next("transcriptions", 503)
        centre.transcriber.fail_next("transcriptions", 429, retry_after=30)
        centre.transcriber.fail_next("transcriptions", lose_answer=True)
    await _left(centre, "Die Heizung im dritten Stock ist kalt, bitte rufen Sie mich an")
    await centre.end()
    card = await _card(centre)
    assert "What the voicemail says" in card
    assert "Die Heizung im dritten Stock ist kalt, bitte rufen Sie mich an" in card
    asked = centre.transcriber.calls[-1].arguments
    assert asked == {
        "file": {"name": "recording-1.mp3", "media_type": "audio/mpeg"},
        "model": "whisper-1",
        "response_format": "json",
    }


@scenario
async def test_the_transcriber_is_told_which_language_the_caller_chose(centre: CallCentre) -> None:
    caller = await centre.call("+442079460123")
    await caller.press("9")
    await caller.press("4")
    await caller.say("Please call me back")
    await centre.later(20)
    await centre.end()
    assert centre.transcriber.calls[-1].arguments["language"] == "en"
    assert "Please call me back" in await _card(centre)


@scenario
async def test_ten_voicemails_are_written_out_each_on_its_own_card(centre: CallCentre) -> None:
    for number in range(10):
        await _left(centre, f"Hier ist Nummer {number}", f"+4930231252{number:02}")
    await centre.end()
    said = [await _card(centre, ticket) for ticket in range(1, 11)]
    assert sorted(card.rpartition("Nummer ")[2].strip() for card in said) == [str(number) for number in range(10)]


@scenario
async def test_a_voicemail_that_cannot_be_written_out_says_so_and_can_still_be_heard(centre: CallCentre) -> None:
    centre.transcriber.key = "sk-changed"
    await _left(centre, "Bitte rufen Sie mich an")
    await centre.end()
    card = await _card(centre)
    assert "none: the transcriber refuses it" in card
    assert "'Voicemail'" in card
    async with centre.database.transaction() as session:
        recording = await session.get_one(Recording, 1)
        [dead] = await session.scalars(select(Effect.error).where(Effect.state == State.DEAD))
    assert recording.has_sound
    assert dead == "the transcriber answered 401 (invalid_api_key), and no text: check OFFHOOK_TRANSCRIBER_*"
    centre.transcriber.calls.clear()


@scenario
async def test_a_transcriber_that_is_down_keeps_no_caller_waiting(centre: CallCentre) -> None:
    centre.transcriber.fail_next("transcriptions", drop=True, times=50)
    centre.rule(routing="longest-idle")
    await centre.hire("Mira Okafor")
    await _left(centre, "Bitte rufen Sie mich an")
    caller = await centre.queued("+493023125011")
    await centre.talk(caller, "Mira Okafor")
    await caller.hang_up()
    await centre.later(3600)
    await centre.end()
    assert "none: the transcriber does not answer" in await _card(centre)
