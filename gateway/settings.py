"""Settings of the gateway beside the kernel's."""

from functools import cached_property
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from pydantic import SecretStr, model_validator

from services.kernel.settings import Settings

ROOT = Path(__file__).resolve().parent.parent


class OidcSettings(Settings):
    """Sign-in through the city's identity provider (OpenID Connect): off until an issuer is named.

    `oidc_always_ask` lets nobody in by somebody else's forgotten sign-in at the provider; without it an hour-old one is enough.
    """

    oidc_issuer: str = ""
    oidc_client_id: str = ""
    oidc_client_secret: SecretStr = SecretStr("")
    oidc_client_secret_file: Path | None = None  # instead of the secret itself
    oidc_login_claim: str = "preferred_username"  # what holds 職員ID, asked at the first sign-in only
    oidc_scope: str = "openid profile"
    oidc_acr: str = ""  # one of these, parted by commas, must be the token's acr
    oidc_amr: str = ""  # each of these must be in the token's amr
    oidc_always_ask: bool = True

    @cached_property
    def oidc_secret(self) -> str:
        """What shows the provider that it is us."""
        file = self.oidc_client_secret_file
        return file.read_text(encoding="utf8").strip() if file else self.oidc_client_secret.get_secret_value()

    @model_validator(mode="after")
    def _oidc_is_whole(self) -> "OidcSettings":
        if not self.oidc_issuer:
            return self
        if self.env == "production" and urlsplit(self.oidc_issuer).scheme != "https":
            raise ValueError("BANSO_OIDC_ISSUER must be https in production")
        if not self.oidc_client_id or not self.oidc_secret:
            raise ValueError("BANSO_OIDC_ISSUER needs a client id and a client secret")
        if self.oidc_login_claim == "email":
            raise ValueError("BANSO_OIDC_LOGIN_CLAIM: people can often change their own address; name another claim")
        return self


class GatewaySettings(OidcSettings):
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
    trusted_documents: str = (
        f"{ROOT / 'gateway' / 'trusted_documents.json'}:{ROOT / 'gateway' / 'earlier_documents.json'}"
    )
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
