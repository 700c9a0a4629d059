"""`python -m gateway.trusted` writes gateway/trusted_documents.json from the client's documents, each checked."""

import base64
import hashlib
import json

from graphql import parse, validate

from gateway.graphql import schema
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


def document_id(text: str) -> str:
    """The beginning of the SHA-256 of a document's text, in base64url: 8 characters that no compression shortens. An id
    only points into our own list, so it must tell our documents apart and need not withstand anybody."""
    return base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()[:6]).decode()


if __name__ == "__main__":
    manifest = json.dumps(collect(), ensure_ascii=False, indent=1, sort_keys=True)
    (ROOT / "gateway" / "trusted_documents.json").write_text(manifest + "\n", encoding="utf8")
