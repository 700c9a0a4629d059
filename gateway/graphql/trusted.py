"""`python -m gateway.graphql.trusted` writes gateway/trusted_documents.json from the client's documents, each checked.

What leaves it stays in earlier_documents.json, for apps that are still in the field: one of them could neither send its queue nor
be renewed while that is unsent.
"""

import base64
import hashlib
import json
from pathlib import Path

from graphql import parse, validate

from gateway.graphql.endpoint import schema
from gateway.settings import ROOT


def collect() -> dict[str, str]:
    """Id -> text, for every document of the client. Raises when one does not fit the schema."""
    found: dict[str, str] = {}
    for file in sorted((ROOT / "pwa" / "src" / "gateway" / "documents").glob("*.graphql")):
        text = file.read_text(encoding="utf8").strip()
        errors = validate(schema._schema, parse(text))
        if errors:
            raise SystemExit(f"{file.name}: {errors[0].message}")
        if found.setdefault(document_id(text), text) != text:
            raise SystemExit(f"{file.name}: another document has its id")
    return found


def earlier(now: dict[str, str], folder: Path = ROOT / "gateway") -> dict[str, str]:
    """Id -> text, of what the manifests in `folder` trusted before and is not `now`. Raises when one does not fit the schema any
    more: a change that is not additive, or a document to be taken out by hand when no app can have it."""
    files = (folder / "earlier_documents.json", folder / "trusted_documents.json")
    known: dict[str, str] = {
        id: text for file in files for id, text in json.loads(file.read_text(encoding="utf8")).items()
    }
    left = {id: text for id, text in known.items() if id not in now}
    for id, text in left.items():
        if errors := validate(schema._schema, parse(text)):
            raise SystemExit(f"{id}, which an app in the field may ask: {errors[0].message}")
    return left


def document_id(text: str) -> str:
    """The beginning of the SHA-256 of a document's text, in base64url: 8 characters that no compression shortens. An id
    only points into our own list, so it must tell our documents apart and need not withstand anybody."""
    return base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()[:6]).decode()


if __name__ == "__main__":
    trusted = collect()
    files = {"earlier_documents.json": earlier(trusted), "trusted_documents.json": trusted}
    for name, documents in files.items():
        text = json.dumps(documents, ensure_ascii=False, indent=1, sort_keys=True)
        (ROOT / "gateway" / name).write_text(text + "\n", encoding="utf8")
