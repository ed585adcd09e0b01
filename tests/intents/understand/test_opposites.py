from __future__ import annotations

from intents.registry import commands
from intents.understand.opposites import DOES, UNDOES, own_opposites, said


def test_every_opposite_is_a_command_and_changes_something() -> None:
    pairs = own_opposites()
    named = [name for pair in pairs for name in pair]
    assert len(named) == len(set(named)) > 40
    assert [name for name in named if name not in commands() or not commands()[name].changes] == []


def test_the_surer_the_more_often_it_is_said() -> None:
    assert said(0.1) == said(-0.1) == ""
    assert said(0.4) == DOES
    assert said(-0.6) == f"{UNDOES} {UNDOES}"
    assert said(-50).split() == [UNDOES] * 4
