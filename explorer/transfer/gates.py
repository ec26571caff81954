"""Where requests wait for the service: a gate for each account that is shut for a while
after 'slow down'. Belongs to the loop's thread."""

from __future__ import annotations

import asyncio


class Gate:
    """One account's throttling holds back every request to it, whatever job it is for."""

    def __init__(self) -> None:
        self._opens: dict[str, float] = {}

    def shut(self, endpoint: str, wait_s: float) -> None:
        """No request to this account before `wait_s` from now."""
        until = asyncio.get_running_loop().time() + wait_s
        self._opens[endpoint] = max(until, self._opens.get(endpoint, 0.0))

    async def passed(self, endpoint: str) -> None:
        """Return when the gate is open."""
        wait = self._opens.get(endpoint, 0.0) - asyncio.get_running_loop().time()
        if wait > 0:
            await asyncio.sleep(wait)
            await self.passed(endpoint)
