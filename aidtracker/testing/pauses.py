"""How long a person takes at a page, by what their hands and eyes do there.

The keystroke-level model of Card, Moran and Newell (Communications of the ACM 23, 1980, 396–410)
with its times for an average typist; the button of a mouse as Kieras has it (1993). Chinese is
typed by pinyin: its letters, and a key to choose for each word of two characters. It is read at
255 characters a minute (Trauzettel-Klosinski and Dietz, 2012). What the machine takes is not in it;
`pytest --log-cli-level=INFO` shows both.
"""

import logging
import re
import time
from collections import Counter

from playwright.sync_api import Locator, Page
from pypinyin import lazy_pinyin

from aidtracker.testing.browser import Person

logger = logging.getLogger(__name__)

# Seconds of each: a key, pointing at something, a button of the mouse pressed and let go, a hand
# moved between mouse and keys, making up one's mind or looking whether all is right, a character.
TIMES = {"key": 0.28, "point": 1.1, "button": 0.2, "hand": 0.4, "mind": 1.35, "read": 60 / 255}
CHINESE = re.compile(r"[\u4e00-\u9fff]+")


def keys_for(text: str) -> int:
    """How many keys a text takes."""
    words = CHINESE.findall(text)
    spelled = sum(len(letters) for word in words for letters in lazy_pinyin(word))
    chosen = sum((len(word) + 1) // 2 for word in words)
    return spelled + chosen + len(CHINESE.sub("", text))


class Paced(Person):
    """A person whose doings are counted while they are done."""

    def __init__(self, page: Page) -> None:
        super().__init__(page)
        self.begin()

    def begin(self) -> None:
        """Count from here."""
        self.done: Counter[str] = Counter()
        self.holds_mouse = False
        self.begun = time.monotonic()

    @property
    def seconds(self) -> float:
        return sum(TIMES[name] * number for name, number in self.done.items())

    def took(self, what: str) -> float:
        """The person's seconds; told with what was counted, and the machine's beside it."""
        counted = "、".join(
            f"{name} {number}" for name, number in sorted(self.done.items()) if number
        )
        machine = time.monotonic() - self.begun
        words = "%s: %.1f s of a person (%s); machine %.1f s"
        logger.info(words, what, self.seconds, counted, machine)
        return self.seconds

    def use(self, *, mouse: bool) -> None:
        self.done["hand"] += mouse is not self.holds_mouse
        self.holds_mouse = mouse

    # What hands do

    def press(self, *keys: str) -> None:
        self.use(mouse=False)
        self.done["key"] += sum(len(key.split("+")) for key in keys)
        super().press(*keys)

    def type(self, text: str, *keys: str) -> None:
        self.use(mouse=False)
        self.done["mind"] += 1
        self.done["key"] += keys_for(text)
        super().type(text, *keys)

    def click(self, one: str | Locator) -> None:
        """Look for something, point at it, press the button."""
        self.point()
        (self.find(one) if isinstance(one, str) else one).click()

    def point(self) -> None:
        self.use(mouse=True)
        self.done.update(mind=1, point=1, button=1)

    # What eyes do

    def look(self, times: int = 1) -> None:
        """See whether something is as it should be."""
        self.done["mind"] += times

    def read(self, text: str) -> None:
        self.done["read"] += len(text)
