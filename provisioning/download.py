"""One model file over HTTP: taken up where it was cut, never longer than the card says, believed by its hash only.

Ranges, conditions and entity tags as in RFC 9110, sections 8.8.3, 13.1.5 and 14.
"""

from __future__ import annotations

import random
import re
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import urljoin, urlsplit

import requests
import urllib3.exceptions

from kiosk.recognizer.packs.card import ModelFile
from provisioning.errors import SourceError
from provisioning.part_file import PartFile

CHUNK_BYTES: Final = 16_384
MOST_REDIRECTS: Final = 5
LONGEST_PAUSE_SECONDS: Final = 30.0
WORTHWHILE_BYTES: Final = 65_536
"""An attempt that brought so much does not count against the source: a line that is cut often still gets there."""

_PASSING: Final = {408, 425, 429, 500, 502, 503, 504}
_CONTENT_RANGE: Final = re.compile(r"bytes (\d+)-\d+/(\d+|\*)")

OnProgress = Callable[[ModelFile, int], None]
"""Hears of each piece: the file, and how many of its bytes have arrived (fewer than before when it begins anew)."""

Say = Callable[[str], None]
"""Hears a sentence for whoever is waiting."""


def quiet(_file: ModelFile, _arrived: int) -> None:
    """Nobody listens to the progress."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long a server is waited for and how often it is asked again.

    read_seconds: the longest silence in the middle of a file. attempts: in a row that brought next to nothing.
    pause: sleeps for that many seconds, between attempts.
    """

    connect_seconds: float = 10.0
    read_seconds: float = 30.0
    attempts: int = 4
    first_pause_seconds: float = 1.0
    pause: Callable[[float], None] = time.sleep


class _TroubleError(Exception):
    """Raised with the reason why a request did not bring the file.

    passing: asking again may help. after_seconds: what the server asks us to wait. unreachable: it did not answer.
    """

    def __init__(
        self, reason: str, *, passing: bool = False, after_seconds: float = 0.0, unreachable: bool = False
    ) -> None:
        super().__init__(reason)
        self.passing = passing
        self.after_seconds = after_seconds
        self.unreachable = unreachable


class _PlainSession(requests.Session):
    """Leaves redirects alone: by itself a session reads all of their bodies, however long those are."""

    def get_redirect_target(self, resp: requests.Response) -> None:  # noqa: ARG002 (the library's)
        return None


class Downloader:
    """Downloads files, over connections that it keeps; use it in a with block, from one thread.

    ca: the only authority whose servers are believed; None: those that this machine knows.
    """

    def __init__(self, patience: Patience | None = None, *, say: Say = lambda _: None, ca: Path | None = None) -> None:
        self._patience = patience or Patience()
        self._say = say
        self._session = _PlainSession()
        self._session.headers["User-Agent"] = "presensi"
        if ca is not None:
            # Or an authority that the environment names would be believed as well.
            self._session.trust_env = False
            self._session.verify = str(ca)
        # What is counted and hashed are the file's own bytes, not a packing of them.
        self._session.headers["Accept-Encoding"] = "identity"

    def __enter__(self) -> Downloader:
        return self

    def __exit__(self, *_: object) -> None:
        self._session.close()

    def download(self, address: str, part: PartFile, on_progress: OnProgress = quiet) -> None:
        """Make the part whole with bytes from that address.

        Raises SourceError when the address cannot give the file (what has arrived stays, unless it is wrong), and
        OSError when the disk refuses.
        """
        failures = 0
        while not part.is_whole():
            if part.size >= part.file.size:  # all there, and wrong
                part.discard()
            before = part.size
            try:
                self._receive(address, part, on_progress)
                self._check(part, resumed=before > 0)
            except _TroubleError as trouble:
                failures = 1 if part.size - before >= WORTHWHILE_BYTES else failures + 1
                if not trouble.passing or failures >= self._patience.attempts:
                    raise SourceError(f"{address}: {trouble}", unreachable=trouble.unreachable) from trouble
                seconds = self._pause_seconds(failures, trouble.after_seconds)
                self._say(f"{address}: {trouble}; once more in {seconds:.0f} s.")
                self._patience.pause(seconds)

    @staticmethod
    def _check(part: PartFile, *, resumed: bool) -> None:
        """Throw away what is wrong; where it was resumed, its beginning may have been the wrong half."""
        if not part.is_whole():
            part.discard()
            raise _TroubleError("what it gives is not the file on the card (the SHA-256 differs)", passing=resumed)

    def _pause_seconds(self, failures: int, asked: float) -> float:
        """Doubled each time, a little different on each kiosk, and no shorter than the server asks."""
        doubled = self._patience.first_pause_seconds * 2.0 ** (failures - 1) * random.uniform(0.75, 1.25)
        return min(LONGEST_PAUSE_SECONDS, max(doubled, asked))

    def _receive(self, address: str, part: PartFile, on_progress: OnProgress) -> None:
        """One request: append what comes, up to the size on the card."""
        headers: dict[str, str] = {}
        if part.size:
            headers["Range"] = f"bytes={part.size}-"
            if (known := part.etag_at(address)) is not None:
                headers["If-Range"] = known
        with self._ask(address, headers) as response:
            start = _start(response, part, address)
            with part.open(start=start, address=address, etag=_strong_etag(response)) as content:
                arrived = start
                on_progress(part.file, arrived)
                while arrived < part.file.size:
                    chunk = self._read(response, min(CHUNK_BYTES, part.file.size - arrived))
                    if not chunk:
                        raise _TroubleError(f"cut after {arrived:,} of {part.file.size:,} bytes", passing=True)
                    content.write(chunk)
                    arrived += len(chunk)
                    on_progress(part.file, arrived)

    def _read(self, response: requests.Response, most: int) -> bytes:
        with self._in_words():
            read: bytes = response.raw.read(most, decode_content=False)
        return read

    @contextmanager
    def _ask(self, address: str, headers: dict[str, str]) -> Iterator[requests.Response]:
        """The answer to a GET, redirects followed; its body is not read yet."""
        limits = (self._patience.connect_seconds, self._patience.read_seconds)
        here = address
        for _ in range(MOST_REDIRECTS + 1):
            with self._in_words():
                response = self._session.get(here, headers=headers, stream=True, timeout=limits, allow_redirects=False)
            with response:
                if not response.is_redirect:
                    yield response
                    return
                location = response.headers["Location"]
            here = _follow(here, location)
        raise _TroubleError("it leads on and on to other addresses")

    @contextmanager
    def _in_words(self) -> Iterator[None]:
        """Turn the many errors of the network into ours."""
        try:
            yield
        except (requests.exceptions.SSLError, urllib3.exceptions.SSLError) as error:
            raise _TroubleError(
                f"its certificate is not trusted ({_cause(error)}); check this machine's clock and authorities"
            ) from error
        except (requests.exceptions.ConnectTimeout, urllib3.exceptions.ConnectTimeoutError) as error:
            reason = f"no answer within {self._patience.connect_seconds:g} s"
            raise _TroubleError(reason, passing=True, unreachable=True) from error
        except (requests.exceptions.ReadTimeout, urllib3.exceptions.ReadTimeoutError) as error:
            reason = f"it sent nothing for {self._patience.read_seconds:g} s"
            raise _TroubleError(reason, passing=True) from error
        except requests.exceptions.ConnectionError as error:
            never = bool(error.args) and isinstance(error.args[0], urllib3.exceptions.MaxRetryError)
            raise _TroubleError(f"no connection ({_cause(error)})", passing=True, unreachable=never) from error
        except urllib3.exceptions.HTTPError as error:
            raise _TroubleError(f"the connection was cut ({_cause(error)})", passing=True) from error
        except (requests.RequestException, ValueError) as error:
            raise _TroubleError(f"the address cannot be used ({error})") from error


