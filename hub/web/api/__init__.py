"""The hub's interface for programs: `/api/v1` with its own description, and whether the hub is well."""

from hub.web.api.application import create_api
from hub.web.api.health import router as health_router

__all__ = ["create_api", "health_router"]
