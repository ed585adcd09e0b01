"""Every command as an action of rasa-sdk, with the forms that ask for what a command cannot do without."""

from __future__ import annotations

from typing import Any, TypeAlias

from rasa_sdk import Action, FormValidationAction, Tracker
from rasa_sdk.events import SlotSet

from intents import asking, steering
from intents.rasa import names
from intents.rasa.dispatcher import Dispatcher
from intents.rasa.turn import Turn
from intents.rasa.words import word, words_of
from intents.registry import Command, commands, missing
from intents.understand.meant import SURE
from intents.understand.suggest import suggest

Events: TypeAlias = list[dict[str, Any]]


class CommandAction(Action):  # type: ignore[misc]
    def __init__(self, command: Command) -> None:
        self._command = command

    def name(self) -> str:
        return names.action_of(self._command)

    async def run(self, dispatcher: Dispatcher, tracker: Tracker, domain: object) -> Events:
        turn = dispatcher.turn
        assert turn is not None, "the server answers who has none"
        command, words = self._command, words_of(self._command, tracker.slots)
        argument = missing(command, words)
        if _cancels(turn, tracker):
            dispatcher.answer(turn, turn.context.reply("dialogue.cancelled"))
        elif command.forgets_ask:
            dispatcher.answer(turn, turn.context.reply("rasa.secret"))
        elif argument is not None:
            dispatcher.answer(turn, turn.context.reply(f"dialogue.ask-{argument.slot.name}"))
        elif command.changes and _confidence(command, tracker) < SURE:
            dispatcher.answer(turn, asking.did_you_mean(turn.context, [(command, words)]))
        else:
            dispatcher.answer(turn, await turn.carry_out(command, words))
        return _forgotten(tracker)


class FormValidation(FormValidationAction):  # type: ignore[misc]
    """Says of each word that was heard what is wrong with it; the form asks for it again."""

    def __init__(self, command: Command) -> None:
        self._command = command

    def name(self) -> str:
        return names.validation_of(self._command)

    def domain_slots(self, domain: object) -> list[str]:
        return [argument.name for argument in names.required(self._command)]

    async def required_slots(
        self, domain_slots: list[str], dispatcher: Dispatcher, tracker: Tracker, domain: object
    ) -> list[str]:
        """None any more when the question was cancelled: that ends the form."""
        assert dispatcher.turn is not None, "the server answers who has none"
        return [] if _cancels(dispatcher.turn, tracker) else domain_slots

    async def get_validation_events(self, dispatcher: Dispatcher, tracker: Tracker, domain: object) -> Events:
        turn = dispatcher.turn
        assert turn is not None, "the server answers who has none"
        heard = tracker.slots_to_validate()
        arguments = [argument for argument in names.required(self._command) if argument.name in heard]
        if _cancels(turn, tracker):
            return [SlotSet(argument.name, None) for argument in arguments]
        events = []
        for argument in arguments:
            said = word(heard[argument.name])
            wrong = turn.misread(argument, said) if said else None
            if wrong is not None:
                dispatcher.utter_message(text=wrong)
            events.append(SlotSet(argument.name, said if said and wrong is None else None))
        return events


class Question(Action):  # type: ignore[misc]
    """Asks for an argument, as the command of the form that is being filled calls it."""

    def __init__(self, argument: str) -> None:
        self._argument = argument

    def name(self) -> str:
        return names.question_of(self._argument)

    async def run(self, dispatcher: Dispatcher, tracker: Tracker, domain: object) -> Events:
        turn = dispatcher.turn
        assert turn is not None, "the server answers who has none"
        command = self._asking(tracker)
        slot = next(argument.slot for argument in command.arguments if argument.name == self._argument)
        dispatcher.answer(turn, turn.context.reply(f"dialogue.ask-{slot.name}"))
        return []

    def _asking(self, tracker: Tracker) -> Command:
        """A form that was just begun is not the active one yet: the intent that began it tells."""
        forms = names.asked_in(self._argument)
        active, intent = tracker.active_loop_name, _intent(tracker.latest_message)
        begun = next((form for form in forms if names.forms()[form].name == intent), forms[0])
        return names.forms()[active if active in forms else begun]


class NotUnderstood(Action):  # type: ignore[misc]
    def name(self) -> str:
        return names.NOT_UNDERSTOOD

    async def run(self, dispatcher: Dispatcher, tracker: Tracker, domain: object) -> Events:
        turn = dispatcher.turn
        assert turn is not None, "the server answers who has none"
        ranking = (tracker.latest_message or {}).get("intent_ranking")
        near: list[asking.Meaning] = [
            (commands()[name], {}) for one in ranking or () if (name := _named(one)) and name in commands()
        ]
        meanings = near or suggest(turn.context.ask.text, turn.context.language)
        dispatcher.answer(turn, asking.did_you_mean(turn.context, meanings))
        return _forgotten(tracker)


class Cancelled(Action):  # type: ignore[misc]
    def name(self) -> str:
        return names.CANCELLED

    async def run(self, dispatcher: Dispatcher, tracker: Tracker, domain: object) -> Events:
        turn = dispatcher.turn
        assert turn is not None, "the server answers who has none"
        dispatcher.answer(turn, turn.context.reply("dialogue.cancelled"))
        return _forgotten(tracker)


def every_action() -> list[Action]:
    asked = {argument.name for command in names.forms().values() for argument in names.required(command)}
    return [
        *(CommandAction(command) for command in commands().values()),
        *(FormValidation(command) for command in names.forms().values()),
        *(Question(argument) for argument in sorted(asked)),
        NotUnderstood(),
        Cancelled(),
    ]


def _cancels(turn: Turn, tracker: Tracker) -> bool:
    return steering.cancels(turn.context.ask.text) or _intent(tracker.latest_message) == names.CANCEL


def _forgotten(tracker: Tracker) -> Events:
    """What was said for one command is not said for the next."""
    known = set(names.slots())
    return [SlotSet(name, None) for name, value in tracker.slots.items() if name in known and value is not None]


def _confidence(command: Command, tracker: Tracker) -> float:
    """How sure Rasa was of the utterance that asked for the command; 0 when none did."""
    for event in reversed(tracker.events):
        if event.get("event") == "user" and _intent(event.get("parse_data")) == command.name:
            confidence = event["parse_data"]["intent"].get("confidence")
            return float(confidence) if isinstance(confidence, int | float) else 0.0
    return 0.0


def _intent(parsed: object) -> str | None:
    return _named(parsed.get("intent")) if isinstance(parsed, dict) else None


def _named(intent: object) -> str | None:
    return intent.get("name") if isinstance(intent, dict) else None
