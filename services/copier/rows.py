"""An access row as it is copied: the same text for the same row, whatever session asks. Ids and codes only. $1 = the service."""

ROWS = """
select id, at, published_at, access_id::text as key, (to_jsonb(a) - 'published_at' || jsonb_build_object('service', $1::text,
    'at', to_char(a.at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')))::text as body
from access_log a order by id
"""
UNPUBLISHED = ROWS.replace("order by id", "where published_at is null order by id limit $2").replace(
    "select id,", "select extract(epoch from clock_timestamp() - at)::float8 as age, id,"
)
