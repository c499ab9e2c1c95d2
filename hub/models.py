"""Every table of the hub; import this wherever the whole of `Base.metadata` is needed."""

from hub.access import models as access
from hub.access import token_models as tokens
from hub.access.trail import models as trail
from hub.attendance import handover_models as handover
from hub.attendance import models as attendance
from hub.db import Base
from hub.fleet import claim_models as claims
from hub.fleet import command_models as commands
from hub.fleet import fault_models as faults
from hub.fleet import models as fleet
from hub.ingest import models as ingest
from hub.recap import models as recap
from hub.refusals import models as refusals
from hub.reminders import models as reminders
from hub.review import models as review
from hub.roster import fallback_models as fallback
from hub.roster import kiosk_enrolment_models as kiosk_enrolment
from hub.roster import models as roster
from hub.roster import operator_models as operators
from hub.roster import page_enrolment_models as page_enrolment
from hub.roster import timetable_models as timetables
from hub.roster import unit_models as unit_changes
from hub.schedule import models as schedule
from hub.scheduler import models as scheduler
from hub.webhooks import models as webhooks

__all__ = [
    "Base",
    "access",
    "attendance",
    "claims",
    "commands",
    "fallback",
    "faults",
    "fleet",
    "handover",
    "ingest",
    "kiosk_enrolment",
    "operators",
    "page_enrolment",
    "recap",
    "refusals",
    "reminders",
    "review",
    "roster",
    "schedule",
    "scheduler",
    "timetables",
    "tokens",
    "trail",
    "unit_changes",
    "webhooks",
]
