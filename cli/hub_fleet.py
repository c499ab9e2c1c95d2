"""`presensi hub kiosk`: what the hub knows of its kiosks, and what they may do."""

from __future__ import annotations

import sys
from datetime import UTC, date, datetime
from pathlib import Path

import click
import msgspec

from cli.commands import Commands
from cli.decided import DATE
from cli.hub_options import HubPlace, by_option, json_option, place_options
from cli.tables import show_json, show_table
from contract.area import Area
from contract.errors import BadInputError
from hub.fleet.kiosks import PolicyChange, add_kiosk, change_policy, revoke_kiosk
from hub.fleet.lost import Loss, confirm_lost, declare_lost, loss_of
from hub.fleet.operator_acts import list_operator_acts
from hub.fleet.overview import kiosk_statuses
from hub.fleet.service import ServiceLine, list_service


@click.group(cls=Commands)
def kiosk() -> None:
    """Kiosks that the hub trusts."""


@kiosk.command(
    "add",
    epilog="Examples:\n\n"
    "  presensi hub kiosk add kiosk-dinkes-1 --key device.pub --unit 'Dinas Kesehatan'\n\n"
    "  ssh kiosk cat /var/lib/presensi/kiosk/device.pub | presensi hub kiosk add kiosk-dinkes-1 --key -",
)
@click.argument("device")
@click.option("--key", "key_file", required=True, metavar="FILE", help="The kiosk's public key; - for standard input.")
@click.option("--demo", is_flag=True, help="Clips and photos count as cameras at this kiosk, and liveness is off.")
@click.option(
    "--liveness",
    type=click.Choice(["off", "passive", "active", "strict"]),
    help="Policy against photographs; default: off with --demo, else active. In this version every policy but off "
    "refuses to record: `off` is for demonstrations and tests, and the screen says so.",
)
@click.option("--unit", metavar="NAME", help="Recognises this unit's people only; default: everybody.")
@place_options
def add(
    device: str,
    key_file: str,
    *,
    demo: bool,
    liveness: str | None,
    unit: str | None,
    hub: HubPlace,
) -> None:
    """Trust DEVICE with its public key."""
    text = _read_key(key_file)
    with hub.opened(create=True) as database:
        add_kiosk(database, device, text, demo=demo, unit=unit, liveness=liveness)
    click.echo(f"{device} is trusted from now on.")
    if not demo and liveness != "off":
        click.echo(
            "It recognises people, and refuses to record them until this product has liveness layers: "
            "for a trial, add it again with --liveness off, or with --demo.",
            err=True,
        )


@kiosk.command(
    "set",
    epilog="Examples:\n\n"
    "  presensi hub kiosk set kiosk-dinkes-1 --fallback pin,card --choose\n\n"
    "  presensi hub kiosk set kiosk-dinkes-1 --fallback none --message 'Apel pukul 07.30'\n\n"
    "  presensi hub kiosk set kiosk-mobil-1 --area 'Alun-alun,-8.169,113.702,300' --area 'Kantor,-8.172,113.699,150'",
)
@click.argument("device")
@click.option(
    "--liveness", type=click.Choice(["off", "passive", "active", "strict"]), help="Policy against photographs."
)
@click.option("--message", metavar="TEXT", help="Message of the day; '' for none.")
@click.option("--choose/--no-choose", default=None, help="Ask people for arrival, departure or duty elsewhere.")
@click.option("--fallback", metavar="LIST", help="What may help when the face fails: pin, card, pin,card or none.")
@click.option(
    "--area",
    "areas",
    multiple=True,
    metavar="NAME,LAT,LON,METRES",
    help="Where a portable kiosk may stand, several times for several places; 'none' for anywhere.",
)
@json_option
@place_options
def set_(
    device: str,
    *,
    liveness: str | None,
    message: str | None,
    choose: bool | None,
    fallback: str | None,
    areas: tuple[str, ...],
    as_json: bool,
    hub: HubPlace,
) -> None:
    """Change how DEVICE behaves; what is not given stays as it is. It learns of it with its next roster."""
    change = PolicyChange(
        liveness=liveness,
        message=message,
        choose=choose,
        fallback=_read_fallback(fallback),
        areas=_read_areas(areas),
    )
    with hub.opened() as database:
        after = change_policy(database, device, change)
    if as_json:
        show_json(after)
        return
    helps = ", ".join(after.fallback) or "nothing"
    click.echo(
        f"{device}: liveness {after.liveness}; people {'are' if after.choose else 'are not'} asked what a punch is; "
        f"when the face fails: {helps}; message: {after.message or 'none'}; "
        f"may stand: {', '.join(area.name for area in after.areas) or 'anywhere'}"
    )


