"""What a person gives, as it is kept: sealed, each field to its place in the case."""

import json
import re
from collections.abc import Mapping
from unicodedata import normalize

from handlers.links import Link
from handlers.talk import Minor
from storage.keys import DoorKeys
from storage.seal import Place, PublicKey, Sealed, seal


def seal_link(link: Link, number: int, case_id: str, keys: DoorKeys) -> Sealed:
    """One link, closed for the staff."""
    fields = {"platform": link.platform, "url": link.url, "open_url": link.open_url}
    place = Place(case_id, f"link {number}")
    return seal(json.dumps(fields).encode(), keys.staff, place)


def seal_address(chat: int, case_id: str, keys: DoorKeys) -> Sealed:
    """Where news go: the staff can open it once, to what only the door can open."""
    place = Place(case_id, "address")
    return seal(seal(str(chat).encode(), keys.back.public, place), keys.staff, place)


def seal_labels(platforms: Mapping[int, str], case_id: str, letterbox: PublicKey) -> Sealed:
    """Which platform each link is on, closed for whoever has the code."""
    return seal(json.dumps(platforms).encode(), letterbox, Place(case_id, "labels"))


ADDRESS = re.compile(r"\w{1,20}://\S{1,2000}|[!-~]{0,200}[./:][!-~]{3,2000}")


def fit_to_keep(words: str, minor: Minor) -> str:
    """Without addresses where somebody may be under 18: nobody here may open them."""
    return words if minor == "no" else ADDRESS.sub("(…)", normalize("NFKC", words))
