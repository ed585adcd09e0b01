from __future__ import annotations

from intents.understand.examples import Example
from intents.understand.marks import Marked, Span, marked


def test_the_marks_of_an_example_say_where_its_arguments_stand() -> None:
    found = marked(Example("move [D-7](deal) to [offer](stage) please", "deal.move"))
    assert found == Marked("move D-7 to offer please", "deal.move", (Span(5, 8, "deal"), Span(12, 17, "stage")))
    assert found.words() == {"deal": "D-7", "stage": "offer"}


def test_brackets_that_are_no_mark_stay() -> None:
    assert marked(Example("close [sic] it (now)", "ticket.close")).text == "close [sic] it (now)"
