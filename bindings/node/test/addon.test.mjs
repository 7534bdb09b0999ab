// examples/addon.c, a native addon over the C library, beside the package in one process.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { after, test } from "node:test";
import { Worker } from "node:worker_threads";

import headers from "node-api-headers";

import { Verifier } from "countersign";
import { makeKey, makePolicy, makeToken } from "./support.mjs";

const require = createRequire(import.meta.url);
const here = fileURLToPath(new URL("..", import.meta.url));
const library = process.env.COUNTERSIGN_C ?? join(here, "../../target/c");
const folder = mkdtempSync(join(tmpdir(), "countersign-addon-"));
after(() => rmSync(folder, { recursive: true }));

/** Compiles the example against the shared library, or into one file with the archive. */
function compile(kind) {
  assert.ok(existsSync(join(library, "lib/libcountersign.a")), `no C library in ${library}: run \`make lib\``);
  const lib = join(library, "lib");
  const link = {
    shared: [`-L${lib}`, `-Wl,-rpath,${lib}`, "-lcountersign"],
    archive: [join(lib, "libcountersign.a"), "-lpthread", "-ldl", "-lm"],
  }[kind];
  const made = join(folder, `${kind}.node`);
  const strict = ["-std=c11", "-O2", "-fPIC", "-shared", "-Wall", "-Wextra", "-Werror"];
  const include = [`-I${join(library, "include")}`, "-isystem", headers.include_dir];
  const { status, stderr } = spawnSync("cc", [...strict, ...include, "examples/addon.c", ...link, "-o", made], { cwd: here, encoding: "utf8" });
  assert.equal(status, 0, stderr);
  return made;
}

const [mine, others] = [makeKey("k1"), makeKey("k2")];
const policies = { mine: makePolicy([mine]), others: makePolicy([others], { realm: "others" }) };
const now = Math.floor(Date.now() / 1000);
const tokens = [
  makeToken(mine),
  makeToken(others, { sub: "Zoë" }),
  makeToken(mine, { exp: 1 }),
  makeToken(mine, { aud: "elsewhere" }),
  `${makeToken(mine).slice(0, -8)}AAAAAAAA`,
  "Bearer",
];

/** What both say of every token under every policy, turn by turn. */
function compare(addon, turns) {
  const verifiers = Object.fromEntries(Object.entries(policies).map(([name, policy]) => [name, new Verifier(policy)]));
  const seen = new Set();
  for (let turn = 0; turn < turns; turn++) {
    const name = turn % 2 === 0 ? "mine" : "others";
    const authorization = `Bearer ${tokens[(turn >> 1) % tokens.length]}`;
    const ours = verifiers[name].check({ headers: { authorization }, now: now * 1000 });
    const theirs = addon.check(JSON.stringify(policies[name]), authorization, now);
    const { allowed, status, reason, subject } = ours;
    assert.deepEqual(theirs, { allowed, status, reason, subject, challenge: ours.headers[0]?.[1] ?? null });
    seen.add(reason);
  }
  return seen;
}

for (const kind of ["shared", "archive"]) {
  test(`an addon over the C library (${kind}) and the package judge alike in one process`, async () => {
    const path = compile(kind);
    const addon = require(path);
    assert.equal(addon.backend(), "aws-lc-rs");
    const seen = compare(addon, 600);
    for (const reason of ["ok", "kid_unknown", "token_expired", "audience_mismatch", "signature_invalid"]) assert.ok(seen.has(reason), reason);
    assert.throws(() => addon.check("{", "Bearer a", now), { code: "policy_invalid" });
    assert.throws(() => addon.check("{}", 7, now), TypeError);
    assert.equal(addon.check(JSON.stringify(policies.mine), `Bearer ${tokens[0]}`, 0).reason, "internal_error", "an unset clock");

    // Workers load both too, all at once, and end with them loaded.
    const program = `
      const { parentPort, workerData: { path, policy, token, now } } = require("node:worker_threads");
      const addon = require(path);
      const { Verifier } = require("countersign");
      const verifier = new Verifier(policy);
      let both = 0;
      for (let turn = 0; turn < 500; turn++) {
        const authorization = "Bearer " + token;
        const ours = verifier.check({ headers: { authorization }, now: now * 1000 });
        if (ours.subject === "alice" && addon.check(JSON.stringify(policy), authorization, now).subject === "alice") both++;
      }
      parentPort.postMessage(both);
    `;
    const workerData = { path, policy: policies.mine, token: tokens[0], now };
    const counts = await Promise.all(
      Array.from({ length: 3 }, () => {
        const worker = new Worker(program, { eval: true, workerData });
        return new Promise((resolve, reject) => {
          let both;
          worker.once("message", (count) => (both = count)).once("error", reject).once("exit", () => resolve(both));
        });
      }),
    );
    assert.deepEqual(counts, [500, 500, 500]);
    assert.equal(compare(addon, 24).has("ok"), true, "the main thread's goes on when workers are gone");
  });
}

test("neither can be taken for the other", () => {
  const packaged = readdirSync(join(here, "prebuilt")).map((platform) => join(here, "prebuilt", platform, "countersign.node"));
  const read = (...command) => {
    const { status, stdout } = spawnSync(command[0], command.slice(1), { encoding: "utf8" });
    assert.equal(status, 0);
    return stdout;
  };
  const shared = join(library, "lib/libcountersign.so");
  assert.match(read("nm", "-D", "--defined-only", shared), /countersign_check/);
  assert.match(read("readelf", "-d", shared), /SONAME.*libcountersign/);
  for (const path of packaged) {
    assert.doesNotMatch(read("nm", "-D", "--defined-only", path), /countersign_/);
    // With the library's name it would be found in the library's place.
    assert.doesNotMatch(read("readelf", "-d", path), /SONAME/);
  }
  assert.equal(packaged.length, 1);
});
