"""Signatures are those of the specification, and a secret at rest opens with its own key and name only."""

from __future__ import annotations

from pathlib import Path

import pytest

from hub.errors import WebhookKeyError
from hub.webhooks.sealing import KEY_FILE, SecretSeal, load_webhook_seal
from hub.webhooks.signing import new_secret, sign, signed_headers


def test_signature_is_the_one_of_the_specifications_own_example() -> None:
    secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    signature = sign(secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}')
    assert signature == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_every_secret_signs() -> None:
    one, other = new_secret(), new_secret()
    assert one != other
    headers = signed_headers([one, other], "msg_1", 5, b"{}")
    assert headers["webhook-signature"].split() == [sign(one, "msg_1", 5, b"{}"), sign(other, "msg_1", 5, b"{}")]
    assert (headers["webhook-id"], headers["webhook-timestamp"]) == ("msg_1", "5")


@pytest.mark.parametrize(("message", "moment", "body"), [("msg_2", 5, b"{}"), ("msg_1", 6, b"{}"), ("msg_1", 5, b"[]")])
def test_id_time_and_body_are_signed(message: str, moment: int, body: bytes) -> None:
    secret = new_secret()
    assert sign(secret, message, moment, body) != sign(secret, "msg_1", 5, b"{}")


def test_sealed_secret_opens_with_its_key_and_name(tmp_path: Path) -> None:
    seal, secret = load_webhook_seal(tmp_path), new_secret()
    sealed = seal.seal("e-tpp", secret)
    assert secret not in sealed
    assert load_webhook_seal(tmp_path).open("e-tpp", sealed) == secret
    assert (tmp_path / KEY_FILE).stat().st_mode & 0o777 == 0o600
    with pytest.raises(WebhookKeyError, match="was sealed with another"):
        seal.open("simpeg", sealed)
    with pytest.raises(WebhookKeyError):
        SecretSeal(b"x" * 32).open("e-tpp", sealed)
