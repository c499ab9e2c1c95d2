"""What the pages need to know of their hub: the database, the clock, the sessions; one for an application."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from fastapi import Request

from hub.access.roles import Role
from hub.access.second_step import SecondSteps
from hub.access.sessions import Sessions
from hub.access.throttle import FREE_FAILURES_OF_AN_ADDRESS, Throttle
from hub.attendance.paper_files import PaperStore
from hub.db import Database
from hub.fleet.release_files import ReleaseFiles
from hub.live.board import Board
from hub.live.watcher import Watcher
from hub.refusals.snapshots import SnapshotStore
from hub.reminders.addresses import Channel
from hub.roster.model_files import ModelFiles
from hub.roster.photo_archive import ArchiveStore
from hub.roster.photos import PhotoStore
from hub.roster.recogniser import Recogniser
from hub.web.claim_desk import ClaimDesk
from hub.webhooks.sealing import SecretSeal


@dataclass(frozen=True, slots=True, kw_only=True)
class FrontOffice:
    """What `create_app` was given.

    zone: of dates on pages that are about no unit in particular. snapshots: pictures of refused presentations, photos:
    those of enrolment, papers: scans of letters; None: there is no folder of them here. states: whether the hub's
    other parts run, by name. models: files that kiosks may fetch from here. second_step_key: seals the secrets of
    second steps; None: nobody can be asked for one here. second_step_roles: who must have one. recogniser: looks at
    faces of whoever is enrolled on pages, archives: keeps archives of photos; None: nobody can be enrolled here.
    gateways: those over which people can be reminded, and what each reaches. board: between what comes in and the live
    pages. webhook_seal: seals the secrets of webhooks; None: none can be made here.
    counts: what ingest took in since it began, by name; empty where this process takes in nothing.
    metrics_on_loopback: whether programs on this machine are told the metrics without a token.
    releases: of the kiosks' software, that kiosks may fetch from here; None: there are none.
    claims: lets kiosks in; None: this hub has no authority.
    """

    database: Database
    sessions: Sessions
    zone: ZoneInfo
    snapshots: SnapshotStore | None = None
    photos: PhotoStore | None = None
    papers: PaperStore | None = None
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    states: Callable[[], Mapping[str, bool]] = dict
    models: ModelFiles = field(default_factory=ModelFiles)
    second_step_key: bytes | None = None
    second_step_roles: frozenset[Role] = frozenset()
    recogniser: Recogniser | None = None
    archives: ArchiveStore | None = None
    gateways: Mapping[str, Channel] = field(default_factory=dict)
    webhook_seal: SecretSeal | None = None
    counts: Callable[[], Mapping[str, int]] = dict
    metrics_on_loopback: bool = False
    releases: ReleaseFiles | None = None
    claims: ClaimDesk | None = None
    board: Board = field(init=False)

    def __post_init__(self) -> None:
        board = Board(lambda: Watcher(self.database, now=self.now))
        object.__setattr__(self, "board", board)

    @property
    def throttle(self) -> Throttle:
        """The brake on guessing at one name from one address."""
        return Throttle(self.database, now=self.now)

    @property
    def address_throttle(self) -> Throttle:
        """The brake on guessing from one address."""
        return Throttle(self.database, now=self.now, free_failures=FREE_FAILURES_OF_AN_ADDRESS)

    @property
    def second_steps(self) -> SecondSteps | None:
        """The second steps of accounts; None: this hub has no key for them."""
        key = self.second_step_key
        return None if key is None else SecondSteps(self.database, key, now=self.now)

    def today(self, zone: ZoneInfo | None = None) -> date:
        return self.now().astimezone(zone or self.zone).date()


def front_office(request: Request) -> FrontOffice:
    """The front office of the application that answers this request."""
    office: FrontOffice = request.app.state.front_office
    return office
