from __future__ import annotations

from intents.understand.tags import OUTSIDE, Part, Sought, stretches, tag, tags_of

ARGUMENTS = (Sought("title", "text", None), Sought("due", "due", "x"))


def test_what_has_begun_must_end_before_another_begins() -> None:
    tags = tags_of("task.add", ARGUMENTS)
    begin, end = tag(0, Part.BEGIN), tag(0, Part.END)
    assert tags.allowed[begin, end] and tags.allowed[OUTSIDE, begin] and tags.allowed[end, tag(1, Part.SINGLE)]
    assert not tags.allowed[begin, OUTSIDE]
    assert not tags.allowed[begin, tag(1, Part.END)]
    assert not tags.allowed[OUTSIDE, end]
    assert not tags.can_start[end] and not tags.can_end[begin]


def test_a_row_of_tags_says_where_each_argument_stands() -> None:
    row = [OUTSIDE, *(tag(0, part) for part in (Part.BEGIN, Part.INSIDE, Part.END)), tag(1, Part.SINGLE)]
    assert stretches(row) == [(0, 1, 4), (1, 4, 5)]
