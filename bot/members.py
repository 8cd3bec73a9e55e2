"""Who may act: the members of the staff group, asked for on each act."""

import logging
from collections.abc import Callable

from telegram import Bot, ChatMember, ChatMemberRestricted
from telegram.error import BadRequest, Forbidden, NetworkError, RetryAfter

from bot.clerk import Room
from bot.trouble import Unanswered

log = logging.getLogger(__name__)

REMEMBERED = 60.0  # seconds
INSIDE = (ChatMember.OWNER, ChatMember.ADMINISTRATOR, ChatMember.MEMBER)
UNKNOWN = ("participant_id_invalid", "user not found", "member not found")


class Members:
    """Asks Telegram (getChatMember), and believes it for a minute. *clock* gives unix seconds."""

    def __init__(self, bot: Bot, room: Room, clock: Callable[[], float]) -> None:
        self._bot, self._room, self._clock = bot, room, clock
        self._known: dict[int, tuple[float, bool]] = {}

    async def include(self, user: int) -> bool:
        """Whether *user* is in the group now. Where Telegram refuses to say, nobody is.

        Raises Unanswered.
        """
        asked, inside = self._known.get(user, (0.0, False))
        if not 0 <= self._clock() - asked < REMEMBERED:
            inside = await self._ask(user)
            self._known = {u: k for u, k in self._known.items() if self._fresh(k[0])}
            self._known[user] = (self._clock(), inside)
        return inside

    def forget(self, user: int) -> None:
        """They joined or left: ask again."""
        self._known.pop(user, None)

    def _fresh(self, asked: float) -> bool:
        return 0 <= self._clock() - asked < REMEMBERED

    async def _ask(self, user: int) -> bool:
        try:
            member = await self._bot.get_chat_member(self._room.chat, user)
        except (BadRequest, Forbidden) as error:
            if not any(words in error.message.lower() for words in UNKNOWN):
                log.error("staff: cannot see who is in the group; is the bot an administrator?")
            return False
        except (NetworkError, RetryAfter) as error:
            raise Unanswered(type(error).__name__) from None
        if isinstance(member, ChatMemberRestricted):
            return member.is_member
        return member.status in INSIDE
