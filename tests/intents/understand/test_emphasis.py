"""What is learnt from examples that mark their values, and from commands that undo each other."""

from __future__ import annotations

from pathlib import Path

import pytest

from intents.understand.emphasis import Emphasis
from intents.understand.emphasising import learn_emphasis
from intents.understand.examples import Example
from intents.understand.gist import tokens_within
from intents.understand.marks import marked
from intents.understand.model import load_model
from intents.understand.opposites import DOES, UNDOES
from intents.understand.orders import Order
from intents.understand.training import train

_NAMES = ("Greta", "Frank Moore", "Ada", "Lena Vogt", "Kim", "Tom Berg", "Ines", "Omar Said")
_DOES = ("tag [{}](contact) as [vip](tag)", "watch [{}](contact)", "please hold [{}](contact)")
_UNDOES = (
    "remove the tag [vip](tag) from [{}](contact)",
    "no longer watch [{}](contact)",
    "no longer hold [{}](contact)",
)
_INTENTS = (("tag", "untag"), ("watch", "unwatch"), ("hold", "unhold"))


def _example(template: str, name: str, intent: str) -> Example:
    said = marked(Example(template.format(name), intent))
    within = tokens_within(said.text, [(span.start, span.end) for span in said.spans])
    return Example(said.text, intent, tuple(at for at, is_value in enumerate(within) if is_value))


EXAMPLES = [
    _example(template, name, pair[side])
    for side, templates in enumerate((_DOES, _UNDOES))
    for template, pair in zip(templates, _INTENTS, strict=True)
    for name in _NAMES
]


@pytest.fixture(scope="module")
def emphasis() -> Emphasis:
    learnt, _texts = learn_emphasis(EXAMPLES, list(_INTENTS))
    assert learnt is not None
    return learnt


def test_a_name_that_was_never_heard_is_a_value(emphasis: Emphasis) -> None:
    assert emphasis.gist.of("please hold Wilma") == "please hold thevalue"
    assert emphasis.gist.of("no longer watch Otto Brandt") == "no longer watch thevalue"


def test_no_longer_undoes_whatever_it_is_said_with(emphasis: Emphasis) -> None:
    opposites = emphasis.opposites
    assert opposites is not None
    assert UNDOES in opposites.of("no longer park thevalue")
    assert DOES in opposites.of("please park thevalue")


def test_what_was_said_stays_and_comes_first(emphasis: Emphasis) -> None:
    assert emphasis.of("please hold Wilma").startswith("please hold Wilma please hold thevalue")


def test_examples_without_marks_are_learnt_as_they_are() -> None:
    plain = [Example("hello", "greet"), Example("bye", "part")]
    assert learn_emphasis(plain, []) == (None, ["hello", "bye"])


def test_a_model_keeps_what_it_emphasises(tmp_path: Path) -> None:
    model = train(Order(EXAMPLES, with_encoder=False, opposites=list(_INTENTS)))
    assert model.guess("no longer hold Wilma").alternatives[0][0] == "unhold"
    model.save(tmp_path)
    loaded = load_model(tmp_path)
    assert loaded.emphasis is not None
    for text in ("no longer hold Wilma", "tag Otto as vip"):
        assert loaded.guess(text).alternatives[0][0] == model.guess(text).alternatives[0][0]
