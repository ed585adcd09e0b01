"""What is asked of a Rasa server, and what is made of its answers."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime

import pytest

from intents.reply import Choice, Choices
from tests.people import NOW
from tests.ports import free_port
from tests.webhooks.rasa.rasa_server import RasaServer, parsed
from webhooks.rasa import client as client_module
from webhooks.rasa.breaker import PAUSE
from webhooks.rasa.client import LARGEST_ANSWER, NoAnswer, NotReached, RasaClient

SENTENCE = "could somebody have a look at number seven"


class Clock:
    now = NOW

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
async def rasa() -> AsyncIterator[RasaServer]:
    async with RasaServer({SENTENCE: parsed("ticket.show", 0.97, "ticket.claim", ticket="T-7")}) as server:
        yield server


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def client(rasa: RasaServer, clock: Clock) -> AsyncIterator[RasaClient]:
    found = RasaClient(rasa.url, None, clock)
    yield found
    await found.close()


async def test_a_sentence_becomes_a_command_and_its_words(rasa: RasaServer, client: RasaClient) -> None:
    meant = await client.listen(f"  {SENTENCE} ")
    assert meant is not None
    assert (meant.intent, meant.confidence, meant.words) == ("ticket.show", 0.97, {"ticket": "T-7"})
    assert [near.intent for near in meant.alternatives] == ["ticket.claim"]
    assert rasa.heard == [{"text": SENTENCE}]


@pytest.mark.parametrize("said", ["claim T-7", "/claim T-7", "T-7", "471 199", "  ", "/"])
async def test_what_an_example_says_word_by_word_is_not_asked(rasa: RasaServer, client: RasaClient, said: str) -> None:
    assert await client.listen(said) is None
    assert rasa.heard == []


async def test_nobody_types_an_intent_in_the_notation_of_rasa(rasa: RasaServer, client: RasaClient) -> None:
    await client.listen('//ticket.claim{"ticket": "T-7"}')
    assert rasa.heard == [{"text": 'ticket.claim{"ticket": "T-7"}'}]


async def test_what_rasa_would_rather_not_say_is_nothing_we_do(rasa: RasaServer, client: RasaClient) -> None:
    rasa.parsed[SENTENCE] = parsed("nlu_fallback", 0.5, "nlu_fallback", "ticket.show", "fly", "ticket.claim")
    meant = await client.listen(SENTENCE)
    assert meant is not None
    assert meant.intent is None
    assert [near.intent for near in meant.alternatives] == ["ticket.show", "ticket.claim"]


@pytest.mark.parametrize(
    "answer",
    [
        {},
        [],
        "",
        "{",
        "null",
        {"intent": None},
        {"intent": {"name": 7, "confidence": 1}},
        {"intent": {"name": "ticket.show"}},
        {"intent": {"name": "ticket.show", "confidence": 7}},
        {"intent": {"name": "ticket.show", "confidence": "NaN"}},
        parsed("order_pizza", 0.99),
        {**parsed("ticket.show", 0.9), "entities": [7]},
    ],
)
async def test_an_answer_without_sense_counts_as_none(rasa: RasaServer, client: RasaClient, answer: object) -> None:
    rasa.parsed[SENTENCE] = answer
    assert await client.listen(SENTENCE) is None
    assert await client.listen(SENTENCE) is None
    assert len(rasa.heard) == 2


async def test_nobody_waits_long_for_a_server_that_is_slow(
    rasa: RasaServer, client: RasaClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client_module, "PARSE_SECONDS", 0.02)
    rasa.is_slow = True
    assert await client.listen(SENTENCE) is None


async def test_a_server_that_fails_is_left_alone_for_a_while(
    rasa: RasaServer, client: RasaClient, clock: Clock
) -> None:
    rasa.hangs_up = True
    assert [await client.listen(SENTENCE) for _ in range(5)] == [None] * 5
    assert len(rasa.heard) == 1
    clock.now += PAUSE
    assert [await client.listen(SENTENCE) for _ in range(5)] == [None] * 5
    assert len(rasa.heard) == 2


async def test_a_server_that_is_back_is_asked_again(rasa: RasaServer, client: RasaClient, clock: Clock) -> None:
    rasa.status = 503
    assert await client.listen(SENTENCE) is None
    rasa.status = 200
    assert await client.listen(SENTENCE) is None
    clock.now += PAUSE
    assert await client.listen(SENTENCE) is not None
    assert await client.listen(SENTENCE) is not None


async def test_a_server_that_is_not_there_costs_nothing() -> None:
    client = RasaClient(f"http://127.0.0.1:{free_port()}", None)
    assert await client.listen(SENTENCE) is None
    with pytest.raises(NotReached):
        await client.talk("sender", "hello")
    await client.close()


async def test_an_answer_that_never_ends_is_cut_off(rasa: RasaServer, client: RasaClient) -> None:
    rasa.says["hello"] = " " * (LARGEST_ANSWER + 1)
    with pytest.raises(NoAnswer, match="too long"):
        await client.talk("sender", "hello")


async def test_the_token_is_sent_and_never_told(rasa: RasaServer) -> None:
    rasa.token = "secret-of-rasa"
    wrong, right = RasaClient(rasa.url, "another"), RasaClient(rasa.url, rasa.token)
    with pytest.raises(NotReached, match="RASA_TOKEN") as refused:
        await wrong.talk("sender", "hello")
    assert "another" not in str(refused.value)
    assert await right.listen(SENTENCE) is not None
    await wrong.close()
    await right.close()


async def test_what_it_says_is_one_reply_with_buttons(rasa: RasaServer, client: RasaClient) -> None:
    button = {"title": "Claim", "payload": '/ticket.claim{"ticket": "T-7"}', "record": "T-7", "version": 3}
    rasa.says["hello"] = [
        {"recipient_id": "sender", "text": "Good morning.", "buttons": [button, {"title": "", "payload": "x"}]},
        {"recipient_id": "sender", "image": "https://example.com/a.png"},
        {"recipient_id": "sender", "custom": {"anything": 1}},
    ]
    reply = await client.talk("sender", "hello")
    assert reply.text == "Good morning.\n\nhttps://example.com/a.png"
    assert reply.parts == [Choices([Choice("Claim", button["payload"], record="T-7", version=3)])]  # type: ignore[arg-type]
    assert rasa.heard == [{"sender": "sender", "message": "hello"}]


@pytest.mark.parametrize("answer", ["", "{", {}, [7], [{"text": 7}], [{"buttons": [{"title": "x"}]}]])
async def test_what_are_no_messages_is_no_answer(rasa: RasaServer, client: RasaClient, answer: object) -> None:
    rasa.says["hello"] = answer
    with pytest.raises(NoAnswer):
        await client.talk("sender", "hello")


async def test_the_doctor_sees_whether_it_has_a_model(rasa: RasaServer, client: RasaClient) -> None:
    assert await client.describe() == (True, f"{rasa.url} answers with offhook.tar.gz")
    rasa.model = None
    is_good, said = await client.describe()
    assert (is_good, "rasa train" in said) == (False, True)
    rasa.status = 500
    assert await client.describe() == (False, f"{rasa.url}: it answered 500")
