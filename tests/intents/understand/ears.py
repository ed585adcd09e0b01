"""A model and a tagger that learnt a few commands: what they were taught they are sure of."""

from __future__ import annotations

from functools import lru_cache

from intents.registry import commands
from intents.understand import tagging_training, training
from intents.understand.examples import OUT_OF_SCOPE, Example, unmarked
from intents.understand.listener import Listener
from intents.understand.marks import marked
from intents.understand.masking import masked
from intents.understand.orders import Order
from intents.understand.tagging import sought
from intents.understand.tagging_orders import TaggingOrder

_SAID = {
    "ticket.claim": [
        "i will look after [T-7](ticket)",
        "let me look after [T-12](ticket) please",
        "i look after [ticket 4](ticket) now",
        "ich kümmere mich um [T-9](ticket)",
    ],
    "ticket.open": [
        "open ticket [The oven is cold](subject)",
        "open a new ticket: [The printer is pink](subject)",
        "neues ticket: [Heizung kalt](subject)",
        "ticket anlegen [Drucker brennt](subject)",
    ],
    "ticket.mine": [
        "what is on my desk",
        "was liegt bei mir so an",
        "anything on my desk today",
        "what lies on my desk",
        "was ist denn nun aus meiner sache geworden",
    ],
    "contact.show": [
        "tell me something about [Greta Lindqvist](contact)",
        "tell me about [Frank Moore](contact) please",
        "erzähl mir was über [Ada Nwosu](contact)",
        "tell me something about [Lena](contact)",
    ],
    OUT_OF_SCOPE: ["sing a song for me", "how high is the moon", "wie wird das wetter", "what does bread cost"],
}


@lru_cache
def few_words() -> Listener:
    every = [(text, intent) for intent, texts in _SAID.items() for text in texts]
    examples = [Example(masked(unmarked(text)), intent) for text, intent in every]
    model = training.train(Order(examples, examples, OUT_OF_SCOPE, with_encoder=False))
    wanted = {name: sought(commands()[name]) for name in _SAID if name != OUT_OF_SCOPE and commands()[name].arguments}
    taught = [marked(Example(text, intent)) for text, intent in every if intent in wanted]
    return Listener(model, None, tagging_training.train(TaggingOrder(taught, wanted)))
