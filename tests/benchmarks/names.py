"""Names as a phone book has them: few very common ones, a long tail of rare ones. The same at every run."""

from __future__ import annotations

import random
from itertools import accumulate

SEED = 20261124
FIRST_NAMES = 900
LAST_NAMES = 60_000

_BEGINNINGS = """
a al an ar ba be bel ber bo bra bre bru car ce chri da de di do e ed ei el em er fa fe fi fra frie ga ge ger
gi gre gu ha han he hei hel her hil ho i in ir ja jo jul ka kar ke kla kon ku la le li lo lu ma mar me mi mo
na ne ni no o ol pa pe phi re ri ro ru sa se si so ste su ta the ti to u ul va vi wa we wil wol ya zo
"""
_MIDDLES = """
ba be bi da de di ga ge ka ke la le li lo ma me mi na ne ni no ra re ri ro sa se si ta te ti to va vi
"""
_ENDS_OF_FIRST = """
a e i o us an en in tta ra ria na lia as is el er ik ert bert mar trud linde hard fried win
"""
_ENDS_OF_LAST = """
mann berg er ler ner ke sen stein feld bach hof horn lich wald haus dorf mayer huber ski ow ing
"""
_TRADES = """
Bau Haustechnik Metallbau Logistik Immobilien Elektro Energie Gartenbau Druck Optik Apotheke Reisen
"""
_FORMS = ("GmbH", "AG", "KG", "e.K.", "Ltd")


class PhoneBook:
    """People and companies drawn with a frequency that falls with their rank."""

    def __init__(self) -> None:
        self._random = random.Random(SEED)
        self.first = self._made(FIRST_NAMES, _ENDS_OF_FIRST.split())
        self.last = self._made(LAST_NAMES, _ENDS_OF_LAST.split())
        self._first_weights = list(accumulate(1 / (rank + 5) for rank in range(FIRST_NAMES)))
        self._last_weights = list(accumulate(1 / (rank + 50) for rank in range(LAST_NAMES)))

    def person(self) -> str:
        [first] = self._random.choices(self.first, cum_weights=self._first_weights)
        return f"{first} {self.family()}"

    def company(self) -> str:
        return f"{self.family()} {self._random.choice(_TRADES.split())} {self._random.choice(_FORMS)}"

    def family(self) -> str:
        return self._random.choices(self.last, cum_weights=self._last_weights)[0]

    def number(self, index: int) -> str:
        """Each index has its own."""
        return f"+4930{10_000_000 + index * 7 % 79_999_999}"

    def mistyped(self, name: str) -> str:
        """One letter of one word of four or more wrong, missing, doubled or swapped with its neighbour."""
        words = name.split()
        at = self._random.choice([i for i, word in enumerate(words) if len(word) >= 4] or [0])
        word = words[at]
        i = self._random.randrange(len(word) - 1)
        match self._random.randrange(4):
            case 0:
                word = word[:i] + self._random.choice("bdfgklmnprst") + word[i + 1 :]
            case 1:
                word = word[:i] + word[i + 1 :]
            case 2:
                word = word[:i] + word[i] + word[i:]
            case _:
                word = word[:i] + word[i + 1] + word[i] + word[i + 2 :]
        return " ".join([*words[:at], word, *words[at + 1 :]])

    def _made(self, count: int, ends: list[str]) -> list[str]:
        found: dict[str, None] = {}
        while len(found) < count:
            middles = "".join(self._random.choices(_MIDDLES.split(), k=self._random.choice((0, 0, 1, 1, 2))))
            found[(self._random.choice(_BEGINNINGS.split()) + middles + self._random.choice(ends)).capitalize()] = None
        return list(found)
