"""docs/settings.md lists every key of both settings files with its default, and nothing that is no key."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from msgspec.inspect import Field, StructType, UnionType, type_info

from hub.settings import HubSettings
from kiosk.settings import KioskSettings

DOCUMENT = Path(__file__).resolve().parent.parent / "docs" / "settings.md"
SETTINGS = {"Kiosk": KioskSettings, "Hub": HubSettings}


def documented(text: str, heading: str) -> dict[str, str]:
    """Key to default, as the table below a heading shows them; a key that stands there twice fails."""
    section = re.split(r"^## ", text, flags=re.MULTILINE)
    table = next(part for part in section if part.startswith(f"{heading}\n"))
    rows = re.findall(r"^\| `([^`]+)` \| (.*?) \| (.*?) \|$", table, flags=re.MULTILINE)
    keys = [key for key, _, _ in rows]
    assert len(keys) == len(set(keys)), f"a key stands twice under {heading}"
    assert all(meaning.strip() for _, _, meaning in rows)
    return {key: default for key, default, _ in rows}


def defined(struct: StructType, prefix: str = "") -> Iterator[tuple[str, str]]:
    """Every key with its default as the tables write it; a section that is always there has no row of its own."""
    for field in struct.fields:
        name = f"{prefix}{field.encode_name}"
        kinds = field.type.types if isinstance(field.type, UnionType) else (field.type,)
        section = next((kind for kind in kinds if isinstance(kind, StructType)), None)
        if section is None or field.default_factory is msgspec.NODEFAULT:
            yield name, written(field)
        if section is not None:
            yield from defined(section, f"{name}.")


def written(field: Field) -> str:
    """A default as a reader of TOML would write it."""
    if field.required:
        return "needed"
    if field.default_factory is dict:
        return "none"
    assert field.default is not msgspec.NODEFAULT, f"{field.name}: write down here how its default is shown"
    match field.default:
        case None | ():
            return "none"
        case bool():
            return str(field.default).lower()
        case str():
            return f"`{field.default}`"
        case _:
            return f"{field.default:g}"


def keys_of(heading: str) -> dict[str, str]:
    struct = type_info(SETTINGS[heading])
    assert isinstance(struct, StructType)
    return dict(defined(struct))


@pytest.mark.parametrize("heading", SETTINGS)
def test_every_setting_is_documented_with_its_default(heading: str) -> None:
    assert documented(DOCUMENT.read_text(encoding="utf-8"), heading) == keys_of(heading)


def test_settings_reach_into_every_section() -> None:
    keys = keys_of("Kiosk")
    assert {"device", "camera.fps", "panel", "panel.relay.pin", "panel.buzzer.passive"} <= keys.keys()
    assert (keys["camera.fps"], keys["panel"], keys["panel.relay.pin"]) == ("15", "none", "needed")
    assert "camera" not in keys


@pytest.mark.parametrize(
    ("row", "instead"),
    [
        ("| `camera.fps` | 15 | frames per second |\n", ""),
        ("| `camera.fps` | 15 |", "| `camera.fps` | 25 |"),
        ("| `camera.fps` | 15 |", "| `camera.frames` | 15 |"),
    ],
)
def test_document_that_lacks_or_misstates_a_setting_is_noticed(row: str, instead: str) -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    assert row in text
    assert documented(text.replace(row, instead), "Kiosk") != keys_of("Kiosk")
