"""A text, and what becomes of it on its way to a phone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from telephony.simulator.exchange import API_VERSION, Exchange, Text
from telephony.simulator.reports import Callback

SEGMENT = 153
EVENTS = frozenset({"queued", "sent", "delivered", "undelivered", "failed"})
NOBODY = Callback(events=EVENTS)


@dataclass(eq=False)
class Message:
    """`direction` and `status` as Twilio names them. `error_code`: why it does not arrive."""

    exchange: Exchange
    sid: str
    from_: str
    to: str
    body: str
    direction: str
    created_at: datetime
    media: tuple[str, ...] = ()
    callback: Callback = NOBODY
    status: str = "queued"
    error_code: int = 0
    is_deleted: bool = False

    def __post_init__(self) -> None:
        self.changed_at = self.created_at
        self.name = self.exchange.nth(f"text to {self.to}")

    @property
    def segments(self) -> int:
        return max(1, -(-len(self.body) // SEGMENT))

    def params(self) -> dict[str, str]:
        return {
            "MessageSid": self.sid,
            "SmsSid": self.sid,
            "AccountSid": self.exchange.account_sid,
            "From": self.from_,
            "To": self.to,
            "ApiVersion": API_VERSION,
        }

    def become(self, status: str) -> None:
        """Told without a number in the order, as the real network does."""
        self.status, self.changed_at = status, self.exchange.clock.now()
        self.exchange.changed()
        if not self.callback.wants(status):
            return
        params = self.params() | {"MessageStatus": status, "SmsStatus": status}
        if status in {"undelivered", "failed"}:
            params["ErrorCode"] = str(self.error_code)
        self.exchange.report(self.callback, status, params, kind="message", subject=self.sid, of=self.name, later=True)


def make(
    exchange: Exchange,
    from_: str,
    to: str,
    body: str,
    direction: str,
    *,
    media: tuple[str, ...] = (),
    callback: Callback = NOBODY,
) -> Message:
    sid = exchange.new_sid("MM" if media else "SM")
    message = Message(exchange, sid, from_, to, body, direction, exchange.clock.now(), media, callback)
    exchange.messages[sid] = message
    return message


def send(message: Message) -> None:
    """It arrives at once; what is told of it comes after all else."""
    handset = message.exchange.handset(message.to)
    message.error_code = handset.refuses_texts
    message.become("queued")
    message.become("sent")
    if handset.refuses_texts:
        message.become("undelivered")
        return
    handset.texts.append(Text(message.from_, message.to, message.body, message.sid, message.media))
    message.become("delivered")
