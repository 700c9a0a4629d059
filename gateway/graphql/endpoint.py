"""`POST /graphql`: trusted documents only, by id. No GET, no batching, no introspection, nothing quoted in errors."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import strawberry
from fastapi import APIRouter, Request
from fastapi.responses import Response
from graphql import GraphQLError
from strawberry.extensions import (
    AddValidationRules,
    DisableIntrospection,
    MaxAliasesLimiter,
    MaxTokensLimiter,
    ParserCache,
    QueryDepthLimiter,
    ValidationCache,
)

from gateway.context import Context
from gateway.graphql.device_queries import Query
from gateway.graphql.mutations import Mutation
from gateway.graphql.types import CONFIG
from gateway.sign_in.sessions import current_session
from services.contracts.messages import sentence
from services.kernel.db import TRANSIENT
from services.kernel.errors import BansoError, Malformed, Overloaded
from services.kernel.request import read_json, service_of
from services.kernel.telemetry import log

router = APIRouter()


class Schema(strawberry.Schema):
    """Errors are logged by class and place only: their text may quote what was typed."""

    def process_errors(self, errors: list[GraphQLError], execution_context: Any = None) -> None:
        for error in errors:
            if not isinstance(error.original_error, (BansoError, GraphQLError, type(None), *TRANSIENT)):
                log.error("graphql.failed", path=str(error.path), exc_info=error.original_error)


_LIMITS = (DisableIntrospection(), QueryDepthLimiter(max_depth=10), MaxAliasesLimiter(max_alias_count=15))
# The same rules for every request: each trusted document is parsed and validated once (up to 13 ms of the loop), not each time.
_RULES = [rule for limit in _LIMITS for rule in limit.validation_rules]

schema = Schema(
    query=Query,
    mutation=Mutation,
    config=CONFIG,
    extensions=[
        lambda: AddValidationRules(_RULES),
        lambda: MaxTokensLimiter(max_token_count=3000),
        lambda: ParserCache(maxsize=None),  # of trusted documents, which are counted
        lambda: ValidationCache(maxsize=None),
    ],
)


SHORT = 8
"""Letters of a document's id. An app still in the field says twelve, which begin with them: what it has not sent must arrive."""


def load_documents(manifests: str) -> Mapping[str, str]:
    """Id -> document of every manifest (colon-separated paths): today's, and those of apps still in the field."""
    documents: dict[str, str] = {}
    for path in manifests.split(":"):
        documents.update(json.loads(Path(path).read_text(encoding="utf8")))
    return documents


@router.post("/graphql")
async def post_graphql(request: Request) -> Response:
    """Run one trusted document as the signed-in person."""
    session = await current_session(request)
    said = await read_json(request)
    document_id = said.get("documentId") if isinstance(said, dict) else None
    documents = request.app.state.documents
    document = (
        documents.get(document_id) or documents.get(document_id[:SHORT]) if isinstance(document_id, str) else None
    )
    variables = said.get("variables") or {} if isinstance(said, dict) else {}
    if document is None:
        error = Malformed("unknown_document", "documentId is not in the manifest")
        error.status = 400
        raise error
    if not isinstance(variables, dict):
        raise Malformed("malformed_request", "variables must be an object")
    screen = document.split("(")[0].split("{")[0].split()[-1][:60]
    context = Context(service_of(request), request.app.state.owners, request.app.state.sealing, session, screen)
    result = await schema.execute(document, variable_values=variables, context_value=context)
    answer: dict[str, Any] = {"data": result.data}
    if result.errors:
        answer["errors"] = [_masked(error) for error in result.errors]
    # Half a character (a lone surrogate, in what its author once typed) is answered escaped: UTF-8 has no bytes for it.
    text = json.dumps(answer, ensure_ascii=False, separators=(",", ":"), default=str)
    return Response(text.encode("utf8", "backslashreplace"), media_type="application/json")


def _masked(error: GraphQLError) -> dict[str, Any]:
    """Code and Japanese sentence; a validation error would quote the variables, so it says only that."""
    original = error.original_error
    if isinstance(original, TRANSIENT) and not isinstance(original, BansoError):
        original = Overloaded("try_again", type(original).__name__)
    if isinstance(original, BansoError):
        said = original.as_json()
    elif original is None or isinstance(original, GraphQLError):
        said = Malformed("malformed_request", "the variables do not fit the document").as_json()
    else:
        said = BansoError("unexpected", "a bug; it is logged").as_json()
    extensions = {"code": said["code"], "reason": said["reason"], "fields": said["fields"]}
    return {"message": said["message"] or sentence("error.unexpected"), "path": error.path, "extensions": extensions}
