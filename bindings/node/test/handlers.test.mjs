// Real servers of every framework, with fetch and undici as clients: the exact answers of each, and the same ones.
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import { connect as connectHttp2, createServer as createHttp2Server } from "node:http2";
import { connect } from "node:net";
import { test } from "node:test";

import { serve as serveHono } from "@hono/node-server";
import express from "express";
import express4 from "express4";
import fastify from "fastify";
import fastify4 from "fastify4";
import { Hono } from "hono";
import { fetch as undiciFetch, request as undiciRequest } from "undici";

import { Verifier } from "countersign";
import { countersign as forExpress } from "countersign/express";
import forFastify from "countersign/fastify";
import { guard, guardUpgrade } from "countersign/http";
import { guard as webGuard, withAuth } from "countersign/web";
import { ISSUER, makeKey, makePolicy, makeToken, serve } from "./support.mjs";

const key = makeKey("k1");
const policy = makePolicy([key]);
policy.bearer.issuers.push({ issuer: "https://later.example.com", audience: "x", jwks_uri: "https://later.example.com/jwks" });
const verifier = new Verifier(policy);
const hello = (decision) => `hello ${decision.subject ?? "stranger"}`;
const ROUTES = { "/me": {}, "/admin": { scopes: ["admin"] }, "/public": { profile: "public" } };

