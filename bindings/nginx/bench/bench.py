"""CPU of a worker per request: no auth, auth_basic, an empty access module, ours. Ends with 1 if one is over its bar.

The clock is the first field of /proc/WORKER/schedstat, so the load generator's own time is not in it. Contenders take
turns; figures are medians over the rounds.
"""

import base64
import os
import statistics
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

import rivals
from support.http import bearer, fetch
from support.nginx import Nginx
from support.site import policy
from support.tokens import Key, es256, hs256, rs256

ROUNDS = int(os.environ.get("BENCH_ROUNDS", "9"))
SECONDS = os.environ.get("BENCH_SECONDS", "1")
TOKENS = 1000
PAD = "x" * 420
"""Brings the claims to about the size of those that `make bench` measures."""


@dataclass
class Contender:
    """A location, what its requests carry, and what it may cost over the empty module, in microseconds."""

    name: str
    location: str
    fields: list[str]
    bar: float | None = None
    over: str = "an empty access module"


def contenders(keys: dict[str, Key]) -> list[Contender]:
    """All of them. Each is measured over the empty module with the same field, which nginx reads in any case."""
    out = [
        Contender("no auth", "plain", []),
        Contender("auth_basic, $apr1$", "basic", ["Basic " + base64.b64encode(b"alice:secret").decode()]),
        Contender("an empty access module", "empty", []),
    ]
    bars = {"HS256": 5.0, "RS256": 25.0, "ES256": 70.0}
    for alg, key in keys.items():
        tokens = ["Bearer " + key.token(pad=PAD) for _ in range(TOKENS)]
        empty = f"an empty access module, sent an {alg} token"
        out.append(Contender(empty, "empty", tokens[:1], over=empty))
        out.append(Contender(f"{alg}, one token", alg, tokens[:1], bars[alg], empty))
        out.append(Contender(f"{alg}, {TOKENS:,} tokens", alg, tokens, bars[alg], empty))
        if alg != "HS256":
            out.append(Contender(f"{alg}, remembered, one token", f"{alg}-remembered", tokens[:1], 4.0, empty))
            out.append(Contender(f"{alg}, remembered, {TOKENS:,} tokens", f"{alg}-remembered", tokens, 4.0, empty))
        for way, name in (("njs", "njs with WebCrypto"), ("perl", "Perl with Crypt::JWT")):
            out.append(Contender(f"{alg}, {name}, one token", f"{way}-{alg}", tokens[:1], over=empty))
    return out


def server(keys: dict[str, Key]) -> tuple[Nginx, list[Contender]]:
    """An nginx of one worker with a location a contender, each serving the same file of 1 KB."""
    locations = [
        "location /plain/ { }",
        'location /basic/ { auth_basic "bench"; auth_basic_user_file users; }',
        "location /empty/ { empty_access on; }",
        *rivals.locations(keys),
    ]
    policies = {}
    for alg, key in keys.items():
        document = policy(key)
        document["bearer"]["issuers"][0]["algorithms"] = [alg]
        policies[f"{alg}.json"] = document
        policies[f"{alg}-remembered.json"] = document | {"remember": {"entries": 4096}}
        locations.append(f"location /{alg}/ {{ countersign {alg}.json; }}")
        if alg != "HS256":
            locations.append(f"location /{alg}-remembered/ {{ countersign {alg}-remembered.json; }}")
    apr1 = subprocess.run(["openssl", "passwd", "-apr1", "secret"], capture_output=True, text=True, check=True).stdout
    nginx = Nginx("\n".join(locations), policies=policies, files={"users": f"alice:{apr1}"}, error_level="error")
    nginx.configure(main=f"load_module {os.environ['EMPTY_MODULE']};" + rivals.MAIN, http=rivals.HTTP)
    configuration = (nginx.folder / "nginx.conf").read_text()
    nginx.write("nginx.conf", configuration.replace(f"access_log {nginx.folder}/access.log probe", "access_log off"))
    list_of = contenders(keys)
    for contender in list_of:
        folder = nginx.folder / "html" / contender.location
        folder.mkdir(exist_ok=True)
        nginx.write(f"html/{contender.location}/file", "x" * 1024)
    return nginx, list_of


