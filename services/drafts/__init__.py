"""What somebody is still typing: shared by the services that own such words (intake, coordination)."""

from services.drafts.retention import forget_old_drafts
from services.drafts.routes import finish, router

__all__ = ["finish", "forget_old_drafts", "router"]
