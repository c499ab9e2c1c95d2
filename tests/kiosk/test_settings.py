"""Settings: one default each, and words that name what is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from kiosk.errors import SettingsError
from kiosk.settings import KioskSettings, read_settings


def write(folder: Path, text: str | bytes) -> Path:
    path = folder / "kiosk.toml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def test_settings_without_a_file_are_the_defaults() -> None:
    assert read_settings(None) == KioskSettings()
    assert KioskSettings().repeat_seconds == 120
    assert KioskSettings().hub_key_file == Path("/var/lib/presensi/kiosk/hub.pub")


def test_settings_are_read_from_the_file(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        'device = "kiosk-dinkes-1"\nrepeat_seconds = 300\nhub_key = "/etc/hub.pub"\n'
        '[camera]\nkind = "webcam"\ndevice = 2\n[panel.relay]\npin = 17\n',
    )
    settings = read_settings(path)
    assert (settings.device, settings.repeat_seconds) == ("kiosk-dinkes-1", 300.0)
    assert (settings.camera.kind, settings.camera.device, settings.camera.width) == ("webcam", 2, 640)
    assert settings.panel is not None
    assert settings.panel.relay is not None
    assert settings.panel.relay.pin == 17
    assert settings.hub_key_file == Path("/etc/hub.pub")


def test_overrides_win_over_the_file_and_none_does_not(tmp_path: Path) -> None:
    path = write(tmp_path, 'device = "kiosk-1"\n[camera]\nkind = "webcam"\nwidth = 800\n')
    settings = read_settings(path, device="kiosk-2", data=None, camera_kind="clip", camera_path="/clip.mp4")
    assert (settings.device, settings.data) == ("kiosk-2", KioskSettings().data)
    assert (settings.camera.kind, settings.camera.path, settings.camera.width) == ("clip", "/clip.mp4", 800)


def test_overrides_reach_a_section_that_the_file_does_not_have() -> None:
    assert read_settings(None, camera_kind="photo").camera.kind == "photo"


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("repeat_second = 9", "repeat_second"),
        ("[camera]\nfsp = 9", "fsp"),
        ("[cameras]\nfps = 9", "cameras"),
        ('device = "Kiosk 1"', "device"),
        ('device = "kiosk-1\\n"', "device"),
        ("repeat_seconds = 0", "repeat_seconds"),
        ("repeat_seconds = nan", "repeat_seconds"),
        ("heartbeat_seconds = inf", "heartbeat_seconds"),
        ("heartbeat_seconds = -1.0", "heartbeat_seconds"),
        ('repeat_seconds = "9"', "repeat_seconds"),
        ("keep_delivered_days = 0", "keep_delivered_days"),
        ("keep_pictures_days = 0", "keep_pictures_days"),
        ("[panel.relay]\npin = 40", "relay.pin"),
        ("[panel.relay]\npin = 4\n[panel.buzzer]\npin = 4", "buzzer.pin"),
        ('language = "jv"', "language"),
        ("[camera]\nrotation_degrees = 90", "rotation_degrees"),
        ('camera = "webcam"', "camera"),
    ],
)
def test_settings_that_cannot_be_name_file_and_key(tmp_path: Path, text: str, key: str) -> None:
    path = write(tmp_path, text)
    with pytest.raises(SettingsError) as refusal:
        read_settings(path)
    assert str(path) in str(refusal.value)
    assert key in str(refusal.value)


def test_section_that_is_none_is_refused_under_an_override_too(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="camera"):
        read_settings(write(tmp_path, 'camera = "webcam"'), camera_fps=10.0)


@pytest.mark.parametrize("text", ["device = ", "[camera", b"\xff\xfe", 'device = "a"\ndevice = "b"'])
def test_file_that_is_no_toml_is_named(tmp_path: Path, text: str | bytes) -> None:
    path = write(tmp_path, text)
    with pytest.raises(SettingsError, match="TOML") as refusal:
        read_settings(path)
    assert str(path) in str(refusal.value)


def test_file_that_is_missing_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"missing\.toml"):
        read_settings(tmp_path / "missing.toml")
    with pytest.raises(SettingsError):
        read_settings(tmp_path)


def test_override_that_is_unknown_is_refused() -> None:
    with pytest.raises(SettingsError, match="devise"):
        read_settings(None, devise="kiosk-1")
