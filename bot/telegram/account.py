"""The bot's own account: its name, and where its messages go."""

from __future__ import annotations

from telegram import Bot

ALLOWED_UPDATES = ["message", "callback_query"]


async def describe(token: str, api_url: str, webhook: str) -> tuple[bool, str]:
    """Whether its messages come here, in words too. Raises TelegramError for a token that is none."""
    async with _bot(token, api_url) as bot:
        info = await bot.get_webhook_info()
        name = bot.username
    if info.url != webhook:
        return False, f"@{name} sends its messages to {info.url or 'nobody'}: run `offhook connect telegram`"
    trouble = f"; its last delivery failed: {info.last_error_message}" if info.last_error_message else ""
    return True, f"@{name} sends its messages here{trouble}"


async def register_webhook(token: str, api_url: str, webhook: str, secret: str) -> str:
    """The bot's name. Raises TelegramError."""
    async with _bot(token, api_url) as bot:
        await bot.set_webhook(webhook, secret_token=secret, allowed_updates=ALLOWED_UPDATES)
        return bot.username


def _bot(token: str, api_url: str) -> Bot:
    return Bot(token, base_url=f"{api_url}/bot", base_file_url=f"{api_url}/file/bot")
