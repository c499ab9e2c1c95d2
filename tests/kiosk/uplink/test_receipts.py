"""What the uplink does with receipts: forged ones, rejected rows, rows that are missing."""

from __future__ import annotations

import pytest

from contract import topics
from contract.codec import seal
from contract.signing import SigningKey
from kiosk.errors import JournalFullError
from tests.factories.terminal import fill

from .conftest import DEVICE, Scene


def test_receipts_that_are_forged_or_foreign_are_refused(scene: Scene) -> None:
    scene.hub.silent = True
    fill(scene.journal, 2)
    scene.pass_seconds(1)
    epoch = scene.journal.state.epoch
    scene.hub.send(scene.hub.receipt(epoch), key=SigningKey.generate())
    scene.hub.send(scene.hub.receipt(epoch), key=scene.hub.kiosk_key)
    scene.hub.send(scene.hub.receipt(epoch), device="kiosk-2")
    receipt = seal(scene.hub.receipt(epoch), key=scene.hub.key, purpose="command", device=DEVICE)
    scene.hub.transport.publish(topics.down(DEVICE, "receipt"), receipt)
    scene.hub.transport.publish(topics.down(DEVICE, "receipt"), b"rubbish")
    scene.hub.transport.publish(topics.down(DEVICE, "receipt") + "/x", b"rubbish")
    scene.pass_seconds(1)
    assert scene.uplink.refused_messages == 6
    assert scene.journal.state.queue == 2
    scene.hub.send(scene.hub.receipt(epoch))
    scene.pass_seconds(1)
    assert scene.journal.state.queue == 0


def test_rejected_row_is_not_sent_again(scene: Scene) -> None:
    scene.hub.rejecting = {2}
    fill(scene.journal, 3)
    scene.deliver(within=5)
    before = len(scene.sent("punch"))
    scene.pass_seconds(300, tick=1)
    assert len(scene.sent("punch")) == before


def test_missing_rows_are_sent_again_though_they_were_settled(scene: Scene) -> None:
    fill(scene.journal, 10)
    scene.deliver(within=5)
    epoch = scene.journal.state.epoch
    for seq in (4, 5, 6):
        del scene.hub.rows[epoch, seq]
    scene.hub.send(scene.hub.receipt(epoch, missing=((4, 6),)))
    scene.pass_seconds(2)
    assert scene.hub.batches[-1] == (epoch, 4, 6)
    assert scene.journal.state.queue == 0
    assert len(scene.hub.rows) == 10


def test_full_disk_does_not_end_the_uplink(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """The receipt cannot be kept, so the rows go out again later, and are retired when there is room."""
    fill(scene.journal, 3)

    def refuse(*_: object, **__: object) -> None:
        raise JournalFullError("no room")

    with monkeypatch.context() as patch:
        patch.setattr(scene.journal, "settle", refuse)
        scene.pass_seconds(60)
        assert scene.journal.state.queue == 3
    with monkeypatch.context() as patch:
        patch.setattr(scene.journal, "pending", refuse)
        patch.setattr(type(scene.journal), "state", property(refuse))
        scene.pass_seconds(60)
    scene.deliver(within=300)
