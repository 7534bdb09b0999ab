// What `countersign probe` says of every handler under its real server: each rule that applies is kept.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:http";
import { test } from "node:test";

import { serve as serveHono } from "@hono/node-server";
import express from "express";
import fastify from "fastify";
import { Hono } from "hono";

import { Verifier } from "countersign";
import { countersign as forExpress } from "countersign/express";
import forFastify from "countersign/fastify";
import { guard } from "countersign/http";
import { guard as webGuard } from "countersign/web";
import { makeKey, makePolicy, makeToken, serve } from "./support.mjs";

const PAGE = "https://app.example.com";
const key = makeKey("k1");
const verifier = new Verifier(makePolicy([key]));

/** The fields that an application adds for pages of another origin. */
const CORS = {
  "Access-Control-Allow-Origin": PAGE,
  "Access-Control-Allow-Headers": "Authorization",
  "Access-Control-Expose-Headers": "WWW-Authenticate",
  Vary: "Origin",
};

const servers = {
  async http(t) {
    const judge = guard(verifier);
    return await serve(t, async (request, response) => {
      const decision = await judge(request, response);
      if (decision !== undefined) response.end("hello");
    });
  },

  async "http with CORS"(t) {
    const judge = guard(verifier);
    return await serve(t, async (request, response) => {
      for (const [name, value] of Object.entries(CORS)) response.setHeader(name, value);
      const decision = await judge(request, response);
      if (decision === undefined) return;
      if (request.method === "OPTIONS") response.statusCode = 204;
      response.end(request.method === "OPTIONS" ? undefined : "hello");
    });
  },

  async express(t) {
    const app = express();
    app.all("/me", forExpress(verifier), (request, response) => response.end("hello"));
    return await serve(t, createServer(app));
  },

  async fastify(t) {
    const app = fastify();
    await app.register(forFastify, { verifier });
    app.route({ method: ["GET", "HEAD", "OPTIONS"], url: "/me", handler: async () => "hello" });
    t.after(() => app.close());
    return { url: await app.listen({ port: 0, host: "127.0.0.1" }) };
  },

  async hono(t) {
    const app = new Hono();
    const judge = webGuard(verifier);
    app.use("/me", async (context, next) => {
      const decision = await judge(context.req.raw);
      return decision instanceof Response ? decision : await next();
    });
    app.all("/me", (context) => context.text("hello"));
    const server = await new Promise((resolve) => {
      const started = serveHono({ fetch: app.fetch, port: 0, hostname: "127.0.0.1" }, () => resolve(started));
    });
    t.after(() => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(resolve));
    });
    return { url: `http://127.0.0.1:${server.address().port}` };
  },
};

/** The exit code and the report; the token goes through standard input. */
async function probe(url, more, token) {
  const command = process.env.COUNTERSIGN_CLI;
  assert.ok(command, "COUNTERSIGN_CLI names the program");
  const args = ["probe", "--json", url, ...more, ...(token === undefined ? [] : ["--token-file", "-"])];
  const child = spawn(command, args, { timeout: 60_000 });
  const [out, err] = [[], []];
  child.stdout.on("data", (bytes) => out.push(bytes));
  child.stderr.on("data", (bytes) => err.push(bytes));
  child.stdin.end(token);
  const [code] = await once(child, "close");
  assert.ok(code !== null && code !== 2, Buffer.concat([...out, ...err]).toString());
  return { code, report: JSON.parse(Buffer.concat(out).toString()) };
}

const withResult = (report, result) => report.rules.filter((rule) => rule.result === result);

for (const [name, start] of Object.entries(servers)) {
  test(`${name} keeps every rule`, async (t) => {
    const { url } = await start(t);
    const more = name.endsWith("CORS") ? ["--origin", PAGE] : ["--query-token"];
    for (const token of [undefined, makeToken(key)]) {
      const { code, report } = await probe(`${url}/me`, more, token);
      assert.deepEqual([code, withResult(report, "broken")], [0, []]);
      assert.ok(token === undefined || report.kept >= 32, JSON.stringify(withResult(report, "not_applicable")));
    }
  });
}
