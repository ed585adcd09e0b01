"""Ask: one utterance, without the channel it came through."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from intents.understand.meant import Meant


@dataclass(frozen=True, slots=True)
class Ask:
    """`text` is what was typed or said, or `token` what a pressed button carries.

    `conversation` is a place and a person (`slack:C1:U7`); `account` is the channel's own name of the person, for
    linking; in a public place (`is_public`) no customer data is shown. `call_id` is the call it was said in. `meant` is
    what a model or a server took the text for: it counts where no example says the same word by word. `fields` is what
    was filled into a form when it was sent.
    """

    channel: str
    conversation: str
    account: str
    text: str = ""
    token: str | None = None
    is_public: bool = False
    call_id: int | None = None
    meant: Meant | None = None
    fields: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        object.__setattr__(self, "text", storable(self.text))
        object.__setattr__(self, "fields", {storable(name): storable(text) for name, text in self.fields.items()})
        object.__setattr__(self, "token", None if self.token is None else storable(self.token))


def storable(text: str) -> str:
    """Without what no database takes: the zero character and halves of surrogate pairs."""
    return text.replace("\x00", " ").encode("utf-8", "replace").decode("utf-8")
