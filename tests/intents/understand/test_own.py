from __future__ import annotations

from pathlib import Path

import pytest

from intents.understand import cache, examples
from intents.understand.gist import tokens
from intents.understand.own import own_order
from intents.understand.own_models import own_name

_LEARNT = """
version: "3.1"
nlu:
- intent: ticket.tag
  examples: |
    - tag [T-12](ticket) as [very urgent](tag)
- intent: call.hold
  examples: |
    - put [Greta Lindqvist](contact) on hold
"""


def test_values_are_learnt_where_they_stand_after_masking(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "some.yml").write_text(_LEARNT, encoding="utf-8")
    monkeypatch.setattr(examples, "TRAINING", tmp_path)
    order = own_order()
    marked = {example.text: [tokens(example.text)[at] for at in example.values] for example in order.examples}
    assert marked == {
        "tag theticketref as very urgent": ["very", "urgent"],
        "put Greta Lindqvist on hold": ["Greta", "Lindqvist"],
    }
    assert ("ticket.tag", "ticket.untag") in order.opposites


def test_what_is_learnt_anew_is_what_depends_on_what_changed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "some.yml"
    file.write_text(_LEARNT, encoding="utf-8")
    monkeypatch.setattr(examples, "TRAINING", tmp_path)
    before = own_name()
    assert own_name() == before
    file.write_text(_LEARNT.replace("urgent", "urgently"), encoding="utf-8")
    assert own_name() != before
    file.write_text(_LEARNT, encoding="utf-8")
    monkeypatch.setattr(cache, "version", lambda _name: "99")
    assert own_name() != before
