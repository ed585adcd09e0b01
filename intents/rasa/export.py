"""Everything that a Rasa server has to be given, as files in a folder that `rasa train` takes."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from intents.rasa import names
from intents.rasa.domain import VERSION, domain
from intents.rasa.nlu import nlu
from intents.rasa.stories import rules, stories
from intents.rasa.yaml_files import write

# Below it Rasa says that it did not understand, and our action asks.
ASKED_BELOW = 0.5
_TOO_NEAR = 0.1
_EPOCHS = 100


def export(folder: Path, languages: Sequence[str], address: str) -> list[Path]:
    """The files written. `address` is where Rasa reaches us. Raises OSError for a folder that cannot be written to."""
    files: dict[str, dict[str, Any]] = {
        "config.yml": _config(languages),
        "domain.yml": domain(),
        "endpoints.yml": _endpoints(address),
        "data/nlu.yml": nlu(languages),
        "data/rules.yml": rules(),
        "data/stories.yml": stories(),
    }
    (folder / "data").mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        write(folder / name, content)
    return [folder / name for name in files]


def _endpoints(address: str) -> dict[str, Any]:
    """Rasa puts the environment in, and sends `token` as a parameter of the address."""
    return {"action_endpoint": {"url": f"{address}/rasa/webhook", "token": "${RASA_ACTION_TOKEN}"}}


def _config(languages: Sequence[str]) -> dict[str, Any]:
    return {
        "version": VERSION,
        "assistant_id": "offhook",
        "recipe": "default.v1",
        "language": languages[0],
        "pipeline": [
            {"name": "WhitespaceTokenizer"},
            {"name": "RegexFeaturizer"},
            {"name": "LexicalSyntacticFeaturizer"},
            {"name": "CountVectorsFeaturizer"},
            {"name": "CountVectorsFeaturizer", "analyzer": "char_wb", "min_ngram": 2, "max_ngram": 4},
            {"name": "DIETClassifier", "epochs": _EPOCHS, "constrain_similarities": True},
            {"name": "EntitySynonymMapper"},
            {"name": "FallbackClassifier", "threshold": ASKED_BELOW, "ambiguity_threshold": _TOO_NEAR},
        ],
        "policies": [
            {"name": "MemoizationPolicy"},
            # What changes records is never predicted from what usually follows: rules alone decide.
            {"name": "RulePolicy", "core_fallback_action_name": names.NOT_UNDERSTOOD},
        ],
    }
