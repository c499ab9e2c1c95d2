"""Every kiosk's threshold from the hub's own staff, and the people who look too much alike.

Computed outside any transaction, stored in one: a kiosk learns of it with its next roster.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Final
from zoneinfo import ZoneInfo

import msgspec
import numpy as np
from sqlalchemy import Connection, insert, select

from hub.db import Database, table_of
from hub.errors import FleetError
from hub.fleet.models import Kiosk
from hub.roster.changes import note_kiosk
from hub.roster.gallery import load_people, people_in_scope
from hub.roster.lookalikes import store_lookalikes
from hub.roster.models import DEFAULT_TIMEZONE, StoredCalibration, Template
from hub.roster.thresholds import newest_calibrations
from kiosk.errors import PackError
from kiosk.recognizer.calibration.impostors import Enrolled, genuine_floor
from kiosk.recognizer.calibration.lookalikes import Lookalike, find_lookalikes
from kiosk.recognizer.calibration.threshold import FRAMES, TARGET_FPIR, Calibration, bounded, calibrate_galleries
from kiosk.recognizer.decision import DEFAULT_MARGIN, ThresholdCurve
from kiosk.recognizer.face import Vector
from kiosk.recognizer.packs.card import read_card

CARD: Final = "model card (too few people)"

Progress = Callable[[int, int, str], None]
"""Called with steps done, steps in all, and what is being done."""

_calibrations = table_of(StoredCalibration)


class KioskCalibration(msgspec.Struct, frozen=True, kw_only=True):
    """What a run came to for one kiosk and one pack.

    threshold: in force from now on; None: the model card's curve rules. computed: without the bound on one night's
    change; previous: in force before. low, high: 90 % interval. gallery: people on the kiosk; people: on whom it rests.
    set_by_hand: the administrator's own threshold, which wins over this; None: there is none.
    """

    kiosk: str
    pack: str
    threshold: float | None
    computed: float | None
    low: float | None
    high: float | None
    previous: float | None
    set_by_hand: float | None
    people: int
    gallery: int
    frames: int
    target: float
    estimator: str
    impostors: int
    left_out: tuple[tuple[str, str], ...]
    made_at: datetime
    made_by: str


@dataclass(frozen=True, slots=True)
class _Site:
    """A kiosk, the administrator's threshold for it, and the people whom it may recognise (with templates or not)."""

    device: str
    by_hand: float | None
    people: frozenset[str]


@dataclass(frozen=True, slots=True)
class _Terms:
    """What holds for a run; see calibrate_kiosks. whole: for every kiosk, so that lookalikes are looked for as well."""

    target: float
    frames: int
    made_by: str
    now: Callable[[], datetime]
    whole: bool


@dataclass(frozen=True, slots=True)
class _Pack:
    """What a model card says of deciding. curve None: the pack is unknown here, or was never calibrated."""

    name: str
    curve: ThresholdCurve | None
    margin: float


def calibrate_kiosks(
    database: Database,
    *,
    made_by: str,
    kiosk: str | None = None,
    pack: str | None = None,
    target: float = TARGET_FPIR,
    frames: int = FRAMES,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
    progress: Progress = lambda _done, _all, _words: None,
) -> list[KioskCalibration]:
    """Calibrate every active kiosk, or one; for every pack that has templates, or one.

    A run for every kiosk looks for lookalikes as well: one kiosk's people are not enough to say that a pair is gone.

    FleetError when there is no such kiosk. made_by: for the record.
    """
    today = now().astimezone(ZoneInfo(DEFAULT_TIMEZONE)).date()
    with database.read() as session:
        connection = session.connection()
        sites = _sites(connection, kiosk, today)
        employed = people_in_scope(connection, None, today)
        packs = [pack] if pack is not None else list(connection.scalars(select(Template.pack).distinct()))
    terms = _Terms(target, frames, made_by, now, whole=kiosk is None)
    found = []
    for name in sorted(packs):
        with database.read() as session:
            staff = _templates(session.connection(), employed, name)
        found += _calibrate_pack(database, _pack(name), sites, staff, terms=terms, progress=progress)
    return found


def _calibrate_pack(
    database: Database,
    pack: _Pack,
    sites: list[_Site],
    staff: Mapping[str, Vector],
    *,
    terms: _Terms,
    progress: Progress,
) -> list[KioskCalibration]:
    galleries = {site.device: len(site.people & staff.keys()) for site in sites}
    computed = calibrate_galleries(
        staff,
        {*galleries.values(), len(staff)},
        target=terms.target,
        frames=terms.frames,
        card=pack.curve,
        progress=lambda done, total: progress(done, total, f"{pack.name}: thresholds"),
    )
    progress(0, 1, f"{pack.name}: lookalikes")
    pairs = _lookalikes(pack, sites, staff, computed) if terms.whole else []
    found = []
    with database.write() as session:
        connection = session.connection()
        for site in sites:
            gallery = galleries[site.device]
            found.append(
                _store(
                    connection, site, computed.get(gallery), pack=pack.name, people=(gallery, len(staff)), terms=terms
                )
            )
        if terms.whole:
            store_lookalikes(connection, pairs, pack=pack.name, margin=pack.margin, now=terms.now())
    progress(1, 1, f"{pack.name}: lookalikes")
    return found


