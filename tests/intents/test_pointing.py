"""Words that point back at what was shown."""

import pytest

from intents.pointing import meant, points

LIST = ["T-6", "T-5", "T-4"]
SHOWN = [*LIST, "C-1001", "D-2"]


@pytest.mark.parametrize(
    ("text", "refs"),
    [
        ("the second one", ["T-5"]),
        ("second ticket", ["T-5"]),
        ("second", ["T-5"]),
        ("the last one", ["T-4"]),
        ("number three", ["T-4"]),
        ("das erste", ["T-6"]),
        ("den zweiten", ["T-5"]),
        ("dem letzten Vorgang", ["T-4"]),
        ("Nummer zwei", ["T-5"]),
        ("der dritte", ["T-4"]),
        ("the ninth one", []),
    ],
)
def test_a_place_in_the_list(text: str, refs: list[str]) -> None:
    assert points(text, "ticket")
    assert meant(text, "ticket", SHOWN, LIST) == refs


@pytest.mark.parametrize("text", ["it", "that", "this one", "that ticket", "das", "dieses Ticket", "dem Vorgang"])
def test_one_of_the_list_that_was_just_shown_may_be_any_of_it(text: str) -> None:
    assert points(text, "ticket")
    assert meant(text, "ticket", SHOWN, LIST) == LIST
    assert meant(text, "ticket", ["T-5", "T-6", "T-4"], LIST) == ["T-5"]


def test_it_is_the_newest_of_the_kind_that_is_wanted() -> None:
    assert meant("it", "deal", SHOWN, LIST) == ["D-2"]
    assert meant("den Auftrag", "deal", SHOWN, LIST) == ["D-2"]
    assert meant("her", "contact", SHOWN, LIST) == ["C-1001"]
    assert meant("it", "task", SHOWN, LIST) == []


@pytest.mark.parametrize(("text", "kind"), [("her", "contact"), ("ihm", "contact"), ("that customer", "contact")])
def test_people_are_pointed_at_where_one_is_wanted(text: str, kind: str) -> None:
    assert points(text, kind)


@pytest.mark.parametrize("text", ["T-4", "Greta", "her mother", "the second floor", "heating", "itself", ""])
def test_anything_else_points_at_nothing(text: str) -> None:
    assert not points(text, "ticket")
    assert not points(text, "contact")
