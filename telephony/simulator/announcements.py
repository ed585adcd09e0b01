"""Words to a conference, or to one in it, while the talk goes on."""

from __future__ import annotations

from dataclasses import dataclass

from telephony.simulator import documents, spoken, verbs
from telephony.simulator.conference import Conference, Participant
from telephony.simulator.documents import NOWHERE, Failed, Goto
from telephony.simulator.verbs import ANNOUNCEMENT, Page, UnknownVerb


@dataclass
class Announcement:
    room: Conference
    goto: Goto
    to: Participant | None

    async def speak(self) -> None:
        """The end is told when all has been said."""
        exchange = self.room.exchange
        about = {"AccountSid": exchange.account_sid, "ConferenceSid": self.room.sid, "FriendlyName": self.room.name}
        try:
            page = Page(*await documents.fetch(exchange, self.goto, about, NOWHERE, self.room.name), ANNOUNCEMENT)
            for complaint in (said for element in page.root for said in verbs.complaints(element, ANNOUNCEMENT)):
                exchange.complain(complaint)
        except (Failed, UnknownVerb) as error:
            exchange.complain(str(error))
            self._tell("announcement-fail", ReasonAnnouncementFailed=str(error))
            return
        seconds = 0.0
        for element in page.root:
            for participant in [self.to] if self.to is not None else self.room.here:
                spoken.hear(participant.call, element)
            seconds += spoken.lasts(exchange, element, ANNOUNCEMENT)
        if seconds:
            exchange.clock.after(seconds, lambda: self._tell("announcement-end"))
        else:
            self._tell("announcement-end")

    def _tell(self, event: str, **extra: str) -> None:
        self.room.tell(event, self.to, AnnounceUrl=self.goto.url, **extra)


def announce(room: Conference, goto: Goto, to: Participant | None = None) -> None:
    room.exchange.begin(Announcement(room, goto, to).speak())
