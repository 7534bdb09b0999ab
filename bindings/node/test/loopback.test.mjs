// The development switch: who hears why, from real servers on loopback, and from ones that pretend to be behind a proxy.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { once } from "node:events";
import { createServer, request as send } from "node:http";
import { connect as connectHttp2, createServer as createHttp2Server } from "node:http2";
import { connect } from "node:net";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";

import { serve as serveHono } from "@hono/node-server";
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
const METRIC = /^countersign-([a-z_0-9]+);desc="\1, (?:proved|observed|said|suspected)"$/;
const metric = ({ id, certainty }) => `countersign-${id};desc="${id}, ${certainty}"`;
const first = (id) => metric({ id, certainty: "proved" });

/** The ids in a field, each of which stands there once. */
function idsOf(timing) {
  const ids = timing.split(/, (?=countersign-)/).map((one) => METRIC.exec(one)?.[1]);
  assert.ok(ids.length <= 8 && !ids.includes(undefined), timing);
  assert.equal(new Set(ids).size, ids.length, timing);
  return ids;
}

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
      const { incoming } = context.env;
      const client = () => ({ address: incoming.socket.remoteAddress, httpVersion: incoming.httpVersion });
      const judge = webGuard(verifier, { ...options, client });
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
    for (const [headers, id] of CASES) {
      const { timing, ...answer } = await ask(told.url, headers);
      const { timing: none, ...expected } = await ask(silent.url, headers);
      assert.deepEqual(answer, expected);
      assert.equal(none, undefined);
      assert.equal(idsOf(timing)[0], id);
      assert.ok(timing.startsWith(first(id)), timing);
    }
    const head = await ask(told.url, {}, { method: "HEAD" });
    assert.deepEqual([head.status, head.body, head.timing.startsWith(first("header_missing"))], [401, "", true]);
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
    // What a proxy for development passes on, of a page that a phone shows.
    for (const field of ["Origin", "Referer"]) {
      for (const [value, hears] of [["http://192.168.1.5:5173", false], ["null", false], [`http://localhost:${port}`, true]]) {
        assert.equal((await ask(url, { [field]: value })).timing !== undefined, hears, `${field}: ${value}`);
      }
    }
  });

  test(`${name}: HTTP/1.0 hears nothing, which old proxies speak`, async (t) => {
    const { url } = await make({ explainToLoopback: true })(t);
    for (const [version, hears] of [["1.0", false], ["1.1", true]]) {
      const socket = connect(new URL(url).port, "127.0.0.1");
      socket.end(`GET / HTTP/${version}\r\nHost: localhost\r\nConnection: close\r\n\r\n`);
      let answer = "";
      for await (const chunk of socket) answer += chunk;
      assert.match(answer, /^HTTP\/1\.1 401 /);
      assert.equal(/\r\nserver-timing: /i.test(answer), hears, version);
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
  "WL-Proxy-Client-IP", "Fly-Client-IP", "X-ProxyUser-Ip", "X-Real-Host", "X-Real-Port", "X-Varnish", "X-Remote-Addr", "Remote-Addr",
  "X-Originating-IP", "X-Forward-For", "X-Cluster-IP", "Incap-Client-IP", "Ali-Cdn-Real-Ip", "l5d-dst-override",
  "X-Amzn-Mtls-Clientcert", "X-SSL-Client-Verify",
];

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
  assert.match((await get({}))[1], /^countersign-header_missing;desc="header_missing, proved"/);
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
    assert.equal(/\r\nServer-Timing: countersign-header_missing;desc="header_missing, proved"/.test(answer), hears);
  }
});

test("what the host timed stays beside it", async (t) => {
  const judge = guard(verifier, { explainToLoopback: true });
  const { url } = await serve(t, (request, response) => {
    response.setHeader("Server-Timing", "cache;dur=1");
    return judge(request, response);
  });
  assert.match((await ask(url)).timing, /^cache;dur=1, countersign-header_missing;desc="header_missing, proved"/);
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
  const likeliest = new Map();
  for (const finding of findings) if (!likeliest.has(finding.id)) likeliest.set(finding.id, metric(finding));
  // Here one id is found twice: by the check, and in what the answer says.
  assert.ok(likeliest.size < findings.length);
  assert.equal(timing, [...likeliest.values()].slice(0, 8).join(", "));
});

