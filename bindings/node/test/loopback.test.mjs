// The development switch: who hears why, from real servers on loopback, and from ones that pretend to be behind a proxy.
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, request as send } from "node:http";
import { connect as connectHttp2, createServer as createHttp2Server } from "node:http2";
import { connect } from "node:net";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";

import { serve as serveHono } from "@hono/node-server";
import { getConnInfo } from "@hono/node-server/conninfo";
import express from "express";
import express4 from "express4";
import fastify from "fastify";
import fastify4 from "fastify4";
import { Hono } from "hono";

import { explain, Verifier } from "countersign";
import { countersign as forExpress } from "countersign/express";
import forFastify from "countersign/fastify";
import { guard, guardUpgrade } from "countersign/http";
import { guard as webGuard } from "countersign/web";
import loopback from "../dist/loopback.js";
import { bearer as line, makeKey, makePolicy, makeToken, serve } from "./support.mjs";

const { isLoopback } = loopback;
const key = makeKey("k1");
const verifier = new Verifier(makePolicy([key]));
const bearer = (claims) => ({ Authorization: line(makeToken(key, claims))[1] });
const METRICS = /^[a-z_0-9]+;desc="(?:proved|observed|said|suspected)"(?:, [a-z_0-9]+;desc="[a-z]+"){0,7}$/;

