"""Our own model and tagger: from the cache in a second, or learnt in a minute."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

import crm_core
from intents import extensions
from intents.registry import commands
from intents.understand import cache, examples
from intents.understand.model import Model, load_model
from intents.understand.orders import Tell, has_encoder, silent
from intents.understand.own import own_order
from intents.understand.own_tagging import own_tagging_order
from intents.understand.tagging import Tagger, load_tagger, sought

_HERE = Path(__file__).parent
# What makes the orders of what people may say.
_MAKING = ("examples", "marks", "masking", "own", "own_tagging")


def own_model(tell: Tell = silent) -> Model:
    """For a thread, not for the loop. Raises Refused where it is not cached and cannot be learnt."""
    return cache.kept(own_name(), own_order, load_model, cache.default_folder(), tell)


def own_tagger(tell: Tell = silent) -> Tagger:
    """Likewise."""
    return cache.kept(own_name(), own_tagging_order, load_tagger, cache.tagger_folder(), tell)


def cached_models() -> tuple[Model, Tagger] | None:
    """None where there is still something to be learnt."""
    model = cache.found_in(cache.default_folder() / own_name(), load_model)
    tagger = cache.found_in(cache.tagger_folder() / own_name(), load_tagger)
    return (model, tagger) if model is not None and tagger is not None else None


def own_name() -> str:
    """The same for the same commands, data, code and libraries: told without making an order, which takes seconds."""
    crm_core.load()
    digest = hashlib.sha256(cache.libraries(with_encoder=has_encoder()).encode())
    digest.update(_code())
    for file in sorted(examples.TRAINING.rglob("*.yml")):
        digest.update(str(file.relative_to(examples.TRAINING)).encode())
        digest.update(file.read_bytes())
    digest.update(repr(extensions.taught()).encode())
    digest.update(repr([(name, sought(command)) for name, command in commands().items()]).encode())
    return digest.hexdigest()[:32]


@lru_cache
def _code() -> bytes:
    digest = hashlib.sha256()
    for file in _files():
        digest.update(file.read_bytes())
    return digest.digest()


def _files() -> Iterator[Path]:
    names = {*cache.CODE, *cache.TAGGING_CODE, *_MAKING}
    yield from sorted(_HERE / f"{name}.py" for name in names)
    yield from sorted((_HERE.parent / "values").rglob("*.py"))
    yield _HERE / "opposites.yml"
