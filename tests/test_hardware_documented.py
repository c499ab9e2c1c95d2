"""docs/hardware.md shows every key of hardware.toml, in an example that is read as it stands."""

from __future__ import annotations

import re
from pathlib import Path

from msgspec.inspect import StructType, UnionType, type_info

from cli.kiosk import EXIT_REBOOT, EXIT_RESTART
from kiosk.camera.recovery import Ladder
from kiosk.hardware.lighting import DARK_FACE
from kiosk.hardware.wiring import LONGEST_PULSE_SECONDS, PanelWiring
from kiosk.hardware.wiring_file import read_wiring
from kiosk.position import STALE_SECONDS
from kiosk.settings import CameraSection

DOCUMENT = (Path(__file__).resolve().parent.parent / "docs" / "hardware.md").read_text(encoding="utf-8")


def example() -> str:
    found = re.search(r"^```toml\n(.*?)^```", DOCUMENT, flags=re.MULTILINE | re.DOTALL)
    assert found is not None
    return found.group(1)


def keys_shown(text: str) -> set[str]:
    """Sections and keys, those that are commented out too."""
    shown, section = set(), ""
    for line in text.splitlines():
        plain = line.removeprefix("# ")
        if opened := re.match(r"\[(\w+)\]", plain):
            section = opened.group(1)
            shown.add(section)
        elif given := re.match(r"(\w+) =", plain):
            shown.add(f"{section}.{given.group(1)}")
    return shown


def keys_known() -> set[str]:
    known = set()
    struct = type_info(PanelWiring)
    assert isinstance(struct, StructType)
    for field in struct.fields:
        assert isinstance(field.type, UnionType)
        section = next(kind for kind in field.type.types if isinstance(kind, StructType))
        known |= {field.name} | {f"{field.name}.{inner.name}" for inner in section.fields}
    return known


def test_example_is_read_as_it_stands(tmp_path: Path) -> None:
    path = tmp_path / "hardware.toml"
    path.write_text(example(), encoding="utf-8")
    assert len(dict(read_wiring(path).pins())) == 8


def test_example_shows_every_key_and_no_other() -> None:
    assert keys_shown(example()) == keys_known()


def test_pins_of_the_table_are_those_of_the_example(tmp_path: Path) -> None:
    path = tmp_path / "hardware.toml"
    path.write_text(example(), encoding="utf-8")
    table = {int(number) for row in re.findall(r"^\| [a-z ,]+ \| GPIO([0-9, ]+) \|", DOCUMENT, flags=re.MULTILINE)
             for number in row.split(",")}  # fmt: skip
    assert {pin for _, pin in read_wiring(path).pins()} | {16} == table


def test_figures_are_those_of_the_program() -> None:
    for words in (
        f"after {LONGEST_PULSE_SECONDS:g} seconds it is shut all the same",
        f"darker than {DARK_FACE:g} of 255",
        f"counts for {STALE_SECONDS:g} seconds",
        f"`camera.reboot_after` failures ({CameraSection().reboot_after}:",
        f"| {EXIT_RESTART} | the hub asked",
        f"| {EXIT_REBOOT} | the camera",
    ):
        assert words in DOCUMENT
    assert Ladder().reset_after == 4
    assert Ladder().reboot_after == CameraSection().reboot_after
