"""What the refusals of schedules and circulars say on an Indonesian page; see `hub.web.paper_words`."""

from __future__ import annotations

from typing import Final

SCHEDULE_WORDS: Final[tuple[tuple[str, str], ...]] = (
    (r"circular\.name: .*", "Beri nama surat edaran, misalnya Ramadan 1448 H."),
    (r"circular: it changes no hours; .*", "Surat edaran ini tidak mengubah jam; isi jam masuk atau pulang."),
    (r".*: '(.*)' is no weekday; .*", "'{0}' bukan nama hari; tulis misalnya senin-kamis."),
)
