"""One request of Twilio's, read without trusting its shape."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from urllib.parse import parse_qsl

from multidict import MultiDict

from crm_core.callcenter import carrier
from crm_core.callcenter.rooms import Conference
from crm_core.contacts.texts import TextState
from intents.understand.meant import Meant
from telephony.turn import Heard

EMPTY = b'<?xml version="1.0" encoding="UTF-8"?><Response/>'
LONGEST_ID = 100
MOST_DIGITS = 50
BIGGEST_ID = 2**53


class Malformed(Exception):
    """Signed, but not what Twilio sends: the text says what is missing or wrong."""


@dataclass(frozen=True, slots=True)
class Hook:
    """One verified request: `form` as sent, `query` from our own callback address. `meant`: what its speech means."""

    form: MultiDict[str]
    query: MultiDict[str]
    now: datetime
    meant: Meant | None = None

    @property
    def sid(self) -> str:
        """Of the call, the text message or the conference: whatever a delivery is about comes in its own order.

        Of a conference's beginning and end no call is named.
        """
        sid = self.form.get("CallSid") or self.form.get("MessageSid") or self.form.get("ConferenceSid", "")
        if not sid or len(sid) > LONGEST_ID:
            raise Malformed("CallSid is missing")
        return sid

    def number(self, name: str, default: int | None = None) -> int:
        value = self.query.get(name, "")
        if not (value.isascii() and value.isdigit()):
            if default is not None:
                return default
            raise Malformed(f"{name} is missing in the address")
        return min(int(value[:20]), BIGGEST_ID)

    @property
    def seconds(self) -> int | None:
        value = self.form.get("CallDuration") or self.form.get("RecordingDuration") or ""
        return min(int(value[:10]), 2**31 - 1) if value.isascii() and value.isdigit() else None

    @property
    def at(self) -> datetime:
        """Twilio's own time of the event, where it sends one."""
        try:
            sent = parsedate_to_datetime(self.form["Timestamp"])
            return sent.replace(tzinfo=UTC) if sent.tzinfo is None else sent.astimezone(UTC)
        except (KeyError, ValueError, TypeError, OverflowError):
            return self.now

    @property
    def numbers(self) -> tuple[str, str]:
        """Who calls whom, as Twilio writes it."""
        return self.form.get("From", "")[:LONGEST_ID], self.form.get("To", "")[:LONGEST_ID]

    @property
    def digits(self) -> str:
        return self.form.get("Digits", "")

    @property
    def heard(self) -> Heard:
        return Heard(self.digits[:MOST_DIGITS], self.form.get("SpeechResult", ""), self.meant)

    @property
    def status(self) -> str | None:
        """None for a status that Twilio added after this was written: stored with the receipt, and not applied."""
        status = self.form.get("CallStatus", "")
        if not status:
            raise Malformed("CallStatus is missing")
        return status if status in carrier.RANK else None

    @property
    def conference(self) -> Conference:
        sid, event = self.form.get("ConferenceSid", ""), self.form.get("StatusCallbackEvent", "")
        if not sid or not event or len(sid) > LONGEST_ID:
            raise Malformed("ConferenceSid or StatusCallbackEvent is missing")
        return Conference(sid, event[:LONGEST_ID], self.form.get("CallSid", "")[:LONGEST_ID])

    @property
    def text_sid(self) -> str:
        sid = self.form.get("MessageSid", "")
        if not sid or len(sid) > LONGEST_ID:
            raise Malformed("MessageSid is missing")
        return sid

    @property
    def text_state(self) -> tuple[TextState, int | None] | None:
        """With the carrier's error code. None for a state that means nothing to us (queued, accepted, read …)."""
        state, code = self.form.get("MessageStatus", ""), self.form.get("ErrorCode", "")
        if state not in {"sent", "delivered", "undelivered", "failed"}:
            return None
        return TextState(state), int(code[:9]) if code.isascii() and code.isdigit() else None

    @property
    def is_over(self) -> bool:
        """The call itself has ended: nobody hears what is answered."""
        return carrier.RANK.get(self.form.get("CallStatus", ""), 0) >= carrier.FIRST_FINAL

    @property
    def recording_sid(self) -> str:
        sid = self.form.get("RecordingSid", "")
        if not sid or len(sid) > LONGEST_ID:
            raise Malformed("RecordingSid is missing")
        return sid

    @property
    def recording_status(self) -> str:
        return self.form.get("RecordingStatus", "")[:LONGEST_ID]

    @property
    def recording(self) -> tuple[str, str]:
        """SID and address."""
        sid, url = self.form.get("RecordingSid", ""), self.form.get("RecordingUrl", "")
        if not sid or not url.startswith(("https://", "http://")) or len(sid) > LONGEST_ID:
            raise Malformed("RecordingSid or RecordingUrl is missing")
        return sid, url


def form_of(body: bytes) -> MultiDict[str] | None:
    """None for a body that is no UTF-8 form."""
    try:
        pairs = parse_qsl(body.decode("utf-8"), keep_blank_values=True, encoding="utf-8", errors="strict")
    except (UnicodeDecodeError, ValueError):
        return None
    return MultiDict(pairs)


def text_of(body: bytes) -> str | None:
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError:
        return None


def storable(form: MultiDict[str]) -> MultiDict[str]:
    """PostgreSQL stores no NUL in a text, and nobody says one."""
    return MultiDict((name.replace("\x00", ""), value.replace("\x00", "")) for name, value in form.items())


def without_keys(form: MultiDict[str]) -> MultiDict[str]:
    """What was pressed is told to nobody else: not to the receipt, nor to a digest that could be guessed at."""
    return MultiDict((name, "***" if name == "Digits" else value) for name, value in form.items())


def key_of(path: str, headers: Mapping[str, str], form: MultiDict[str]) -> str:
    """Twilio's own token for a repeated delivery; else the whole request, since one CallSid sends many."""
    token = headers.get("I-Twilio-Idempotency-Token")
    if token:
        return f"twilio:{hashlib.sha256(token.encode('utf-8', 'surrogateescape')).hexdigest()}"
    digest = hashlib.sha256(path.encode("utf-8", "surrogateescape"))
    for name, value in sorted(form.items()):
        digest.update(f"\x1f{name}\x1e{value}".encode("utf-8", "surrogatepass"))
    return f"twilio:{digest.hexdigest()}"
