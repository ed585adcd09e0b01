"""Cards: one module a subject."""

from intents.cards.cards import Drawn, card, draw, in_words, notice

__all__ = ["Drawn", "card", "draw", "in_words", "notice"]
