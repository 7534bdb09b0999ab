// startKeyRefresh against real key servers on loopback.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { test } from "node:test";

import { startKeyRefresh, Verifier } from "countersign";
import { AUDIENCE, bearer, discoveringPolicy, makeKey, makeToken, serve, serveIssuer } from "./support.mjs";

const requestOf = (issuer, key, claims) => ({ headers: bearer(makeToken(key, { iss: issuer.url, ...claims })) });

/** A verifier over the issuer, with its refresh, which ends with the test. */
function start(t, issuer, options = {}, keys = {}) {
  let ahead = 0;
  const monotonic = () => performance.now() + ahead;
  const verifier = new Verifier(discoveringPolicy(issuer, keys), { monotonic });
  const failures = [];
  const refresh = startKeyRefresh(verifier, { onFailure: ({ text }) => failures.push(text), ...options });
  t.after(() => refresh.stop());
  const skip = (seconds) => {
    ahead += seconds * 1000;
    refresh.wake();
  };
  return { verifier, refresh, failures, skip };
}

test("the first request fetches the keys and waits for them", async (t) => {
  const key = makeKey("a");
  const issuer = await serveIssuer(t, [key]);
  const { verifier } = start(t, issuer);
  assert.equal(issuer.hits, 0, "nothing is fetched before it is needed");
  const decisions = await Promise.all(Array.from({ length: 20 }, () => verifier.checkAsync(requestOf(issuer, key))));
  assert.deepEqual([...new Set(decisions.map(({ reason }) => reason))], ["ok"]);
  assert.equal(issuer.hits, 1, "one fetch for all");
  assert.equal(verifier.check(requestOf(issuer, key)).reason, "ok");
});

test("keys are there before the first request where the policy says so", async (t) => {
  const key = makeKey("a");
  const issuer = await serveIssuer(t, [key]);
  const { verifier, refresh } = start(t, issuer, {}, { prefetch: true });
  await refresh.idle();
  assert.equal(verifier.check(requestOf(issuer, key)).reason, "ok");
});

test("a rotated key is found by its first token, and unknown kids do not make a storm", async (t) => {
  const [old, fresh] = [makeKey("old"), makeKey("fresh")];
  const issuer = await serveIssuer(t, [old]);
  const { verifier, skip } = start(t, issuer);
  assert.equal((await verifier.checkAsync(requestOf(issuer, old))).reason, "ok");
  issuer.keys = [fresh];
  skip(60);
  assert.equal((await verifier.checkAsync(requestOf(issuer, fresh))).reason, "ok");
  assert.equal((await verifier.checkAsync(requestOf(issuer, old))).reason, "kid_unknown");
  const hits = issuer.hits;
  for (let at = 0; at < 50; at++) await verifier.checkAsync(requestOf(issuer, makeKey(`made-up-${at}`)), { waitForKeys: 20 });
  assert.ok(issuer.hits - hits <= 1, `${issuer.hits - hits} fetches for 50 unknown kids`);
});

test("a set is asked for again in time, by its entity tag", async (t) => {
  const key = makeKey("a");
  const issuer = await serveIssuer(t, [key]);
  issuer.headers = { etag: '"v1"', "cache-control": "max-age=100" };
  const { verifier, refresh, skip } = start(t, issuer);
  await verifier.checkAsync(requestOf(issuer, key));
  issuer.jwks = (request, response) => response.writeHead(304).end();
  skip(95);
  await refresh.idle();
  assert.equal(issuer.hits, 2);
  assert.equal(issuer.last["if-none-match"], '"v1"');
  assert.equal(verifier.store.status().sources[0].counters.renewals, 1);
});

