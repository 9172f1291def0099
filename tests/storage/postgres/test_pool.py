"""Who gets no connection is told what the server answers."""

from __future__ import annotations

import pytest
from psycopg_pool import PoolTimeout

from bot.errors import StoreError
from storage.postgres.pool import Pool
from tests.fakes import postgres


async def test_what_the_server_answers_to_the_pool_is_told() -> None:
    server = postgres.server()
    server.run("CREATE ROLE crowded LOGIN CONNECTION LIMIT 0")
    pool = Pool(server.url().replace("//postgres:@", "//crowded@"), "news", min_size=1, timeout=0.5)
    await pool.open()
    try:
        with pytest.raises(StoreError, match="The database news has no connection left"):
            async with pool.connection():
                pass
        server.run("ALTER ROLE crowded CONNECTION LIMIT -1")
        async with pool.connection(30) as one:
            assert await (await one.execute("SELECT 1")).fetchone() == (1,)
    finally:
        await pool.close()
        server.run("DROP ROLE crowded")


async def test_a_pool_whose_connections_are_all_in_use_does_not_blame_the_server() -> None:
    pool = Pool(postgres.server().url(), "news", min_size=1, max_size=1, timeout=0.1)
    await pool.open()
    try:
        async with pool.connection(30):
            with pytest.raises(PoolTimeout):
                async with pool.connection():
                    pass
    finally:
        await pool.close()
