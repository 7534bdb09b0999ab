"""A new binary takes over (USR2, then QUIT to the old one) without a lost request or a false 401."""

import os
import signal
import subprocess
import threading
import time
import unittest
from pathlib import Path

from support.fetching import Fetching
from support.nginx import Nginx, wait_until
from support.servers import KeyServer
from support.site import fetched_policy
from support.tokens import ISSUER, altered, es256
from test_reloads import SERVER, ask, line


class Upgrade(Fetching):
    def test_an_upgrade_under_load(self) -> None:
        self.key = es256("k1")
        self.keys = self.enterContext(KeyServer(self.key))
        server = SERVER.replace("ISSUER", ISSUER).replace("WAIT", "5s")
        nginx = Nginx(
            server.replace("KEYS", f"http://127.0.0.1:{self.keys.port}/jwks"),
            http="countersign_zone keys 1m;",
            policies={"policy.json": fetched_policy()},
            workers=2,
        )
        configuration = nginx.folder / "nginx.conf"
        configuration.write_text(configuration.read_text().replace("daemon off;", "daemon on;"))
        subprocess.run(nginx.command(), check=True, timeout=30)
        pid_file = nginx.folder / "nginx.pid"
        wait_until(lambda: pid_file.exists() and pid_file.read_text(), "a pid")
        pids = [int(pid_file.read_text())]
        try:
            self.upgrade(nginx, pid_file, pids)
        finally:
            for pid in pids:
                if Path(f"/proc/{pid}").exists():
                    os.kill(pid, signal.SIGTERM)
            wait_until(lambda: not any(alive(pid) for pid in pids), "every master has ended")
        self.assertEqual(nginx.faults(), [])
        nginx.__exit__()

    def upgrade(self, nginx: Nginx, pid_file: Path, pids: list[int]) -> None:
        """Upgrades twice while clients ask."""
        good = self.key.token()
        kinds = [(line("/index.html", good), b"200"), (line("/index.html", altered(good)), b"401")]
        wait_until(lambda: ask(nginx.port, kinds[0][0]) == b"200", "the first answer")
        wrong: list[bytes] = []
        done, stop = [0], threading.Event()

        def client() -> None:
            while not stop.is_set():
                for request, expected in kinds:
                    status = ask(nginx.port, request)
                    if status != expected:
                        wrong.append(status)
                    done[0] += 1

        thread = threading.Thread(target=client)
        thread.start()
        try:
            for _ in range(2):
                take_over(pid_file, pids)
            wait_until(lambda: done[0] > 500, "enough was asked", 60)
        finally:
            stop.set()
            thread.join(30)
        self.assertEqual(wrong, [])


def take_over(pid_file: Path, pids: list[int]) -> None:
    """Has a new binary take over from the last of these, and adds its pid."""
    old = pids[-1]
    os.kill(old, signal.SIGUSR2)
    wait_until(lambda: pid_file.exists() and int(pid_file.read_text() or old) != old, "a new master")
    pids.append(int(pid_file.read_text()))
    time.sleep(0.5)
    os.kill(old, signal.SIGQUIT)
    wait_until(lambda: not alive(old), "the old master has ended")
    time.sleep(0.3)


def alive(pid: int) -> bool:
    """Whether a process runs; one that ended and was not yet waited for does not."""
    status = Path(f"/proc/{pid}/stat")
    try:
        return status.read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


if __name__ == "__main__":
    unittest.main()
