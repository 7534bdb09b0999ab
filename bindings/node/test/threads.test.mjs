// Workers, memory, and both kinds of module.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { pbkdf2Sync, randomBytes } from "node:crypto";
import { createRequire } from "node:module";
import { test } from "node:test";
import { Worker } from "node:worker_threads";

import * as esm from "countersign";
import { guard } from "countersign/http";
import { bearer, makeKey, makePolicy, makeToken, serve } from "./support.mjs";

const here = new URL("..", import.meta.url);

test("import and require give one and the same", () => {
  const require = createRequire(import.meta.url);
  for (const entry of ["countersign", "countersign/express", "countersign/fastify", "countersign/http", "countersign/web"]) {
    assert.ok(Object.keys(require(entry)).length > 0, entry);
  }
  const commonjs = require("countersign");
  assert.deepEqual(Object.keys(esm).sort(), Object.keys(commonjs).sort());
  assert.equal(esm.Verifier, commonjs.Verifier, "no second copy of the classes");
  assert.equal(require("countersign/fastify").default, require("countersign/fastify").countersign);
});

test("workers each have a verifier of their own", async () => {
  const key = makeKey("k1");
  const program = `
    const { parentPort, workerData } = require("node:worker_threads");
    const { Verifier } = require("countersign");
    const verifier = new Verifier(workerData.policy);
    let wrong = 0;
    for (let turn = 0; turn < 5000; turn++) {
      const { headers, subject } = workerData.requests[turn % workerData.requests.length];
      if (verifier.check({ headers }).subject !== subject) wrong++;
    }
    parentPort.postMessage(wrong);
  `;
  const requests = ["alice", "bob", "Zoë"].map((subject) => ({ subject, headers: bearer(makeToken(key, { sub: subject })) }));
  const workers = Array.from({ length: 4 }, () => new Worker(program, { eval: true, workerData: { policy: makePolicy([key]), requests } }));
  const wrong = await Promise.all(workers.map((worker) => new Promise((resolve, reject) => worker.once("message", resolve).once("error", reject))));
  assert.deepEqual(wrong, [0, 0, 0, 0]);
  // Ending a worker in the middle of its work takes nothing down.
  const ended = new Worker(`${program.replace("5000", "1e9")}`, { eval: true, workerData: { policy: makePolicy([key]), requests } });
  await new Promise((resolve) => setTimeout(resolve, 100));
  await ended.terminate();
});

test("1,000,000 checks leave memory as it was", () => {
  const program = `
    import { Verifier } from "countersign";
    const { policy, good, bad } = JSON.parse(process.argv[1]);
    const verifier = new Verifier(policy);
    let denied = 0;
    const run = (count) => {
      for (let turn = 0; turn < count; turn++) {
        const decision = verifier.check({ headers: turn % 4 ? good : bad, method: "GET", url: "/" });
        if (decision.allowed) decision.claims.sub.length;
        else denied += decision.headers.length;
      }
      gc();
      return process.memoryUsage();
    };
    const before = run(100_000);
    const after = run(1_000_000);
    console.log(JSON.stringify({ denied, rss: after.rss - before.rss, heap: after.heapUsed - before.heapUsed, external: after.external - before.external }));
  `;
  // HS256: a million checks in seconds.
  const secret = Buffer.alloc(32, 7).map((byte, at) => byte * at);
  const { createHmac } = createRequire(import.meta.url)("node:crypto");
  const part = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const sign = (claims) => {
    const input = `${part({ alg: "HS256", kid: "h" })}.${part({ iss: "https://a.example", aud: "b", sub: "alice", ...claims })}`;
    return ["Authorization", `Bearer ${input}.${createHmac("sha256", secret).update(input).digest("base64url")}`];
  };
  const jwks = { keys: [{ kty: "oct", kid: "h", alg: "HS256", k: secret.toString("base64url") }] };
  const policy = { realm: "api", bearer: { issuers: [{ issuer: "https://a.example", audience: "b", algorithms: ["HS256"], jwks }] } };
  const data = JSON.stringify({ policy, good: sign({ exp: 4e9 }), bad: sign({ exp: 1 }) });
  const { status, stdout, stderr } = spawnSync(process.execPath, ["--expose-gc", "--input-type=module", "-e", program, data], { cwd: here, timeout: 90_000, encoding: "utf8" });
  assert.equal(status, 0, stderr);
  const { denied, rss, heap, external } = JSON.parse(stdout);
  assert.ok(denied >= 250_000, `${denied} fields of denials`);
  assert.ok(heap < 1 << 20, `the heap grew by ${heap}`);
  assert.ok(external < 1 << 20, `external memory grew by ${external}`);
  assert.ok(rss < 32 << 20, `the process grew by ${rss}`);
});

test("while a server hashes a password, it answers others", async (t) => {
  const salt = randomBytes(16);
  const plain = (bytes) => bytes.toString("base64").replace(/=+$/, "");
  const iterations = 3_000_000;
  const hash = `$pbkdf2-sha256$i=${iterations},l=32$${plain(salt)}$${plain(pbkdf2Sync("secret", salt, iterations, 32, "sha256"))}`;
  const judge = guard(new esm.Verifier({ realm: "api", basic: { users: { alice: hash } } }));
  const { url } = await serve(t, async (request, response) => {
    const decision = await judge(request, response);
    if (decision !== undefined) response.end(decision.subject);
  });
  const answered = [];
  const get = async (name, headers) => {
    const response = await fetch(url, { headers });
    answered.push([name, response.status]);
  };
  const slow = get("slow", { authorization: `Basic ${btoa("alice:secret")}` });
  for (let turn = 0; turn < 5; turn++) await get("quick", {});
  await slow;
  assert.deepEqual(answered, [...Array(5).fill(["quick", 401]), ["slow", 200]]);
});
