import msgspec
import pytest

from kiosk.recognizer.packs.card import card_names, decode_card, read_card, shipped_names
from kiosk.recognizer.packs.card_text import encode_card


@pytest.mark.parametrize("name", sorted(shipped_names()))
def test_card_survives_being_written_and_read(name):
    card = read_card(name)
    assert decode_card(encode_card(card), name=name) == card


@pytest.mark.parametrize("text", ['say "hi"', "a\\b", "two\nlines\t", "kopi \u2615 \x7f\x01", "", "[[files]]"])
def test_text_of_any_kind_stays_what_it_is(text):
    card = msgspec.structs.replace(read_card("builtin"), title=text)
    assert decode_card(encode_card(card), name="builtin").title == text


def test_numbers_keep_every_digit():
    card = read_card("builtin")
    needs = msgspec.structs.replace(card.embedder, mean=127.5, scale=1 / 128.3)
    card = msgspec.structs.replace(card, embedder=needs, threshold_curve=None, error_rates=())
    assert decode_card(encode_card(card), name="builtin") == card


def test_shipped_names_are_not_those_of_the_models_folder(tmp_path, monkeypatch):
    monkeypatch.setenv("PRESENSI_MODELS", str(tmp_path))
    (tmp_path / "cards").mkdir()
    (tmp_path / "cards/ours.toml").write_bytes(b"")
    assert "ours" not in shipped_names()
    assert "ours" in card_names()
