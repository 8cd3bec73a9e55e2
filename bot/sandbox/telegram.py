"""The world of the small Telegram: who is where, what was written, and which bot is told. No HTTP.

A Sandbox belongs to one event loop. Whatever changes in it raises `version` and rings `bell`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from bot.sandbox import wire
from bot.sandbox.chats import (
    Account,
    BotAccount,
    Chat,
    Json,
    Message,
    Person,
    Press,
    Refusal,
    Toast,
)
from bot.sandbox.entities import cut
from bot.sandbox.inbox import Bell, Inbox
from bot.sandbox.limits import Pace
from bot.sandbox.profiles import Profiles

__all__ = ["BotAccount", "Chat", "Message", "Person", "Refusal", "Sandbox", "default_sandbox"]

Fault = str | tuple[int, str, Json] | None
FIRST_PERSON = 5_000_001
FIRST_GROUP = -100_2000_000_001


class Sandbox:
    """A Telegram for a handful of people; *clock* gives unix seconds.

    *faults*, when set, is asked about every call (role, method, parameters): None lets it pass,
    "drop_request" cuts the line before it has an effect, "drop_answer" after it, and
    (code, description, parameters) answers with that error.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self.moved = 0.0
        self.private_ids: dict[int, int] = {}
        self.version = 0
        self.bell = Bell()
        self.accounts: dict[int, Account] = {}
        self.chats: dict[tuple[int | None, int], Chat] = {}
        self.inboxes: dict[int, Inbox] = {}
        self.profiles = Profiles()
        self.presses: dict[str, Press] = {}
        self.toasts: list[Toast] = []
        self.refused: list[Refusal] = []
        self.faults: Callable[[str, str, Json], Fault] | None = None
        self.pace = Pace()

    def now(self) -> float:
        """Unix seconds, as far as this Telegram knows."""
        return self._clock() + self.moved

    def move_clock(self, seconds: float) -> None:
        """Let *seconds* pass at once."""
        self.moved += seconds
        self.touch()

    def touch(self) -> int:
        """Say that something changed; gives the new version."""
        self.version += 1
        self.bell.ring()
        return self.version

    # Who is here

    def bots(self) -> list[BotAccount]:
        return [one for one in self.accounts.values() if isinstance(one, BotAccount)]

    def people(self) -> list[Person]:
        return [one for one in self.accounts.values() if isinstance(one, Person)]

    def bot(self, role: str) -> BotAccount:
        """The bot of this role; KeyError if there is none."""
        for bot in self.bots():
            if bot.role == role:
                return bot
        raise KeyError(role)

    def person(self, person_id: int) -> Person:
        """The person of this id; KeyError if there is none."""
        found = self.accounts[person_id]
        if not isinstance(found, Person):
            raise KeyError(person_id)
        return found

    def add_bot(
        self, role: str, name: str, username: str, token: str, privacy_mode: bool = True
    ) -> BotAccount:
        """What BotFather does; the bot's id is the number before the token's colon."""
        bot = BotAccount(int(token.split(":")[0]), token, username, name, role, privacy_mode)
        self.accounts[bot.id] = bot
        self.inboxes[bot.id] = Inbox(first_id=1000 * len(self.inboxes) + 1)
        self.touch()
        return bot

    def add_person(self, name: str, language_code: str, person_id: int | None = None) -> Person:
        """Somebody new, in no chat yet; language_code "" is a Telegram that tells none."""
        free = max((one.id for one in self.people()), default=FIRST_PERSON - 1) + 1
        person = Person(free if person_id is None else person_id, name, language_code)
        self.accounts[person.id] = person
        self.touch()
        return person

    # Chats

    def private(self, bot_id: int, person_id: int) -> Chat | None:
        """The chat of a person with a bot, or None before their first /start."""
        return self.chats.get((bot_id, person_id))

    def begin(self, bot_id: int, person_id: int) -> Chat:
        """The chat of a person with a bot, opened now if it was not, and not blocked."""
        fresh = Chat(person_id, "private", self.person(person_id).name, bot_id)
        chat = self.chats.setdefault((bot_id, person_id), fresh)
        if chat.blocked:
            self.set_blocked(chat, False)
        self.touch()
        return chat

    def groups(self) -> list[Chat]:
        return [chat for chat in self.chats.values() if chat.type == "supergroup"]

    @property
    def group(self) -> Chat:
        """The staff group: the first that was made. KeyError before."""
        for chat in self.groups():
            return chat
        raise KeyError("group")

    def make_group(self, title: str, owner: int | None = None) -> Chat:
        """A supergroup; ids are -100xxxxxxxxxx as Telegram's are."""
        chat = Chat(FIRST_GROUP - len(self.groups()), "supergroup", title)
        if owner is not None:
            chat.standing[owner] = "creator"
        self.chats[None, chat.id] = chat
        self.touch()
        return chat

    def make_topic(self, name: str) -> int:
        """A forum topic in the staff group; gives its message_thread_id."""
        created = {"forum_topic_created": {"name": name, "icon_color": 7322096}}
        message = self.post(self.group, Message(self._host(self.group), service=created))
        self.group.topics.add(message.id)
        return message.id

    def delete_topic(self, thread: int) -> None:
        """Delete a topic with all its messages, as an administrator can."""
        self.group.topics.discard(thread)
        inside = [one.id for one in self.group.messages.values() if one.thread == thread]
        self.remove(self.group, [thread, *inside])

    def join(self, who: int, administrator: bool = False, chat: Chat | None = None) -> None:
        """Let a person or a bot into the staff group (or *chat*)."""
        chat = chat or self.group
        by = self._host(chat) if who in self.inboxes else who
        self._stand(chat, who, "administrator" if administrator else "member", by)
        service = {"new_chat_members": [wire.user(self.accounts[who])]}
        self.post(chat, Message(by, service=service))

    def leave(self, who: int, chat: Chat | None = None, kicked: bool = False) -> None:
        """Let a person or a bot go; *kicked* by the owner, else by themselves."""
        chat = chat or self.group
        by = self._host(chat) if kicked else who
        self._stand(chat, who, "kicked" if kicked else "left", by)
        self.post(chat, Message(by, service={"left_chat_member": wire.user(self.accounts[who])}))

    def restrict(self, who: int, away: bool = False) -> None:
        """Restrict a member of the staff group; *away*: and they are out of it, too."""
        (self.group.away.add if away else self.group.away.discard)(who)
        self._stand(self.group, who, "restricted", self._host(self.group))

    def set_administrator(self, who: int, on: bool = True) -> None:
        """Make a member of the staff group an administrator, or a plain member again."""
        self._stand(self.group, who, "administrator" if on else "member", self._host(self.group))

    def set_anonymous(self, who: int, on: bool = True) -> None:
        """Let an administrator of the staff group write in the group's name."""
        change = self.group.anonymous.add if on else self.group.anonymous.discard
        change(who)
        self._stand(self.group, who, self.group.standing.get(who, "left"), self._host(self.group))

    def set_up(self, **settings: Any) -> None:
        """Change settings of the staff group. Bots hear of the timer only, as in Telegram."""
        before, chat = self.group.settings, self.group
        chat.settings = replace(before, **settings)
        if chat.settings.timer != before.timer:
            timer = {"message_auto_delete_time": chat.settings.timer}
            service = {"message_auto_delete_timer_changed": timer}
            self.post(chat, Message(self._host(chat), service=service))
        self.touch()

    def set_blocked(self, chat: Chat, on: bool) -> None:
        """The person of a private chat blocks the bot, or lets it write again."""
        chat.blocked = on
        old, new = ("member", "kicked") if on else ("kicked", "member")
        bot = self.accounts[chat.bot or 0]
        self._tell_standing(bot.id, "my_chat_member", chat, chat.id, (bot, old, new))
        self.touch()

    def _host(self, chat: Chat) -> int:
        """Who lets bots in: the owner, or whoever was there first."""
        owners = [who for who, status in chat.standing.items() if status == "creator"]
        return (owners or [one.id for one in self.people()])[0]

    def _stand(self, chat: Chat, who: int, status: str, by: int) -> None:
        old = chat.standing.get(who, "left")
        chat.standing[who] = status
        change = (self.accounts[who], old, status)
        if who in self.inboxes:
            self._tell_standing(who, "my_chat_member", chat, by, change)
        for bot in self._bots_in(chat):
            if bot.id != who and chat.rules(bot.id):
                self._tell_standing(bot.id, "chat_member", chat, by, change)
        self.touch()

    def _tell_standing(
        self, bot_id: int, kind: str, chat: Chat, by: int, change: tuple[Account, str, str]
    ) -> None:
        who, old, new = change
        body = {
            "chat": wire.chat(chat),
            "from": wire.user(self.accounts[by]),
            "date": int(self.now()),
            "old_chat_member": wire.member(who, old),
            "new_chat_member": wire.member(
                who, new, who.id in chat.anonymous, who.id in chat.away
            ),
        }
        self.inboxes[bot_id].put(kind, body, self.now())

    # Messages

    def post(self, chat: Chat, draft: Message) -> Message:
        """Put a message into a chat and tell the bots that may see it."""
        replied = chat.messages.get(draft.reply_to or 0)
        message = replace(
            draft,
            id=self._next_id(chat),
            date=int(self.now()),
            thread=draft.thread or (replied.thread if replied else None),
            version=self.touch(),
        )
        chat.messages[message.id] = message
        self._tell("message", chat, message)
        return message

    def change(self, chat: Chat, message: Message) -> Message:
        """Put *message* in the place of the one with its id."""
        message = replace(message, version=self.touch())
        chat.messages[message.id] = message
        self._tell("edited_message", chat, message)
        return message

    def remove(self, chat: Chat, ids: list[int]) -> None:
        """Delete messages for everybody. Bots are not told, as in Telegram."""
        for number in ids:
            chat.messages.pop(number, None)
            if chat.force_reply == number:
                chat.force_reply = None
        self.touch()

    def press(self, person: Person, chat: Chat, message: Message, data: str) -> Press:
        """A person presses a callback button; its bot is told."""
        inbox = self.inboxes[message.sender]
        unique = f"{message.sender}{inbox.next_id}"  # as its update's id: never twice for a bot
        press = Press(unique, message.sender, person.id, self.now())
        self.presses[press.id] = press
        body = {
            "id": press.id,
            "from": wire.user(person),
            "message": wire.message(message, chat, self.accounts),
            "chat_instance": str(chat.id),
            "data": data,
        }
        inbox.put("callback_query", body, self.now())
        self.touch()
        return press

    def _next_id(self, chat: Chat) -> int:
        """A supergroup counts for everybody; one bot's private chats share one counter."""
        if chat.bot is None:
            chat.last_id += 1
            return chat.last_id
        self.private_ids[chat.bot] = self.private_ids.get(chat.bot, 0) + 1
        return self.private_ids[chat.bot]

    def _tell(self, kind: str, chat: Chat, message: Message) -> None:
        if message.sender in self.inboxes:
            return  # bots never hear bots
        for bot in self._bots_in(chat):
            if _hears(bot, chat, message):
                body = wire.message(message, chat, self.accounts)
                self.inboxes[bot.id].put(kind, body, self.now())

    def _bots_in(self, chat: Chat) -> list[BotAccount]:
        inside = chat.present() if chat.bot is None else [chat.bot]
        return [bot for bot in self.bots() if bot.id in inside]


