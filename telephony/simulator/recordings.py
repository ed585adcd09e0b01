"""What was recorded, and the files of it."""

from __future__ import annotations

import io
import math
import wave
from dataclasses import dataclass, field
from datetime import datetime

from telephony.simulator import lyrics
from telephony.simulator.exchange import Exchange
from telephony.simulator.reports import Callback

RATE = 8000
# One frame of MPEG-1 layer III at 32 kbit/s and 32 kHz, mono: 36 ms of silence.
MP3_FRAME = bytes.fromhex("fffb18c0") + bytes(140)
MP3_FRAME_SECONDS = 0.036
LONGEST_FILE_SECONDS = 600


@dataclass
class Recording:
    """`name`: of whom it is. `source`: what began it, as Twilio names it."""

    exchange: Exchange
    sid: str
    source: str
    name: str
    callback: Callback
    call_sid: str = ""
    conference_sid: str = ""
    channels: int = 1
    status: str = "in-progress"
    words: list[str] = field(default_factory=list)
    is_deleted: bool = False
    is_skipping: bool = False
    _seconds: float = 0.0
    _since: datetime | None = None

    def __post_init__(self) -> None:
        self.started_at = self.changed_at = self.exchange.clock.now()
        # A message is as long as what was said; anything else as the time that it ran.
        self._since = None if self.source == "RecordVerb" else self.started_at
        self._tell("in-progress")

    @property
    def is_running(self) -> bool:
        return self.status in {"in-progress", "paused"}

    @property
    def seconds(self) -> int:
        """Never 0: nothing that was recorded is shorter than a second."""
        return max(1, math.ceil(self._seconds + self._running_seconds()))

    @property
    def url(self) -> str:
        return f"{self.exchange.account_url}/Recordings/{self.sid}"

    def hear(self, text: str, seconds: float = 0.0) -> None:
        if self.status == "in-progress":
            self.words.append(text)
            self._seconds += seconds

    def pause(self, behavior: str) -> None:
        """`skip` leaves the pause out, `silence` keeps its time."""
        self._stop_counting()
        self.status, self.is_skipping = "paused", behavior == "skip"
        self._since = None if self.is_skipping else self.changed_at

    def resume(self) -> None:
        self._stop_counting()
        self.status, self._since = "in-progress", self.changed_at

    def finish(self) -> None:
        """By request, or because the call or the conference is over."""
        if self.is_running:
            self._stop_counting()
            self.status, self._since = "completed", None
            self._tell("completed")

    def give_up(self) -> None:
        """Nothing was said: there is no recording."""
        self.status, self._since = "absent", None
        self._tell("absent")

    def params(self) -> dict[str, str]:
        about = {"ConferenceSid": self.conference_sid} if self.conference_sid else {}
        about |= {"CallSid": self.call_sid} if self.call_sid else {}
        return about | {
            "AccountSid": self.exchange.account_sid,
            "RecordingSid": self.sid,
            "RecordingUrl": self.url,
            "RecordingStatus": self.status,
            "RecordingDuration": str(self.seconds),
            "RecordingChannels": str(self.channels),
            "RecordingStartTime": self.started_at.strftime("%a, %d %b %Y %H:%M:%S +0000"),
            "RecordingSource": self.source,
            "RecordingTrack": "both",
        }

    def wav(self) -> bytes:
        """As long as the recording, and silent."""
        file = io.BytesIO()
        with wave.open(file, "wb") as sound:
            sound.setnchannels(self.channels)
            sound.setsampwidth(1)
            sound.setframerate(RATE)
            sound.writeframes(b"\x80" * (RATE * self.channels * min(self.seconds, LONGEST_FILE_SECONDS)))
        return file.getvalue()

    def mp3(self) -> bytes:
        """As long, and as silent; what was said stands in its tag."""
        silence = MP3_FRAME * math.ceil(min(self.seconds, LONGEST_FILE_SECONDS) / MP3_FRAME_SECONDS)
        return lyrics.tag(" ".join(self.words)) + silence

    def _running_seconds(self) -> float:
        return (self.exchange.clock.now() - self._since).total_seconds() if self._since is not None else 0.0

    def _stop_counting(self) -> None:
        self._seconds += self._running_seconds()
        self.changed_at = self.exchange.clock.now()

    def _tell(self, event: str) -> None:
        if not self.callback.wants(event):
            return
        self.exchange.report(
            self.callback,
            event,
            self.params(),
            kind="recording",
            subject=self.sid,
            of=f"recording of {self.name}",
            later=event != "in-progress",
        )


def start(
    exchange: Exchange,
    source: str,
    name: str,
    callback: Callback,
    *,
    call_sid: str = "",
    conference_sid: str = "",
    channels: int = 1,
) -> Recording:
    recording = Recording(
        exchange,
        exchange.new_sid("RE"),
        source,
        name,
        callback,
        call_sid=call_sid,
        conference_sid=conference_sid,
        channels=channels,
    )
    exchange.recordings[recording.sid] = recording
    return recording


def running(exchange: Exchange, *, call_sid: str = "", conference_sid: str = "") -> list[Recording]:
    return [
        recording
        for recording in exchange.recordings.values()
        if recording.is_running and (recording.call_sid, recording.conference_sid) == (call_sid, conference_sid)
    ]


def finish_all(exchange: Exchange, *, call_sid: str = "", conference_sid: str = "") -> None:
    for recording in running(exchange, call_sid=call_sid, conference_sid=conference_sid):
        recording.finish()