@kiosk.command("list", epilog="Example:\n\n  presensi hub kiosk list --json")
@json_option
@place_options
def list_(*, as_json: bool, hub: HubPlace) -> None:
    """Every kiosk: when it was last heard, up to when its data are complete, what it still holds."""
    with hub.opened() as database:
        kiosks = kiosk_statuses(database)
    if as_json:
        show_json(kiosks)
        return
    show_table(
        ("KIOSK", "UNIT", "STATE", "LAST HEARD", "COMPLETE UP TO", "QUEUE", "CLOCK", "FIRST TRY", "SECONDS", "ALARMS"),
        [
            (
                status.device,
                status.unit or "everybody",
                status.state,
                status.heard_at,
                status.delivered_up_to,
                status.queue,
                status.clock_source,
                _percent(status.service),
                _seconds(status.service),
                ", ".join(status.open_alarms) or None,
            )
            for status in kiosks
        ],
        empty="There are no kiosks yet: presensi hub kiosk add DEVICE --key FILE",
    )


@kiosk.command("service", epilog="Example:\n\n  presensi hub kiosk service --from 2026-11-01 --device kiosk-dinkes-1")
@click.option("--device", metavar="DEVICE", help="Only this kiosk.")
@click.option("--from", "first", type=DATE, metavar="DATE", help="From this day on.")
@click.option("--until", "last", type=DATE, metavar="DATE", help="Up to this day.")
@json_option
@place_options
def service(
    *,
    device: str | None,
    first: date | None,
    last: date | None,
    as_json: bool,
    hub: HubPlace,
) -> None:
    """How people were served at each kiosk, day by day, the latest first."""
    with hub.opened() as database:
        found = list_service(database, first=first, last=last, device=device)
    if as_json:
        show_json(found)
        return
    show_table(
        (
            "DAY",
            "KIOSK",
            "VISITS",
            "RECORDED",
            "FIRST TRY",
            "CHALLENGED",
            "FALLBACK",
            "REFUSED",
            "NOT ME",
            "SECONDS",
            "95 %",
        ),
        [
            (
                line.day,
                line.device,
                line.visits,
                line.recorded,
                _percent(line),
                line.challenged,
                line.fallback,
                line.refused,
                line.disavowed,
                _seconds(line),
                None if line.seconds_p95 is None else f"{line.seconds_p95:.1f}",
            )
            for line in found
        ],
        empty="No kiosk has said yet how people were served.",
    )


@kiosk.command("acts", epilog="Example:\n\n  presensi hub kiosk acts --device kiosk-dinkes-1")
@click.option("--device", help="Of this kiosk alone.")
@json_option
@place_options
def acts(*, device: str | None, as_json: bool, hub: HubPlace) -> None:
    """What operators did at the kiosks themselves (entered, enrolled, locked ...), the latest first."""
    with hub.opened() as database:
        lines = list_operator_acts(database, device=device)
    if as_json:
        show_json(lines)
        return
    show_table(
        ("KIOSK", "WHEN", "OPERATOR", "ACT", "ABOUT"),
        [(line.device, line.at, line.name or line.operator, line.act, line.about or None) for line in lines],
        empty="No operator was at a kiosk yet.",
    )


@kiosk.command("revoke", epilog="Example:\n\n  presensi hub kiosk revoke kiosk-dinkes-1")
@click.argument("device")
@place_options
def revoke(device: str, *, hub: HubPlace) -> None:
    """Trust DEVICE no more: nothing it sends is stored from now on."""
    with hub.opened() as database:
        revoke_kiosk(database, device)
    click.echo(f"{device} is trusted no more.")


