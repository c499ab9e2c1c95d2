"""Asking the hub over HTTPS: nothing is believed but what comes from whom the known authority has signed."""

from __future__ import annotations

import _ssl
import http.client
import ipaddress
import ssl
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, Final

import msgspec
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.x509.verification import PolicyBuilder, Store, VerificationError

from contract.claim import AUTHORITY_PATH, ClaimAnswer, Refused
from kiosk.claim.paper import ClaimPaper
from kiosk.errors import HubAwayError, HubRefusesError, UntrustedHubError

TIMEOUT_SECONDS: Final = 20.0
MAX_ANSWER_BYTES: Final = 65_536

CLOCKS_AGREE: Final = timedelta(minutes=5)

_CLOCK_ERRORS: Final = {9, 10}
"""X509_V_ERR_CERT_NOT_YET_VALID and X509_V_ERR_CERT_HAS_EXPIRED."""


class HubLine:
    """The hub of a claim. Every method raises HubAwayError, UntrustedHubError or HubRefusesError with a sentence.

    now: the time by which certificates are judged, where it is later than the machine's own: a battery died, and the
    journal's last row says that so much time has passed at least.
    """

    def __init__(
        self,
        paper: ClaimPaper,
        *,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        timeout_seconds: float = TIMEOUT_SECONDS,
    ) -> None:
        self._paper = paper
        self._now = now
        self._timeout = timeout_seconds
        self._root = ""

    def root(self) -> str:
        """PEM of the authority's root: whoever gives it, its SHA-256 must be the one that the card was told."""
        if not self._root:
            # The one thing that is fetched without knowing from whom: the hash decides.
            status, content = self._ask(_unchecked(), "GET", AUTHORITY_PATH, None)
            if status != 200:
                raise _refusal(status, content)
            self._root = self._checked(content)
        return self._root

    def send(self, path: str, body: bytes) -> ClaimAnswer:
        """Post to the hub, and read its answer."""
        root, now = self.root(), self._now()
        if now - datetime.now(UTC) < CLOCKS_AGREE:
            context, check = ssl.create_default_context(cadata=root), None
        else:
            # OpenSSL knows the machine's clock alone; the same is looked at here, by the better one.
            context, check = _unchecked(), partial(check_server, root, self._paper.address[0], now)
        status, content = self._ask(context, "POST", path, body, check)
        if status != 200:
            raise _refusal(status, content)
        try:
            return msgspec.json.decode(content, type=ClaimAnswer)
        except (msgspec.DecodeError, UnicodeError) as error:
            raise HubAwayError(f"{self._paper.hub} answers something that is no answer to a claim: {error}.") from error

    def _checked(self, content: bytes) -> str:
        try:
            root = x509.load_pem_x509_certificate(content)
            found = root.fingerprint(hashes.SHA256()).hex()
        except ValueError as error:
            raise UntrustedHubError(f"{self._paper.hub} shows no authority at all: is it Presensi's hub?") from error
        if found != self._paper.ca_sha256:
            raise UntrustedHubError(
                f"{self._paper.hub} shows another authority ({found[:8]}…) than the card was told "
                f"({self._paper.ca_sha256[:8]}…): somebody is in between, or the card was made for another hub."
            )
        return content.decode("ascii")

    def _ask(
        self,
        context: ssl.SSLContext,
        method: str,
        path: str,
        body: bytes | None,
        check: Callable[[ssl.SSLSocket], None] | None = None,
    ) -> tuple[int, bytes]:
        host, port = self._paper.address
        connection = http.client.HTTPSConnection(host, port, timeout=self._timeout, context=context)
        try:
            connection.connect()
            if check is not None:
                check(connection.sock)
            connection.request(method, path, body, {"Content-Type": "application/octet-stream"})
            answer = connection.getresponse()
            return answer.status, answer.read(MAX_ANSWER_BYTES)
        except VerificationError as error:
            raise UntrustedHubError(
                f"{self._paper.hub} cannot show that the known authority signed its certificate for this name: {error}."
            ) from error
        except ssl.SSLCertVerificationError as error:
            if error.verify_code in _CLOCK_ERRORS:
                raise UntrustedHubError(
                    f"The certificate of {self._paper.hub} is not in force by this kiosk's clock: "
                    f"is the clock right? ({error.verify_message})"
                ) from error
            raise UntrustedHubError(
                f"{self._paper.hub} cannot show that the known authority signed its certificate for this name: "
                f"{error.verify_message}."
            ) from error
        except (OSError, http.client.HTTPException) as error:
            why = getattr(error, "strerror", None) or str(error) or type(error).__name__
            raise HubAwayError(f"{self._paper.hub} cannot be reached: {why}.") from error
        finally:
            connection.close()


def _unchecked() -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def check_server(root: str, host: str, when: datetime, connected: ssl.SSLSocket) -> None:
    """Raise VerificationError unless a server's certificate for `host` is shown, from `root` and good at `when`."""
    shown = [x509.load_der_x509_certificate(each) for each in _chain(connected)]
    if not shown:
        raise VerificationError("no certificate was shown")
    try:
        name: x509.DNSName | x509.IPAddress = x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        name = x509.DNSName(host)
    store = Store([x509.load_pem_x509_certificate(root.encode())])
    PolicyBuilder().store(store).time(when).build_server_verifier(name).verify(shown[0], shown[1:])


def _chain(connected: ssl.SSLSocket) -> list[bytes]:
    if hasattr(connected, "get_unverified_chain"):
        return list(connected.get_unverified_chain())
    # Python 3.11 and 3.12 have it under the hood alone.
    inner: Any = connected._sslobj  # type: ignore[attr-defined]
    return [each.public_bytes(_ssl.ENCODING_DER) for each in inner.get_unverified_chain() or ()]


def _refusal(status: int, content: bytes) -> HubRefusesError | HubAwayError:
    try:
        sentence = msgspec.json.decode(content, type=Refused).error[:500]
    except (msgspec.DecodeError, UnicodeError):
        sentence = f"it answers {status}"
    sentence = "".join(sign for sign in sentence if sign.isprintable())
    # Too many, trouble at the hub, or a hub that is not set up yet: all of these pass.
    if status == 429 or status >= 500:
        return HubAwayError(f"The hub takes no claim now: {sentence}")
    return HubRefusesError(f"The hub refuses: {sentence}")