LUA = """
local values = {}
for line in io.lines(os.getenv("BENCH_FIELDS")) do values[#values + 1] = line end
local requests, at = {}, 0
function init(args)
    for i, value in ipairs(values) do
        requests[i] = wrk.format("GET", nil, { ["Authorization"] = value })
    end
    if #requests == 0 then requests[1] = wrk.format("GET") end
end
function request()
    at = at % #requests + 1
    return requests[at]
end
function done(summary)
    local bad = summary.errors.status + summary.errors.connect + summary.errors.read + summary.errors.timeout
    io.write(string.format("BENCH %d %d\\n", summary.requests, bad))
end
"""


def cpu(pid: int) -> int:
    """Nanoseconds that a process has run."""
    return int(Path(f"/proc/{pid}/schedstat").read_text().split()[0])


def measure(nginx: Nginx, contender: Contender, folder: Path) -> float:
    """Microseconds of CPU per request in one round."""
    (folder / "fields").write_text("\n".join(contender.fields))
    worker = nginx.workers()[0]
    before = cpu(worker)
    url = f"http://127.0.0.1:{nginx.port}/{contender.location}/file"
    done = subprocess.run(
        ["wrk", "-t1", "-c16", f"-d{SECONDS}s", "-s", str(folder / "wrk.lua"), url],
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
        env=os.environ | {"BENCH_FIELDS": str(folder / "fields")},
    )
    spent = cpu(worker) - before
    requests, bad = (int(word) for word in done.stdout.rsplit("BENCH ", 1)[1].split())
    if bad or not requests:
        raise SystemExit(f"{contender.name}: {bad} of {requests} requests went wrong")
    return spent / requests / 1000


def check(nginx: Nginx, list_of: list[Contender]) -> None:
    """Every contender lets its first and last request through, and ours turns away one without credentials."""
    for contender in list_of:
        target = f"/{contender.location}/file"
        for value in contender.fields[:1] + contender.fields[-1:]:
            assert fetch(nginx.port, target, [("Authorization", value)]).status == 200, contender.name
        status = fetch(nginx.port, target).status
        guarded = contender.location not in ("plain", "empty")
        assert status == (401 if guarded else 200), (contender.name, status)
        if contender.bar:
            assert fetch(nginx.port, target, bearer(contender.fields[0][7:-4] + "AAAA")).status == 401


def main() -> int:
    """Measures, prints a table, and tells whether all is within its bar."""
    nginx, list_of = server({"HS256": hs256("h"), "RS256": rs256("r"), "ES256": es256("e")})
    figures: dict[str, list[float]] = {contender.name: [] for contender in list_of}
    with nginx, tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "wrk.lua").write_text(LUA)
        check(nginx, list_of)
        for count in range(ROUNDS + 1):
            for contender in list_of:
                spent = measure(nginx, contender, folder)
                if count:
                    figures[contender.name].append(spent)
    medians = {name: statistics.median(values) for name, values in figures.items()}
    over = 0
    print("| microseconds of CPU per request | all | over the empty module | bar |\n| --- | --- | --- | --- |")
    for contender in list_of:
        all_of_it, empty = medians[contender.name], medians[contender.over]
        bar = "" if contender.bar is None else f"{contender.bar:g}"
        print(f"| {contender.name} | {all_of_it:.1f} | {all_of_it - empty:.1f} | {bar} |")
        if contender.bar is not None and all_of_it - empty > contender.bar:
            print(f"{contender.name} is over its bar", file=sys.stderr)
            over = 1
    return over


if __name__ == "__main__":
    sys.exit(main())
