"""What a process of the product imports and compiles on its way: whoever imports this has it behind them."""

import bot.slack.bridge
import bot.telegram.bridge
import telephony.client
import telephony.courier
import webhooks.cli
import webhooks.serve
from intents.registry import commands
from intents.understand.grammar import understand

__all__ = ["bot", "telephony", "webhooks"]

commands()
understand("help", "en")