@kiosk.command(
    "lost",
    epilog="Examples:\n\n"
    "  presensi hub kiosk lost kiosk-dinkes-1 --because 'stolen in the night' --by siti\n\n"
    "  presensi hub kiosk lost kiosk-dinkes-1 --confirm --by budi\n\n"
    "  presensi hub kiosk lost kiosk-dinkes-1",
)
@click.argument("device")
@click.option("--because", metavar="TEXT", help="Declare it lost, and say how.")
@click.option("--confirm", is_flag=True, help="Confirm, as a second person, that it is lost.")
@by_option
@json_option
@place_options
def lost(
    device: str,
    *,
    because: str | None,
    confirm: bool,
    by: str,
    as_json: bool,
    hub: HubPlace,
) -> None:
    """Declare DEVICE stolen or burnt, which takes two people; then nobody waits for its punches.

    With neither --because nor --confirm: where its loss stands, and the days that its punches may have bettered.
    """
    if because is not None and confirm:
        raise BadInputError("One person declares it lost, with --because, and another confirms it, with --confirm.")
    now = datetime.now(UTC)
    with hub.opened() as database:
        if because is not None:
            loss: Loss | None = declare_lost(database, device, because=because, by=by, now=now)
        elif confirm:
            loss = confirm_lost(database, device, by=by, now=now)
        else:
            loss = loss_of(database, device)
    if as_json:
        show_json(loss)
    elif loss is None:
        click.echo(f"Nobody declared {device} lost.")
    else:
        _show_loss(loss)


def _show_loss(loss: Loss) -> None:
    click.echo(f"{loss.device}: {loss.because}; declared by {loss.declared_by}")
    if loss.confirmed_by is None:
        click.echo(f"Somebody else must confirm it: presensi hub kiosk lost {loss.device} --confirm --by NAME")
        empty = "No day waits for it."
    else:
        click.echo(f"Confirmed by {loss.confirmed_by}: nobody waits for it. Look for other evidence of these days.")
        empty = "No day lacks anything."
    show_table(
        ("DATE", "NAME", "UNIT", "STATUS"),
        [(day.work_date, day.name, day.unit, day.status) for day in loss.days],
        empty=empty,
    )


def _percent(line: ServiceLine | None) -> str | None:
    return None if line is None or line.first_try_pct is None else f"{line.first_try_pct:.0f} %"


def _seconds(line: ServiceLine | None) -> str | None:
    return None if line is None or line.seconds_median is None else f"{line.seconds_median:.1f}"


def _read_areas(texts: tuple[str, ...]) -> tuple[Area, ...] | None:
    """None when none was given; BadInputError for what is no area."""
    if not texts:
        return None
    return () if texts == ("none",) else tuple(_read_area(text) for text in texts)


def _read_area(text: str) -> Area:
    name, *numbers = (part.strip() for part in text.rsplit(",", 3))
    try:
        latitude, longitude, radius = (float(number) for number in numbers)
        fields = {"name": name, "latitude": latitude, "longitude": longitude, "radius_m": radius}
        return msgspec.convert(fields, Area)
    except (ValueError, msgspec.ValidationError) as error:
        raise BadInputError(
            f"'{text}' is no area: write NAME,LATITUDE,LONGITUDE,METRES, like 'Alun-alun,-8.169,113.702,300'; degrees, "
            "and 10 to 100,000 metres."
        ) from error


def _read_fallback(text: str | None) -> tuple[str, ...] | None:
    if text is None:
        return None
    words = tuple(word.strip() for word in text.split(",") if word.strip())
    if words == ("none",):
        return ()
    if not words or not set(words) <= {"pin", "card"}:
        raise BadInputError(f"'{text}' is no fallback: write pin, card, pin,card or none.")
    return words


def _read_key(name: str) -> str:
    try:
        return sys.stdin.read() if name == "-" else Path(name).read_text(encoding="ascii")
    except OSError as error:
        raise BadInputError(f"The key file {name} cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise BadInputError(f"{name} holds no public key; the kiosk's is device.pub in its data folder.") from error
