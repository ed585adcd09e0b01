"""A caller's phone for tests: follows the documents of the product through its signed webhooks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from lxml import etree

from tests.contracts import twiml
from tests.product import Product

GRETA = "+493023125010"
LINE = "+493023125100"


@dataclass
class Phone:
    """No delivery carries a token: two genuine steps must differ by what they say."""

    product: Product
    sid: str = "CA1"
    number: str = GRETA
    document: Any = None

    async def ring(self) -> Phone:
        return await self.go("/twilio/voice")

    async def arrive(self) -> Phone:
        """Also where the first node asks nothing."""
        await self.ring()
        return await self.follow()

    async def follow(self) -> Phone:
        redirect = self.document.find("Redirect")
        return self if redirect is None else await self.go(redirect.text)

    async def press(self, key: str) -> Phone:
        return await self.go(self.action, Digits=key)

    async def say(self, words: str) -> Phone:
        return await self.go(self.action, SpeechResult=words)

    async def keep_silent(self) -> Phone:
        return await self.go(self.action)

    async def begin_saying(self, words: str, sequence: int = 0) -> None:
        """A partial result: the document stays."""
        form = {"UnstableSpeechResult": words, "SequenceNumber": str(sequence)}
        assert (await self._post(self.document.find(".//Gather").get("partialResultCallback"), **form)).status == 200

    async def hang_up(self, seconds: int = 20) -> None:
        form = {"CallStatus": "completed", "CallDuration": str(seconds)}
        assert (await self._post("/twilio/status", **form)).status == 200

    async def go(self, path: str, **form: str) -> Phone:
        response = await self._post(path, **form)
        body = (await response.read()).decode()
        assert response.status == 200, body
        assert twiml.check(body, place="queue-wait" if "/wait" in path else "call") == []
        self.document = etree.fromstring(body.encode())
        return self

    @property
    def action(self) -> str:
        return str(self.document.find(".//Gather").get("action"))

    @property
    def heard(self) -> str:
        return " ".join(say.text for say in self.document.iter("Say"))

    @property
    def enqueue(self) -> Any:
        return self.document.find("Enqueue")

    async def _post(self, path: str, **form: str) -> Any:
        return await self.product.twilio(path, **{"CallSid": self.sid, "From": self.number, "To": LINE, **form})
