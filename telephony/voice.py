"""Words to TwiML, with Twilio's own classes."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from twilio.twiml.voice_response import Dial, Gather, VoiceResponse

from crm_core.callcenter.rooms import Room
from intents.catalogue import text_of

LISTEN_SECONDS = 6
LONGEST_MESSAGE_SECONDS = 180
# Twilio refuses a longer <Say>.
LONGEST_SAY = 4096
# What XML 1.0 has no place for.
_UNSPEAKABLE = re.compile(r"[^\t\n\r -\uD7FF\uE000-\uFFFD\U00010000-\U0010FFFF]")
_REFERENCE = re.compile(r"\b([A-Z]{1,5})-(\d{1,15})\b")


@dataclass(frozen=True, slots=True)
class Spoken:
    text: str
    language: str


def speak(place: VoiceResponse | Gather, spoken: Spoken) -> None:
    text = spell(_UNSPEAKABLE.sub(" ", spoken.text))[:LONGEST_SAY]
    place.say(
        text, language=text_of(spoken.language, "phone.speech-language"), voice=text_of(spoken.language, "phone.voice")
    )


def spell(text: str) -> str:
    """Ticket numbers are read digit by digit: `T-42` becomes `T 4 2`."""
    return _REFERENCE.sub(lambda match: " ".join([*match[1], *match[2]]), text)


def listen(
    response: VoiceResponse,
    prompts: list[Spoken],
    action: str,
    language: str,
    *,
    hints: str = "",
    partial: str = "",
    seconds: int = LISTEN_SECONDS,
    most_digits: int = 1,
) -> None:
    """Keys or speech, interruptible; silence comes to the action too, so that it is counted.

    More than one digit ends with the pound key, or when there are as many as there may be.
    """
    extra: dict[str, str] = {"hints": hints[:500]} if hints else {}
    if partial:
        extra["partial_result_callback"] = partial
    gather = Gather(
        input="dtmf speech",
        num_digits=most_digits,
        # In a choice the pound key is a key as any other; else it would end the input instead of being it.
        finish_on_key="#" if most_digits > 1 else "",
        action=action,
        method="POST",
        timeout=seconds,
        speech_timeout="auto",
        language=text_of(language, "phone.speech-language"),
        action_on_empty_result=True,
        barge_in=True,
        **extra,
    )
    for prompt in prompts:
        speak(gather, prompt)
    response.append(gather)


def press(
    response: VoiceResponse,
    prompts: list[Spoken],
    action: str,
    seconds: int = LISTEN_SECONDS,
    *,
    music: str | None = None,
) -> None:
    """One key, also while music plays; what follows in the document happens when none comes."""
    gather = Gather(input="dtmf", num_digits=1, action=action, method="POST", timeout=seconds)
    for prompt in prompts:
        speak(gather, prompt)
    if music is not None:
        gather.play(music)
    response.append(gather)


def key_in(response: VoiceResponse, prompts: list[Spoken], action: str, most_digits: int) -> None:
    """Keys alone, for what nobody beside the caller should hear."""
    gather = Gather(
        input="dtmf",
        num_digits=most_digits,
        finish_on_key="#",
        action=action,
        method="POST",
        timeout=LISTEN_SECONDS,
        action_on_empty_result=True,
    )
    for prompt in prompts:
        speak(gather, prompt)
    response.append(gather)


def record(response: VoiceResponse, action: str, callback: str) -> None:
    """An empty recording falls through to what follows."""
    response.record(
        action=action,
        method="POST",
        max_length=LONGEST_MESSAGE_SECONDS,
        finish_on_key="#",
        play_beep=True,
        timeout=5,
        trim="trim-silence",
        recording_status_callback=callback,
        recording_status_callback_method="POST",
        recording_status_callback_event="completed",
    )


def meet(response: VoiceResponse, room: Room, *, as_agent: bool) -> None:
    """All legs meet in one conference. It ends with the customer; an agent who leaves does not end it."""
    _meet(response.dial(), room, start_conference_on_enter=as_agent, end_conference_on_exit=not as_agent)


def meet_recorded(response: VoiceResponse, room: Room, star: str) -> None:
    """The customer, whose star key leads out of the conference to an address: it must not end with them."""
    dial = response.dial(hangup_on_star=True, action=star, method="POST")
    _meet(dial, room, start_conference_on_enter=False, end_conference_on_exit=False)


def overhear(response: VoiceResponse, room: Room, *, muted: bool, coached: str | None) -> None:
    """A supervisor: never begins the conference and never ends it. `coached`: the one call that hears them."""
    extra = {"coach": coached} if coached is not None else {}
    _meet(
        response.dial(),
        room,
        start_conference_on_enter=False,
        end_conference_on_exit=False,
        muted=muted,
        **extra,
    )


def _meet(dial: Dial, room: Room, **how: Any) -> None:
    dial.conference(
        room.name,
        beep=False,
        status_callback=f"/twilio/room?call={room.call_id}",
        status_callback_method="POST",
        status_callback_event="start end join leave",
        **how,
    )


def to_bytes(response: VoiceResponse) -> bytes:
    return str(response).encode()
