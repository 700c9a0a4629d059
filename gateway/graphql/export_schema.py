"""`python -m gateway.graphql.export_schema` writes gateway/schema.graphql."""

from gateway.graphql.endpoint import schema
from gateway.settings import ROOT

if __name__ == "__main__":
    (ROOT / "gateway" / "schema.graphql").write_text(schema.as_str().rstrip() + "\n", encoding="utf8")
