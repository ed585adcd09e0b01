"""Days and times as they are said: `heute um 15 Uhr`, `on Monday, 30 November at 3 pm`."""

from __future__ import annotations

from datetime import datetime, timedelta

from babel.dates import format_date, format_time

from telephony.turn import Turn

_DAYS = {"en": "EEEE, d MMMM", "de": "EEEE, d. MMMM"}


def moment(turn: Turn, at: datetime) -> str:
    """In the house's own zone."""
    local, today = at.astimezone(turn.company.zone), turn.now.astimezone(turn.company.zone).date()
    if local.date() == today:
        return turn.words("phone.time-today", clock=_clock(turn, local))
    if local.date() == today + timedelta(days=1):
        return turn.words("phone.time-tomorrow", clock=_clock(turn, local))
    day = format_date(local, _DAYS.get(turn.language, "full"), locale=turn.language)
    return turn.words("phone.time-on", day=day, clock=_clock(turn, local))


def _clock(turn: Turn, local: datetime) -> str:
    if turn.language == "de":
        return f"{local.hour} Uhr {local.minute:02}" if local.minute else f"{local.hour} Uhr"
    if turn.language == "en":
        return format_time(local, "h:mm a" if local.minute else "h a", locale=turn.language).lower()
    return format_time(local, "short", locale=turn.language)
