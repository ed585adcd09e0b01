"""What our own model learns: the utterances of every command, ours and those a company added, all languages together,
so that who mixes them is understood too."""

from __future__ import annotations

from difflib import SequenceMatcher

import crm_core
from intents import extensions
from intents.understand import examples, gist
from intents.understand.examples import Example
from intents.understand.marks import marked
from intents.understand.masking import masked
from intents.understand.opposites import own_opposites
from intents.understand.orders import Order


def own_order() -> Order:
    """Whoever asks the model that is learnt from it asks with `masked` text, too. Raises as `read_folder` does."""
    crm_core.load()
    taught = [_taught(example) for example in [*examples.read_marked(examples.TRAINING), *extensions.taught()]]
    return Order(taught, out_of_scope=examples.OUT_OF_SCOPE, opposites=own_opposites())


def _taught(example: Example) -> Example:
    said = marked(example)
    text = masked(said.text)
    is_value = gist.tokens_within(said.text, [(span.start, span.end) for span in said.spans])
    seen = SequenceMatcher(None, gist.tokens(said.text), gist.tokens(text), autojunk=False)
    values = (
        block.b + step for block in seen.get_matching_blocks() for step in range(block.size) if is_value[block.a + step]
    )
    return Example(text, example.intent, tuple(values))
