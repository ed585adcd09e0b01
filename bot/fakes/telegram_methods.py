"""The Bot API methods of the Telegram stand-in: each takes decoded arguments and returns `result` or raises Refusal."""

import copy
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from bot.fakes import telegram_limits as limits
from bot.fakes.telegram_chats import Chat, Chats, Message, UploadedFile
from bot.fakes.telegram_limits import Refusal

Json = dict[str, Any]
Tell = Callable[[str, str, Any], None]


@dataclass
class Webhook:
    url: str
    secret: str
    allowed_updates: list[str] | None = None
    last_error: str = ""


class TelegramMethods:
    def __init__(self, chats: Chats, webhook: Webhook, tell: Tell) -> None:
        self._chats = chats
        self._webhook = webhook
        self._tell = tell
        handlers = {
            "getMe": lambda _: chats.bot,
            "setWebhook": self._set_webhook,
            "deleteWebhook": self._delete_webhook,
            "getWebhookInfo": self._webhook_info,
            "sendMessage": self._send_message,
            "editMessageText": self._edit_text,
            "editMessageReplyMarkup": self._edit_markup,
            "answerCallbackQuery": self._answer_query,
            "setMyCommands": self._set_commands,
            "sendPhoto": lambda arguments: self._send_file(arguments, "photo"),
            "sendDocument": lambda arguments: self._send_file(arguments, "document"),
            "sendChatAction": self._chat_action,
            "deleteMessage": self._delete_message,
            "getFile": self._get_file,
        }
        self._methods: dict[str, Callable[[Json], Any]] = {name.lower(): call for name, call in handlers.items()}

    def answer(self, method: str, arguments: Json) -> Any:
        """Method names are read without regard to case, as Telegram reads them."""
        handler = self._methods.get(method.lower())
        if handler is None:
            raise Refusal("Not Found: method not found", 404)
        return handler(copy.deepcopy(arguments))

    def _set_webhook(self, arguments: Json) -> bool:
        url, secret = limits.webhook_address(arguments.get("url"), arguments.get("secret_token"))
        self._webhook.url, self._webhook.secret = url, secret
        if "allowed_updates" in arguments:
            self._webhook.allowed_updates = arguments["allowed_updates"] or None
        self._tell("webhook.set", url, self._webhook)
        return True

    def _delete_webhook(self, arguments: Json) -> bool:
        self._webhook.url = self._webhook.secret = ""
        self._tell("webhook.set", "", self._webhook)
        return True

    def _webhook_info(self, arguments: Json) -> Json:
        info: Json = {"url": self._webhook.url, "has_custom_certificate": False, "pending_update_count": 0}
        if self._webhook.allowed_updates:
            info["allowed_updates"] = self._webhook.allowed_updates
        if self._webhook.last_error:
            info["last_error_message"] = self._webhook.last_error
        return info

    def _open_chat(self, arguments: Json) -> Chat:
        if not arguments.get("chat_id"):
            raise Refusal("Bad Request: chat_id is empty")
        chat = self._chats.resolve(arguments["chat_id"])
        if chat is None:
            raise Refusal("Bad Request: chat not found")
        person = self._chats.people.get(chat.id)
        if person and person.blocked:
            raise Refusal("Forbidden: bot was blocked by the user", 403)
        if person and not person.started:
            raise Refusal("Forbidden: bot can't initiate conversation with a user", 403)
        return chat

    def _send_message(self, arguments: Json) -> Json:
        chat = self._open_chat(arguments)
        text, entities = limits.message_text(arguments)
        return self._post(chat, arguments, text, str(arguments["text"]), entities, {})

    def _post(self, chat: Chat, arguments: Json, text: str, source: str, entities: list[Json], content: Json) -> Json:
        markup = limits.keyboard(arguments.get("reply_markup"), private=chat.is_private)
        reply = arguments.get("reply_parameters") or {}
        answered = reply.get("message_id") or arguments.get("reply_to_message_id")
        may_be_gone = reply.get("allow_sending_without_reply") or arguments.get("allow_sending_without_reply")
        if answered and not may_be_gone and self._chats.find(chat, answered) is None:
            raise Refusal("Bad Request: message to be replied not found")
        message = self._chats.new_message(
            chat,
            self._chats.bot_sender,
            text=text,
            source=source,
            entities=entities,
            reply_markup=markup,
            reply_to=answered,
            content=content,
        )
        self._tell("message.posted", str(chat.id), message)
        return message.as_json()

    def _own_message(self, arguments: Json, missing: str, not_own: str) -> Message:
        chat = self._open_chat(arguments)
        message = self._chats.find(chat, arguments.get("message_id"))
        if message is None:
            raise Refusal(f"Bad Request: {missing}")
        if not message.from_bot:
            raise Refusal(f"Bad Request: {not_own}")
        return message

    def _edit_text(self, arguments: Json) -> Json:
        message = self._own_message(arguments, "message to edit not found", "message can't be edited")
        if message.has_media:
            raise Refusal("Bad Request: there is no text in the message to edit")
        text, entities = limits.message_text(arguments)
        markup = limits.keyboard(arguments.get("reply_markup"), private=message.chat.is_private, inline_only=True)
        self._refuse_no_change((message.text, message.entities, message.reply_markup), (text, entities, markup))
        message.text, message.source, message.entities = text, str(arguments["text"]), entities
        message.reply_markup, message.edited = markup, True
        self._tell("message.updated", str(message.chat.id), message)
        return message.as_json()

    def _edit_markup(self, arguments: Json) -> Json:
        message = self._own_message(arguments, "message to edit not found", "message can't be edited")
        markup = limits.keyboard(arguments.get("reply_markup"), private=message.chat.is_private, inline_only=True)
        self._refuse_no_change(message.reply_markup, markup)
        message.reply_markup, message.edited = markup, True
        self._tell("message.updated", str(message.chat.id), message)
        return message.as_json()

    def _refuse_no_change(self, before: object, after: object) -> None:
        if before == after:
            raise Refusal(
                "Bad Request: message is not modified: specified new message content and reply markup are exactly "
                "the same as a current content and reply markup of the message"
            )

    def _answer_query(self, arguments: Json) -> bool:
        query = str(arguments.get("callback_query_id", ""))
        if query not in self._chats.open_queries:
            raise Refusal("Bad Request: query is too old and response timeout expired or query ID is invalid")
        if len(str(arguments.get("text", ""))) > limits.CALLBACK_ANSWER:
            raise Refusal("Bad Request: MESSAGE_TOO_LONG")
        self._chats.open_queries.remove(query)
        self._chats.answered_queries[query] = arguments
        self._tell("query.answered", query, arguments)
        return True

    def _set_commands(self, arguments: Json) -> bool:
        self._chats.commands[str(arguments.get("language_code", ""))] = limits.bot_commands(arguments.get("commands"))
        return True

    def _send_file(self, arguments: Json, kind: str) -> Json:
        chat = self._open_chat(arguments)
        file = arguments.get(kind)
        if isinstance(file, str) and file in self._chats.files:
            file_id, file = file, self._chats.files[file]
        elif isinstance(file, UploadedFile):
            file_id = self._chats.keep_file(file)
        else:
            raise Refusal(f"Bad Request: there is no {kind} in the request")
        if not file.content:
            raise Refusal("Bad Request: file must be non-empty")
        text, entities = limits.caption_text(arguments)
        shown: Json = {"file_id": file_id, "file_unique_id": f"unique-{file_id}", "file_size": len(file.content)}
        if kind == "photo":
            content: Json = {"photo": [shown | {"width": 800, "height": 600}]}
        else:
            content = {"document": shown | {"file_name": file.filename, "mime_type": file.content_type}}
        return self._post(chat, arguments, text, str(arguments.get("caption", "")), entities, content)

    def _chat_action(self, arguments: Json) -> bool:
        chat = self._open_chat(arguments)
        self._tell("chat.action", str(chat.id), arguments.get("action"))
        return True

    def _delete_message(self, arguments: Json) -> bool:
        chat = self._open_chat(arguments)
        message = self._chats.find(chat, arguments.get("message_id"))
        if message is None:
            raise Refusal("Bad Request: message to delete not found")
        self._chats.messages.remove(message)
        self._tell("message.deleted", str(chat.id), message)
        return True

    def _get_file(self, arguments: Json) -> Json:
        file_id = str(arguments.get("file_id", ""))
        file = self._chats.files.get(file_id)
        if file is None:
            raise Refusal("Bad Request: wrong file_id or the file is temporarily unavailable")
        size = len(file.content)
        return {
            "file_id": file_id,
            "file_unique_id": f"unique-{file_id}",
            "file_size": size,
            "file_path": f"files/{file_id}",
        }
