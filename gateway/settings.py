"""Settings of the gateway beside the kernel's."""

from functools import cached_property
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from services.kernel.settings import Settings

ROOT = Path(__file__).resolve().parent.parent


class GatewaySettings(Settings):
    """Where the owners answer, which origins are ours, which documents are trusted, where the built PWA lies."""

    intake_url: str = "http://127.0.0.1:8101"
    coordination_url: str = "http://127.0.0.1:8102"
    ibasho_url: str = "http://127.0.0.1:8103"
    notify_url: str = "http://127.0.0.1:8104"
    reporting_url: str = "http://127.0.0.1:8105"
    public_origins: str = "http://localhost:8080,http://127.0.0.1:8080"
    passkey_host: str = (
        "localhost"  # the WebAuthn relying party: the host people type, without port; it cannot change later
    )
    trusted_documents: str = str(ROOT / "gateway" / "trusted_documents.json")
    who_saw_names: bool = False  # whether the city's rule names staff to the person in 誰が見たか
    pwa_dist: Path = ROOT / "pwa" / "dist"
    service_worker: Literal["on", "off"] = "on"  # off: every browser that asks for the worker gets its kill switch

    @cached_property
    def origins(self) -> frozenset[str]:
        """The origins a browser may write from."""
        return frozenset(origin.strip() for origin in self.public_origins.split(","))

    @cached_property
    def hosts(self) -> frozenset[str]:
        """The Host headers we answer to."""
        return frozenset(urlsplit(origin).netloc for origin in self.origins)

    @property
    def is_production(self) -> bool:
        """HTTPS, Secure cookies, HSTS."""
        return self.env == "production"

    def owner_url(self, service: str) -> str:
        """Where a service answers."""
        url: str = getattr(self, f"{service}_url")
        return url
