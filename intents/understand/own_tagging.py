"""What our own tagger learns: which words of the utterances of every command are which argument."""

from __future__ import annotations

import crm_core
from intents import extensions
from intents.registry import commands
from intents.understand import examples
from intents.understand.marks import marked
from intents.understand.tagging import sought
from intents.understand.tagging_orders import TaggingOrder


def own_tagging_order() -> TaggingOrder:
    """All languages together, and what a company added of commands as far as it is marked. Raises as `read_marked`
    does."""
    crm_core.load()
    arguments = {name: sought(command) for name, command in commands().items() if command.arguments}
    ours = map(marked, examples.read_marked(examples.TRAINING))
    added = (example for example in map(marked, extensions.taught()) if example.spans)
    return TaggingOrder([example for example in (*ours, *added) if example.intent in arguments], arguments)
