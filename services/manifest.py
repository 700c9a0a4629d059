"""Manifest sync (architecture.md §4): a device says what it holds, the owner answers what differs. No cursor, no state.

Exact and self-healing: what one may no longer see leaves the device by that alone.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

from services.kernel.errors import Malformed

MAX_HELD = 2_000
Manifest = dict[str, str]
MANIFEST = {"have": {"type": "object", "maxProperties": MAX_HELD, "additionalProperties": {"type": "string"}}}


def manifest_of(body: object) -> Manifest:
    """`{"have": {id: etag}}` of a request, or Malformed."""
    have = body.get("have") if isinstance(body, dict) else None
    if not isinstance(have, dict) or len(have) > MAX_HELD or not all(isinstance(etag, str) for etag in have.values()):
        raise Malformed("malformed_body", f"have must map at most {MAX_HELD} ids to etags")
    return have


def difference(have: Manifest, held: Sequence[Mapping[str, Any]]) -> tuple[list[dict[str, Any]], list[str]]:
    """(what is new or changed, each with its etag; ids to drop). `held` is everything the device should hold."""
    with_etags = [{**each, "etag": etag_of(each)} for each in held]
    upsert = [each for each in with_etags if have.get(str(each["id"])) != each["etag"]]
    drop = sorted(have.keys() - {str(each["id"]) for each in held})
    return upsert, drop


def etag_of(answer: Mapping[str, Any]) -> str:
    """A short hash of an answer's content."""
    text = json.dumps(answer, sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:32]
