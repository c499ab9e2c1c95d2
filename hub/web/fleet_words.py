"""What refusals about kiosks say in Indonesian, patterns as in hub.web.paper_words; and how troubles are told."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from hub.fleet.trouble import Trouble
from hub.web.language import Language

FLEET_WORDS: Final[tuple[tuple[str, str], ...]] = (
    (
        r"No kiosk that asks to be let in as '(.*)' shows this code: .*",
        "Tidak ada kiosk {0} yang menampilkan kode ini: baca sekali lagi dari layar kiosknya sendiri.",
    ),
    (r"Nobody asks to be let in as '(.*)'.*", "Tidak ada lagi yang minta masuk sebagai {0}."),
    (r"Say why the kiosk is refused, in 1 to (\d+) characters\.", "Tulis alasan penolakan, paling panjang {0} huruf."),
    (r"'(.*)' was revoked; give the new kiosk .*", "{0} sudah dicabut; beri kiosk baru nama lain."),
    (
        r"'(.*)' is registered with another key; .*",
        "{0} sudah terdaftar dengan kunci lain; cabut dahulu yang lama, atau pakai nama lain.",
    ),
    (r"There is no kiosk '(.*)'; .*", "Tidak ada kiosk '{0}' yang terdaftar."),
    (r"'(.*)' was revoked; it obeys nobody\.", "{0} sudah dicabut dan tidak menerima perintah."),
    (r"'(.*)' was revoked and takes part in no swap\.", "{0} sudah dicabut dan tidak dapat diganti atau mengganti."),
    (r"'(.*)' is revoked already; .*", "{0} sudah dicabut; tidak ada yang menunggunya."),
    (r"Only a message has a text\.", "Hanya pesan yang berisi teks."),
    (r"A message on a kiosk's screen has at most (\d+) characters\.", "Pesan di layar kiosk paling panjang {0} huruf."),
    (
        r"A wipe cannot be undone: write the kiosk's name, (.*), to confirm it\.",
        "Penghapusan tidak dapat dibatalkan: tulis nama kiosk, {0}, untuk memastikan.",
    ),
    (r"A command holds for .*", "Perintah berlaku sedikitnya 1 menit dan paling lama 90 hari."),
    (
        r"(\d+) commands wait for '(.*)' already; .*",
        "{0} perintah untuk {1} masih menunggu; kiosk tidak terdengar atau tidak menjawab.",
    ),
    (r"There is no such command of '(.*)'; .*", "Tidak ada perintah seperti itu untuk {0}."),
    (r"Command (\d+) was carried out already; .*", "Perintah {0} sudah dilaksanakan; tidak dapat ditarik lagi."),
    (r"The kiosk refused command (\d+); .*", "Perintah {0} ditolak kiosk; tidak ada yang ditarik."),
    (r"(.*) took command (\d+) back already\.", "{0} sudah menarik perintah {1}."),
    (r"Command (\d+) has expired; .*", "Perintah {0} sudah kedaluwarsa dan tidak dikirim lagi."),
    (
        r"Say how the terminal was lost, in 1 to (\d+) characters\.",
        "Tulis bagaimana hilangnya, paling panjang {0} huruf.",
    ),
    (r"(.*) declared '(.*)' lost already; .*", "{0} sudah menyatakan {1} hilang; orang lain yang mengesahkan."),
    (
        r"(.*) declared '(.*)' lost; somebody else must .*",
        "{0} yang menyatakan {1} hilang; orang lain yang mengesahkan.",
    ),
    (r"Nobody declared '(.*)' lost; .*", "Belum ada yang menyatakan {0} hilang."),
    (r"(.*) confirmed the loss of '(.*)' already\.", "{0} sudah mengesahkan bahwa {1} hilang."),
    (
        r"Say why the kiosk is swapped, in 1 to (\d+) characters\.",
        "Tulis alasan penggantian, paling panjang {0} huruf.",
    ),
    (r"(.*) named '(.*)' for the place of '(.*)' already; .*", "{0} sudah meminta {1} menggantikan {2}."),
    (r"'(.*)' is declared lost; confirm that first\.", "{0} dinyatakan hilang; sahkan itu dahulu."),
    (r"No swap of '(.*)' waits for a second person\.", "Tidak ada penggantian {0} yang menunggu."),
    (r"(.*) asked for this swap; .*", "{0} yang meminta penggantian ini; orang lain yang mengesahkan."),
    (r"A kiosk cannot take its own place\.", "Kiosk tidak dapat menggantikan dirinya sendiri."),
    (r"This alarm is not open any more\.", "Alarm ini sudah ditangani."),
)


def tell(language: Language, trouble: Trouble, now: datetime) -> tuple[str, str]:
    """What is wrong, and what to do."""
    key = trouble.kind if trouble.kind.startswith("alarm.") else f"trouble.{trouble.kind}"
    if not language.knows(key):
        return trouble.kind, ""
    parts = {
        "count": "" if trouble.count is None else language.number(round(trouble.count)),
        "text": trouble.text,
        "span": language("unknown") if trouble.since is None else span(language, abs(now - trouble.since)),
    }
    what = language(key, **parts)
    todo = f"trouble.{trouble.kind}.do"
    return what, language(todo) if language.knows(todo) else ""


def brief(language: Language, at: datetime, now: datetime, zone: ZoneInfo) -> str:
    """The time of today, else the day with it; the year where it is another."""
    clock = language.clock(at, zone)
    day = at.astimezone(zone).date()
    today = now.astimezone(zone).date()
    if day == today:
        return clock
    said = language.day(day) if day.year != today.year else f"{day.day} {language.month_name(day.month)}"
    return f"{said} {clock}"


def span(language: Language, long: timedelta) -> str:
    """5 menit, 3 jam, 12 hari."""
    minutes = int(long.total_seconds() // 60)
    if minutes < 120:
        return language("span.minutes", count=minutes)
    if minutes < 48 * 60:
        return language("span.hours", count=minutes // 60)
    return language("span.days", count=language.number(minutes // (24 * 60)))
