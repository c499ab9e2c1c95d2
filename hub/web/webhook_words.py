"""What refusals about webhooks, and answers of receivers, say on a page in Indonesian."""

from __future__ import annotations

import re
from typing import Final

from hub.web.language import Language
from hub.webhooks import sending

_WORDS: Final[tuple[tuple[str, str], ...]] = (
    (r"There is a webhook '(.*)' already.*", "Webhook '{0}' sudah ada; pilih nama lain."),
    (
        r"'(.*)' cannot be a webhook's name.*",
        "'{0}' bukan nama webhook: pakai 2 sampai 63 huruf kecil, angka, titik, dan tanda hubung.",
    ),
    (r"A webhook needs an event.*", "Pilih sedikitnya satu kejadian."),
    (r"'(.*)' is no event.*", "'{0}' bukan kejadian yang dikenal."),
    (r"'(.*)' is no address.*", "'{0}' bukan alamat; tulis http://HOST/JALUR atau https://HOST/JALUR."),
    (
        r"Leave name, password and '#' out.*",
        "Jangan tulis nama, kata sandi, atau '#' dalam alamat: tanda tangan yang menunjukkan pengirimnya.",
    ),
    (r"Say why.*", "Isi alasannya, paling banyak 300 huruf: alasan itu tercatat."),
    (r"The webhook '(.*)' is off already.*", "Webhook '{0}' sudah dimatikan."),
    (r"The webhook '(.*)' is on already.*", "Webhook '{0}' sudah hidup."),
    (r"The webhook '(.*)' is off; .*", "Webhook '{0}' mati; hidupkan dahulu."),
    (r"The webhook '(.*)' has no delivery (\d+)\.", "Webhook '{0}' tidak punya kiriman {1}."),
    (r"The delivery (\d+) still waits.*", "Kiriman {0} masih menunggu dan akan terkirim sendiri."),
    (r"'(.*)' is not a date\.", "'{0}' bukan tanggal."),
)
_DETAILS: Final = {
    sending.SWITCHED_OFF: "Webhook dimatikan.",
    sending.NO_ANSWER: "Tidak ada jawaban pada waktunya.",
    sending.NO_CONNECTION: "Tidak tersambung.",
    sending.BAD_CERTIFICATE: "Sertifikat penerima tidak dipercaya.",
    sending.NO_HTTP: "Jawabannya bukan HTTP.",
    sending.OTHER_KEY: "Rahasianya disegel dengan webhook.key yang lain.",
    sending.WANTS_NO_MORE: "Penerima tidak mau lagi (410); webhook dimatikan.",
}
_COMMANDS: Final = re.compile(r"[:;] `?presensi hub [^`]*?(?=\.$)")


def say_webhook(language: Language, error: Exception) -> str:
    """Why it was refused, in the page's language; the English sentence where there is no other."""
    text = str(error)
    if language.code == "id":
        for pattern, words in _WORDS:
            found = re.fullmatch(pattern, text, re.DOTALL)
            if found is not None:
                return words.format(*found.groups())
    return _COMMANDS.sub("", text)


def say_detail(language: Language, detail: str | None) -> str:
    """What became of a try; a receiver's own words stay as they are."""
    text = detail or ""
    return _DETAILS.get(text, text) if language.code == "id" else text
