"""What an address at a gateway looks like: e-mail, Telegram, a telephone's number, or whatever else. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final, Literal, get_args

from hub.errors import ReminderError

Channel = Literal["mail", "telegram", "phone", "other"]
CHANNELS: Final[tuple[Channel, ...]] = get_args(Channel)

_PHONE_NAMES: Final = frozenset({"wa", "whatsapp", "sms", "signal"})
"""Most gateways of telephones are reached by `json://` or `jsons://`, which says nothing of whom they reach."""
_PHONE_SCHEMES: Final = frozenset({"whatsapp", "signal", "signals", "twilio", "vonage", "nexmo"})

_ADDRESS: Final = re.compile(r"[A-Za-z0-9+@._:-]{3,200}")
_MAIL: Final = re.compile(r"[^@]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")
_TELEGRAM: Final = re.compile(r"-?[0-9]{4,20}")
_PHONE: Final = re.compile(r"\+?[1-9][0-9]{7,14}")


def channel_of(gateway: str, url: str) -> Channel:
    """What a gateway of the settings reaches, by the scheme of its address, else by its name."""
    scheme = url.partition("://")[0].casefold()
    if scheme in ("mailto", "mailtos"):
        return "mail"
    if scheme == "tgram":
        return "telegram"
    if scheme in _PHONE_SCHEMES or gateway.casefold() in _PHONE_NAMES:
        return "phone"
    return "other"


def channels_of(gateways: Mapping[str, str]) -> dict[str, Channel]:
    """What each gateway reaches; without the addresses themselves, which hold secrets."""
    return {name: channel_of(name, url) for name, url in gateways.items()}


def check_address(channel: Channel, address: str) -> None:
    """ReminderError unless an address can be one of this channel."""
    if not _ADDRESS.fullmatch(address):
        raise ReminderError(f"'{address}' is no address: 3 to 200 letters, digits and + @ . _ : - without spaces.")
    if channel == "mail" and not _MAIL.fullmatch(address):
        raise ReminderError(f"'{address}' is no e-mail address: write it like rina@dinkes.go.id.")
    if channel == "telegram" and not _TELEGRAM.fullmatch(address):
        raise ReminderError(f"'{address}' is no chat of Telegram: write the number that the bot tells, like 123456789.")
    if channel == "phone" and not _PHONE.fullmatch(address):
        raise ReminderError(
            f"'{address}' is no telephone number with its country: write 62812... in the place of 0812..., digits only."
        )
