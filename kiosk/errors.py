"""Errors of the kiosk; every one carries a sentence that a technician can act on."""

from contract.errors import BadInputError, PresensiError


class KioskError(PresensiError):
    """Root of the kiosk's errors."""


class CameraError(KioskError):
    """Raised when a frame source cannot be opened or stops delivering."""


class CameraStalledError(CameraError, TimeoutError):
    """Raised when a source delivered no frame within the time it was given."""


class SourceUnusableError(CameraError, BadInputError):
    """Raised when a clip or photo cannot be read at all: missing, empty, or no picture inside."""


class PackError(KioskError):
    """Raised when a recognition pack is incomplete or its files do not match its model card."""


class JournalError(KioskError):
    """Root of the journal's errors."""


class JournalFullError(JournalError, OSError):
    """Raised when a row could not be committed (disk full, read-only, input/output error): the punch was NOT taken."""


class HardwareError(KioskError):
    """Raised when the panel (lights, relay, buzzer) cannot be driven."""


class SettingsError(KioskError, BadInputError):
    """Raised when a settings file has an unknown key or an unusable value; names the file and the key."""


class WiringError(SettingsError):
    """Raised when parts cannot be wired as a file says; `key` names the place in it, like relay.pin."""

    def __init__(self, key: str, sentence: str) -> None:
        super().__init__(f"{key}: {sentence}")
        self.key = key


class GalleryError(KioskError, BadInputError):
    """Raised when a gallery cannot be built or read: wrong shape or type, a vector without direction, cut bytes."""


class JournalDamagedError(JournalError):
    """Raised inside the journal when its file is damaged; the journal mends it and goes on."""


class SnapshotError(KioskError, OSError):
    """Raised when a snapshot cannot be kept, or is not what was kept; the event itself stands without it."""


class EnrolmentStoreError(KioskError, OSError):
    """Raised when a sealed enrolment cannot be kept, or is gone; nothing of it is half there."""


class DatasetError(KioskError, BadInputError):
    """Raised when a folder of labelled photos cannot be used: missing, empty, or without enough photos of anybody."""


class ClaimError(KioskError, BadInputError):
    """Raised when a kiosk cannot ask for its certificate: no claim file, or one that cannot be used."""


class HubAwayError(KioskError):
    """Raised when the hub cannot be asked now; asking again later may help."""


class UntrustedHubError(KioskError):
    """Raised when whoever answers is not the hub of the known authority: nothing of what it says is believed."""


class HubRefusesError(KioskError):
    """Raised when the hub has answered that it will not; the sentence is its own."""


class VaultError(KioskError):
    """Raised when nothing can be sealed or opened, because there is no key: it cannot be read, or was destroyed."""


class SealError(KioskError, BadInputError):
    """Raised when what was sealed cannot be opened: changed, cut, another file's, or sealed with another key."""