/** A server of each framework over these options, at its URL. */
const servers = {
  http: (options) => (t) => {
    const judge = guard(verifier, options);
    return serve(t, async (request, response) => {
      if ((await judge(request, response)) !== undefined) response.end("in");
    });
  },
  express: (options) => (t) => serve(t, createServer(express().use(forExpress(verifier, options), (request, response) => response.end("in")))),
  "express 4": (options) => (t) => serve(t, createServer(express4().use(forExpress(verifier, options), (request, response) => response.end("in")))),
  fastify: (options) => (t) => serveFastify(t, fastify(), options),
  "fastify 4": (options) => (t) => serveFastify(t, fastify4(), options),
  hono: (options) => async (t) => {
    const app = new Hono();
    app.all("*", async (context) => {
      const judge = webGuard(verifier, { ...options, clientAddress: () => getConnInfo(context).remote.address });
      const decision = await judge(context.req.raw);
      return decision instanceof Response ? decision : context.text("in");
    });
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

async function serveFastify(t, app, options) {
  await app.register(forFastify, { verifier, ...options });
  app.all("*", async () => "in");
  t.after(() => app.close());
  return { url: await app.listen({ port: 0, host: "127.0.0.1" }) };
}

/** Status, field lines and body, as they came; the fields need not be those that fetch would send. */
async function ask(url, headers = {}, more = {}) {
  const request = send(url, { headers, agent: false, timeout: 20_000, ...more });
  request.end();
  const [response] = await once(request, "response");
  let body = "";
  for await (const chunk of response.setEncoding("utf8")) body += chunk;
  const { "server-timing": timing, date, ...others } = response.headers;
  return { status: response.statusCode, timing, others, body };
}

const CASES = [
  [{}, "header_missing"],
  [bearer({ exp: 2, iat: 1 }), "token_expired"],
  [{ Authorization: 'Bearer "quoted"' }, "bearer_quoted"],
  [bearer({ aud: "https://elsewhere.example.com" }), "audience_mismatch"],
  [bearer({ iss: "https://nobody.example.com" }), "issuer_mismatch"],
];

for (const [name, make] of Object.entries(servers)) {
  test(`${name}: a denial says why, and is otherwise the same`, async (t) => {
    const told = await make({ explainToLoopback: true })(t);
    const silent = await make({})(t);
    for (const [headers, first] of CASES) {
      const { timing, ...answer } = await ask(told.url, headers);
      const { timing: none, ...expected } = await ask(silent.url, headers);
      assert.deepEqual(answer, expected);
      assert.equal(none, undefined);
      assert.match(timing, METRICS);
      assert.ok(timing.startsWith(`${first};desc="proved"`), timing);
    }
    const head = await ask(told.url, {}, { method: "HEAD" });
    assert.deepEqual([head.status, head.body, head.timing.startsWith("header_missing")], [401, "", true]);
    const allowed = await ask(told.url, bearer());
    assert.deepEqual([allowed.status, allowed.timing], [200, undefined]);
  });

  test(`${name}: nobody elsewhere hears anything`, async (t) => {
    const { url } = await make({ explainToLoopback: true })(t);
    for (const field of PROXY_FIELDS) {
      for (const value of ["127.0.0.1", "203.0.113.7", ""]) {
        const { status, timing } = await ask(url, { [field]: value });
        assert.deepEqual([status, timing], [401, undefined], field);
      }
    }
    const { port } = new URL(url);
    for (const host of ["api.example.com", "localhost.example.com", "127.0.0.1.nip.io", "0.0.0.0", "[::]"]) {
      assert.equal((await ask(url, { Host: `${host}:${port}` })).timing, undefined, host);
    }
    for (const host of ["localhost", "app.localhost", `LOCALHOST:${port}`]) {
      assert.notEqual((await ask(url, { Host: host })).timing, undefined, host);
    }
  });

  test(`${name}: a proxy on this machine gets nothing`, async (t) => {
    const { url } = await make({ explainToLoopback: true })(t);
    const proxy = await serve(t, async (request, response) => {
      const headers = { ...request.headers, "x-forwarded-for": request.socket.remoteAddress };
      const { status, timing, body } = await ask(url, headers);
      response.writeHead(status, timing === undefined ? {} : { "server-timing": timing }).end(body);
    });
    const { status, timing } = await ask(proxy.url, { Host: "localhost" });
    assert.deepEqual([status, timing], [401, undefined]);
  });
}

const PROXY_FIELDS = [
  "Forwarded", "X-Forwarded-For", "X-Forwarded-Proto", "X-Forwarded-Host", "x-forwarded", "X_Forwarded_For", "X-Real-IP", "Via",
  "True-Client-IP", "CF-Connecting-IP", "CF-Ray", "CDN-Loop", "X-Client-IP", "Client-IP", "X-Cluster-Client-IP", "Fastly-Client-IP",
  "X-Envoy-External-Address", "X-Original-Forwarded-For", "X-Azure-ClientIP", "X-Amzn-Trace-Id", "Proxy-Connection",
  "WL-Proxy-Client-IP", "Fly-Client-IP", "X-ProxyUser-Ip",
];

test("HTTP/1.0 hears nothing: nginx speaks so to what is behind it, and names itself nowhere", async (t) => {
  const { url } = await servers.http({ explainToLoopback: true })(t);
  for (const [version, hears] of [["1.0", false], ["1.1", true]]) {
    const socket = connect(new URL(url).port, "127.0.0.1");
    socket.end(`GET / HTTP/${version}\r\nHost: localhost\r\nConnection: close\r\n\r\n`);
    let answer = "";
    for await (const chunk of socket) answer += chunk;
    assert.match(answer, /^HTTP\/1\.1 401 /);
    assert.equal(/\r\nserver-timing: /i.test(answer), hears, version);
  }
});

test("a unix socket tells of nobody", async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "loopback-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const socketPath = join(folder, "s");
  const judge = guard(verifier, { explainToLoopback: true });
  const server = createServer((request, response) => judge(request, response)).listen(socketPath);
  await once(server, "listening");
  t.after(() => server.close());
  const { status, timing } = await ask("http://localhost/", {}, { socketPath });
  assert.deepEqual([status, timing], [401, undefined]);
});

test("HTTP/2 is told as well", async (t) => {
  const judge = guard(verifier, { explainToLoopback: true });
  const server = createHttp2Server((request, response) => judge(request, response)).listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => server.close());
  const client = connectHttp2(`http://localhost:${server.address().port}`);
  const get = async (headers) => {
    const request = client.request({ ":path": "/", ...headers });
    const [head] = await once(request.resume(), "response");
    return [head[":status"], head["server-timing"]];
  };
  assert.match((await get({}))[1], /^header_missing;desc="proved"/);
  assert.deepEqual(await get({ ":authority": "api.example.com" }), [401, undefined]);
  assert.deepEqual(await get({ forwarded: "for=127.0.0.1" }), [401, undefined]);
  client.close();
});

