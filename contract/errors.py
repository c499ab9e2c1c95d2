"""Errors of the whole product. This module imports nothing, so that everyone may import it."""


class PresensiError(Exception):
    """Root of every error that Presensi raises on purpose; its text is one sentence that says what to do."""


class BadInputError(PresensiError, ValueError):
    """Raised when something a person gave (a file, a setting, an argument) cannot be used; commands exit with 2."""


class ContractError(PresensiError):
    """Root of the errors that concern messages between kiosk and hub."""


class MalformedMessageError(ContractError, ValueError):
    """Raised when a payload is not what its topic promises: wrong shape, wrong version, too large."""


class SignatureError(ContractError):
    """Raised when a signature does not belong to the bytes, the device or the purpose it claims."""


class ChainError(ContractError):
    """Raised when a row's hash does not follow from the row before it."""
