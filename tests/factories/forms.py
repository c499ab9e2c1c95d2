"""Forms with files as browsers send them (RFC 7578)."""

from __future__ import annotations

from collections.abc import Iterable

SentFile = tuple[str, str, bytes]
"""Name of the field, name of the file as the browser says it, content."""

_BOUNDARY = "----presensi-batas"


def multipart(fields: Iterable[tuple[str, str]], files: Iterable[SentFile] = ()) -> tuple[bytes, str]:
    """Body and content type."""
    parts = [
        f'--{_BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{text}\r\n'.encode()
        for name, text in fields
    ]
    for name, file_name, content in files:
        head = (
            f'--{_BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"; filename="{file_name}"\r\n'
            "Content-Type: application/octet-stream\r\n\r\n"
        )
        parts.append(head.encode() + content + b"\r\n")
    return b"".join(parts) + f"--{_BOUNDARY}--\r\n".encode(), f"multipart/form-data; boundary={_BOUNDARY}"