const servers = {
  async http(t) {
    const guards = Object.fromEntries(Object.entries(ROUTES).map(([path, options]) => [path, guard(verifier, options)]));
    return await serve(t, async (request, response) => {
      const decision = await guards[request.url.split("?")[0]](request, response);
      if (decision !== undefined) response.end(hello(decision));
    });
  },

  express: (t) => serveExpress(t, express),
  "express 4": (t) => serveExpress(t, express4),
  fastify: (t) => serveFastify(t, fastify),
  "fastify 4": (t) => serveFastify(t, fastify4),

  async hono(t) {
    const app = new Hono();
    for (const [path, options] of Object.entries(ROUTES)) {
      const judge = webGuard(verifier, options);
      app.use(path, async (context, next) => {
        const decision = await judge(context.req.raw);
        if (decision instanceof Response) return decision;
        context.set("auth", decision);
        return await next();
      });
      app.all(path, (context) => context.text(hello(context.get("auth"))));
    }
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

async function serveExpress(t, make) {
  const app = make();
  const router = make.Router();
  for (const [path, options] of Object.entries(ROUTES)) {
    router.all(path, forExpress(verifier, options), (request, response) => response.end(hello(request.auth)));
  }
  app.use(router);
  return await serve(t, createServer(app));
}

async function serveFastify(t, make) {
  const app = make();
  await app.register(forFastify, { verifier });
  for (const [url, auth] of Object.entries(ROUTES)) {
    app.route({ method: ["GET", "HEAD", "OPTIONS", "POST"], url, config: { auth }, handler: async (request) => hello(request.auth) });
  }
  t.after(() => app.close());
  return { url: await app.listen({ port: 0, host: "127.0.0.1" }) };
}

const bearer = (claims) => ({ authorization: `Bearer ${makeToken(key, claims)}` });
const forged = `${makeToken(key).slice(0, -8)}AAAAAAAA`;

/** Name, path, request, and what comes back: status, challenge, other fields, body. */
const CASES = [
  ["allowed", "/me", { headers: bearer() }, 200, null, {}, "hello alice"],
  ["no credentials", "/me", {}, 401, 'Bearer realm="api"', {}, { title: "Unauthorized", status: 401 }],
  ["expired", "/me", { headers: bearer({ exp: 1 }) }, 401, 'Bearer realm="api", error="invalid_token", error_description="The access token expired"', {}, { error: "invalid_token" }],
  ["forged", "/me", { headers: { authorization: `Bearer ${forged}` } }, 401, /error="invalid_token"/, {}, { status: 401 }],
  ["scope missing", "/admin", { headers: bearer() }, 403, /error="insufficient_scope".*scope="admin"/, {}, { error: "insufficient_scope", status: 403 }],
  ["scope there", "/admin", { headers: bearer({ scope: "admin" }) }, 200, null, {}, "hello alice"],
  ["optional, none", "/public", {}, 200, null, {}, "hello stranger"],
  ["optional, good", "/public", { headers: bearer() }, 200, null, {}, "hello alice"],
  ["optional, bad", "/public", { headers: bearer({ exp: 1 }) }, 401, /error="invalid_token"/, {}, { status: 401 }],
  ["keys unavailable", "/me", { headers: bearer({ iss: "https://later.example.com" }) }, 503, null, { "retry-after": /^[0-9]+$/ }, { status: 503 }],
  ["preflight", "/me", { method: "OPTIONS", headers: { origin: "https://app.example.com", "access-control-request-method": "GET" } }, 200, null, {}, "hello stranger"],
  ["OPTIONS without origin", "/me", { method: "OPTIONS" }, 401, 'Bearer realm="api"', {}, { status: 401 }],
  ["POST", "/me", { method: "POST", body: "x=1" }, 401, 'Bearer realm="api"', {}, { status: 401 }],
];

for (const [framework, start] of Object.entries(servers)) {
  test(`${framework} answers exactly`, async (t) => {
    const { url } = await start(t);
    for (const client of [fetch, undiciFetch]) {
      for (const [name, path, request, status, challenge, fields, body] of CASES) {
        const response = await client(`${url}${path}?a=1`, request);
        const text = await response.text();
        const said = `${framework}, ${name}: ${text}`;
        assert.equal(response.status, status, said);
        const line = response.headers.get("www-authenticate");
        if (challenge instanceof RegExp) assert.match(line, challenge, said);
        else assert.equal(line, challenge, said);
        for (const [field, value] of Object.entries(fields)) assert.match(response.headers.get(field), value, said);
        if (typeof body === "string") assert.equal(text, body, said);
        else {
          assert.match(response.headers.get("content-type"), /^application\/problem\+json/, said);
          assert.equal(response.headers.get("cache-control"), "no-store", said);
          assert.equal(Number(response.headers.get("content-length")), Buffer.byteLength(text), said);
          const problem = JSON.parse(text);
          for (const [member, value] of Object.entries(body)) assert.equal(problem[member], value, said);
        }
      }
    }
    const head = await undiciRequest(`${url}/me`, { method: "HEAD" });
    assert.equal(head.statusCode, 401);
    assert.equal(await head.body.text(), "");
    assert.equal(head.headers["www-authenticate"], 'Bearer realm="api"');
  });

  test(`${framework} sees a second Authorization line`, async (t) => {
    const { url } = await start(t);
    const line = `Authorization: Bearer ${makeToken(key)}\r\n`;
    const { port, hostname } = new URL(url);
    const socket = connect(port, hostname);
    socket.end(`GET /me HTTP/1.1\r\nHost: a\r\n${line}${line}Connection: close\r\n\r\n`);
    let answer = "";
    for await (const chunk of socket) answer += chunk;
    // The Web's Headers joins the lines, or a server refuses them on its own: let through they are never.
    assert.match(answer, /^HTTP\/1\.1 40[01] /);
  });
}

test("all frameworks give the same body and challenge", async (t) => {
  const answers = new Set();
  for (const start of Object.values(servers)) {
    const { url } = await start(t);
    const response = await fetch(`${url}/admin`, { headers: bearer() });
    answers.add(`${response.headers.get("www-authenticate")} ${await response.text()}`);
  }
  assert.equal(answers.size, 1);
});

test("several challenges are several lines on the wire", async (t) => {
  const two = new Verifier({ ...makePolicy([key]), api_key: { keys: [{ id: "a", sha256: "0".repeat(64) }] } });
  const judge = guard(two);
  const app = express().use(forExpress(two));
  const plugin = fastify();
  await plugin.register(forFastify, { verifier: two });
  plugin.get("/", async () => "in");
  t.after(() => plugin.close());
  const urls = [
    (await serve(t, (request, response) => void judge(request, response))).url,
    (await serve(t, createServer(app))).url,
    await plugin.listen({ port: 0, host: "127.0.0.1" }),
  ];
  for (const url of urls) {
    const { headers, body } = await undiciRequest(url);
    await body.dump();
    assert.equal(headers["www-authenticate"].length, 2, url);
  }
  const response = await webGuard(two)(new Request("http://a/"));
  assert.equal(response.headers.get("www-authenticate"), 'Bearer realm="api", Api-Key realm="api", header="X-API-Key"');
});

test("Fastify leaves routes alone that say so, and guards nested ones", async (t) => {
  const app = fastify();
  await app.register(forFastify, { verifier });
  app.get("/health", { config: { auth: false } }, async (request) => String(request.auth));
  await app.register(async (nested) => nested.get("/nested", async () => "in"));
  t.after(() => app.close());
  assert.equal((await app.inject("/health")).body, "null");
  assert.equal((await app.inject("/nested")).statusCode, 401);
  assert.equal((await app.inject({ url: "/nested", headers: bearer() })).body, "in");
  assert.equal((await app.inject("/missing")).statusCode, 401, "what is not there is not told to strangers");
});

test("Express hands faults of the host to its error handler, and mounts do not hide the target", async (t) => {
  const broken = new Verifier(makePolicy([key]));
  broken[Symbol.dispose]();
  const app = express();
  app.use("/broken", forExpress(broken));
  app.use("/query", forExpress(new Verifier({ realm: "api", api_key: { query: "key", keys: [{ id: "billing", sha256: "2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae" }] } })), (request, response) => response.json(request.auth));
  app.use((fault, request, response, next) => (fault ? response.status(500).end("host") : next()));
  const { url } = await serve(t, createServer(app));
  assert.equal(await (await fetch(`${url}/broken`)).text(), "host");
  assert.equal((await fetch(`${url}/query/a?key=foo`)).status, 200);
  assert.equal((await fetch(`${url}/query/a?key=bar`)).status, 401);
});

test("a route can throw the denial itself and Express answers with it", async (t) => {
  const app = express();
  app.get("/", (request) => void verifier.check({ headers: request.rawHeaders }).assertAllowed());
  app.use((fault, request, response, next) => {
    if (fault.code === undefined) return next(fault);
    return response.status(fault.statusCode).set(fault.headers).send(fault.body);
  });
  const { url } = await serve(t, createServer(app));
  const response = await fetch(url);
  assert.equal(response.status, 401);
  assert.equal(response.headers.get("www-authenticate"), 'Bearer realm="api"');
});

test("server-sent events go on behind the guard", async (t) => {
  const judge = guard(verifier);
  const { url } = await serve(t, async (request, response) => {
    if ((await judge(request, response)) === undefined) return;
    response.writeHead(200, { "content-type": "text/event-stream" });
    for (let at = 0; at < 3; at++) {
      response.write(`data: ${at}\n\n`);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    response.end();
  });
  assert.equal(await (await fetch(url, { headers: bearer() })).text(), "data: 0\n\ndata: 1\n\ndata: 2\n\n");
  const denied = await fetch(url, { headers: { accept: "text/event-stream" } });
  assert.equal(denied.status, 401);
  assert.match(denied.headers.get("content-type"), /problem/);
});

test("upgrades are answered on the socket", async (t) => {
  const judge = guardUpgrade(verifier);
  const { server, url } = await serve(t, (request, response) => response.end());
  server.on("upgrade", async (request, socket) => {
    const decision = await judge(request, socket);
    if (decision === undefined) return;
    socket.end(`HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n${hello(decision)}`);
  });
  const upgrade = async (more) => {
    const { port, hostname } = new URL(url);
    const socket = connect(port, hostname);
    socket.write(`GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: echo\r\n${more}\r\n`);
    let answer = "";
    socket.on("data", (chunk) => (answer += chunk));
    await once(socket, "close");
    return answer;
  };
  assert.match(await upgrade(`Authorization: Bearer ${makeToken(key)}\r\n`), /^HTTP\/1\.1 101 [^]*hello alice$/);
  const denied = await upgrade("");
  assert.match(denied, /^HTTP\/1\.1 401 Unauthorized\r\nWWW-Authenticate: Bearer realm="api"\r\n/);
  assert.match(denied, /\r\nConnection: close\r\n\r\n\{"type":"about:blank"/);
});

test("a socket that was refused its upgrade is closed, whatever the client does", async (t) => {
  const judge = guardUpgrade(verifier);
  const { server, url } = await serve(t, (request, response) => response.end());
  server.on("upgrade", (request, socket) => {
    socket.on("close", () => server.emit("refused"));
    void judge(request, socket);
  });
  const refused = once(server, "refused");
  // Keeps its half open, as an attacker would who wants the server to run out of sockets.
  const socket = connect({ port: new URL(url).port, host: "127.0.0.1", allowHalfOpen: true });
  t.after(() => socket.destroy());
  socket.write("GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n");
  const [answer] = await once(socket, "data");
  assert.match(String(answer), /^HTTP\/1\.1 401 /);
  await refused;
});

test("HTTP/2 is answered alike", async (t) => {
  const judge = guard(verifier);
  const plain = createHttp2Server(async (request, response) => {
    const decision = await judge(request, response);
    if (decision !== undefined) response.end(hello(decision));
  });
  plain.listen(0, "127.0.0.1");
  await once(plain, "listening");
  t.after(() => plain.close());
  const app = fastify({ http2: true });
  await app.register(forFastify, { verifier });
  app.get("/", async (request) => hello(request.auth));
  t.after(() => app.close());
  for (const url of [`http://127.0.0.1:${plain.address().port}`, await app.listen({ port: 0, host: "127.0.0.1" })]) {
    const client = connectHttp2(url);
    const get = async (headers) => {
      const request = client.request({ ":path": "/", ...headers }).setEncoding("utf8");
      const [head] = await once(request, "response");
      let text = "";
      for await (const chunk of request) text += chunk;
      return [head[":status"], head["www-authenticate"], text];
    };
    assert.deepEqual(await get(bearer()), [200, undefined, "hello alice"]);
    const [status, challenge, text] = await get({});
    assert.deepEqual([status, challenge, JSON.parse(text).status], [401, 'Bearer realm="api"', 401]);
    client.close();
  }
});

test("TLS is told by the socket, or by the host's word for its proxy", async (t) => {
  const strict = new Verifier({ ...makePolicy([key]), transport: "tls" });
  const plain = await serve(t, async (request, response) => {
    const isHttps = (message) => message.headers["x-forwarded-proto"] === "https";
    const judge = guard(strict, request.url === "/proxied" ? { isHttps } : {});
    if ((await judge(request, response)) !== undefined) response.end("in");
  });
  const get = async (path, more = {}) => (await fetch(plain.url + path, { headers: { ...bearer(), ...more } })).status;
  assert.equal(await get("/"), 401);
  assert.equal(await get("/", { "x-forwarded-proto": "https" }), 401, "a field alone proves nothing");
  assert.equal(await get("/proxied", { "x-forwarded-proto": "https" }), 200);
  assert.equal(await get("/proxied"), 401);
  // A target in absolute form is the client's word, and no proof of TLS.
  const raw = async (port, target) => {
    const socket = connect(port, "127.0.0.1");
    socket.end(`GET ${target} HTTP/1.1\r\nHost: a\r\nAuthorization: ${bearer().authorization}\r\nConnection: close\r\n\r\n`);
    let answer = "";
    for await (const chunk of socket) answer += chunk;
    return Number(answer.slice(9, 12));
  };
  const app = fastify();
  await app.register(forFastify, { verifier: strict });
  app.all("*", async () => "in");
  t.after(() => app.close());
  const behindExpress = await serve(t, createServer(express().use(forExpress(strict), (request, response) => response.end("in"))));
  for (const url of [plain.url, behindExpress.url, await app.listen({ port: 0, host: "127.0.0.1" })]) {
    for (const target of ["https://a/", "HTTPS://a", "https://a?b", "*"]) {
      assert.equal(await raw(new URL(url).port, target), 401, target);
    }
  }
  const byQuery = new Verifier({ realm: "api", api_key: { query: "key", keys: [{ id: "billing", sha256: "2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae" }] } });
  const query = await serve(t, async (request, response) => {
    if ((await guard(byQuery)(request, response)) !== undefined) response.end("in");
  });
  for (const target of ["/?key=foo", "http://a/?key=foo", "http://a?key=foo"]) assert.equal(await raw(new URL(query.url).port, target), 200, target);
  const web = (url, options) => webGuard(strict, options)(new Request(url, { headers: bearer() }));
  assert.equal((await web("http://a/")).status, 401);
  assert.equal((await web("https://a/")).subject, "alice");
  assert.equal((await web("http://a/", { isHttps: () => true })).subject, "alice");
});

test("a handler of Web requests gets the decision and its fields go out", async () => {
  const handler = withAuth(verifier, (request, decision, params) => Response.json({ sub: decision.subject, iss: decision.issuer, ...params }));
  const response = await handler(new Request("https://a/", { headers: bearer() }), { id: 7 });
  assert.deepEqual(await response.json(), { sub: "alice", iss: ISSUER, id: 7 });
  assert.equal((await handler(new Request("https://a/"))).status, 401);
  const head = await handler(new Request("https://a/", { method: "HEAD" }));
  assert.equal(await head.text(), "");
});
