"""What the kiosk keeps of people's faces at rest: sealed with a key of this kiosk's own (AES-256-GCM).

`at-rest.key` in the data folder holds 32 random bytes, and whether the key in the machine's fuses is mixed in. Both go
through HKDF-SHA256 (RFC 5869), with the purpose as its label. Without the file nothing can be opened any more, fuses or
not: whoever deletes it has deleted all that was sealed.
"""

from __future__ import annotations

import contextlib
import os
import threading
from pathlib import Path
from typing import Final, Literal

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from contract.key_files import create_private
from kiosk.device_secret import DeviceSecret, NoSecret
from kiosk.durable import sync_folder, write_durably
from kiosk.errors import SealError, VaultError

KEY_FILE: Final = "at-rest.key"
Purpose = Literal["roster", "months", "snapshot"]

_MAGIC: Final = b"PRSNSEAL\x01"
_NONCE_BYTES: Final = 12
_TROUBLE: Final = "The key of faces on the card: "
_KEY_BYTES: Final = 32


class _KeyFile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """fused: whether the key in the machine's fuses belongs to it."""

    v: Literal[1] = 1
    secret: bytes
    fused: bool


class Vault:
    """Seals and opens; safe to use from several threads. Make one with `open_vault`.

    secret: None while there is no key: then everything is refused with a VaultError. takes_plain: whether files of
    before there was a vault are still to be taken over. trouble: a sentence for the heartbeat, empty when all is well.
    """

    def __init__(
        self, secret: bytes | None, *, key_file: Path | None = None, takes_plain: bool = False, trouble: str = ""
    ) -> None:
        self._secret = secret
        self._key_file = key_file
        self._ciphers: dict[Purpose, AESGCM] = {}
        self._lock = threading.Lock()
        self.takes_plain = takes_plain
        self.trouble = trouble

    def seal(self, purpose: Purpose, name: str, content: bytes) -> bytes:
        """name: which of its kind it is; it opens under no other. VaultError when there is no key."""
        nonce = os.urandom(_NONCE_BYTES)
        return _MAGIC + nonce + self._cipher(purpose).encrypt(nonce, content, _bound(purpose, name))

    def open(self, purpose: Purpose, name: str, sealed: bytes) -> bytes:
        """The content; SealError when it was changed, is another file's, or of another key. VaultError: no key."""
        cipher = self._cipher(purpose)
        start = len(_MAGIC)
        if not is_sealed(sealed):
            raise SealError("it is not sealed")
        try:
            nonce, content = sealed[start : start + _NONCE_BYTES], memoryview(sealed)[start + _NONCE_BYTES :]
            return cipher.decrypt(nonce, content, _bound(purpose, name))
        except (InvalidTag, ValueError) as error:
            raise SealError("it is damaged, or was sealed with another key") from error

    def shred(self) -> None:
        """Destroy the key: what was sealed can be opened nowhere any more, and nothing is sealed from now on.

        OSError when the file cannot be deleted; the key in memory is gone then, too.
        """
        with self._lock:
            self._secret = None
            self._ciphers.clear()
            self.trouble = "The key of what this kiosk keeps was destroyed."
            if self._key_file is not None:
                shred_file(self._key_file)

    def _cipher(self, purpose: Purpose) -> AESGCM:
        with self._lock:
            if self._secret is None:
                raise VaultError(self.trouble or "There is no key.")
            if purpose not in self._ciphers:
                label = b"presensi kiosk at rest v1: " + purpose.encode()
                key = HKDF(algorithm=SHA256(), length=_KEY_BYTES, salt=None, info=label).derive(self._secret)
                self._ciphers[purpose] = AESGCM(key)
            return self._ciphers[purpose]


def is_sealed(content: bytes) -> bool:
    """Whether it looks like something that a vault has sealed."""
    return content.startswith(_MAGIC)


def shred_file(path: Path) -> None:
    """Overwrite a file, as far as a card lets anybody do so, and delete it. OSError when that cannot be done."""
    with contextlib.suppress(FileNotFoundError):
        with contextlib.suppress(PermissionError), path.open("r+b") as file:
            file.write(bytes(path.stat().st_size))
            file.flush()
            os.fsync(file.fileno())
        path.unlink()
    if path.parent.is_dir():
        sync_folder(path.parent)


def open_vault(folder: Path, *, device: DeviceSecret | None = None, takes_plain: bool = False) -> Vault:
    """The vault of a data folder; its key is made there when it is missing.

    Never an error: a kiosk that cannot keep anything sealed serves people all the same, from memory, and tells so.
    A damaged key file is moved aside, and a new key made.
    """
    path = folder / KEY_FILE
    try:
        found, trouble = _load_or_create(path, device or NoSecret())
    except VaultError as error:
        trouble = f"{_TROUBLE}{error} They are kept in memory only."
        return Vault(None, key_file=path, takes_plain=takes_plain, trouble=trouble)
    return Vault(found, key_file=path, takes_plain=takes_plain, trouble=trouble and f"{_TROUBLE}{trouble}")


def look_into_vault(folder: Path, *, device: DeviceSecret | None = None) -> Vault:
    """The vault for somebody who only looks, beside a kiosk that may run: nothing is made, moved or repaired."""
    try:
        stored = _read(folder / KEY_FILE)
        if stored is None:
            return Vault(None, trouble=f"{KEY_FILE} is missing or damaged.")
        return Vault(_secret(stored, device.read() if stored.fused and device is not None else None))
    except OSError as error:
        return Vault(None, trouble=f"{KEY_FILE} cannot be read: {error.strerror}.")
    except VaultError as error:
        return Vault(None, trouble=str(error))


def _load_or_create(path: Path, device: DeviceSecret) -> tuple[bytes, str]:
    """The secret and what is to be told; VaultError when there can be none."""
    trouble = ""
    try:
        stored = _read(path)
        if stored is None and path.exists():
            write_durably(path.with_name(f"{path.name}.damaged"), path.read_bytes())
            path.unlink()
            trouble = f"{path.name} was damaged; what was sealed with it is fetched anew, or lost."
        if stored is None:
            fused, unread = _try_fuses(device)
            trouble = trouble or unread
            made = _KeyFile(secret=os.urandom(_KEY_BYTES), fused=fused is not None)
            create_private(path, msgspec.json.encode(made))
            stored = _read(path)
        else:
            fused = device.read() if stored.fused else None
    except OSError as error:
        raise VaultError(f"{path.name} cannot be kept: {error.strerror}.") from error
    if stored is None:
        raise VaultError(f"{path.name} cannot be kept.")
    return _secret(stored, fused), trouble


def _secret(stored: _KeyFile, fused: bytes | None) -> bytes:
    if not stored.fused:
        return stored.secret
    if fused is None:
        raise VaultError(f"{KEY_FILE} belongs to a key in a machine's fuses, which this one has not.")
    return stored.secret + fused


def _try_fuses(device: DeviceSecret) -> tuple[bytes | None, str]:
    """For a new key: fuses that cannot be read must not keep a kiosk from knowing anybody after a power cut."""
    try:
        return device.read(), ""
    except VaultError as error:
        return None, f"{error} What is kept of faces is sealed with the key on the card alone."


def _read(path: Path) -> _KeyFile | None:
    """None when there is none, or it is damaged."""
    try:
        stored = msgspec.json.decode(path.read_bytes(), type=_KeyFile)
    except FileNotFoundError:
        return None
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
    return stored if len(stored.secret) == _KEY_BYTES else None


def _bound(purpose: Purpose, name: str) -> bytes:
    return b"\0".join((b"presensi", purpose.encode(), name.encode()))