test("a set goes over to the next store with its age and entity tag", async (t) => {
  const key = makeKey("a");
  const asked = [];
  const fetch = async (url, { headers }) => {
    asked.push(headers["if-none-match"]);
    if (asked.length > 1) return new Response(null, { status: 304 });
    return Response.json({ keys: [key.jwk] }, { headers: { etag: '"v1"', "cache-control": "max-age=100" } });
  };
  let ahead = 0;
  const issuer = { url: "https://login.example.com" };
  const policy = { realm: "api", bearer: { issuers: [{ issuer: issuer.url, audience: AUDIENCE, jwks_uri: `${issuer.url}/jwks` }] } };
  const begin = () => {
    const verifier = new Verifier(policy, { monotonic: () => performance.now() + ahead });
    const refresh = startKeyRefresh(verifier, { fetch });
    t.after(() => refresh.stop());
    return { verifier, refresh, store: verifier.store };
  };
  const first = begin();
  assert.equal((await first.verifier.checkAsync(requestOf(issuer, key))).reason, "ok");
  first.refresh.stop();
  const kept = first.store.export(issuer.url);
  assert.equal(kept.etag, '"v1"');

  const next = begin();
  next.store.import(issuer.url, kept);
  assert.equal(next.verifier.check(requestOf(issuer, key)).reason, "ok", "before anything was fetched");
  assert.deepEqual(next.store.export(issuer.url), kept);
  assert.throws(() => next.store.import(issuer.url, { ...kept, fetchedAt: kept.fetchedAt - 60_000_000_000n }), { code: "older" });
  assert.throws(() => next.store.import("https://b.example", kept), { code: "issuer_unknown" });
  ahead += next.store.dueIn() + 1;
  next.refresh.wake();
  await next.refresh.idle();
  assert.deepEqual(asked, [undefined, '"v1"']);
  assert.equal(next.store.status().sources[0].counters.renewals, 1);

  // What is no entity tag cannot get into a request.
  const third = begin();
  third.store.import(issuer.url, { text: kept.text.toString(), etag: '"a"\r\nx: y', fetchedAt: new Date() });
  assert.equal(third.store.export(issuer.url).etag, null);
});

test("the last good set serves through an outage", async (t) => {
  const key = makeKey("a");
  const issuer = await serveIssuer(t, [key]);
  issuer.headers = { "cache-control": "max-age=60" };
  const { verifier, refresh, failures, skip } = start(t, issuer);
  await verifier.checkAsync(requestOf(issuer, key));
  issuer.jwks = (request, response) => response.writeHead(500).end("broken");
  skip(70);
  await refresh.idle();
  assert.deepEqual(failures, ["HTTP 500"]);
  assert.equal(verifier.check(requestOf(issuer, key)).reason, "ok");
  issuer.jwks = (request, response) => response.end("<html>");
  skip(200);
  await refresh.idle();
  assert.equal(failures.at(-1), "refused");
  assert.equal(verifier.check(requestOf(issuer, key)).reason, "ok");
  issuer.jwks = null;
  skip(700);
  await refresh.idle();
  assert.equal(verifier.store.status().sources[0].state, "good");
});

test("no keys at all is a 503 with Retry-After", async (t) => {
  const issuer = await serveIssuer(t, []);
  issuer.jwks = (request, response) => response.writeHead(503).end();
  const { verifier } = start(t, issuer);
  const decision = await verifier.checkAsync(requestOf(issuer, makeKey("a")));
  assert.equal(decision.status, 503);
  assert.equal(decision.reason, "keys_unavailable");
  assert.ok(decision.headers.some(([name]) => name === "Retry-After"));
});

test("redirects are followed on the same origin and nowhere else", async (t) => {
  const key = makeKey("a");
  const issuer = await serveIssuer(t, [key]);
  issuer.jwks = (request, response) => response.writeHead(302, { location: "/moved" }).end();
  assert.equal((await start(t, issuer).verifier.checkAsync(requestOf(issuer, key))).reason, "ok");

  let asked = 0;
  const other = await serve(t, (request, response) => {
    asked++;
    response.end(JSON.stringify({ keys: [key.jwk] }));
  });
  issuer.jwks = (request, response) => response.writeHead(307, { location: `${other.url}/moved` }).end();
  const { verifier, failures } = start(t, issuer);
  assert.equal((await verifier.checkAsync(requestOf(issuer, key))).status, 503);
  assert.equal(failures[0], "redirect to another origin");
  assert.equal(asked, 0);

  issuer.jwks = (request, response) => response.writeHead(302, { location: "/jwks" }).end();
  const circle = start(t, issuer);
  assert.equal((await circle.verifier.checkAsync(requestOf(issuer, key))).status, 503);
  assert.equal(circle.failures[0], "too many redirects");
});

