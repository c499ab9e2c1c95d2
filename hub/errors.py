"""Errors of the hub; every one carries a sentence that an operator or an administrator can act on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from contract.errors import BadInputError, PresensiError

if TYPE_CHECKING:
    from hub.fleet.models import AlarmKind


class HubError(PresensiError):
    """Root of the hub's errors."""


class PolicyError(HubError, BadInputError):
    """Raised when a policy, schedule or override cannot be used; names the file and the field."""


class CaseError(HubError, BadInputError):
    """Raised when a worked case of attendance cannot be read; names the case and the key."""


class DatabaseError(HubError, BadInputError):
    """Raised when the database's address is wrong or its tables cannot be prepared."""


class SeedError(HubError, BadInputError):
    """Raised when an invented regency cannot be written, because the database holds a real one, for instance."""


class EnrolmentError(HubError, BadInputError):
    """Raised when nobody can be enrolled from what was given: no folder, no photos, no usable face."""


class PackChangeError(HubError):
    """Raised when a change of the pack cannot go on; what it has done is kept."""


class FleetError(HubError, BadInputError):
    """Raised when a kiosk is unknown, known already, or revoked."""


class TooManyClaimsError(FleetError):
    """Raised when so many kiosks ask to be let in already that no further one is kept."""


class RefusedBatchError(HubError):
    """Raised when a batch is not what its kiosk sent: nothing of it is stored and nothing acknowledged.

    kind names the alarm.
    """

    def __init__(self, kind: AlarmKind, sentence: str) -> None:
        super().__init__(sentence)
        self.kind = kind


class RefusedHeartbeatError(HubError):
    """Raised when a heartbeat is not what its kiosk sent. kind names the alarm."""

    def __init__(self, kind: AlarmKind, sentence: str) -> None:
        super().__init__(sentence)
        self.kind = kind


class RefusedEvidenceError(HubError):
    """Raised when a snapshot is not what its kiosk sent, or no picture that could be kept. kind names the alarm."""

    def __init__(self, kind: AlarmKind, sentence: str) -> None:
        super().__init__(sentence)
        self.kind = kind


class RefusedEnrolmentError(HubError):
    """Raised when a part of an enrolment is not what its kiosk sent, or cannot be used. kind names the alarm."""

    def __init__(self, kind: AlarmKind, sentence: str) -> None:
        super().__init__(sentence)
        self.kind = kind


class AccountError(HubError, BadInputError):
    """Raised when an account cannot be made or changed: its name, password, role or unit will not do."""


class SecondStepKeyError(AccountError):
    """Raised when a second step cannot be checked, because it was sealed with another key than the hub has now."""


class ServiceError(HubError):
    """Raised when the hub cannot start: its port is taken, or a package is missing."""


class SettingsError(HubError, BadInputError):
    """Raised when a settings file has an unknown key or an unusable value, or names a folder that cannot be made."""


class RecapError(HubError):
    """Raised when something was asked of the recap that it does not hold."""


class PayError(HubError, BadInputError):
    """Raised when a month cannot be sent to pay, or when there is no such run."""


class SheetError(HubError, BadInputError):
    """Raised when a file of rows cannot be read as a whole: no such file, no headings, an unknown form.

    indonesian: the same in Indonesian, where it speaks of lines; None: it does not.
    """

    def __init__(self, message: str, *, indonesian: str | None = None) -> None:
        super().__init__(message)
        self.indonesian = indonesian


class PaperError(HubError, BadInputError):
    """Raised when a letter, manual entry, outage, decision about a punch or close of a month cannot be as asked."""


class JobError(HubError, BadInputError):
    """Raised when scheduled work cannot be retired: somebody does it, or there is no such job."""


class ReminderError(HubError, BadInputError):
    """A contact, a gateway or a wish that cannot be."""


class WebhookError(HubError, BadInputError):
    """Raised when a webhook cannot be made, changed or replayed as asked."""


class WebhookKeyError(WebhookError):
    """Raised when a webhook's secret was sealed with another key than the hub has now."""


class BackupError(HubError, BadInputError):
    """Raised when a backup cannot be made, is not what a hub wrote, or cannot be restored where it was asked to go."""
