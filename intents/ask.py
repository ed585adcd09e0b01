"""Ask: one utterance, without the channel it came through."""

from __future__ import annotations

from dataclasses import dataclass

from intents.understand.meant import Meant


@dataclass(frozen=True, slots=True)
class Ask:
    """`text` is what was typed or said, or `token` what a pressed button carries.

    `conversation` is a place and a person (`slack:C1:U7`); `account` is the channel's own name of the person, for
    linking; in a public place (`is_public`) no customer data is shown. `call_id` is the call it was said in. `meant` is
    what a server that understands took the text for: it counts where no example says the same word by word.
    """

    channel: str
    conversation: str
    account: str
    text: str = ""
    token: str | None = None
    is_public: bool = False
    call_id: int | None = None
    meant: Meant | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "text", storable(self.text))
        object.__setattr__(self, "token", None if self.token is None else storable(self.token))


def storable(text: str) -> str:
    """Without what no database takes: the zero character and halves of surrogate pairs."""
    return text.replace("\x00", " ").encode("utf-8", "replace").decode("utf-8")
