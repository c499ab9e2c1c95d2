"""A card reader that types: its digits are told from what people type by their pace. Pure; times are seconds."""

from __future__ import annotations

from typing import Final

LONGEST_GAP_SECONDS: Final = 0.08
"""Between two characters of one card. Readers leave 1 to 20 ms; people who type fast leave 100 ms and more."""
SHORTEST_NUMBER: Final = 4
LONGEST_NUMBER: Final = 64


class CardReader:
    """Collects characters that follow each other fast, until Enter ends them.

    What is too slow, too short or too long for a card is forgotten: nobody types on a kiosk's keyboard otherwise.
    """

    def __init__(self) -> None:
        self._typed = ""
        self._last_at = 0.0

    def take(self, character: str, at: float) -> None:
        """One printable character."""
        if self._typed and at - self._last_at >= LONGEST_GAP_SECONDS:
            self._typed = ""
        self._last_at = at
        # One more than the longest is kept, so that a number that is too long stays so until its end.
        if len(self._typed) <= LONGEST_NUMBER:
            self._typed += character

    def end(self, at: float) -> str | None:
        """Enter was typed: the card's number, or None when that was no card."""
        typed, self._typed = self._typed, ""
        in_time = at - self._last_at < LONGEST_GAP_SECONDS
        return typed if in_time and SHORTEST_NUMBER <= len(typed) <= LONGEST_NUMBER else None
