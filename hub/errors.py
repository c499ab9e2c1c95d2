"""Errors of the hub; every one carries a sentence that an operator or an administrator can act on."""

from contract.errors import BadInputError, PresensiError


class HubError(PresensiError):
    """Root of the hub's errors."""


class PolicyError(HubError, BadInputError):
    """Raised when a policy, schedule or override cannot be used; names the file and the field."""


class CaseError(HubError, BadInputError):
    """Raised when a worked case of attendance cannot be read; names the case and the key."""
