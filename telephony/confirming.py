"""What was understood is read back: 1 or yes confirms it, 2 or no begins anew."""

from __future__ import annotations

from twilio.twiml.voice_response import VoiceResponse

from telephony.turn import Heard, Turn
from telephony.voice import Spoken, listen

YES, NO = "phone.open-back-words", "phone.open-again-words"


def ask(turn: Turn, prompts: list[Spoken]) -> VoiceResponse:
    response = VoiceResponse()
    hints = f"{turn.words(YES)},{turn.words(NO)}"
    listen(response, prompts, turn.next_action(), turn.language, hints=hints)
    return response


def answer(turn: Turn, heard: Heard) -> bool | None:
    """None for what is neither."""
    if heard.digits == "2" or heard.means(turn.words(NO)):
        return False
    return True if heard.digits == "1" or heard.means(turn.words(YES)) else None
