import pytest

from crm_core.callcenter import erlang


@pytest.mark.parametrize(
    ("agents", "probability", "level", "average"), [(6, 0.2848, 0.7590, 34.2), (7, 0.1351, 0.8948, 10.8)]
)
def test_the_figures_are_the_published_ones(agents: int, probability: float, level: float, average: float) -> None:
    found = erlang.waiting(60, 240, agents)
    assert found is not None
    assert (round(found.probability, 4), round(found.service_level, 4)) == (probability, level)
    assert round(found.average, 1) == average


def test_too_few_agents_never_catch_up() -> None:
    assert erlang.waiting(60, 240, 4) is None


def test_the_fewest_agents_that_keep_the_service_level() -> None:
    assert erlang.agents_needed(60, 240) == 7


def test_a_large_floor_does_not_overflow() -> None:
    found = erlang.waiting(10_000, 300, 850)
    assert found is not None
    assert 0 < found.probability < 1
