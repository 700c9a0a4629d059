"""Forward-only migrations: numbered plain SQL, run once each as the owner."""

import hashlib
from collections.abc import Sequence
from pathlib import Path

import asyncpg

from infra.paths import ROOT

KEEP_DRAFTS = ("intake", "coordination", "ibasho")


def folders_of(service: str) -> list[Path]:
    """The migration folders of one service's database, in order: the kernel's, drafts where they are kept, its own."""
    home = ROOT / ("gateway" if service == "gateway" else f"services/{service}")
    drafts = [ROOT / "services" / "drafts"] if service in KEEP_DRAFTS else []
    return [folder / "migrations" for folder in (ROOT / "services" / "kernel", *drafts, home)]


async def migrate(owner_dsn: str, folders: Sequence[Path], app_role: str) -> list[str]:
    """Apply every `NNNN_*.sql` of the folders, in order, once each, as the owner. Returns the names applied now.

    `{app}` in the SQL is the runtime role. A file changed after it ran raises: migrations only go forward.
    """
    connection = await asyncpg.connect(owner_dsn, timeout=10)
    applied = []
    try:
        await connection.execute("select pg_advisory_lock(7001)")
        await connection.execute(
            "create table if not exists migration (name text primary key, sha256 text not null,"
            " applied_at timestamptz not null default now())"
        )
        done = {row["name"]: row["sha256"] for row in await connection.fetch("select name, sha256 from migration")}
        for folder in folders:
            for file in sorted(folder.glob("*.sql")):
                name = f"{folder.parent.name}/{file.name}"
                text = file.read_text(encoding="utf8")
                digest = hashlib.sha256(text.encode()).hexdigest()
                if name in done:
                    if done[name] != digest:
                        raise RuntimeError(f"migration {name} was changed after it ran")
                    continue
                async with connection.transaction():
                    await connection.execute(text.replace("{app}", app_role))
                    await connection.execute("insert into migration (name, sha256) values ($1, $2)", name, digest)
                applied.append(name)
    finally:
        await connection.close()
    return applied
