"""A room where calls meet: who is in it, who hears whom, and what is told of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from telephony.simulator import recordings
from telephony.simulator.bridge import record_words
from telephony.simulator.call import Call
from telephony.simulator.documents import Goto
from telephony.simulator.exchange import Exchange
from telephony.simulator.phone import Heard, HungUp, Interrupt
from telephony.simulator.reports import Callback

# What lists show is so much older than what is.
VIEW_SECONDS = 1.0
NO_EVENTS = Callback(events=frozenset())


class RoomChanged(Interrupt):
    """What a participant hears while nobody talks to them is another thing now."""


class RoomLeft(Interrupt):
    """The conference is over for this participant; the text is Twilio's reason."""


@dataclass(eq=False)
class Participant:
    call: Call
    label: str = ""
    is_muted: bool = False
    is_on_hold: bool = False
    coaches: str = ""
    starts: bool = True
    ends: bool = False
    beep: str = "true"
    waiting: Goto | None = None
    holding: Goto | None = None
    joined_at: datetime | None = None
    left_at: datetime | None = None

    @property
    def is_here(self) -> bool:
        return self.joined_at is not None and self.left_at is None

    def params(self) -> dict[str, str]:
        found = {
            "CallSid": self.call.sid,
            "Muted": _word(self.is_muted),
            "Hold": _word(self.is_on_hold),
            "Coaching": _word(bool(self.coaches)),
            "EndConferenceOnExit": _word(self.ends),
            "StartConferenceOnEnter": _word(self.starts),
        }
        if self.coaches:
            found["CallSidToCoach"] = self.coaches
        return found | ({"ParticipantLabel": self.label} if self.label else {})


