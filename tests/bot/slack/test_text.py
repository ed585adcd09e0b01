import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.slack.text import escaped, pages

HALF_ENTITY = re.compile(r"&(?!amp;|lt;|gt;)|&[a-z]*\Z")


@given(st.text(alphabet="a<&> \n", max_size=400), st.integers(min_value=10, max_value=60))
def test_a_text_in_pieces_is_the_text_and_no_piece_is_too_long(text: str, most: int) -> None:
    found = list(pages(escaped(text), most))
    assert all(len(page) <= most for page in found)
    assert not any(HALF_ENTITY.search(page) for page in found)
    assert re.sub(r"\s", "", "".join(found)) == re.sub(r"\s", "", escaped(text))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("short", ["short"]),
        ("one two three four", ["one two", "three four"]),
        ("one\ntwo three four", ["one\ntwo", "three four"]),
        ("x\n" + "y" * 15, ["x\n" + "y" * 8, "y" * 7]),
    ],
)
def test_it_is_cut_between_lines_or_words_where_that_leaves_no_crumb(text: str, found: list[str]) -> None:
    assert list(pages(text, 10)) == found
