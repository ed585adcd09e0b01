"""The Web API methods of the Slack stand-in: each takes decoded arguments and answers as Slack does."""

import copy
from collections.abc import Callable
from typing import Any

from bot.fakes.slack_limits import MESSAGE_TEXT, message_problems, view_problems
from bot.fakes.slack_workspace import APP, BOT, BOT_USER, TEAM, TEAM_DOMAIN, Message, User, Workspace

Json = dict[str, Any]
Tell = Callable[[str, str, Any], None]


def error(code: str, *details: str) -> Json:
    answer: Json = {"ok": False, "error": code}
    if details:
        answer["response_metadata"] = {"messages": [f"[ERROR] {detail}" for detail in details]}
    return answer


def content_error(arguments: Json) -> Json | None:
    """What is wrong with text and blocks, before anything is posted."""
    text, blocks = arguments.get("text") or arguments.get("markdown_text") or "", arguments.get("blocks")
    if blocks:
        problems = message_problems(blocks)
        if problems:
            return error("invalid_blocks", *problems)
    elif not str(text).strip() and not arguments.get("attachments"):
        return error("no_text")
    if len(str(text)) > MESSAGE_TEXT:
        return error("msg_too_long")
    return None


class SlackMethods:
    def __init__(self, workspace: Workspace, tell: Tell) -> None:
        self._workspace = workspace
        self._tell = tell
        self._methods: dict[str, Callable[[Json], Json]] = {
            "auth.test": self._auth_test,
            "chat.postMessage": self._post_message,
            "chat.postEphemeral": self._post_ephemeral,
            "chat.update": self._update,
            "chat.delete": self._delete,
            "views.open": self._views_open,
            "views.update": self._views_update,
            "views.publish": self._views_publish,
            "users.info": self._users_info,
            "users.lookupByEmail": self._users_lookup,
            "conversations.open": self._conversations_open,
            "conversations.info": self._conversations_info,
            "reactions.add": self._reactions_add,
        }

    def answer(self, method: str, arguments: Json) -> Json:
        handler = self._methods.get(method)
        return handler(copy.deepcopy(arguments)) if handler else error("unknown_method")

    def _auth_test(self, arguments: Json) -> Json:
        return {
            "ok": True,
            "url": f"https://{TEAM_DOMAIN}.slack.com/",
            "team": TEAM_DOMAIN,
            "user": "offhook",
            "team_id": TEAM,
            "user_id": BOT_USER,
            "bot_id": BOT,
            "is_enterprise_install": False,
        }

    def _post_message(self, arguments: Json) -> Json:
        channel = self._workspace.resolve_channel(str(arguments.get("channel", "")))
        if channel is None:
            return error("channel_not_found")
        if wrong := content_error(arguments):
            return wrong
        message = self._message(channel.id, arguments)
        self._tell("message.posted", channel.id, self._workspace.post(message))
        return {"ok": True, "channel": channel.id, "ts": message.ts, "message": message.as_json()}

    def _message(self, channel: str, arguments: Json) -> Message:
        return Message(
            channel=channel,
            ts=self._workspace.new_ts(),
            user=BOT_USER,
            text=str(arguments.get("text") or arguments.get("markdown_text") or ""),
            blocks=arguments.get("blocks") or [],
            thread_ts=str(arguments.get("thread_ts") or ""),
            metadata=arguments.get("metadata"),
        )

    def _post_ephemeral(self, arguments: Json) -> Json:
        channel = self._workspace.resolve_channel(str(arguments.get("channel", "")))
        if channel is None:
            return error("channel_not_found")
        if arguments.get("user") not in self._workspace.users:
            return error("user_not_in_channel")
        if wrong := content_error(arguments):
            return wrong
        message = self._message(channel.id, arguments)
        message.ephemeral_to = arguments["user"]
        self._tell("message.posted", channel.id, self._workspace.post(message))
        return {"ok": True, "message_ts": message.ts}

    def _own_message(self, arguments: Json, refusal: str) -> Message | Json:
        if arguments.get("channel") not in self._workspace.channels:
            return error("channel_not_found")
        message = self._workspace.find(str(arguments.get("channel")), str(arguments.get("ts")))
        if message is None or message.ephemeral_to:
            return error("message_not_found")
        return message if message.from_bot else error(refusal)

    def _update(self, arguments: Json) -> Json:
        message = self._own_message(arguments, "cant_update_message")
        if not isinstance(message, Message):
            return message
        if wrong := content_error(arguments):
            return wrong
        blocks = arguments.get("blocks")
        text = arguments.get("text", "" if blocks else message.text)
        self._workspace.edit(message, str(text), blocks or [])
        self._tell("message.updated", message.channel, message)
        answer = {"ok": True, "channel": message.channel, "ts": message.ts, "text": message.text}
        return answer | {"message": message.as_json()}

    def _delete(self, arguments: Json) -> Json:
        message = self._own_message(arguments, "cant_delete_message")
        if not isinstance(message, Message):
            return message
        self._workspace.messages.remove(message)
        self._tell("message.deleted", message.channel, message)
        return {"ok": True, "channel": message.channel, "ts": message.ts}

    def _views_open(self, arguments: Json) -> Json:
        view = arguments.get("view")
        if problems := view_problems(view):
            return error("invalid_arguments", *problems)
        assert isinstance(view, dict)
        user, refusal = self._workspace.spend_trigger(str(arguments.get("trigger_id", "")))
        if refusal:
            return error(refusal)
        return self._store_view(self._workspace.new_id("V"), user, view)

    def _store_view(self, view_id: str, user: str, view: Json) -> Json:
        shown = {
            "id": view_id,
            "team_id": TEAM,
            "app_id": APP,
            "bot_id": BOT,
            "app_installed_team_id": TEAM,
            "callback_id": "",
            "external_id": "",
            "private_metadata": "",
            "state": {"values": {}},
            "root_view_id": view_id,
            "previous_view_id": None,
            "clear_on_close": False,
            "notify_on_close": False,
            **view,
            "hash": self._workspace.new_ts(),
            "user": user,
        }
        self._workspace.fill_block_ids(shown["blocks"])
        if shown["type"] == "home":
            self._workspace.homes[user] = shown
        self._workspace.views[view_id] = shown
        self._tell("view.shown", user, shown)
        return {"ok": True, "view": {key: value for key, value in shown.items() if key != "user"}}

    def _views_update(self, arguments: Json) -> Json:
        wanted, external = arguments.get("view_id"), arguments.get("external_id")
        views = self._workspace.views.values()
        open_view = next((v for v in views if v["id"] == wanted or (external and v["external_id"] == external)), None)
        if open_view is None:
            return error("not_found")
        if arguments.get("hash") not in (None, open_view["hash"]):
            return error("hash_conflict")
        view = arguments.get("view")
        if problems := view_problems(view):
            return error("invalid_arguments", *problems)
        assert isinstance(view, dict)
        return self._store_view(open_view["id"], open_view["user"], view)

    def _views_publish(self, arguments: Json) -> Json:
        user, view = str(arguments.get("user_id", "")), arguments.get("view")
        if user not in self._workspace.users:
            return error("user_not_found")
        if problems := view_problems(view):
            return error("invalid_arguments", *problems)
        if not isinstance(view, dict) or view.get("type") != "home":
            return error("invalid_arguments", "only a home view can be published")
        known = self._workspace.homes.get(user)
        return self._store_view(known["id"] if known else self._workspace.new_id("V"), user, view)

    def _users_info(self, arguments: Json) -> Json:
        user = self._workspace.users.get(str(arguments.get("user", "")))
        return {"ok": True, "user": _user_json(user)} if user else error("user_not_found")

    def _users_lookup(self, arguments: Json) -> Json:
        email = str(arguments.get("email", "")).lower()
        user = next((u for u in self._workspace.users.values() if u.email.lower() == email), None)
        return {"ok": True, "user": _user_json(user)} if user else error("users_not_found")

    def _conversations_open(self, arguments: Json) -> Json:
        users = arguments.get("users") or ""
        named = users if isinstance(users, list) else [part for part in str(users).split(",") if part]
        if len(named) != 1 or named[0] not in self._workspace.users:
            return error("user_not_found" if named else "users_list_not_supplied")
        return {"ok": True, "channel": {"id": self._workspace.direct_channel(named[0])}}

    def _conversations_info(self, arguments: Json) -> Json:
        channel = self._workspace.channels.get(str(arguments.get("channel", "")))
        if channel is None:
            return error("channel_not_found")
        shown: Json = {"id": channel.id, "is_im": channel.is_direct, "is_channel": not channel.is_direct}
        shown |= {"user": channel.with_user} if channel.is_direct else {"name": channel.name, "is_member": True}
        return {"ok": True, "channel": shown}

    def _reactions_add(self, arguments: Json) -> Json:
        message = self._workspace.find(str(arguments.get("channel")), str(arguments.get("timestamp")))
        name = str(arguments.get("name") or "").strip(":")
        if message is None or not name:
            return error("message_not_found" if name else "invalid_name")
        if name in message.reactions:
            return error("already_reacted")
        message.reactions.append(name)
        self._tell("reaction.added", message.channel, message)
        return {"ok": True}


def _user_json(user: User) -> Json:
    return {
        "id": user.id,
        "team_id": TEAM,
        "name": user.handle,
        "real_name": user.name,
        "tz": user.time_zone,
        "locale": user.locale,
        "is_bot": user.id == BOT_USER,
        "deleted": False,
        "profile": {"real_name": user.name, "display_name": user.name, "email": user.email},
    }
