"""Secrets of webhooks at rest: sealed with a key that lies in the hub's folder, and not in its database."""

from __future__ import annotations

import base64
import os
from pathlib import Path
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from hub.access.sessions import load_or_create_secret
from hub.errors import WebhookKeyError

KEY_FILE: Final = "webhook.key"
_NONCE_BYTES: Final = 12


class SecretSeal:
    """Seals secrets, each bound to the name of its webhook (AES-256-GCM). key: 32 bytes."""

    def __init__(self, key: bytes) -> None:
        self._cipher = AESGCM(key)

    def seal(self, name: str, secret: str) -> str:
        nonce = os.urandom(_NONCE_BYTES)
        return base64.b64encode(nonce + self._cipher.encrypt(nonce, secret.encode(), name.encode())).decode()

    def open(self, name: str, sealed: str) -> str:
        """The secret; WebhookKeyError when it was sealed with another key, or for another webhook."""
        content = base64.b64decode(sealed)
        try:
            return self._cipher.decrypt(content[:_NONCE_BYTES], content[_NONCE_BYTES:], name.encode()).decode()
        except InvalidTag as error:
            raise WebhookKeyError(
                f"The secret of '{name}' was sealed with another {KEY_FILE}: put that file back, or make another "
                f"secret: presensi hub webhook secret {name}."
            ) from error


def load_webhook_seal(data_folder: Path) -> SecretSeal:
    """The seal of a hub's folder; its key is made there when it is missing.

    BadInputError when the file cannot be read or written, or is damaged.
    """
    remedy = "put back a copy of it, or remove it and make another secret for each webhook"
    return SecretSeal(load_or_create_secret(data_folder / KEY_FILE, remedy=remedy))
