"""A client of the Python front: reads a job as JSON, makes its requests at once, tells what came of them."""

from __future__ import annotations

import asyncio
import json
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import countersign.httpx
import countersign.requests
import httpx
import requests
from countersign import Tokens


class Login:
    """Gives the fresh tokens of the job, one a refresh."""

    def __init__(self, fresh: list[str]) -> None:
        self.fresh = fresh
        self.refreshes = 0
        self.logouts = 0
        self.lock = threading.Lock()

    def refresh(self, _: Tokens) -> dict[str, Any]:
        time.sleep(job["takes"])
        with self.lock:
            self.refreshes += 1
            return {"access_token": self.fresh[min(self.refreshes, len(self.fresh)) - 1]}

    def logout(self) -> None:
        self.logouts += 1


def by_threads(auth: Any, url: str, count: int) -> list[int]:
    limits = httpx.Limits(max_connections=count)
    with (
        httpx.Client(auth=auth, trust_env=False, timeout=60, limits=limits) as client,
        ThreadPoolExecutor(count) as pool,
    ):
        return list(pool.map(lambda _: client.get(url).status_code, range(count)))


def by_tasks(auth: Any, url: str, count: int) -> list[int]:
    async def run() -> list[int]:
        limits = httpx.Limits(max_connections=count)
        async with httpx.AsyncClient(auth=auth, trust_env=False, timeout=60, limits=limits) as client:
            return [answer.status_code for answer in await asyncio.gather(*(client.get(url) for _ in range(count)))]

    return asyncio.run(run())


def by_requests(auth: Any, url: str, count: int) -> list[int]:
    def ask(_: int) -> int:
        with requests.Session() as session:
            session.trust_env = False
            session.auth = auth
            return int(session.get(url, timeout=60).status_code)

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(ask, range(count)))


KINDS: dict[str, tuple[Any, Any]] = {
    "httpx": (by_threads, countersign.httpx.RefreshAuth),
    "httpx-async": (by_tasks, countersign.httpx.RefreshAuth),
    "requests": (by_requests, countersign.requests.RefreshAuth),
}

job = json.load(sys.stdin)
ask, kind = KINDS[job["client"]]
login = Login(job["fresh"])
auth = kind(
    job["origin"],
    Tokens(job["token"], "refresh-0"),
    refresh=login.refresh,
    on_logout=login.logout,
    http_loopback=True,
)
statuses = ask(auth, job["origin"] + job["target"], job["count"])
json.dump({"statuses": statuses, "refreshes": login.refreshes, "logouts": login.logouts}, sys.stdout)
