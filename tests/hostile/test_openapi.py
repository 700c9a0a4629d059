"""Every service's OpenAPI is true: no server error, no answer it does not describe, no route that overlooks its guard."""

from copy import deepcopy
from typing import Any

import httpx
import pytest
from schemathesis.specs.openapi.checks import negative_data_rejection

from infra.stack import Stack
from services.contracts.registry import COMMAND_OWNERS, COMMANDS
from tests.hostile.fuzzing import EXAMPLES, NEVER, Tally, cases_of, operations_of, schemathesis
from tests.hostile.story import SERVICES, Story, Tokens, bugs

_REFERENCE = "#/components/schemas/{model}"


def described(town: Stack, service: str, author: object) -> dict[str, Any]:
    """What the service says of itself, with the payload of each of its commands in the place of any object."""
    said: dict[str, Any] = httpx.get(f"{town.service_url(service)}/openapi.json").json()
    post = said["paths"].get("/commands", {}).get("post")
    if post is None:
        return said
    commands = post["requestBody"]["content"]["application/json"]["schema"]["properties"]["commands"]
    kinds = []
    for name in (name for name, owner in COMMAND_OWNERS.items() if owner == service):
        payload = COMMANDS[name].model_json_schema(ref_template=_REFERENCE)
        said["components"]["schemas"] |= payload.pop("$defs", {})
        kind = deepcopy(commands["items"])
        kind["properties"] |= {"type": {"const": name}, "v": {"const": 1}, "author": {"const": str(author)}}
        kind["properties"] |= {"payload": payload, "baseVersion": {"const": None}}
        kinds.append(kind)
    commands |= {"items": {"anyOf": kinds}, "minItems": 1, "maxItems": 2}
    return said


@pytest.mark.timeout(900)
@pytest.mark.parametrize("service", SERVICES)
def test_a_service_answers_as_its_openapi_says(town: Stack, story: Story, service: str) -> None:
    tokens, url, before, tally = Tokens(town, service), town.service_url(service), bugs(town), Tally()
    schema = schemathesis.openapi.from_dict(described(town, service, tokens.actor.id))

    @schema.auth(refresh_interval=None)
    class SingleUse:
        def get(self, case: Any, context: Any) -> dict[str, str]:
            return tokens.header()

        def set(self, case: Any, data: dict[str, str], context: Any) -> None:
            case.headers.update(data)

    for operation in operations_of(schema):
        excluded = [*NEVER, negative_data_rejection] if operation.path == "/commands" else NEVER
        tally.operations += 1

        def use(case: Any, excluded: list[Any] = excluded) -> None:
            tally.judge(case, url, excluded)

        cases_of(operation, EXAMPLES, use)
        if known := story.of_path(operation.path):
            cases_of(operation, EXAMPLES, use, path_parameters=known)
    print(f"{service}: {tally.report()}")
    assert not tally.findings, "\n\n".join(f"{title}\n{said}" for title, said in tally.findings.items())
    assert bugs(town) == before
