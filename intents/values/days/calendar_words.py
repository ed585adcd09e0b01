"""The names of days and months, in English and German."""

from __future__ import annotations

from intents.values.wording import spelled, without_umlauts


def _spelt(names: dict[str, int]) -> dict[str, int]:
    return names | {without_umlauts(name): value for name, value in names.items()}


WEEKDAYS = {
    name: index
    for names in (
        "monday tuesday wednesday thursday friday saturday sunday",
        "montag dienstag mittwoch donnerstag freitag samstag sonntag",
    )
    for index, name in enumerate(names.split())
} | {"sonnabend": 5}
SHORT_WEEKDAYS = {
    "mon": 0, "tue": 1, "tues": 1, "wed": 2, "thu": 3, "thur": 3, "thurs": 3, "fri": 4, "sat": 5, "sun": 6,
    "mo": 0, "di": 1, "mi": 2, "do": 3, "fr": 4, "sa": 5, "so": 6,
}  # fmt: skip
MONTHS = _spelt(
    {
        name: number
        for names in (
            "january february march april may june july august september october november december",
            "januar februar märz april mai juni juli august september oktober november dezember",
            "jan feb mar apr may jun jul aug sep oct nov dec",
            "jan feb mär apr mai jun jul aug sep okt nov dez",
        )
        for number, name in enumerate(names.split(), start=1)
    }
    | {"sept": 9, "jänner": 1, "feber": 2}
)
# Put together by hand: they stand in many patterns.
WEEKDAY = r"(?:(?:mon|tues|wednes|thurs|fri|satur|sun)day|(?:mon|diens|donners|frei|sams|sonn)tag|mittwoch|sonnabend)"
# `so` and `do` are other words as well.
SHORT_ENGLISH, SHORT_GERMAN = r"(?:mon|tues?|wed|thu(?:rs?)?|fri|sat|sun)", r"(?:mo|di|mi|do|fr|sa|so(?=\.))"
MONTH = spelled(
    r"(?:(?:ja|jä)n(?:uary|uar|ner)?|feb(?:ruary|ruar|er)?|mar(?:ch)?|märz?|apr(?:il)?|ma[iy]|jun[ei]?|jul[iy]?|aug(?:ust)?"
    r"|sept?(?:ember)?|o[ck]t(?:ober)?|nov(?:ember)?|de[cz](?:ember)?)(?!\w)"
)
