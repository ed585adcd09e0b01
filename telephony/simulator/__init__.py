"""A stand-in for Twilio on loopback, for demo and tests. It shares no code with the product.

    async with FakeTwilio(account_sid, auth_token) as network:
        network.numbers[LINE] = NumberConfig("http://127.0.0.1:8080/twilio/voice")
        caller = await network.dial("+493023125010", LINE)
        await caller.press("3")
        await network.advance(20)
        await network.phone(MIRA).answer()

What it does not know it refuses loudly: see `network.errors`. `python -m telephony.simulator` runs it on its own.
"""

from telephony.simulator.call import Call
from telephony.simulator.chaos import Chaos
from telephony.simulator.delivery import WebhookDelivery
from telephony.simulator.exchange import Habit, Handset, NumberConfig, Text
from telephony.simulator.network import RestRequest
from telephony.simulator.phone import Heard, Input
from telephony.simulator.server import FakeTwilio

__all__ = [
    "Call",
    "Chaos",
    "FakeTwilio",
    "Habit",
    "Handset",
    "Heard",
    "Input",
    "NumberConfig",
    "RestRequest",
    "Text",
    "WebhookDelivery",
]