test("a refused upgrade is told in its answer", async (t) => {
  const judge = guardUpgrade(verifier, { explainToLoopback: true });
  const { server, url } = await serve(t, (request, response) => response.end());
  server.on("upgrade", (request, socket) => judge(request, socket));
  for (const [more, hears] of [["", true], ["Via: 1.1 a\r\n", false]]) {
    const socket = connect(new URL(url).port, "127.0.0.1");
    socket.write(`GET / HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: echo\r\n${more}\r\n`);
    let answer = "";
    for await (const chunk of socket) answer += chunk;
    assert.match(answer, /^HTTP\/1\.1 401 [^]*"status":401/);
    assert.equal(/\r\nServer-Timing: header_missing;desc="proved"/.test(answer), hears);
  }
});

test("what the host timed stays beside it", async (t) => {
  const judge = guard(verifier, { explainToLoopback: true });
  const { url } = await serve(t, (request, response) => {
    response.setHeader("Server-Timing", "cache;dur=1");
    return judge(request, response);
  });
  assert.match((await ask(url)).timing, /^cache;dur=1, header_missing;desc="proved"/);
});

test("the field names what explain finds", async (t) => {
  const { url } = await servers.http({ explainToLoopback: true })(t);
  const headers = bearer({ exp: 2, iat: 1 });
  const { status, timing, others, body } = await ask(`${url}/v1?a=b`, headers);
  const { connection, "keep-alive": kept, ...fields } = others;
  const findings = explain({
    request: { url: `${url}/v1?a=b`, headers: { ...headers, Host: new URL(url).host } },
    response: { status, headers: fields, body },
    reason: "token_expired",
    now: new Date(),
  });
  assert.equal(timing, findings.slice(0, 8).map(({ id, certainty }) => `${id};desc="${certainty}"`).join(", "));
});

test("Web guards need to be told the address, and a fault in telling leaves the denial", async () => {
  const request = () => new Request("http://localhost/", { headers: { host: "localhost" } });
  const timing = async (options) => {
    const response = await webGuard(verifier, { explainToLoopback: true, ...options })(request());
    assert.equal(response.status, 401);
    assert.equal((await response.json()).status, 401);
    return response.headers.get("server-timing");
  };
  assert.match(await timing({ clientAddress: () => "127.0.0.1" }), METRICS);
  assert.equal(await timing({}), null);
  assert.equal(await timing({ clientAddress: () => undefined }), null);
  assert.equal(await timing({ clientAddress: () => "203.0.113.7" }), null);
  assert.equal(
    await timing({
      clientAddress() {
        throw new Error("no socket");
      },
    }),
    null,
  );
});

test("off, nothing is looked at", async () => {
  const clientAddress = () => assert.fail("nobody asks where the client is");
  for (const explainToLoopback of [undefined, false]) {
    const response = await webGuard(verifier, { explainToLoopback, clientAddress })(new Request("http://localhost/"));
    assert.deepEqual([response.status, response.headers.get("server-timing")], [401, null]);
  }
});

