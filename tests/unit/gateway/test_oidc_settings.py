"""What the gateway refuses to start with, and which provider it refuses to use."""

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from gateway.settings import GatewaySettings
from gateway.sign_in.oidc_provider import Discovered, Proofs, Provider, Unavailable


def settings(**changes: Any) -> GatewaySettings:
    given = {"database_dsn": "x", "keys_dir": "x", "kafka_bootstrap_servers": "x", "env": "production"}
    whole = {"oidc_issuer": "https://id.city.example", "oidc_client_id": "banso", "oidc_client_secret": "secret-7f3a"}
    return GatewaySettings(**{**given, **whole, **changes})


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"oidc_issuer": "http://id.city.example"}, "https"),
        ({"oidc_issuer": "id.city.example"}, "https"),
        ({"oidc_client_id": ""}, "client id"),
        ({"oidc_client_secret": ""}, "secret"),
        ({"oidc_login_claim": "email"}, "another claim"),
    ],
)
def test_half_a_configuration_does_not_start(changes: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError, match=said) as refused:
        settings(**changes)
    assert "7f3a" not in str(refused.value)


def test_the_secret_comes_from_a_file_too_and_is_not_shown(tmp_path: Path) -> None:
    file = tmp_path / "secret"
    file.write_text("from-a-file\n")
    assert settings(oidc_client_secret="", oidc_client_secret_file=file).oidc_secret == "from-a-file"
    assert settings().oidc_secret == "secret-7f3a" and "7f3a" not in repr(settings())


def test_it_is_off_unless_an_issuer_is_named() -> None:
    assert not settings(oidc_issuer="", oidc_client_id="", oidc_client_secret="").oidc_issuer


@pytest.mark.parametrize("name", ["authorization_endpoint", "token_endpoint", "jwks_uri"])
async def test_in_production_every_address_of_the_provider_is_https(name: str) -> None:
    provider = Provider(settings())
    addresses = dict.fromkeys(("authorization_endpoint", "token_endpoint", "jwks_uri"), "https://id.city.example/x")
    issuer = {"issuer": "https://id.city.example"}
    provider._check(Discovered.model_validate(issuer | addresses))
    with pytest.raises(Unavailable):
        provider._check(Discovered.model_validate(issuer | addresses | {name: "http://id.city.example/x"}))
    await provider.close()


def test_what_travels_does_not_tell_what_stays() -> None:
    proofs, others = Proofs.of("secret"), Proofs.of("secret2")
    travels = {proofs.state, proofs.nonce, proofs.challenge}
    assert len(travels | {proofs.verifier}) == 4 and not travels & {others.state, others.nonce, others.challenge}
    assert all(len(each) == 43 for each in travels)
