"""One request of the REST interface, as its makers describe it."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import format_datetime
from typing import Any

from telephony.simulator.exchange import API_VERSION
from telephony.simulator.network import Network
from telephony.simulator.reports import Callback

Json = dict[str, Any]
PAGE_SIZE = 50
CALL_EVENTS = frozenset({"initiated", "ringing", "answered", "completed"})
RECORDING_EVENTS = frozenset({"in-progress", "completed", "absent"})
EVENTS = {
    "StatusCallbackEvent": CALL_EVENTS,
    "RecordingStatusCallbackEvent": RECORDING_EVENTS,
    "ConferenceRecordingStatusCallbackEvent": RECORDING_EVENTS,
    "ConferenceStatusCallbackEvent": frozenset(
        {"start", "end", "join", "leave", "mute", "hold", "modify", "speaker", "announcement"}
    ),
}
E164 = re.compile(r"\+[1-9]\d{6,14}")
NUMBER_OR_SIP = re.compile(r"\+[1-9]\d{6,14}|sip:[^@\s]+@\S+")


class Refusal(Exception):
    """`is_mistake`: not a thing that happens, but one that whoever asked should mend."""

    def __init__(self, status: int, code: int, message: str, *, is_mistake: bool = False) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.is_mistake = is_mistake


@dataclass(frozen=True)
class Asked:
    """`where`: the names in the path; `form`: the body of a POST, the query of a GET."""

    network: Network
    where: dict[str, str]
    form: list[tuple[str, str]]

    def get(self, name: str, default: str = "") -> str:
        return next((value for key, value in self.form if key == name), default)

    def all(self, name: str) -> list[str]:
        return [value for key, value in self.form if key == name]

    def has(self, name: str) -> bool:
        return any(key == name for key, _value in self.form)

    @property
    def channels(self) -> int:
        return 2 if self.get("RecordingChannels") == "dual" else 1

    def is_true(self, name: str) -> bool:
        return self.get(name).lower() == "true"

    def events(self, name: str, default: str = "completed") -> frozenset[str]:
        """Repeated parameters. Raises Refusal for what is no event, as several in one are."""
        given = frozenset(self.all(name))
        if unknown := given - EVENTS[name]:
            raise Refusal(400, 20001, f"{name}: {sorted(unknown)} are no events", is_mistake=True)
        return given or frozenset(default.split())

    def callback(self, of: str = "", default: str = "completed") -> Callback:
        """Whom to tell: of the call itself, of its `Recording`, of the `Conference` or the `ConferenceRecording`."""
        name = f"{of}StatusCallback"
        return Callback(self.get(name), self.get(f"{name}Method", "POST"), self.events(f"{name}Event", default))


@dataclass(frozen=True)
class Answer:
    """`then` happens when the answer is on its way."""

    status: int
    body: Json | None = None
    then: Callable[[], None] | None = None


@dataclass(frozen=True)
class Endpoint:
    """`path` is below the account. `required`: with the code of the error when it is missing."""

    method: str
    path: str
    answer: Callable[[Asked], Answer]
    known: frozenset[str] = frozenset()
    required: dict[str, int] = field(default_factory=dict)
    is_create: bool = False


def names(text: str) -> frozenset[str]:
    return frozenset(text.split())


PAGING = names("PageSize Page PageToken")


def not_found(what: str) -> Refusal:
    return Refusal(404, 20404, f"The requested resource {what} was not found")


def date(moment: datetime | None) -> str | None:
    return format_datetime(moment) if moment is not None else None


def uri(network: Network, *parts: str) -> str:
    return "/".join([f"/{API_VERSION}/Accounts/{network.account_sid}", *parts]) + ".json"


def listed(asked: Asked, path: str, key: str, rows: list[Json]) -> Answer:
    """One page, the newest first."""
    size, page = int(asked.get("PageSize") or PAGE_SIZE), int(asked.get("Page") or 0)
    rows = rows[::-1]
    shown = rows[page * size : (page + 1) * size]
    here = uri(asked.network, path)
    following = f"{here}?PageSize={size}&Page={page + 1}&PageToken=PA{page + 1}"
    body = {
        key: shown,
        "page": page,
        "page_size": size,
        "start": page * size,
        "end": page * size + max(0, len(shown) - 1),
        "uri": f"{here}?PageSize={size}&Page={page}",
        "first_page_uri": f"{here}?PageSize={size}&Page=0",
        "next_page_uri": following if len(rows) > (page + 1) * size else None,
        "previous_page_uri": f"{here}?PageSize={size}&Page={page - 1}" if page else None,
    }
    return Answer(200, body)
