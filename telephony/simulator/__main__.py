"""The stand-in on its own, in real time, for a product that runs in another process:

    python -m telephony.simulator --port 8090 --number +493023125100 --chaos 42

It prints what the product's environment needs (TWILIO_API_URL and the account) and the key of its phones. The number's
addresses come from `--voice-url` and the like, or from whoever sets them over REST, as `offhook connect twilio` does.
With `--chaos SEED` it does what the real network does on a bad day: see `telephony.simulator.chaos`. The phones are
played over HTTP, with the key in `X-Simulator-Key`:

    POST /simulator/calls        {"from": "+49…", "to": "+493023125100"}
    POST /simulator/calls/SID    {"do": "press", "with": "1"}, also say, wait, hang_up, answer, decline
    GET  /simulator/calls        what each phone does and hears
    POST /simulator/texts        {"from": "+49…", "to": "+493023125100", "body": "…"}
    GET  /simulator/texts/NUMBER what arrived on a phone
"""

from __future__ import annotations

import argparse
import asyncio
import secrets
import signal
import sys

from telephony.simulator.chaos import Chaos
from telephony.simulator.exchange import NumberConfig
from telephony.simulator.server import FakeTwilio


def main(arguments: list[str] | None = None) -> None:
    asyncio.run(_serve(_parser().parse_args(arguments)))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m telephony.simulator",
        description="A stand-in for Twilio on loopback, in real time.",
    )
    parser.add_argument("--port", type=int, default=8090)
    parser.add_argument("--chaos", type=int, metavar="SEED", help="repeat, shuffle, delay and drop, alike for one seed")
    parser.add_argument("--account", default="AC" + secrets.token_hex(16), help="made anew at each start if not given")
    parser.add_argument("--token", default=secrets.token_hex(16))
    parser.add_argument("--key", default=secrets.token_urlsafe(16), help="opens the routes that play the phones")
    parser.add_argument("--number", action="append", default=[], help="of the account; may be given several times")
    for name in ("voice", "fallback", "status", "sms", "sms-fallback"):
        parser.add_argument(f"--{name}-url", default="")
    return parser


async def _serve(given: argparse.Namespace) -> None:
    """Until Ctrl-C or SIGTERM."""
    chaos = Chaos(given.chaos) if given.chaos is not None else None
    network = FakeTwilio(given.account, given.token, real_time=True, simulator_key=given.key, chaos=chaos)
    for number in given.number:
        network.numbers[number] = NumberConfig(
            given.voice_url, given.fallback_url, given.status_url, given.sms_url, given.sms_fallback_url
        )
    stopped = asyncio.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(name, stopped.set)
    await network.start(given.port)
    sys.stdout.write(
        f"TWILIO_API_URL={network.api_url}\nTWILIO_ACCOUNT_SID={given.account}\nTWILIO_AUTH_TOKEN={given.token}\n"
        f"X-Simulator-Key: {given.key}\n"
    )
    sys.stdout.flush()
    network.on_change.append(Complaints(network).say)
    await stopped.wait()
    await network.stop()


class Complaints:
    """What the product does wrong is said as soon as it is known."""

    def __init__(self, network: FakeTwilio) -> None:
        self._network = network
        self._said = 0

    def say(self) -> None:
        for error in self._network.errors[self._said :]:
            sys.stderr.write(f"{error}\n")
        self._said = len(self._network.errors)


if __name__ == "__main__":
    main()
