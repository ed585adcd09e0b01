"""What a day may look like, and which one it is.

`next Tuesday` and `Dienstag` are the Tuesday that comes, never today; the one behind it is `Tuesday next week`.
"""

from __future__ import annotations

import re
from collections import defaultdict
from datetime import date

from intents.values.days import dates, edges, relative
from intents.values.days.calendar_words import SHORT_WEEKDAYS
from intents.values.days.form import Form, coming, matching, weekday_of
from intents.values.days.working_days import Works
from intents.values.wording import ungrouped

# The longer ones first: `Monday week` begins with a Monday, `3. Dezember` with a third.
_FORMS: list[Form] = [*edges.FORMS, *dates.FORMS, *relative.FORMS]
_READERS = matching(_FORMS)
_PAST_READERS = matching(relative.PAST_FORMS)


_SPACE = re.compile(r"\\s(?![?+*])")


def _pattern(forms: list[Form]) -> str:
    return "(?:" + "|".join(_SPACE.sub(r"\\s+", ungrouped(pattern)) for pattern, _ in forms) + ")"


DAY_PATTERN = _pattern(_FORMS)
PAST_PATTERN = _pattern(relative.PAST_FORMS)


def read_day(words: str, today: date, works: Works, *, in_the_past: bool = False) -> date | None:
    """`words` in small letters and digits. None for what is no day."""
    if words.rstrip(".") in SHORT_WEEKDAYS:
        return coming(weekday_of(words), today)
    for pattern, reader in [*_PAST_READERS, *_READERS] if in_the_past else _READERS:
        found = pattern.fullmatch(words)
        if found is not None:
            try:
                return reader(defaultdict(str, {k: v or "" for k, v in found.groupdict().items()}), today, works)
            except (ValueError, OverflowError):
                return None
    return None
