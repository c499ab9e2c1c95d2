"""A kiosk asks a real hub over HTTPS to be let in, and believes nobody else."""

from __future__ import annotations

import json
import shutil
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from contract.claim import ClaimAnswer
from contract.signing import VerifyKey
from hub.fleet.claims import approve_claim, list_claims, refuse_claim
from hub.fleet.kiosks import list_kiosks
from hub.pages_server import PagesServer
from hub.settings import HubSettings
from kiosk.claim.claiming import Claiming, Standing
from kiosk.claim.folder import CLAIMED_FILE, claimed_settings, read_claimed
from kiosk.claim.hub_line import HubLine
from kiosk.claim.paper import ClaimPaper
from kiosk.claim.renewal import Renewals
from kiosk.errors import ClaimError, HubAwayError, HubRefusesError, UntrustedHubError
from kiosk.settings import read_settings
from provisioning.authority import Authority
from provisioning.certificates import read_names
from tests.factories.claim_hub import BROKER, free_port, impostor, pages, paper_of, server_files, settings_of
from tests.factories.claims import Applicant, make_authority


@dataclass
class Office:
    """A hub and the folder of a kiosk."""

    settings: HubSettings
    server: PagesServer
    paper: ClaimPaper
    data: Path

    def approve(self, code: str) -> None:
        from cli.hub_signer import expect_signer

        signer = expect_signer(self.settings)
        now = datetime.now(UTC)
        approve_claim(self.server.database, signer, "kiosk-1", code=code, unit=None, by="teknisi", now=now)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A hub's folder, not started."""
    folder = tmp_path_factory.mktemp("hub")
    with pages(settings_of(folder)):
        return folder


@pytest.fixture
def office(made: Path, tmp_path: Path) -> Iterator[Office]:
    folder = tmp_path / "office"
    shutil.copytree(made, folder)
    old = settings_of_copy(folder)
    with pages(old) as server:
        yield Office(old, server, paper_of(old, server.url), tmp_path / "kiosk")


def settings_of_copy(folder: Path) -> HubSettings:
    authority = Authority.open(folder / "authority")
    settings = HubSettings(
        data=str(folder / "hub"),
        host="127.0.0.1",
        port=0,
        tls_cert=str(folder / "hub.crt"),
        tls_cert_key=str(folder / "hub.key"),
    )
    section = msgspec.structs.replace(settings.authority, folder=str(authority.folder), broker=BROKER)
    return msgspec.structs.replace(settings, authority=section)


def test_claim_from_code_to_settings(office: Office) -> None:
    claiming = Claiming(office.paper, office.data, software="0.1.0")
    assert claiming.done() is None
    assert claiming.ask() is None
    [line] = list_claims(office.server.database, now=datetime.now(UTC))
    assert (line.code, line.software) == (claiming.code, "0.1.0")
    assert read_claimed(office.data) is None
    office.approve(claiming.code)
    # After a loss of power: the same keys, the same code.
    again = Claiming(office.paper, office.data)
    assert again.code == claiming.code
    claimed = again.ask()
    assert claimed is not None
    assert claimed == again.done() == read_claimed(office.data)
    assert [kiosk.device for kiosk in list_kiosks(office.server.database)] == ["kiosk-1"]
    assert (office.data / "device-tls.key").stat().st_mode & 0o777 == 0o600
    assert (office.data / "device.key").stat().st_mode & 0o777 == 0o600
    VerifyKey.from_file(office.data / "hub.pub")
    settings = read_settings(None, data=str(office.data))
    assert (settings.device, settings.broker) == ("kiosk-1", BROKER)
    assert settings.broker_cert == str(office.data / "device.crt")
    assert settings.hub_key_file == office.data / "hub.pub"
    assert read_settings(None, data=str(office.data), broker="mqtt://other:1883").broker == "mqtt://other:1883"


