import pytest


@pytest.fixture(autouse=True)
def _nothing_stays(own_commands: None) -> None:
    """Every test here loads some."""
