"""What our own model learns: the utterances of every command, both languages together, so that who mixes them is
understood too."""

from __future__ import annotations

import crm_core
from intents.registry import commands
from intents.understand import examples
from intents.understand.examples import Example
from intents.understand.marks import read_marks
from intents.understand.masking import masked
from intents.understand.orders import Order
from intents.understand.tagging import sought
from intents.understand.tagging_orders import TaggingOrder


def own_order() -> Order:
    """Whoever asks the model that is learnt from it asks with `masked` text, too. Raises as `read_folder` does."""
    crm_core.load()
    taught = examples.read_folder(examples.TRAINING)
    return Order([Example(masked(one.text), one.intent) for one in taught], out_of_scope=examples.OUT_OF_SCOPE)


def own_tagging_order() -> TaggingOrder:
    """Raises as `read_folder` does."""
    crm_core.load()
    arguments = {name: sought(command) for name, command in commands().items()}
    taught = read_marks(examples.TRAINING)
    return TaggingOrder([one for one in taught if arguments.get(one.intent)], arguments)
