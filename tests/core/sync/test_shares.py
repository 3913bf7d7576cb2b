"""Workers' places."""

from __future__ import annotations

import asyncio

from core.sync.shares import got_place


async def test_a_worker_that_is_cancelled_as_it_gets_its_place_ends() -> None:
    """It would go on as if nobody had asked it to end, and an engine that waits for it would never end."""
    for turns in range(6):
        places, ended = asyncio.Semaphore(1), False

        async def work(places: asyncio.Semaphore = places) -> None:
            nonlocal ended
            try:
                while await got_place(places, 60.0):
                    places.release()
                    await asyncio.sleep(0)
            except asyncio.CancelledError:
                ended = True
                raise

        worker = asyncio.create_task(work())
        for _ in range(turns):
            await asyncio.sleep(0)
        worker.cancel()
        done, _waiting = await asyncio.wait({worker}, timeout=5.0)
        worker.cancel()
        assert done and (ended or not turns)


async def test_a_place_that_does_not_come_free_in_time_is_not_taken() -> None:
    places = asyncio.Semaphore(1)
    assert await got_place(places, 60.0)
    assert not await got_place(places, 0.01)
    places.release()
    assert await got_place(places, 60.0)
