"""Errors of provisioning; every one carries a sentence that a technician can act on."""

from contract.errors import BadInputError, PresensiError


class ProvisioningError(PresensiError):
    """Root of provisioning's errors."""


class DemoPhotosError(ProvisioningError):
    """Raised when the demo's photos could not be fetched or are not what they should be."""


class DemoPhotosFolderError(DemoPhotosError, BadInputError):
    """Raised when the folder given for the demo's photos holds something else."""
