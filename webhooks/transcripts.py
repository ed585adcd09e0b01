"""The courier that has voicemails written out: the sound comes from the carrier, the text from a transcriber."""

from __future__ import annotations

import asyncio
from datetime import datetime

from crm_core.callcenter import transcripts
from crm_core.callcenter.recordings import Unwritten
from crm_core.db import Database
from crm_core.lease import MOST_ATTEMPTS
from crm_core.outbox import Effect, EffectKind, TryLater, Undeliverable
from telephony.client import NoAnswer, TwilioClient
from webhooks.transcriber import CHUNK, LARGEST_SOUND, NotWritten, Sound, Transcriber

FETCH_SECONDS = 60.0
NOT_THERE = {404, 410}
OWN_FAULT = 500


class TranscriptCourier:
    def __init__(self, database: Database, client: TwilioClient, transcriber: Transcriber) -> None:
        self._database = database
        self._client = client
        self._transcriber = transcriber

    async def deliver(self, effect: Effect, now: datetime) -> None:
        """Done twice, the same is written twice. After the last attempt the card says why there is no text."""
        if effect.kind != EffectKind.TRANSCRIBE:
            raise Undeliverable(f"a transcriber cannot carry {effect.kind}")
        recording_id = effect.payload["recording"]
        async with self._database.transaction() as session:
            wish = await transcripts.wished(session, recording_id)
        if wish is None:
            return
        try:
            sound = Sound(await self._fetched(wish.sid), f"recording-{recording_id}.mp3", "audio/mpeg")
            text = await self._transcriber.write_out(sound, wish.language)
        except NotWritten as error:
            if not error.is_lasting and effect.attempts < MOST_ATTEMPTS:
                raise TryLater(str(error), _longer_pause(error, effect.attempts)) from error
            async with self._database.transaction() as session:
                await transcripts.given_up(session, recording_id, error.why, now)
            raise Undeliverable(str(error)) from error
        async with self._database.transaction() as session:
            await transcripts.written(session, recording_id, text, now)

    async def _fetched(self, sid: str) -> bytes:
        """Raises NotWritten. Of a call that is just over, the carrier may have to put the sound together first."""
        data = b""
        try:
            async with asyncio.timeout(FETCH_SECONDS), self._client.sound(sid, None) as found:
                if found.status != 200:
                    is_lasting = found.status not in NOT_THERE and found.status < OWN_FAULT
                    said = f"the carrier answered {found.status} for the recording"
                    raise NotWritten(Unwritten.NO_SOUND, said, is_lasting=is_lasting)
                async for chunk in found.content.iter_chunked(CHUNK):
                    data += chunk
                    if len(data) > LARGEST_SOUND:
                        said = "the recording is too large to be transcribed"
                        raise NotWritten(Unwritten.TOO_LARGE, said, is_lasting=True)
        except (NoAnswer, TimeoutError) as error:
            said = "the carrier does not give the recording"
            raise NotWritten(Unwritten.NO_SOUND, said, is_lasting=False) from error
        return data


def _longer_pause(error: NotWritten, attempts: int) -> float | None:
    """What the transcriber asks for, unless the pause that grows by itself is longer."""
    return error.after if error.after is not None and error.after > 2.0**attempts else None