test("in production it is refused where a handler is made, and does nothing if that came later", async (t) => {
  const on = { explainToLoopback: true };
  const { url } = await servers.http(on)(t);
  const app = fastify();
  t.after(() => app.close());
  const old = process.env.NODE_ENV;
  process.env.NODE_ENV = "production";
  t.after(() => {
    if (old === undefined) delete process.env.NODE_ENV;
    else process.env.NODE_ENV = old;
  });
  for (const make of [guard, guardUpgrade, forExpress, webGuard]) {
    assert.throws(() => make(verifier, on), /explainToLoopback is for development/);
    assert.ok(make(verifier, { explainToLoopback: false }));
  }
  await assert.rejects(async () => await fastify().register(forFastify, { verifier, ...on }), /for development/);
  await app.register(forFastify, { verifier });
  assert.throws(() => app.get("/", { config: { auth: on } }, () => "in"), /for development/);
  const { status, timing } = await ask(url);
  assert.deepEqual([status, timing], [401, undefined]);
});

const LOCAL = [["Host", "localhost:3000"]];
const from = (address, version = "1.1", fields = LOCAL) => isLoopback({ address, version, fields });

test("loopback addresses are these, and no other address is", () => {
  for (const address of ["127.0.0.1", "127.255.255.254", "::1", "::ffff:127.0.0.1", "::ffff:7f00:1", "0:0:0:0:0:0:0:1"]) {
    for (const version of ["1.1", "2.0", undefined]) assert.ok(from(address, version), address);
    assert.ok(!from(address, "1.0"));
  }
  for (const address of [
    undefined, null, "", "localhost", "203.0.113.7", "128.0.0.1", "0.0.0.0", "::", "::2", "::ffff:203.0.113.7", "::127.0.0.1", "64:ff9b::7f00:1",
    "fe80::1", "127.1", "0177.0.0.1", "0x7f.0.0.1", "127.0.0.1 ", "127.0.0.1\n", " ::1", "[::1]", "127.0.0.1,203.0.113.7", "127.0.0.1:80",
    "unix:/run/app", 2130706433, ["127.0.0.1"], { toString: () => "127.0.0.1" },
  ]) {
    assert.ok(!from(address), String(address));
  }
});

test("names of this machine are these, and no other name is", () => {
  const named = (host) => from("127.0.0.1", "1.1", [["host", host]]);
  for (const host of ["localhost", "LocalHost:8000", "app.localhost", "a.b.localhost:1", "127.0.0.1", "127.8.9.10:65535", "[::1]", "[::1]:3000"]) {
    assert.ok(named(host), host);
  }
  for (const host of [
    "", " ", "example.com", "localhost.example.com", "127.0.0.1.nip.io", "notlocalhost", "localhost.", ".localhost", "example.com:localhost",
    "localhost@example.com", "example.com@localhost", "localhost#example.com", "127.0.0.1:80@e.com", "localhost:", "localhost:123456",
    "localhost\n", "localhost ", "127.1", "2130706433", "::1", "[::1", "[::ffff:127.0.0.1]", "[::]", "0.0.0.0", "localhost, example.com",
    "localhost/..", "loc\u0430lhost", "127.0.0.\u0661", "\u24db\u24de.localhost", "\u212Aa.localhost", "localho\u017Ft",
  ]) {
    assert.ok(!named(host), host);
  }
  assert.ok(!from("127.0.0.1", "1.1", []));
  assert.ok(!from("127.0.0.1", "1.1", [...LOCAL, ["host", "localhost"]]));
  assert.ok(!from("127.0.0.1", "2.0", [...LOCAL, [":authority", "localhost"]]));
});

test("every mark of a proxy counts, however it is written", () => {
  for (const name of PROXY_FIELDS) {
    for (const written of [name, name.toLowerCase(), name.toUpperCase(), name.replaceAll("-", "_"), ` ${name}`]) {
      for (const value of ["127.0.0.1", "for=127.0.0.1", ""]) assert.ok(!from("127.0.0.1", "1.1", [...LOCAL, [written, value]]), written);
    }
  }
  assert.ok(from("127.0.0.1", "1.1", [...LOCAL, ["Viable", "1"], ["X-Real", "1"], ["Confirm", "1"]]));
});