@dataclass(eq=False)
class Conference:
    """`status`: init until two are there and one of them starts it. Only the first says who is told of events."""

    exchange: Exchange
    sid: str
    name: str
    callback: Callback = NO_EVENTS
    status: str = "init"
    participants: list[Participant] = field(default_factory=list)
    reason: str = ""
    ended_by: str = ""
    max_participants: int = 250
    record: Callback | None = None
    _sequence: int = 0

    def __post_init__(self) -> None:
        self.created_at = self.changed_at = self.exchange.clock.now()
        self._history = [(self.created_at, self.status)]
        self.known_as = self.exchange.nth(f"conference {self.name}")

    @property
    def here(self) -> list[Participant]:
        return [participant for participant in self.participants if participant.is_here]

    @property
    def has_started(self) -> bool:
        return self.status == "in-progress"

    def find(self, which: str) -> Participant | None:
        """Who is here, by CallSid or label."""
        return next((found for found in self.here if which in {found.call.sid, found.label}), None)

    def seen(self) -> str | None:
        """The status that a list shows; None for a conference that it does not show yet."""
        before = self.exchange.clock.now() - timedelta(seconds=VIEW_SECONDS)
        return next((status for since, status in reversed(self._history) if since <= before), None)

    def join(self, participant: Participant) -> None:
        participant.joined_at = self.exchange.clock.now()
        if participant not in self.participants:
            self.participants.append(participant)
        participant.call.place = self
        participant.call.subjects.append(self.sid)
        self._beep(participant, "onEnter")
        self.tell("participant-join", participant)
        if self.status == "init" and len(self.here) > 1 and any(other.starts for other in self.here):
            self._start()

    def leave(self, participant: Participant, reason: str) -> None:
        """Those who are left alone when somebody leaves who ends it leave too."""
        if not participant.is_here:
            return
        participant.left_at = self.exchange.clock.now()
        participant.call.place = None
        self._beep(participant, "onExit")
        if self.status == "completed":
            self._tell_left(participant, reason)
            return
        is_kicked = reason == "participant_updated_via_api"
        if participant.ends:
            ending = "participant-with-end-conference-on-exit-" + ("kicked" if is_kicked else "left")
        elif not self.here:
            ending = "last-participant-" + ("kicked" if is_kicked else "left")
        else:
            self._tell_left(participant, reason)
            return
        self._end(ending, participant, reason)

    def end_by_request(self) -> None:
        if self.status != "completed":
            self._end("conference-ended-via-api", None, "")

    def kick(self, participant: Participant) -> None:
        self.leave(participant, "participant_updated_via_api")
        participant.call.interrupt(RoomLeft("participant_updated_via_api"))

    def speak(self, speaker: Call, text: str) -> None:
        for participant in self.here:
            if speaker in self.voices(participant.call):
                participant.call.hear(Heard(text, speaker=speaker.number))
                record_words(participant.call, text)
        record_words(speaker, text)
        for recording in recordings.running(self.exchange, conference_sid=self.sid):
            recording.hear(text)

    def voices(self, listener: Call) -> list[Call]:
        """Who coaches is heard by one alone, and hears all."""
        me = self.find(listener.sid)
        if me is None or me.is_on_hold or not self.has_started:
            return []
        return [
            other.call
            for other in self.here
            if other is not me
            and not (other.is_muted or other.is_on_hold)
            and (not other.coaches or other.coaches == listener.sid)
        ]

    def tell(self, event: str, participant: Participant | None = None, **extra: str) -> None:
        subscribed = event.rpartition("-")[2].removeprefix("un")
        if event.startswith("announcement"):
            subscribed = "announcement"
        self.changed_at = self.exchange.clock.now()
        self.exchange.changed()
        if not self.callback.wants(subscribed):
            return
        params = {
            "ConferenceSid": self.sid,
            "FriendlyName": self.name,
            "AccountSid": self.exchange.account_sid,
            "SequenceNumber": str(self._sequence + 1),
            "Timestamp": self.exchange.stamp(),
            "StatusCallbackEvent": event,
            **(participant.params() if participant is not None else {}),
            **extra,
        }
        self._sequence += 1
        name = f"{event} {participant.call.name}" if participant is not None else event
        self.exchange.report(self.callback, name, params, kind="conference", subject=self.sid, of=self.known_as)

    def _start(self) -> None:
        self._become("in-progress")
        self.tell("conference-start")
        if self.record is not None:
            recordings.start(self.exchange, "Conference", self.known_as, self.record, conference_sid=self.sid)
        for participant in self.here:
            participant.call.interrupt(RoomChanged())

    def _end(self, ending: str, last: Participant | None, reason: str) -> None:
        """The real network tells of the end and of the last who left in either order."""
        self.reason, self.ended_by = ending, last.call.sid if last is not None else ""
        self._become("completed")
        recordings.finish_all(self.exchange, conference_sid=self.sid)
        is_swapped = self.exchange.chaos is not None and self.exchange.chaos.swaps(self.known_as)
        if is_swapped:
            self._tell_end(last)
        if last is not None:
            self._tell_left(last, reason)
        why = "moderator_ended_conference" if last is not None else "conference_ended_via_api"
        for participant in self.here:
            self.leave(participant, why)
            participant.call.interrupt(RoomLeft(why))
        for invited in self.participants:
            if invited.joined_at is None:
                invited.call.interrupt(HungUp())
        if not is_swapped:
            self._tell_end(last)

    def _tell_end(self, last: Participant | None) -> None:
        extra = {"ReasonConferenceEnded": self.reason, "Reason": self.reason.replace("-", " ")}
        if last is not None:
            extra["CallSidEndingConference"] = last.call.sid
            extra |= {"ParticipantLabelEndingConference": last.label} if last.label else {}
        self.tell("conference-end", None, **extra)

    def _tell_left(self, participant: Participant, reason: str) -> None:
        status = "completed" if reason == "participant_hung_up" else participant.call.status
        self.tell("participant-leave", participant, ParticipantCallStatus=status, ReasonParticipantLeft=reason)

    def _become(self, status: str) -> None:
        self.status = status
        self._history.append((self.exchange.clock.now(), status))

    def _beep(self, participant: Participant, when: str) -> None:
        if participant.beep in {"true", when}:
            for other in self.here:
                other.call.hear_sound("beep")


def find_or_open(exchange: Exchange, name: str) -> Conference:
    """The one of this name that is not over."""
    found = living(exchange, name)
    if found is None:
        found = Conference(exchange, exchange.new_sid("CF"), name)
        exchange.conferences[found.sid] = found
    return found


def living(exchange: Exchange, name: str) -> Conference | None:
    candidates = (found for found in exchange.conferences.values() if found.name == name)
    return next((found for found in candidates if found.status != "completed"), None)


def _word(value: bool) -> str:
    return str(value).lower()
