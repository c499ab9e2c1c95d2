"""What waits for a slow reader, and what is never dropped."""

from __future__ import annotations

import threading

from contract.inbox import Inbox
from contract.transport import Connected, Delivery, Disconnected


def test_full_inbox_drops_messages_and_never_news_of_the_connection() -> None:
    inbox = Inbox(2)
    first, second = Delivery("t", b"1"), Delivery("t", b"2")
    for arrival in (first, second, Delivery("t", b"3"), Disconnected("gone"), Connected(), Delivery("t", b"4")):
        inbox.put(arrival)
    assert (inbox.waiting, inbox.dropped) == (2, 2)
    assert [inbox.take(0) for _ in range(5)] == [first, second, Disconnected("gone"), Connected(), None]


def test_inbox_that_was_emptied_takes_messages_again() -> None:
    inbox = Inbox(1)
    for number in range(3):
        inbox.put(Delivery("t", b"%d" % number))
        inbox.put(Delivery("t", b"too much"))
        assert inbox.take(0) == Delivery("t", b"%d" % number)
    assert inbox.waiting == 0


def test_empty_inbox_wakes_its_reader() -> None:
    inbox = Inbox(1)
    taken: list[object] = []
    reader = threading.Thread(target=lambda: taken.append(inbox.take(60)))
    reader.start()
    inbox.put(Connected())
    reader.join(60)
    assert taken == [Connected()]