test("a body over the bound is read no further", async (t) => {
  const issuer = await serveIssuer(t, []);
  let sent = 0;
  issuer.jwks = (request, response) => {
    const chunk = Buffer.alloc(65_536, 0x20);
    const more = () => {
      while (!response.destroyed && sent < 1 << 28) {
        sent += chunk.length;
        if (!response.write(chunk)) return void response.once("drain", more);
      }
    };
    more();
  };
  const { verifier, failures } = start(t, issuer);
  assert.equal((await verifier.checkAsync(requestOf(issuer, makeKey("a")))).status, 503);
  assert.equal(failures[0], "body too large");
  assert.ok(sent < 1 << 25, `${sent} bytes were sent`);
});

test("a server that does not answer costs the time limit, and no more", async (t) => {
  const issuer = await serveIssuer(t, []);
  issuer.jwks = () => {};
  const { verifier, failures } = start(t, issuer, { timeout: 100 });
  const began = performance.now();
  assert.equal((await verifier.checkAsync(requestOf(issuer, makeKey("a")))).status, 503);
  assert.ok(performance.now() - began < 3_000);
  assert.equal(failures[0], "timeout");
});

test("a body that trickles is cut at the time limit too", async (t) => {
  const issuer = await serveIssuer(t, []);
  issuer.jwks = (request, response) => {
    const timer = setInterval(() => response.write(" "), 10);
    response.on("close", () => clearInterval(timer));
  };
  const { verifier, failures } = start(t, issuer, { timeout: 150 });
  assert.equal((await verifier.checkAsync(requestOf(issuer, makeKey("a")))).status, 503);
  assert.equal(failures[0], "timeout");
});

test("stop ends fetches and gives their tickets back", async (t) => {
  const key = makeKey("a");
  const issuer = await serveIssuer(t, [key]);
  let closed = 0;
  issuer.jwks = (request) => request.on("close", () => closed++);
  const { verifier, refresh, failures } = start(t, issuer, {}, { prefetch: true });
  const waiting = verifier.checkAsync(requestOf(issuer, key));
  await sleep(100);
  assert.equal(issuer.hits, 1);
  refresh.stop();
  refresh.stop();
  assert.equal((await waiting).status, 503);
  await refresh.idle();
  await sleep(50);
  assert.equal(closed, 1);
  assert.deepEqual(failures, [], "giving up is no failure of the issuer");
  assert.equal(verifier.store.status().sources[0].counters.abandoned, 1);
  issuer.jwks = null;
  await verifier.checkAsync(requestOf(issuer, key));
  assert.equal(issuer.hits, 1, "nothing is fetched any more");
  const again = startKeyRefresh(verifier);
  t.after(() => again.stop());
  assert.equal((await verifier.checkAsync(requestOf(issuer, key))).reason, "ok");
});

test("a verifier that goes away under its refresh ends it", async (t) => {
  const issuer = await serveIssuer(t, [makeKey("a")]);
  const { verifier, refresh } = start(t, issuer, {}, { prefetch: true });
  verifier[Symbol.dispose]();
  await refresh.idle();
});

test("no timer keeps a process alive", async (t) => {
  const program = `
    import { startKeyRefresh, Verifier } from "countersign";
    const verifier = new Verifier(${JSON.stringify(discoveringPolicy({ url: "http://127.0.0.1:9" }, { prefetch: true }))});
    const refresh = startKeyRefresh(verifier);
    await refresh.idle();
    if (verifier.store.dueIn() === null) throw new Error("nothing is due");
  `;
  const cwd = new URL("..", import.meta.url);
  const { status, stderr } = spawnSync(process.execPath, ["--input-type=module", "-e", program], { cwd, timeout: 20_000, encoding: "utf8" });
  assert.equal(status, 0, stderr);
});
