"""A real nginx of its own: prefix, pid, logs and temporary folders in one new folder, ended by its pid."""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from support.ports import free_port

NGINX = os.environ.get("NGINX_PROGRAM", shutil.which("nginx") or "/usr/sbin/nginx")
"""The server under test."""
MODULE = os.environ.get("COUNTERSIGN_MODULE", "")
"""The module, an absolute path. Empty: nginx runs without it."""
PATIENCE = 10.0
"""Seconds to wait for what nginx does within milliseconds."""

TEMPORARY = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
LOG = (
    '{"uri":"$request_uri","status":$status,"pid":$pid,"reason":"$countersign_reason","verdict":"$countersign_status",'
    '"scheme":"$countersign_scheme","issuer":"$countersign_issuer","subject":"$countersign_subject",'
    '"key_id":"$countersign_key_id"}'
)


def wait_until(condition: Callable[[], object], what: str, seconds: float = PATIENCE) -> None:
    """Returns once the condition holds; raises with `what` if it does not in time."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            raise AssertionError(f"after {seconds} s not yet: {what}")
        time.sleep(0.01)


class Nginx:
    """One nginx with a server on `port`, and the same server over cleartext HTTP/2 on `port2`."""

    def __init__(
        self,
        server: str,
        *,
        http: str = "",
        main: str = "",
        policies: dict[str, Any] | None = None,
        files: dict[str, str] | None = None,
        workers: int = 1,
        log_format: str | None = None,
        error_level: str = "info",
        tool: list[str] | None = None,
        modules: tuple[str, ...] = (),
    ) -> None:
        self.tool = tool or []
        self.patience = 60.0 if tool else PATIENCE
        self.folder = Path(tempfile.mkdtemp(prefix="countersign-nginx-"))
        self.folder.chmod(0o755)
        self.port, self.port2 = free_port(), free_port()
        self.process: subprocess.Popen[bytes] | None = None
        for name, policy in (policies or {}).items():
            self.write(name, policy if isinstance(policy, str) else json.dumps(policy))
        for name, text in (files or {}).items():
            self.write(name, text)
        (self.folder / "html").mkdir()
        self.write("html/index.html", "hello\n")
        self.settings: dict[str, Any] = {
            "server": server,
            "http": http,
            "main": main,
            "workers": workers,
            "log_format": log_format or (LOG if MODULE else '{"uri":"$request_uri","status":$status}'),
            "error_level": error_level,
            "modules": modules,
        }
        self.configure()

    def write(self, name: str, text: str) -> Path:
        """A file of nginx's folder, replaced whole as operators should."""
        path = self.folder / name
        beside = path.with_name(path.name + ".new")
        beside.write_text(text)
        beside.chmod(0o644)
        beside.rename(path)
        return path

    def configure(self, **changed: Any) -> None:
        """Writes the configuration, with some of its settings changed."""
        self.settings |= changed
        s = self.settings
        temporary = "\n".join(f"    {kind}_temp_path {self.folder}/{kind};" for kind in TEMPORARY)
        user = "user nobody nogroup;" if os.geteuid() == 0 else ""
        module = "".join(f"load_module {path};\n" for path in (MODULE, *s["modules"]) if path)
        self.write(
            "nginx.conf",
            f"""{module}
{user}
daemon off;
pid {self.folder}/nginx.pid;
error_log {self.folder}/error.log {s["error_level"]};
worker_processes {s["workers"]};
worker_shutdown_timeout 20s;
{s["main"]}
events {{ worker_connections 2048; }}
http {{
{temporary}
    log_format probe escape=json '{s["log_format"]}';
    access_log {self.folder}/access.log probe;
    keepalive_requests 1000000;
{s["http"]}
    server {{
        listen 127.0.0.1:{self.port} backlog=2048;
        listen 127.0.0.1:{self.port2} http2;
        server_name api.example.com;
        root {self.folder}/html;
{s["server"]}
    }}
}}
""",
        )

    def command(self, *arguments: str) -> list[str]:
        """nginx with this folder's configuration."""
        folder = str(self.folder)
        return [NGINX, "-p", folder, "-c", f"{folder}/nginx.conf", "-e", f"{folder}/error.log", *arguments]

    def test(self) -> subprocess.CompletedProcess[str]:
        """`nginx -t`: exit status, and what it says on standard error."""
        return subprocess.run(self.command("-t"), capture_output=True, text=True, timeout=60, check=False)

    def __enter__(self) -> Nginx:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
        if os.environ.get("NGINX_KEEP"):
            print(f"kept: {self.folder}")
        else:
            shutil.rmtree(self.folder, ignore_errors=True)

    def start(self) -> None:
        """Starts nginx and returns once it takes connections."""
        with (self.folder / "output").open("ab") as output:
            self.process = subprocess.Popen([*self.tool, *self.command()], stdout=output, stderr=output)
        try:
            wait_until(self.answers, "nginx takes connections", self.patience)
        except AssertionError as fault:
            self.kill()
            raise AssertionError(f"{fault}\n{self.errors()[-2000:]}") from None

    def answers(self) -> bool:
        """Whether something takes connections on the port; raises if nginx has ended."""
        if self.process is None or self.process.poll() is not None:
            lines = [line for line in self.output().splitlines() if "[warn]" not in line]
            raise AssertionError("\n".join(["nginx has ended", *lines]))
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 1):
            return len(self.workers()) >= int(self.settings["workers"])
        return False

    def stop(self) -> None:
        """Ends nginx gracefully; after a while, without grace."""
        if self.process is None:
            return
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(self.patience)
        except subprocess.TimeoutExpired:
            self.kill()
        self.process = None

    def kill(self) -> None:
        """Ends nginx and its workers at once."""
        if self.process is None:
            return
        for pid in self.workers():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.process.kill()
        self.process.wait()
        self.process = None

    def reload(self) -> None:
        """Has nginx read its configuration anew; does not wait."""
        assert self.process is not None
        self.process.send_signal(signal.SIGHUP)

    def reload_and_wait(self) -> None:
        """Reloads and returns when only workers of the new configuration are left."""
        before = set(self.workers())
        self.reload()
        wait_until(
            lambda: self.workers() and not before & set(self.workers()), "the workers are new ones", self.patience
        )

    def workers(self) -> list[int]:
        """The pids of the workers that the master has now."""
        if self.process is None:
            return []
        pid = self.process.pid
        children = Path(f"/proc/{pid}/task/{pid}/children")
        return [int(word) for word in children.read_text().split()] if children.exists() else []

    def errors(self) -> str:
        """The error log."""
        path = self.folder / "error.log"
        return path.read_text(errors="replace") if path.exists() else ""

    def output(self) -> str:
        """What nginx, or the tool it runs under, wrote to its standard output and error."""
        path = self.folder / "output"
        return path.read_text(errors="replace") if path.exists() else ""

    def log(self) -> list[dict[str, Any]]:
        """The access log, one object a request."""
        path = self.folder / "access.log"
        lines = path.read_text().splitlines() if path.exists() else []
        return [json.loads(line) for line in lines]

    def logged(self, uri: str) -> dict[str, Any]:
        """The log line of the last request with this target, once it is written."""
        found: list[dict[str, Any]] = []

        def look() -> bool:
            found[:] = [line for line in self.log() if line["uri"] == uri]
            return bool(found)

        wait_until(look, f"a log line of {uri}")
        return found[-1]

    def faults(self) -> list[str]:
        """Lines of the error log that no test may cause: crashes, alerts, leaks."""
        bad = re.compile(r"\[(?:alert|emerg|crit)\]|exited on signal|open socket #\d+ left|panicked")
        return [line for line in self.errors().splitlines() if bad.search(line)]
