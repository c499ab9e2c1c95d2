"""What operators do at kiosks is kept with the punches, and is nobody's attendance."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from contract.punch import OperatorAct, decode_row, kind_of
from hub.attendance.models import DirtyDay
from hub.fleet.operator_acts import list_operator_acts
from hub.ingest.models import StoredRow
from tests.factories.journals import KioskJournal, operator_act
from tests.factories.people import add_employee, add_unit


def test_acts_of_an_operator_are_stored_and_receipted(desk: Any, journal: KioskJournal) -> None:
    journal.act()
    journal.act(act="enrolled", about="3b241101-e2bb-4255-8caf-4136c566a962")
    journal.act(act="left")
    [receipt] = desk.record(journal.delivery())
    assert (receipt.upto, receipt.rejected) == (3, ())
    assert desk.stored_bytes() == journal.rows
    assert desk.alarms() == {}
    with desk.database.read() as session:
        kinds = session.execute(select(StoredRow.kind, StoredRow.person_id, StoredRow.source)).all()
        assert kinds == [("operator", None, "webcam")] * 3
        assert session.scalars(select(DirtyDay)).all() == []


def test_acts_are_listed_with_the_operators_name_the_latest_first(desk: Any, journal: KioskJournal) -> None:
    add_employee(desk.database, "person-9", unit=add_unit(desk.database, "Dinas Kesehatan"))
    journal.act()
    journal.punch()
    journal.act(act="left")
    desk.record(journal.delivery())
    lines = list_operator_acts(desk.database)
    assert [(line.act, line.operator) for line in lines] == [("left", "person-9"), ("entered", "person-9")]
    assert all(line.name for line in lines)
    assert list_operator_acts(desk.database, device="kiosk-2") == []


def test_act_of_a_name_that_no_text_can_hold_is_set_aside(desk: Any, journal: KioskJournal) -> None:
    journal.act(operator="person\0")
    [receipt] = desk.record(journal.delivery())
    assert [each.reason for each in receipt.rejected] == ["malformed"]


@pytest.mark.parametrize("act", ["", "Entered", "x" * 40])
def test_act_must_be_a_word(act: str) -> None:
    import msgspec

    from contract.codec import encode
    from contract.errors import MalformedMessageError

    row = operator_act()
    assert kind_of(row) == "operator"
    assert isinstance(decode_row(encode(row)), OperatorAct)
    with pytest.raises(MalformedMessageError):
        decode_row(encode(msgspec.structs.replace(row, act=act)))
