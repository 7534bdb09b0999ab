"""A headless Chromium, driven over WebDriver by the standard library alone."""

from __future__ import annotations

import base64
import json
import queue
import re
import shutil
import subprocess
import tempfile
import threading
import urllib.request
from pathlib import Path
from types import TracebackType
from typing import Any

FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
]
START_SECONDS = 20
CALL_SECONDS = 30


class Browser:
    """One browser with a profile of its own; it ends with its `with`."""

    def __init__(self) -> None:
        chromium, driver = shutil.which("chromium"), shutil.which("chromedriver")
        if chromium is None or driver is None:
            raise SystemExit("chromium and chromedriver are needed (Debian: chromium, chromium-driver)")
        self._profile = tempfile.mkdtemp(prefix="countersign-page-")
        # Proxies would stand between this and the driver.
        self._opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        self._driver = subprocess.Popen(
            [driver, "--port=0"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )
        try:
            self._base = f"http://127.0.0.1:{self._port()}"
            options = {"binary": chromium, "args": [*FLAGS, f"--user-data-dir={self._profile}"]}
            logs = {"browser": "ALL", "performance": "ALL"}
            always = {"browserName": "chrome", "goog:chromeOptions": options, "goog:loggingPrefs": logs}
            session = self._call("POST", "/session", {"capabilities": {"alwaysMatch": always}})
            self._base += f"/session/{session['sessionId']}"
        except BaseException:
            self._end()
            raise

    def __enter__(self) -> Browser:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        try:
            self._call("DELETE", "", None)
        finally:
            self._end()

    def open(self, url: str) -> None:
        """Loads a page; what was logged before is forgotten."""
        self._call("POST", "/url", {"url": "about:blank"})
        self.requests()
        self.console()
        self._call("POST", "/url", {"url": url})

    def show(self, width: int, theme: str) -> None:
        """Makes the viewport so many CSS pixels wide and the preferred colour scheme `light` or `dark`."""
        metrics = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False}
        self._devtools("Emulation.setDeviceMetricsOverride", metrics)
        features = [{"name": "prefers-color-scheme", "value": theme}]
        self._devtools("Emulation.setEmulatedMedia", {"media": "screen", "features": features})

    def run(self, script: str) -> Any:
        """The value of a function body in the page."""
        return self._call("POST", "/execute/sync", {"script": script, "args": []})

    def requests(self) -> list[str]:
        """The addresses that were asked for since the last call."""
        addresses = []
        for entry in self._call("POST", "/se/log", {"type": "performance"}):
            message = json.loads(entry["message"])["message"]
            if message["method"] == "Network.requestWillBeSent":
                addresses.append(message["params"]["request"]["url"])
        return addresses

    def console(self) -> list[str]:
        """What the console got since the last call."""
        return [f"{entry['level']}: {entry['message']}" for entry in self._call("POST", "/se/log", {"type": "browser"})]

    def screenshot(self, path: Path) -> None:
        """The whole page as a picture."""
        shot = self._devtools("Page.captureScreenshot", {"captureBeyondViewport": True, "clip": self._whole()})
        path.write_bytes(base64.b64decode(shot["data"]))

    def _whole(self) -> dict[str, int]:
        size = self.run("const e = document.documentElement; return [e.clientWidth, e.scrollHeight]")
        return {"x": 0, "y": 0, "width": size[0], "height": size[1], "scale": 1}

    def _devtools(self, command: str, params: dict[str, Any]) -> Any:
        return self._call("POST", "/goog/cdp/execute", {"cmd": command, "params": params})

    def _call(self, method: str, path: str, body: dict[str, Any] | None) -> Any:
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self._base + path, data, {"Content-Type": "application/json"}, method=method)
        with self._opener.open(request, timeout=CALL_SECONDS) as response:
            return json.load(response)["value"]

    def _port(self) -> int:
        """The port that the driver chose; its output is read on, lest it waits for a reader."""
        lines: queue.Queue[str | None] = queue.Queue()

        def read() -> None:
            assert self._driver.stdout is not None
            for line in self._driver.stdout:
                lines.put(line)
            lines.put(None)

        threading.Thread(target=read, daemon=True).start()
        while (line := lines.get(timeout=START_SECONDS)) is not None:
            if found := re.search(r"started successfully on port (\d+)", line):
                return int(found[1])
        raise SystemExit("chromedriver ended before it had a port")

    def _end(self) -> None:
        self._driver.terminate()
        try:
            self._driver.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self._driver.kill()
            self._driver.wait()
        shutil.rmtree(self._profile, ignore_errors=True)
