"""The page of `countersign audit --html` in a real browser, light and dark, wide and narrow.

test_page.py COUNTERSIGN FOLDER writes the pages and their pictures into FOLDER.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from webdriver import Browser

HERE = Path(__file__).parent
CHECKS = (HERE / "checks.js").read_text()
OPEN_ALL = "for (const element of document.querySelectorAll('details')) element.open = true"
SPOILED = "spoiled-"
HOSTILE = [
    "<script>document.title = 'taken'</script>",
    '"><img src=http://127.0.0.1:9/x onerror="document.title=1">',
    "</style><script src=http://127.0.0.1:9/x.js></script>",
]


def day() -> Iterator[str]:
    """A day of an API: spikes, a storm, loops, refusals without a challenge and from a cache."""
    challenges = {401: 'Bearer realm="api", error="invalid_token"', 403: 'Bearer error="insufficient_scope"'}
    routes = [
        "/v1/reports/17",
        "/v1/orders",
        "/v1/users/alice/orders",
        "/v1/long/way/to/a/place/that/has/no/end/at/all",
    ]
    for at in range(0, 86_400, 12):
        minute, route = at // 60, routes[at // 12 % 4]
        status = (
            401
            if at % 420 == 0 or 600 < minute < 640
            else 403
            if at % 900 == 0
            else 503
            if minute in (1100, 1101)
            else 200
        )
        status = 407 if at % 3600 == 0 else status
        fields = {"Www-Authenticate": [challenges[status]]} if status in challenges and route != "/v1/orders" else {}
        yield record(at, f"192.0.2.{at // 12 % 90}", "GET", route, status, fields)
        if at % 21_600 == 0:
            for more in range(12):
                fields = {"Www-Authenticate": [challenges[401]], "X-Cache": ["HIT" if more % 2 else "MISS"]}
                yield record(at + more / 2, "198.51.100.7", "GET", "/v1/poll", 401, fields)
            for more in range(4):
                yield record(at + 7 + more / 10, "198.51.100.7", "POST", "/oauth/token", 200, {})


def hostile() -> Iterator[str]:
    """Markup wherever a log has text."""
    for at, text in enumerate(HOSTILE * 20):
        yield record(
            at, text, text, f"/{text}", 401, {"Www-Authenticate": [f'{text} realm="{text}", error="{text}"']}, text
        )
        yield text


def record(
    at: float,
    client: str,
    method: str,
    route: str,
    status: int,
    fields: dict[str, list[str]],
    host: str = "api.example.com",
) -> str:
    request = {
        "remote_ip": client,
        "method": method,
        "host": host,
        "uri": route,
        "headers": {"Authorization": ["REDACTED"]},
    }
    return json.dumps({"ts": 1_700_006_400 + at, "request": request, "status": status, "resp_headers": fields})


def write_page(countersign: str, log: Path, lines: Iterator[str]) -> Path:
    """The page of a log with these lines."""
    log.write_text("".join(f"{line}\n" for line in lines))
    page = log.with_suffix(".html")
    run = subprocess.run([countersign, "audit", "--html", str(page), str(log)], capture_output=True, timeout=60)
    assert run.returncode in (0, 1), run.stderr
    return page


def look(browser: Browser, page: Path) -> list[str]:
    """What is wrong with a page in any theme and width; pictures stand beside it."""
    faults = []
    for theme in ("light", "dark"):
        for width in (1280, 400):
            browser.show(width, theme)
            browser.open(page.as_uri())
            if not page.stem.startswith(SPOILED):
                browser.screenshot(page.with_name(f"{page.stem}-{theme}-{width}.png"))
            here = browser.run(CHECKS)
            browser.run(OPEN_ALL)
            here += [f"opened, {fault}" for fault in browser.run(CHECKS)]
            if browser.run("return document.title") != "Refused requests":
                here.append("the title was changed")
            here += [f"asked for {url}" for url in browser.requests() if url not in (page.as_uri(), "data:,")]
            here += [f"console: {line}" for line in browser.console()]
            faults += [f"{page.name}, {theme}, {width}: {fault}" for fault in here]
    browser.show(1280, "dark")
    dark = browser.run("return getComputedStyle(document.body).backgroundColor")
    browser.show(1280, "light")
    if dark == browser.run("return getComputedStyle(document.body).backgroundColor"):
        faults.append(f"{page.name}: dark is light")
    return faults


def spoil(page: Path, name: str, old: str, new: str) -> Path:
    """The page with one thing wrong."""
    text = page.read_text()
    assert old in text, old
    spoiled = page.with_name(f"{SPOILED}{name}.html")
    spoiled.write_text(text.replace(old, new, 1))
    return spoiled


def assert_faults_are_seen(browser: Browser, page: Path) -> None:
    """Each check finds the fault that it is for."""
    policy = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
    spoiled = [
        ("contrast", "--faint: #566072", "--faint: #9aa3b2", "contrast 2."),
        ("shape", "--s401: #c2410c", "--s401: #f3c9b8", "of a shape: s401"),
        ("wide", "<main>", '<main><p style="width: 1300px">a wide paragraph</p>', "the page is "),
        (
            "narrow",
            "<main>",
            '<main><p style="width: 90px; white-space: nowrap">a paragraph that stands out</p>',
            " in 90: p.",
        ),
        ("unnamed", 'role="img"', 'role="none"', "a drawing without a name"),
        (
            "request",
            f'content="{policy}"',
            'content=""><img alt="" src="http://127.0.0.1:9/x"',
            "asked for http://127.0.0.1:9/x",
        ),
        ("blocked", "<main>", '<main><img alt="" src="http://127.0.0.1:9/x">', "console: "),
        ("script", f'content="{policy}"', 'content=""><script>console.error("here")</script', "here"),
        ("theme", "(prefers-color-scheme: dark)", "(max-width: 1px)", "dark is light"),
    ]
    for name, old, new, fault in spoiled:
        faults = look(browser, spoil(page, name, old, new))
        assert any(fault in found for found in faults), f"{name} was not seen: {faults}"


def main() -> None:
    countersign, folder = sys.argv[1], Path(sys.argv[2])
    folder.mkdir(parents=True, exist_ok=True)
    with Browser() as browser:
        pages = [
            write_page(countersign, folder / "day.jsonl", day()),
            write_page(countersign, folder / "hostile.jsonl", hostile()),
            write_page(countersign, folder / "quiet.jsonl", iter([record(1, "192.0.2.1", "GET", "/", 200, {})])),
        ]
        faults = [fault for page in pages for fault in look(browser, page)]
        assert not faults, "\n".join(faults)
        assert_faults_are_seen(browser, pages[0])
    print("the audit's page is well in light and dark, wide and narrow, and asks for nothing")


if __name__ == "__main__":
    main()
