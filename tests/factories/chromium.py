"""Drives headless Chromium over its DevTools protocol: enough to look at pages, and at what they ask for."""

from __future__ import annotations

import base64
import json
import shutil
import subprocess
import tempfile
import time
import urllib.request
from pathlib import Path
from typing import Any, Self

from websockets.sync.client import ClientConnection, connect

_FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--remote-debugging-port=0",
)
DEADLINE_SECONDS = 180


def find_chromium() -> str | None:
    return shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


class Chromium:
    """A browser with a profile of its own, and more flags where they are given; use it as a context manager.

    requested: addresses that pages asked for since the last `open`. refused: what the content policy or a script error
    wrote to the console since then.
    """

    def __init__(self, program: str, *flags: str) -> None:
        self._program, self._flags = program, flags
        self._profile = Path(tempfile.mkdtemp(prefix="presensi-chromium-"))
        self._next_id = 0
        self.requested: list[str] = []
        self.refused: list[str] = []
        self._loaded = False

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(
            [self._program, *_FLAGS, *self._flags, f"--user-data-dir={self._profile}", "about:blank"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self._socket: ClientConnection = connect(self._page_address(), max_size=None, open_timeout=DEADLINE_SECONDS)
        for domain in ("Page", "Network", "Log", "Runtime"):
            self.call(f"{domain}.enable")
        return self

    def __exit__(self, *_exception: object) -> None:
        self._socket.close()
        self._process.terminate()
        try:
            self._process.wait(20)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait(20)
        shutil.rmtree(self._profile, ignore_errors=True)

    def call(self, method: str, **parameters: Any) -> dict[str, Any]:
        """The answer to one command; events that arrive meanwhile are noted."""
        self._next_id += 1
        self._socket.send(json.dumps({"id": self._next_id, "method": method, "params": parameters}))
        while True:
            message = self._receive()
            if message.get("id") == self._next_id:
                if "error" in message:
                    raise RuntimeError(f"{method}: {message['error']}")
                result: dict[str, Any] = message["result"]
                return result

    def open(self, address: str, *, width: int = 1280, height: int = 800, mobile: bool = False) -> None:
        """Show a page at a size and wait until it has loaded, fonts included."""
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=mobile)
        self.requested, self.refused, self._loaded = [], [], False
        self.call("Page.navigate", url=address)
        self._await_load()

    def follow(self, script: str) -> None:
        """Run a script that leads to another page, and wait until that has loaded."""
        self._loaded = False
        self.call("Runtime.evaluate", expression=script)
        self._await_load()

    def evaluate(self, script: str) -> Any:
        """What a script in the page gives; promises are waited for."""
        outcome = self.call("Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True)
        if "exceptionDetails" in outcome:
            raise RuntimeError(str(outcome["exceptionDetails"]))
        return outcome["result"].get("value")

    def await_true(self, script: str) -> None:
        """Wait until a script in the page gives something true."""
        deadline = time.monotonic() + DEADLINE_SECONDS
        while not self.evaluate(script):
            if time.monotonic() > deadline:
                raise TimeoutError(f"{script} never became true")
            time.sleep(0.1)  # polling another process: there is no event to wait for

    def set_cookie(self, address: str, name: str, content: str) -> None:
        self.call("Network.setCookie", url=address, name=name, value=content)

    def emulate_print(self, *, on: bool) -> None:
        self.call("Emulation.setEmulatedMedia", media="print" if on else "")

    def screenshot(self, *, whole: bool = False) -> bytes:
        """PNG of what is seen, or of the whole page."""
        shot = self.call("Page.captureScreenshot", format="png", captureBeyondViewport=whole)
        return base64.b64decode(shot["data"])

    def pdf(self) -> bytes:
        """The page as it would be printed."""
        printed = self.call("Page.printToPDF", preferCSSPageSize=True, printBackground=False)
        return base64.b64decode(printed["data"])

    def _await_load(self) -> None:
        deadline = time.monotonic() + DEADLINE_SECONDS
        while not self._loaded:
            if time.monotonic() > deadline:
                raise TimeoutError("the page did not load")
            self._receive()
        self.evaluate("document.fonts.ready.then(() => true)")

    def _receive(self) -> dict[str, Any]:
        message: dict[str, Any] = json.loads(self._socket.recv(timeout=DEADLINE_SECONDS))
        match message.get("method"):
            case "Network.requestWillBeSent":
                self.requested.append(message["params"]["request"]["url"])
            case "Log.entryAdded":
                self.refused.append(str(message["params"]["entry"].get("text")))
            case "Runtime.exceptionThrown":
                self.refused.append(str(message["params"]["exceptionDetails"]))
            case "Page.loadEventFired":
                self._loaded = True
        return message

    def _page_address(self) -> str:
        port_file = self._profile / "DevToolsActivePort"
        deadline = time.monotonic() + DEADLINE_SECONDS
        while True:
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError("Chromium did not start")
            try:
                port = int(port_file.read_text().splitlines()[0])
                with urllib.request.urlopen(f"http://127.0.0.1:{port}/json/list", timeout=10) as answer:
                    targets = json.load(answer)
                return str(next(target["webSocketDebuggerUrl"] for target in targets if target["type"] == "page"))
            except (OSError, ValueError, IndexError, StopIteration):
                time.sleep(0.05)  # polling another process: there is no event to wait for
