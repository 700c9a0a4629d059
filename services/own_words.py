"""What an owner of records is asked before words that wait unsent at the gateway are given back to their author."""

from uuid import UUID

from services.kernel.errors import Malformed

MAX_ABOUT = 2_000
ABOUT = {"about": {"type": "array", "maxItems": MAX_ABOUT, "items": {"type": "string", "format": "uuid"}}}


def about_of(body: object) -> list[UUID]:
    """`{"about": [id]}` of a request: the records that such words name, as a device said it; or Malformed."""
    about = body.get("about") if isinstance(body, dict) else None
    try:
        if isinstance(about, list) and len(about) <= MAX_ABOUT:
            return [UUID(one) for one in about]
    except (ValueError, TypeError, AttributeError):
        pass
    raise Malformed("malformed_body", f"about must hold at most {MAX_ABOUT} ids")
