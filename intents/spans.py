"""The arguments that are a length of time, a week, some days or how often something comes again."""

from __future__ import annotations

from datetime import date
from typing import Annotated, TypeAlias

from crm_core.projects.recurrence import Recurrence
from intents.slot import Slot
from intents.values.due import PAST_DAY_PATTERN, read_past_day
from intents.values.durations import DURATION_PATTERN, LEAD_PATTERN, read_duration, read_lead
from intents.values.stretches import DAYS_PATTERN, read_days
from intents.values.weeks import REPEAT_PATTERN, WEEK_PATTERN, read_repetition, read_week

DURATION = Slot("duration", DURATION_PATTERN, lambda text, _heard: read_duration(text))
LEAD = Slot("lead", LEAD_PATTERN, lambda text, _heard: read_lead(text))
DAY = Slot("day", PAST_DAY_PATTERN, lambda text, heard: read_past_day(text, heard.now, heard.hours), is_long=True)
DAYS = Slot("days", DAYS_PATTERN, lambda text, heard: read_days(text, heard.now, heard.hours), is_long=True)
WEEK = Slot("week", WEEK_PATTERN, lambda text, heard: read_week(text, heard.now))
REPEAT = Slot("repeat", REPEAT_PATTERN, lambda text, _heard: read_repetition(text))

DurationArg: TypeAlias = Annotated[int, DURATION]
LeadArg: TypeAlias = Annotated[int, LEAD]
DaysArg: TypeAlias = Annotated[tuple[date, date], DAYS]
PastDayArg: TypeAlias = Annotated[date, DAY]
WeekArg: TypeAlias = Annotated[date, WEEK]
RepeatArg: TypeAlias = Annotated[Recurrence, REPEAT]
