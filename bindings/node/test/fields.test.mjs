// The fields of a decision that allows, beside those that a host has set.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { createServer } from "node:http";
import { test } from "node:test";

import express from "express";
import fastify from "fastify";

import { Verifier } from "countersign";
import { countersign as forExpress } from "countersign/express";
import forFastify from "countersign/fastify";
import { guard } from "countersign/http";
import { withAuth } from "countersign/web";
import { serve } from "./support.mjs";

// A key in the target is outside Authorization, so that caches have to be told.
const sha256 = createHash("sha256").update("foo").digest("hex");
const verifier = new Verifier({ realm: "api", api_key: { query: "key", keys: [{ id: "billing", sha256 }] } });

/** What a host says, and what goes out. */
const CASES = [
  [undefined, "private"],
  ["no-store", "no-store"],
  ["No-Store, max-age=0", "No-Store, max-age=0"],
  ["max-age=60, private", "max-age=60, private"],
  ["max-age=60", "max-age=60, private"],
  ["public, max-age=60, S-MaxAge=600", "max-age=60, private"],
  ['private="set-cookie", max-age=5', "max-age=5, private"],
  ['no-cache="a, no-store, b"', 'no-cache="a, no-store, b", private'],
  ['x="never ends, no-store', "private"],
];

/** Servers that say so before the guard lets through, or, of Web requests, behind it. */
const servers = {
  http: (t, said) =>
    serve(t, async (request, response) => {
      if (said !== undefined) response.setHeader("cache-control", said);
      if ((await guard(verifier)(request, response)) !== undefined) response.end("in");
    }),
  express(t, said) {
    const app = express();
    app.use((request, response, next) => {
      if (said !== undefined) response.set("Cache-Control", said);
      next();
    });
    // The second of two guards adds nothing more.
    app.get("/", forExpress(verifier), forExpress(verifier), (request, response) => response.end("in"));
    return serve(t, createServer(app));
  },
  async fastify(t, said) {
    const app = fastify();
    app.addHook("onRequest", async (request, reply) => {
      if (said !== undefined) reply.header("cache-control", said);
    });
    await app.register(forFastify, { verifier });
    app.get("/", () => "in");
    t.after(() => app.close());
    return { url: await app.listen({ port: 0, host: "127.0.0.1" }) };
  },
};

for (const [framework, start] of Object.entries(servers)) {
  test(`${framework}: a host's Cache-Control is made no weaker`, async (t) => {
    for (const [said, expected] of CASES) {
      const { url } = await start(t, said);
      const response = await fetch(`${url}/?key=foo`);
      assert.deepEqual([response.status, await response.text(), response.headers.get("cache-control")], [200, "in", expected]);
    }
  });
}

test("withAuth: a handler's Cache-Control is made no weaker, and its other fields stay", async () => {
  for (const [said, expected] of CASES) {
    const headers = new Headers({ vary: "accept", ...(said !== undefined && { "cache-control": said }) });
    headers.append("set-cookie", "a=1");
    headers.append("set-cookie", "b=2");
    const response = await withAuth(verifier, () => new Response("in", { headers }))(new Request("https://a.example/?key=foo"));
    assert.deepEqual([response.status, response.headers.get("cache-control"), response.headers.get("vary")], [200, expected, "accept"]);
    assert.deepEqual(response.headers.getSetCookie(), ["a=1", "b=2"]);
  }
});

test("withAuth: fields of other names are added", async () => {
  const decision = { allowed: true, headers: [["Vary", "Origin"], ["Cache-Control", "private"]] };
  const handler = withAuth({ checkAsync: async () => decision }, () => new Response("in", { headers: { vary: "accept", "cache-control": "no-store" } }));
  const { headers } = await handler(new Request("https://a.example/"));
  assert.deepEqual([headers.get("vary"), headers.get("cache-control")], ["accept, Origin", "no-store"]);
});
