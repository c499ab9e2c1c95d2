"""Topics with honest and with hostile names."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract import topics
from contract.errors import BadInputError, MalformedMessageError

HOSTILE = ["", "+", "#", "a/b", "a\n", "\na", "kiosk 1", "Kiosk", "-a", "a" * 64, "a\0", "kïosk", "$share", "a+", "٣"]


@pytest.mark.parametrize("name", ["a", "0", "kiosk-dinkes-1", "a" * 63])
def test_device_with_a_usable_name_comes_back(name: str) -> None:
    assert topics.check_device(name) == name
    assert topics.read_up(topics.up(name, "punch")) == topics.UpTopic(name, "punch")
    assert topics.read_down(topics.down(name, "receipt"), name) == "receipt"


@pytest.mark.parametrize("name", HOSTILE)
def test_device_with_a_hostile_name_is_refused(name: str) -> None:
    with pytest.raises(BadInputError):
        topics.check_device(name)
    with pytest.raises(MalformedMessageError):
        topics.read_up(f"presensi/v1/up/{name}/punch")


@pytest.mark.parametrize(
    "topic",
    [
        "presensi/v1/up/kiosk-1/punch/",
        "/presensi/v1/up/kiosk-1/punch",
        "presensi/v1/up/kiosk-1/punch\n",
        "presensi/v2/up/kiosk-1/punch",
        "presensi/v1/down/kiosk-1/punch",
        "presensi/v1/up/kiosk-1/receipt",
        "presensi/v1/up/kiosk-1/+",
        "",
    ],
)
def test_upward_topic_of_another_shape_is_refused(topic: str) -> None:
    with pytest.raises(MalformedMessageError):
        topics.read_up(topic)


@pytest.mark.parametrize("kind", ["roster", "command", "receipt"])
def test_downward_topic_is_for_its_device_only(kind: topics.DownKind) -> None:
    assert topics.read_down(topics.down("kiosk-1", kind), "kiosk-1") == kind
    with pytest.raises(MalformedMessageError):
        topics.read_down(topics.down("kiosk-1", kind), "kiosk-2")
    with pytest.raises(MalformedMessageError):
        topics.read_down(topics.down("kiosk-1", kind) + "/x", "kiosk-1")


@given(st.text(max_size=80))
def test_reading_any_topic_gives_an_answer_or_a_contract_error(topic: str) -> None:
    for read in (topics.read_up, lambda each: topics.read_down(each, "kiosk-1")):
        with pytest.raises(MalformedMessageError):
            read(topic)


def test_filters_name_the_levels_they_leave_open() -> None:
    assert topics.every_device("punch") == "presensi/v1/up/+/punch"
    assert topics.everything_for("kiosk-1") == "presensi/v1/down/kiosk-1/+"
    assert topics.shared("ingest", topics.every_device("punch")) == "$share/ingest/presensi/v1/up/+/punch"
