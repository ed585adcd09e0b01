from __future__ import annotations

import numpy as np
import pytest

from intents.understand import encoder


def test_two_languages_that_say_the_same_are_near() -> None:
    loaded = encoder.load_encoder()
    assert loaded is not None
    heating, same, other = loaded.encode(["the heating is cold", "die Heizung ist kalt", "we won the deal"])
    assert heating @ same > heating @ other + 0.2
    assert np.linalg.norm(heating) == pytest.approx(1, abs=1e-3)


def test_files_that_are_not_the_pinned_ones_are_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(encoder, "WEIGHTS_SHA256", "0" * 64)
    assert encoder.load_encoder() is None


def test_without_the_extra_there_is_no_encoder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(encoder, "find_spec", lambda _name: None)
    assert encoder.load_encoder() is None
    assert encoder.encoder_version() is None
