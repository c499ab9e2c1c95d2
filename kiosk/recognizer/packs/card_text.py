"""Writes a model card as the TOML that `decode_card` reads."""

from __future__ import annotations

import json
from typing import Any

import msgspec

from kiosk.recognizer.packs.card import ModelCard


def encode_card(card: ModelCard) -> bytes:
    """The card as TOML, in the order of its fields; what is None or empty is left out, as its default says the same."""
    fields = {name: field for name, field in msgspec.to_builtins(card).items() if field not in (None, [], ())}
    plain = {name: field for name, field in fields.items() if not _is_table(field) and not _is_tables(field)}
    sections = [_assignments(plain)]
    for name, field in fields.items():
        if _is_table(field):
            sections.append(f"[{name}]\n{_assignments(field)}")
        elif _is_tables(field):
            sections += [f"[[{name}]]\n{_assignments(table)}" for table in field]
    return "\n".join(sections).encode()


def _is_table(field: Any) -> bool:
    return isinstance(field, dict)


def _is_tables(field: Any) -> bool:
    return isinstance(field, list | tuple) and bool(field) and all(isinstance(entry, dict) for entry in field)


def _assignments(table: dict[str, Any]) -> str:
    return "".join(f"{name} = {_value(entry)}\n" for name, entry in table.items())


def _value(entry: Any) -> str:
    """A TOML value: strings as basic strings, whose escapes are those of JSON (https://toml.io/en/v1.0.0#string)."""
    if isinstance(entry, str):
        return json.dumps(entry, ensure_ascii=False).replace("\x7f", "\\u007f")
    if isinstance(entry, bool):
        return str(entry).lower()
    if isinstance(entry, list | tuple):
        return f"[{', '.join(map(_value, entry))}]"
    return repr(entry)
