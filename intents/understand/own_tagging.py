"""What our own tagger learns: which words of the utterances of every command, also of a company's own, are which
argument."""

from __future__ import annotations

import crm_core
from intents import extensions
from intents.registry import commands
from intents.understand import examples
from intents.understand.marks import marked, read_marks
from intents.understand.tagging import sought
from intents.understand.tagging_orders import TaggingOrder


def own_tagging_order() -> TaggingOrder:
    """Both languages together. Raises as `read_marks` does."""
    crm_core.load()
    arguments = {name: sought(command) for name, command in commands().items() if command.arguments}
    every = [*read_marks(examples.TRAINING), *map(marked, extensions.taught())]
    taught = [one for one in every if one.intent in arguments]
    return TaggingOrder(taught, arguments)
