"""A stand-in for Twilio on loopback, for demo and tests. It shares no code with the product."""

from telephony.simulator.call import Heard, SimulatedCall
from telephony.simulator.exchange import NumberConfig
from telephony.simulator.network import RestRequest
from telephony.simulator.server import FakeTwilio

__all__ = ["FakeTwilio", "Heard", "NumberConfig", "RestRequest", "SimulatedCall"]