def _start(response: requests.Response, part: PartFile, address: str) -> int:
    """At which byte of the file the answer begins: 0, or where the part ends."""
    status, asked, size = response.status_code, part.size, part.file.size
    if status == 200:
        length = response.headers.get("Content-Length", "")
        if length != str(size) and response.headers.get("Content-Type", "").startswith("text/html"):
            raise _TroubleError("it answers with a web page; does the network ask for a sign-in?")
        if length.isascii() and length.isdigit() and int(length) != size:
            raise _TroubleError(f"it has a file of {int(length):,} bytes where the card names {size:,}")
        if response.headers.get("Content-Encoding", "identity") != "identity":
            raise _TroubleError("it sends the file packed, though asked not to")
        return 0
    if asked and status in (206, 416):
        known, etag = part.etag_at(address), _strong_etag(response)
        found = _CONTENT_RANGE.fullmatch(response.headers.get("Content-Range", "")) if status == 206 else None
        is_same = known is None or etag is None or known == etag
        if found is not None and int(found[1]) == asked and found[2] in ("*", str(size)) and is_same:
            return asked
        part.discard()
        raise _TroubleError("it has no rest to what had arrived", passing=True)
    after = response.headers.get("Retry-After", "")
    raise _TroubleError(
        f"it answers {status} {response.reason}",
        passing=status in _PASSING,
        after_seconds=float(after) if after.isascii() and after.isdigit() else 0.0,
    )


def _strong_etag(response: requests.Response) -> str | None:
    """The entity tag, where it promises the same bytes; weak ones (W/) do not."""
    etag = response.headers.get("ETag", "")
    return etag if etag.startswith('"') else None


def _follow(here: str, location: str) -> str:
    """Where a redirect leads: on the same host, or between hosts whose certificates are checked; else trouble.

    The hash makes any source safe; but an open network's sign-in page redirects too, and shall be told apart.
    """
    try:
        there = urljoin(here, location)
        old, new = urlsplit(here), urlsplit(there)
        if (new.scheme, new.hostname, new.port) == (old.scheme, old.hostname, old.port):
            return there
        if new.scheme == "https" and (old.scheme == "https" or new.hostname == old.hostname):
            return there
    except ValueError:
        pass  # no address at all
    raise _TroubleError(f"it leads on to {location[:200]}; does the network ask for a sign-in?")


def _cause(error: BaseException) -> str:
    """What the operating system said, at the bottom of the errors that libraries wrapped around it."""
    seen: list[BaseException] = []
    inner: BaseException | None = error
    while inner is not None and inner not in seen:
        seen.append(inner)
        told = getattr(inner, "reason", None) or next((a for a in inner.args if isinstance(a, BaseException)), None)
        inner = told if isinstance(told, BaseException) else inner.__cause__ or inner.__context__
    if any(isinstance(one, socket.gaierror) for one in seen):
        return "the name is not known; is there a network?"
    words = next((one.strerror for one in reversed(seen) if isinstance(one, OSError) and one.strerror), None)
    return words or str(seen[-1]) or type(seen[-1]).__name__
