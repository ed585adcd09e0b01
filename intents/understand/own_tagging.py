"""What our own tagger learns: which words of the utterances of every command are which argument."""

from __future__ import annotations

import crm_core
from intents.registry import commands
from intents.understand import examples
from intents.understand.marks import read_marks
from intents.understand.tagging import sought
from intents.understand.tagging_orders import TaggingOrder


def own_tagging_order() -> TaggingOrder:
    """Both languages together. Raises as `read_marks` does."""
    crm_core.load()
    arguments = {name: sought(command) for name, command in commands().items() if command.arguments}
    taught = [one for one in read_marks(examples.TRAINING) if one.intent in arguments]
    return TaggingOrder(taught, arguments)
