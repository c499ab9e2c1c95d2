"""Errors of provisioning; every one carries a sentence that a technician can act on."""

from contract.errors import BadInputError, PresensiError


class ProvisioningError(PresensiError):
    """Root of provisioning's errors."""


class DemoPhotosError(ProvisioningError):
    """Raised when the demo's photos could not be fetched or are not what they should be."""


class DemoPhotosFolderError(DemoPhotosError, BadInputError):
    """Raised when the folder given for the demo's photos holds something else."""


class ModelsError(ProvisioningError):
    """Root of the errors with model files; whatever was installed before is as it was."""


class ModelsFolderError(ModelsError):
    """Raised when the folder of the models cannot be written: no right to, read-only, full."""


class SourceError(ModelsError):
    """Raised when one source cannot give a file; another may.

    unreachable: it did not answer at all, so it need not be asked for the next file.
    """

    def __init__(self, sentence: str, *, unreachable: bool = False) -> None:
        super().__init__(sentence)
        self.unreachable = unreachable


class FetchError(ModelsError):
    """Raised when no source could give what a pack needs."""


class MirrorError(ModelsError, BadInputError):
    """Raised when what was given as a mirror or a hub is neither an address nor a folder."""


class ModelRefusedError(ModelsError, BadInputError):
    """Raised when somebody's own model or card cannot be added: no usable network, no fit, a name that is taken."""


class FolderError(ProvisioningError, BadInputError):
    """Raised when a folder or a file in it cannot be read or written."""


class AuthorityError(ProvisioningError, BadInputError):
    """Raised when the authority does not do what it was asked for; nothing was signed or revoked."""


class ImageError(ProvisioningError, BadInputError):
    """Raised when what a kiosk shall be told at its first start cannot be right; nothing was written."""


class WheelhouseError(ProvisioningError):
    """Raised when a wheelhouse could not be made, or is not what was signed."""


class MissingWheelError(WheelhouseError):
    """Raised when a pinned dependency would have to be compiled on the target, or cannot be fetched."""


class ReleaseError(ProvisioningError):
    """Raised when a release is not switched to; what runs goes on running."""


class LockFileError(WheelhouseError, BadInputError):
    """Raised when a lock file cannot be read."""
