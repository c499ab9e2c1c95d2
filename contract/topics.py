"""MQTT topics: one place that builds and reads them.

`presensi/v1/up/<device>/<kind>` goes to the hub, `presensi/v1/down/<device>/<kind>` to one kiosk.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, Literal, cast, get_args

from contract.errors import BadInputError, MalformedMessageError

UpKind = Literal["punch", "state", "online", "enrol", "evidence"]
DownKind = Literal["receipt", "roster", "command", "month"]

ROOT: Final = "presensi/v1"
DEVICE_PATTERN: Final = r"^[a-z0-9][a-z0-9-]{0,62}\Z"
"""`$` would let a name end in a line break."""

_device = re.compile(DEVICE_PATTERN)
_up_kinds: Final = frozenset(get_args(UpKind))


@dataclass(frozen=True, slots=True)
class UpTopic:
    """Who speaks, and what kind of message it is."""

    device: str
    kind: UpKind


def check_device(device: str) -> str:
    """Return the name of a device if it may stand in a topic; raise BadInputError otherwise."""
    if not _device.match(device):
        raise BadInputError(
            f"'{device}' cannot be a device name: use 1 to 63 small letters, digits and hyphens, like kiosk-dinkes-1."
        )
    return device


def up(device: str, kind: UpKind) -> str:
    """Topic on which a device speaks to the hub."""
    return f"{ROOT}/up/{device}/{kind}"


def down(device: str, kind: DownKind) -> str:
    """Topic on which the hub speaks to one device."""
    return f"{ROOT}/down/{device}/{kind}"


def every_device(kind: UpKind) -> str:
    """Subscription filter for one kind of message from all devices."""
    return f"{ROOT}/up/+/{kind}"


def everything_for(device: str) -> str:
    """Subscription filter of a kiosk: all that the hub says to it."""
    return f"{ROOT}/down/{device}/+"


def shared(group: str, topic_filter: str) -> str:
    """Subscription filter whose messages are divided among the members of a group (MQTT 5, and Mosquitto always)."""
    return f"$share/{group}/{topic_filter}"


def read_up(topic: str) -> UpTopic:
    """Take an upward topic apart; raise MalformedMessageError when it is not one of ours."""
    match topic.split("/"):
        case ["presensi", "v1", "up", device, kind] if kind in _up_kinds and _device.match(device):
            return UpTopic(device, cast("UpKind", kind))
    raise MalformedMessageError(f"'{topic[:120]}' is not an upward topic.")


def read_down(topic: str, device: str) -> DownKind:
    """Tell which kind of message for `device` a topic carries; raise MalformedMessageError for anything else."""
    prefix = f"{ROOT}/down/{device}/"
    match topic.removeprefix(prefix) if topic.startswith(prefix) else None:
        case "receipt":
            return "receipt"
        case "roster":
            return "roster"
        case "command":
            return "command"
        case "month":
            return "month"
    raise MalformedMessageError(f"'{topic[:120]}' is not a topic for {device}.")