def _hears(bot: BotAccount, chat: Chat, message: Message) -> bool:
    """Group privacy mode (core.telegram.org/bots/features#privacy-mode)."""
    free = chat.bot is not None or not bot.privacy_mode or chat.rules(bot.id)
    replied = chat.messages.get(message.reply_to or 0)
    if free or message.service or (replied is not None and replied.sender == bot.id):
        return True
    return any(_calls(bot, message.text, entity) for entity in message.entities)


def _calls(bot: BotAccount, text: str, entity: Json) -> bool:
    named = cut(text, entity["offset"], entity["length"]).lower()
    ours = named.endswith(f"@{bot.username.lower()}")
    bare = entity["type"] == "bot_command" and "@" not in named
    return bare or (ours and entity["type"] in {"bot_command", "mention"})


def default_sandbox(clock: Callable[[], float]) -> Sandbox:
    """The demo's world: two people, two caseworkers, their group, both bots. All invented."""
    sandbox = Sandbox(clock)
    sandbox.add_bot("door", "Front Door", "front_door_demo_bot", "1000000001:DOOR-sandbox")
    staff = sandbox.add_bot(
        "staff", "Staff bot", "front_door_staff_demo_bot", "1000000002:STAFF-sandbox"
    )
    sandbox.add_person("Sam", "en")
    sandbox.add_person("阿晴", "zh-hant")
    kit = sandbox.add_person("Kit", "en")
    owner = sandbox.add_person("阿文", "zh-hk")
    sandbox.make_group("Staff room", owner.id)
    sandbox.join(kit.id)
    sandbox.join(staff.id, administrator=True)
    sandbox.group.rights[staff.id] = ("can_delete_messages",)
    sandbox.inboxes[staff.id].clear()  # it joined long ago
    return sandbox