def _store(
    connection: Connection,
    site: _Site,
    new: Calibration | None,
    *,
    pack: str,
    people: tuple[int, int],
    terms: _Terms,
) -> KioskCalibration:
    """Write one kiosk's threshold, bounded by the one before, and tell the kiosk when it changes.

    people: on the kiosk, and of the whole staff.
    """
    previous = newest_calibrations(connection).get((site.device, pack))
    threshold = None if new is None else round(bounded(new.threshold, previous, scale=new.scale), 5)
    result = KioskCalibration(
        kiosk=site.device,
        pack=pack,
        threshold=threshold,
        computed=new.threshold if new else None,
        low=new.low if new else None,
        high=new.high if new else None,
        previous=previous,
        set_by_hand=site.by_hand,
        people=people[1],
        gallery=people[0],
        frames=terms.frames,
        target=terms.target,
        estimator=new.estimator if new else CARD,
        impostors=new.impostors if new else 0,
        left_out=new.left_out if new else (),
        made_at=terms.now(),
        made_by=terms.made_by,
    )
    if threshold is None and previous is None:
        return result
    kept = ("threshold", "computed", "low", "high", "previous", "target", "people", "gallery", "frames", "estimator")
    row = {name: getattr(result, name) for name in (*kept, "pack", "made_at", "made_by")}
    connection.execute(insert(_calibrations), row | {"device": site.device, "scale": new.scale if new else None})
    if threshold != previous and site.by_hand is None:
        note_kiosk(connection, site.device, now=result.made_at)
    return result


def _lookalikes(
    pack: _Pack, sites: Iterable[_Site], staff: Mapping[str, Vector], computed: Mapping[int, Calibration]
) -> list[Lookalike]:
    """Pairs above the threshold of the whole staff, and those above a kiosk's own who stand in its gallery together."""
    if len(staff) < 2:
        return []
    floor = genuine_floor(Enrolled.of(staff))
    galleries: dict[frozenset[str], float] = {frozenset(staff): math.inf}
    for site in sites:
        present = frozenset(site.people & staff.keys())
        by_hand = math.inf if site.by_hand is None else site.by_hand
        galleries[present] = min(galleries.get(present, math.inf), by_hand)
    found: dict[tuple[str, str], Lookalike] = {}
    for people, by_hand in galleries.items():
        new = computed.get(len(people))
        least = new.threshold if new else pack.curve.at(len(people)) if pack.curve else math.inf
        least = min(least, by_hand)
        if len(people) > 1 and math.isfinite(least):
            some = {person: staff[person] for person in sorted(people)}
            also = new.left_out if new is not None and len(people) == len(staff) else ()
            pairs = find_lookalikes(some, threshold=least, floor=floor, also=also)
            found |= {(each.first, each.second): each for each in pairs}
    return list(found.values())


def _sites(connection: Connection, kiosk: str | None, today: date) -> list[_Site]:
    query = select(Kiosk.device, Kiosk.unit_id, Kiosk.threshold).where(Kiosk.state == "active").order_by(Kiosk.device)
    rows = connection.execute(query if kiosk is None else query.where(Kiosk.device == kiosk)).all()
    if kiosk is not None and not rows:
        raise FleetError(f"There is no active kiosk '{kiosk}'; `presensi hub kiosk list` shows them.")
    scopes = {unit: frozenset(people_in_scope(connection, unit, today)) for unit in {row.unit_id for row in rows}}
    return [_Site(row.device, row.threshold, scopes[row.unit_id]) for row in rows]


def _templates(connection: Connection, people: set[str], pack: str) -> dict[str, Vector]:
    """Approved templates as kiosks get them, (k, d) each."""
    found = {}
    for person in load_people(connection, people, pack):
        rows = np.frombuffer(person.embeddings, "<f4").reshape(person.count, -1).astype(np.float32)
        found[person.person] = rows
    return found


def _pack(name: str) -> _Pack:
    try:
        card = read_card(name)
    except PackError:
        return _Pack(name, None, DEFAULT_MARGIN)
    curve = card.threshold_curve
    return _Pack(name, card.curve, curve.margin if curve is not None else DEFAULT_MARGIN)