test("Web guards need to be told of the client, and a fault in telling leaves the denial", async () => {
  const request = () => new Request("http://localhost/", { headers: { host: "localhost" } });
  const timing = async (options) => {
    const response = await webGuard(verifier, { explainToLoopback: true, ...options })(request());
    assert.equal(response.status, 401);
    assert.equal((await response.json()).status, 401);
    return response.headers.get("server-timing");
  };
  const address = "127.0.0.1";
  const httpVersion = "1.1";
  assert.equal(idsOf(await timing({ client: () => ({ address, httpVersion }) }))[0], "header_missing");
  assert.equal(await timing({}), null);
  for (const told of [undefined, { httpVersion }, { address }, { address, httpVersion: "1.0" }, { address: "203.0.113.7", httpVersion }]) {
    assert.equal(await timing({ client: () => told }), null);
  }
  assert.equal(
    await timing({
      client() {
        throw new Error("no socket");
      },
    }),
    null,
  );
});

test("off, nothing is looked at", async () => {
  const client = () => assert.fail("nobody asks where the client is");
  for (const explainToLoopback of [undefined, false]) {
    const response = await webGuard(verifier, { explainToLoopback, client })(new Request("http://localhost/"));
    assert.deepEqual([response.status, response.headers.get("server-timing")], [401, null]);
  }
});

test("a runtime without BlockList can load what is off", () => {
  const program = `
    Object.defineProperty(require("node:net"), "BlockList", { value: undefined });
    for (const name of ["http", "web", "express", "fastify"]) require("countersign/" + name);
  `;
  const { status, stderr } = spawnSync(process.execPath, ["-e", program], { cwd: import.meta.dirname, encoding: "utf8", timeout: 20_000 });
  assert.equal(status, 0, stderr);
});

test("a route of Fastify whose auth is null is guarded as any other", async (t) => {
  const app = fastify();
  t.after(() => app.close());
  await app.register(forFastify, { verifier });
  app.get("/", { config: { auth: null } }, () => "in");
  assert.equal((await app.inject("/")).statusCode, 401);
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
const from = (address, version = "1.1", fields = LOCAL) => isLoopback({ address, httpVersion: version, fields });

test("loopback addresses are these, and no other address is", () => {
  for (const address of ["127.0.0.1", "127.255.255.254", "::1", "::ffff:127.0.0.1", "::ffff:7f00:1", "0:0:0:0:0:0:0:1"]) {
    for (const version of ["1.1", "2", "2.0", "3"]) assert.ok(from(address, version), address);
    for (const version of ["1.0", "1", "0.9", "", "HTTP/1", "HTTP/1.1", " 1.1", null]) assert.ok(!from(address, version), String(version));
    assert.ok(!isLoopback({ address, httpVersion: undefined, fields: LOCAL }));
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

test("Origin and Referer name this machine, or nothing is told", () => {
  for (const name of ["Origin", "origin", "Referer", "REFERER"]) {
    for (const [value, hears] of [
      ["http://localhost", true], ["https://localhost:5173", true], ["http://app.localhost/a?b#c", true], ["http://[::1]:3000/", true], ["HTTP://127.0.0.1/", true],
      ["null", false], ["", false], ["https://evil.example", false], ["http://192.168.1.5:5173/", false], ["http://localhost.evil.example/", false],
      ["http://localhost@evil.example/", false], ["http://evil.example/localhost", false], ["http://localhost:80@evil.example/", false],
      ["http://localhost, https://evil.example", false], ["http://localhost\\@evil.example", false], ["localhost", false], ["file:///", false],
      ["chrome-extension://localhost", false],
    ]) {
      assert.equal(from("127.0.0.1", "1.1", [...LOCAL, [name, value]]), hears, `${name}: ${value}`);
    }
  }
  assert.ok(!from("127.0.0.1", "1.1", [...LOCAL, ["Origin", "http://localhost"], ["Origin", "http://evil.example"]]));
});