def test_broken_write_leaves_a_kiosk_that_asks_again(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    claiming = Claiming(office.paper, office.data)
    claiming.ask()
    office.approve(claiming.code)
    for name in ("ca.crt", "hub.pub", "device.crt", CLAIMED_FILE):
        with monkeypatch.context() as broken:
            real = Path.with_name

            def refuse(path: Path, new: str, *, name: str = name, real: object = real) -> Path:
                if new.startswith(f".{name}."):
                    raise OSError(28, "No space left on device")
                return real(path, new)  # type: ignore[operator, no-any-return]

            broken.setattr(Path, "with_name", refuse)
            with pytest.raises((ClaimError, OSError)):
                claiming.ask()
        assert read_claimed(office.data) is None
        assert claimed_settings(office.data) == {}
    assert Claiming(office.paper, office.data).ask() is not None


def test_refusal_is_told_with_its_reason(office: Office) -> None:
    claiming = Claiming(office.paper, office.data)
    claiming.ask()
    now = datetime.now(UTC)
    refuse_claim(office.server.database, "kiosk-1", code=None, because="bukan milik kami", by="teknisi", now=now)
    with pytest.raises(HubRefusesError, match="bukan milik kami"):
        claiming.ask()


def test_waiting_shows_code_and_trouble_until_time_is_over(tmp_path: Path) -> None:
    paper = ClaimPaper(device="kiosk-1", hub=f"https://127.0.0.1:{free_port()}", ca_sha256="0" * 64)
    claiming, shown, paused = Claiming(paper, tmp_path / "kiosk"), list[Standing](), list[float]()
    at = [0.0]

    def pause(seconds: float) -> None:
        paused.append(seconds)
        at[0] += seconds

    assert claiming.wait(shown.append, until=2_000.0, pause=pause, now=lambda: at[0]) is None
    assert {each.code for each in shown} == {claiming.code}
    assert "cannot be reached" in shown[0].trouble
    assert paused[0] < paused[3] < 300 * 1.25 + 1
    assert len(paused) < 20


def test_hub_of_another_authority_is_not_believed(office: Office, tmp_path: Path) -> None:
    wrong = msgspec.structs.replace(office.paper, ca_sha256="ab" * 32)
    with pytest.raises(UntrustedHubError, match="another authority"):
        Claiming(wrong, office.data).ask()
    assert list_claims(office.server.database, now=datetime.now(UTC)) == []


def test_somebody_who_shows_the_right_authority_and_has_no_certificate_of_it_is_not_believed(
    office: Office, tmp_path: Path
) -> None:
    other = make_authority(tmp_path / "other", datetime.now(UTC))
    root = Path(office.settings.authority.folder or "", "root.crt").read_bytes()
    asked: list[str] = []

    def answer(path: str) -> tuple[int, bytes]:
        asked.append(path)
        return 200, root if path.endswith("ca.crt") else b'{"state":"approved","device":"kiosk-1"}'

    with impostor(*server_files(other, tmp_path), answer) as url:
        paper = msgspec.structs.replace(office.paper, hub=url)
        with pytest.raises(UntrustedHubError, match="known authority"):
            Claiming(paper, office.data).ask()
    assert asked == ["/klaim/ca.crt"]
    assert read_claimed(office.data) is None


def test_kiosk_of_the_same_authority_is_no_hub(office: Office, tmp_path: Path) -> None:
    """A certificate for a client, even a good one, serves nobody as a hub's."""
    authority = Authority.open(Path(office.settings.authority.folder or ""))
    thief = Applicant(tmp_path, "kiosk-9")
    issued = authority.sign_request("kiosk", "kiosk-9", thief.claim().csr.encode(), now=datetime.now(UTC))
    certificate = tmp_path / "thief.crt"
    certificate.write_bytes(issued.chain)
    [key] = tmp_path.glob("kiosk-9-*.key")
    root = Path(office.settings.authority.folder or "", "root.crt").read_bytes()
    with impostor(certificate, key, lambda _path: (200, root)) as url, pytest.raises(UntrustedHubError):
        Claiming(msgspec.structs.replace(office.paper, hub=url), office.data).ask()


@pytest.mark.parametrize(
    "content",
    [b"", b"[]", b'{"state":"approved"}', b"\xff" * 100, b"x" * 200_000, b'{"state":"approved","device":"kiosk-2"}'],
)
def test_nonsense_of_a_hub_is_kept_nowhere(office: Office, tmp_path: Path, content: bytes) -> None:
    authority = Authority.open(Path(office.settings.authority.folder or ""))
    root = Path(office.settings.authority.folder or "", "root.crt").read_bytes()
    files = server_files(authority, tmp_path, "second")
    with (
        impostor(*files, lambda path: (200, root if path.endswith("ca.crt") else content)) as url,
        pytest.raises((HubAwayError, HubRefusesError)),
    ):
        Claiming(msgspec.structs.replace(office.paper, hub=url), office.data).ask()
    assert read_claimed(office.data) is None


def test_certificate_for_other_keys_is_not_kept(office: Office, tmp_path: Path) -> None:
    authority = Authority.open(Path(office.settings.authority.folder or ""))
    root = Path(office.settings.authority.folder or "", "root.crt").read_text()
    other = authority.sign_request("kiosk", "kiosk-1", Applicant(tmp_path).claim().csr.encode(), now=datetime.now(UTC))
    answer = ClaimAnswer(
        state="approved", device="kiosk-1", certificate=other.chain.decode(), ca=root, hub_key="A" * 43 + "="
    )
    files = server_files(authority, tmp_path, "second")
    content = msgspec.json.encode(answer)
    with (
        impostor(*files, lambda path: (200, root.encode() if path.endswith("ca.crt") else content)) as url,
        pytest.raises(ClaimError, match="another key"),
    ):
        Claiming(msgspec.structs.replace(office.paper, hub=url), office.data).ask()
    assert not (office.data / "device.crt").exists()


def test_data_folder_of_another_hub_is_left_alone(office: Office) -> None:
    claiming = Claiming(office.paper, office.data)
    claiming.ask()
    office.approve(claiming.code)
    claiming.ask()
    with pytest.raises(ClaimError, match="another hub"):
        Claiming(msgspec.structs.replace(office.paper, ca_sha256="ab" * 32), office.data).done()


def test_renewal_when_two_thirds_are_over(office: Office) -> None:
    claiming = Claiming(office.paper, office.data)
    claiming.ask()
    office.approve(claiming.code)
    claiming.ask()
    now = datetime.now(UTC)
    at = [now]
    renewals = Renewals(office.data, now=lambda: at[0])
    first = renewals.holding()
    assert timedelta(days=59) < first.due - now < timedelta(days=61)
    at[0] = first.due - timedelta(hours=1)
    assert renewals.renew_if_due() is None
    # The hub knows better: nothing is due there, and the kiosk gets what it has.
    at[0] = first.due
    assert renewals.renew_if_due() == first
    with pages(office.settings, at=now + timedelta(days=100)) as later:
        # The port is another one, as after a move of the hub.
        claimed = json.loads((office.data / CLAIMED_FILE).read_text()) | {"hub": later.url}
        (office.data / CLAIMED_FILE).write_text(json.dumps(claimed))
        at[0] = now + timedelta(days=100)
        renewed = renewals.renew_if_due()
    assert renewed is not None
    assert renewed.until - now > timedelta(days=189)
    assert renewals.holding() == renewed


def test_kiosk_that_was_never_claimed_renews_nothing(tmp_path: Path) -> None:
    with pytest.raises(ClaimError, match="presensi kiosk claim"):
        Renewals(tmp_path).renew_if_due()


@pytest.mark.parametrize(("days", "believed"), [(0, True), (1, True), (400, False), (-400, True)])
def test_better_clock_than_the_machines_judges_the_hub(office: Office, days: int, believed: bool) -> None:
    """The hub's certificate holds a year; a clock that lags behind the machine's is not asked."""
    line = HubLine(office.paper, now=lambda: datetime.now(UTC) + timedelta(days=days))
    claiming = Claiming(office.paper, office.data, line=line)
    if believed:
        assert claiming.ask() is None
        return
    with pytest.raises(UntrustedHubError, match="cannot show"):
        claiming.ask()


@pytest.mark.parametrize("whose", ["other", "kiosk", "name"])
def test_better_clock_believes_no_more_than_openssl_does(office: Office, tmp_path: Path, whose: str) -> None:
    authority = Authority.open(Path(office.settings.authority.folder or ""))
    root, now = Path(office.settings.authority.folder or "", "root.crt").read_bytes(), datetime.now(UTC)
    if whose == "other":
        files = server_files(make_authority(tmp_path / "other", now), tmp_path)
    elif whose == "kiosk":
        thief = Applicant(tmp_path, "kiosk-9")
        (tmp_path / "thief.crt").write_bytes(
            authority.sign_request("kiosk", "kiosk-9", thief.claim().csr.encode(), now=now).chain
        )
        files = tmp_path / "thief.crt", next(tmp_path.glob("kiosk-9-*.key"))
    else:
        issued = authority.issue("server", "elsewhere", names=read_names(["elsewhere.go.id"], []), now=now)
        files = tmp_path / "e.crt", tmp_path / "e.key"
        files[0].write_bytes(issued.chain)
        files[1].write_bytes(issued.key or b"")
    asked: list[str] = []

    def answer(path: str) -> tuple[int, bytes]:
        asked.append(path)
        return 200, root

    with impostor(*files, answer) as url:
        paper = msgspec.structs.replace(office.paper, hub=url)
        claiming = Claiming(paper, office.data, line=HubLine(paper, now=lambda: now + timedelta(days=1)))
        with pytest.raises(UntrustedHubError, match="cannot show"):
            claiming.ask()
    assert asked == ["/klaim/ca.crt"]


def test_renewal_that_fails_is_told_and_tried_again(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, office: Office
) -> None:
    stop = threading.Event()
    stop.set()
    Renewals(office.data).keep_renewing(stop)
    assert caplog.messages == []
    claiming = Claiming(office.paper, office.data)
    claiming.ask()
    office.approve(claiming.code)
    claiming.ask()
    (office.data / "device.crt").write_text("damaged")
    Renewals(office.data).keep_renewing(stop)
    [message] = caplog.messages
    assert "could not be renewed" in message
