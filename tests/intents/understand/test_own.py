from __future__ import annotations

from pathlib import Path

import pytest

from intents.understand import examples
from intents.understand.gist import tokens
from intents.understand.own import own_order

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
