"""Somebody at a browser: clicks and types by the words on the page, and looks at what it says.

Words come in pairs, Indonesian and English, as in `hub.web.phrases`.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any, Final, Literal

from hub.web.phrases import PHRASES

Words = tuple[str, str]
SIZES: Final = {"desk": (1280, 800, False), "telephone": (390, 844, True)}
PATIENCE_MS: Final = 120_000
"""How long a word may take to appear on a busy machine."""
_FITS: Final = "document.documentElement.scrollWidth <= innerWidth"
_ENGLISH: Final = re.compile(r"\b(?:the|of|is|are|was|has|and|with|for|not|this|who)\b")
"""Little words that every sentence has. The other way round nothing can be said: what people write is Indonesian."""
_TOKEN: Final = re.compile(r'name="token" value="([^"]+)"')
_KEYS: Final = frozenset(key for key in PHRASES if "." in key)


def new_desk(browser: Any, size: str) -> Any:
    """A browser context of Playwright of that size, with cookies of its own."""
    width, height, mobile = SIZES[size]
    desk = browser.new_context(viewport={"width": width, "height": height}, is_mobile=mobile, has_touch=mobile)
    desk.set_default_timeout(PATIENCE_MS)
    return desk


class Somebody:
    """With cookies of their own. troubles: errors in the console, and addresses outside the hub that were asked for."""

    def __init__(self, desk: Any, hub: str, *, size: str, language: Literal["id", "en"]) -> None:
        self.hub, self.size, self.language = hub, size, language
        self.troubles: list[str] = []
        self._refused: set[str] = set()
        desk.clear_cookies()
        desk.add_cookies([{"name": "bahasa", "value": language, "url": hub}])
        self.page = desk.new_page()
        self.page.on("request", self._note_request)
        self.page.on("response", self._note_answer)
        self.page.on("console", self._note_console)
        self.page.on("pageerror", lambda error: self.troubles.append(str(error)))

    def leave(self) -> None:
        self.page.close()

    # What somebody does

    def open(self, path: str) -> None:
        self.page.goto(self.hub + path)

    def sign_in(self, account: str, password: str) -> None:
        self.open("/masuk")
        self.fill(("Nama pengguna atau NIP", "User name or NIP"), account)
        self.fill(("Kata sandi", "Password"), password)
        self.press("Masuk", "Sign in")

    def enter(self, account: str, password: str) -> None:
        """Sign in without looking at the sign-in page, and stand on the first page; for errands about other things."""
        ask = self.page.context.request
        token = _TOKEN.search(ask.get(self.hub + "/masuk").text())
        assert token is not None
        ask.post(self.hub + "/masuk", form={"token": token[1], "name": account, "password": password}, max_redirects=0)
        self.open("/")

    def press(self, *words: str, within: str = "main") -> None:
        """A button that sends a form; the page that answers is waited for."""
        with self.page.expect_navigation():
            self._named("button", words, within).click()

    def follow(self, *words: str, within: str = "main") -> None:
        """A link to another page, which is waited for."""
        with self.page.expect_navigation():
            self._named("link", words, within).click()

    def go_to(self, *words: str, under: Words | None = None) -> None:
        """A page of the menu, which is opened first on a telephone; under: a part of it that is folded up."""
        menu = self._menu()
        if under is not None:
            menu.get_by_text(self.say(under), exact=True).click()
        with self.page.expect_navigation():
            menu.get_by_role("link", name=self.say(words), exact=True).click()

    def go_out(self) -> None:
        menu = self._menu()
        with self.page.expect_navigation():
            menu.get_by_role("button", name=self.say(("Keluar", "Sign out"))).click()

    def unfold(self, *words: str) -> None:
        self.page.locator("main summary").get_by_text(self.say(words)).click()

    def fill(self, label: Words, text: str, *, of: str = "main") -> None:
        self._labelled(label, of).fill(text)

    def choose(self, label: Words, *option: str, of: str = "main") -> None:
        """An option by its words."""
        self._named("combobox", label, of).select_option(label=self.say(option))

    def tick(self, label: Words) -> None:
        self._labelled(label).check()

    def attach(self, label: Words, *files: Path) -> None:
        self._labelled(label).set_input_files([str(file) for file in files])

    # What somebody sees

    def say(self, words: tuple[str, ...]) -> str:
        """One word for both languages, or the one of the language in use."""
        return words[0] if len(words) == 1 or self.language == "id" else words[1]

    def sees(self, *words: str, within: str = "main") -> None:
        """Wait until the words are on the page."""
        self.page.locator(within).get_by_text(self.say(words)).filter(visible=True).first.wait_for()

    @property
    def text(self) -> str:
        """What stands in the page, and can be seen."""
        words: str = self.page.locator("main").inner_text()
        return words

    @property
    def path(self) -> str:
        found: str = self.page.evaluate("location.pathname + location.search")
        return found

    def look(self, name: str) -> None:
        """The page fits, and is in one language; name: of its picture, where PRESENSI_SCREENSHOTS names a folder."""
        folder = os.environ.get("PRESENSI_SCREENSHOTS")
        if folder is not None:
            picture = Path(folder) / f"{name}-{self.size}-{self.language}.png"
            self.page.screenshot(path=str(picture), full_page=True)
        assert self.page.evaluate(_FITS), f"{name} is wider than the screen"
        words = self.text
        assert self.language == "en" or _ENGLISH.findall(words) == [], name
        assert _KEYS.isdisjoint(words.split()), name

    def _named(self, role: str, words: tuple[str, ...], within: str) -> Any:
        return self.page.locator(within).get_by_role(role, name=self.say(words)).first

    def _labelled(self, label: Words, within: str = "main") -> Any:
        return self.page.locator(within).get_by_label(self.say(label)).first

    def _menu(self) -> Any:
        menu = self.page.locator("#menu")
        if not menu.is_visible():
            self.page.get_by_role("button", name="Menu").click()
            # While it unfolds, what is pressed moves away under the finger.
            self.page.locator("#menu.collapse.show").wait_for()
        return menu

    def _note_request(self, request: Any) -> None:
        if not request.url.startswith((self.hub, "data:")):
            self.troubles.append(request.url)

    def _note_answer(self, answer: Any) -> None:
        """A page that refuses something says so with its status, which the console repeats."""
        if answer.request.is_navigation_request() and 400 <= answer.status < 500:
            self._refused.add(answer.url)

    def _note_console(self, message: Any) -> None:
        if message.type == "error" and message.location["url"] not in self._refused:
            self.troubles.append(f"{self.page.url}: {message.text}")
