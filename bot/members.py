"""Who may act: the members of the staff group, asked for on each act."""

import logging
from collections.abc import Callable
from dataclasses import dataclass

from telegram import (
    Bot,
    ChatMember,
    ChatMemberAdministrator,
    ChatMemberOwner,
    ChatMemberRestricted,
)
from telegram.error import BadRequest, Forbidden, NetworkError, RetryAfter

from bot.clerk import Room
from bot.trouble import Unanswered

log = logging.getLogger(__name__)

REMEMBERED = 60.0  # seconds
INSIDE = (ChatMember.OWNER, ChatMember.ADMINISTRATOR, ChatMember.MEMBER)
UNKNOWN = ("participant_id_invalid", "user not found", "member not found")


@dataclass(frozen=True, slots=True)
class Membership:
    """How somebody stands in the group: *inside*, *leading* it, *hidden* behind its name.

    Leads are the group's administrators. *hidden* is Telegram's "Remain anonymous". Not *sure*:
    Telegram would not say, so they may not act, but have not left either.
    """

    inside: bool = False
    leading: bool = False
    hidden: bool = False
    sure: bool = True


class Members:
    """Asks Telegram (getChatMember), and believes it for a minute. *clock* gives unix seconds."""

    def __init__(self, bot: Bot, room: Room, clock: Callable[[], float]) -> None:
        self._bot, self._room, self._clock = bot, room, clock
        self._known: dict[int, tuple[float, Membership]] = {}

    async def of(self, user: int) -> Membership:
        """How *user* stands in the group now. Where Telegram refuses to say, nobody is inside.

        Raises Unanswered.
        """
        asked, membership = self._known.get(user, (0.0, Membership()))
        if not self._fresh(asked):
            membership = await self._ask(user)
            self._known = {u: k for u, k in self._known.items() if self._fresh(k[0])}
            if not membership.hidden:  # who comes out into the open need not wait for it
                self._known[user] = (self._clock(), membership)
        return membership

    async def note_leads(self) -> None:
        """Learn who leads the group now (getChatAdministrators). Raises Unanswered."""
        try:
            leads = await self._bot.get_chat_administrators(self._room.chat)
        except (BadRequest, Forbidden):
            return  # who led it last, leads it still
        except (NetworkError, RetryAfter) as error:
            raise Unanswered(type(error).__name__) from None
        self._room.leads = tuple(lead.user.id for lead in leads if not lead.user.is_bot)

    async def have_lost(self, user: int) -> bool:
        """Whether Telegram says, asked now, that *user* is not in the group. Raises Unanswered."""
        self.forget(user)
        membership = await self.of(user)
        return membership.sure and not membership.inside

    def forget(self, user: int) -> None:
        """They joined, left or changed: ask again."""
        self._known.pop(user, None)

    def _fresh(self, asked: float) -> bool:
        return 0 <= self._clock() - asked < REMEMBERED

    async def _ask(self, user: int) -> Membership:
        try:
            return membership_of(await self._bot.get_chat_member(self._room.chat, user))
        except (BadRequest, Forbidden) as error:
            if any(words in error.message.lower() for words in UNKNOWN):
                return Membership()
            log.error("staff: cannot see who is in the group; is the bot an administrator?")
            return Membership(sure=False)
        except (NetworkError, RetryAfter) as error:
            raise Unanswered(type(error).__name__) from None


def membership_of(member: ChatMember) -> Membership:
    """What Telegram tells of a member (Bot API, ChatMember), as far as it matters to us."""
    match member:
        case ChatMemberOwner() | ChatMemberAdministrator():
            return Membership(inside=True, leading=True, hidden=member.is_anonymous)
        case ChatMemberRestricted():
            return Membership(inside=member.is_member)
        case _:
            return Membership(inside=member.status in INSIDE)
