"""The gateway's REST routes under Schemathesis: no server error, one shape of every no, no session that is overlooked."""

from typing import Any

import pytest
import requests
from schemathesis.specs.openapi.checks import negative_data_rejection

from infra.seed import PASSWORD
from infra.stack import Stack
from tests.hostile.fuzzing import EXAMPLES, NEVER, Tally, cases_of, operations_of, schemathesis
from tests.hostile.rest import described
from tests.hostile.story import Story, bugs
from tests.support.rows import rows

_TAKES_ANYTHING = {"/graphql", "/session/oidc", "/passkey/options", "/passkey/new/options"}
"""They ask for no body, or (GraphQL) the document decides what its variables are."""


class SignedIn:
    """A living session: a fuzzer also signs out and changes devices."""

    def __init__(self, town: Stack) -> None:
        self._town, self._cookie = town, ""

    def cookie(self) -> dict[str, str]:
        """Signs in again when the last session is over."""
        url, cookies = self._town.url, {"banso_session": self._cookie}
        me = requests.post(f"{url}/graphql", json={}, headers={"Origin": url}, cookies=cookies, timeout=30)
        if me.status_code == 401:
            rows(self._town, "gateway", "delete from sign_in_failure")
            said = {"login": "sasaki", "password": PASSWORD}
            answer = requests.post(f"{url}/session", json=said, headers={"Origin": url}, timeout=30)
            self._cookie = answer.cookies["banso_session"]
        return {"banso_session": self._cookie}


@pytest.mark.timeout(900)
def test_the_gateway_answers_rest_as_described(town: Stack, story: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in town.env_of("gateway").items():
        monkeypatch.setenv(name, value)
    signed_in, before, tally = SignedIn(town), bugs(town), Tally()
    schema = schemathesis.openapi.from_dict(described())

    @schema.auth(refresh_interval=None)
    class Session:
        def get(self, case: Any, context: Any) -> dict[str, str]:
            return signed_in.cookie()

        def set(self, case: Any, data: dict[str, str], context: Any) -> None:
            case.cookies.update(data)

    for operation in operations_of(schema):
        excluded = [*NEVER, negative_data_rejection] if operation.path in _TAKES_ANYTHING else NEVER
        tally.operations += 1
        rows(town, "gateway", "delete from sign_in_failure")

        def use(case: Any, excluded: list[Any] = excluded) -> None:
            case.headers["Origin"] = town.url
            tally.judge(case, town.url, excluded, headers={"Origin": town.url})

        cases_of(operation, EXAMPLES, use)
        if known := story.of_path(operation.path):
            cases_of(operation, EXAMPLES, use, path_parameters=known)
    rows(town, "gateway", "delete from sign_in_failure")
    print(f"gateway: {tally.report()}")
    assert not tally.findings, "\n\n".join(f"{title}\n{said}" for title, said in tally.findings.items())
    assert bugs(town) == before
