// Decisions on the spans that OpenTelemetry's own instrumentations begin, on real servers. CommonJS, because what is
// instrumented has to be loaded after the instrumentation.
const assert = require("node:assert/strict");
const { spawnSync } = require("node:child_process");
const { cpSync, mkdtempSync, readFileSync, rmSync } = require("node:fs");
const { tmpdir } = require("node:os");
const { join } = require("node:path");
const { once } = require("node:events");
const { test } = require("node:test");

const { SpanKind, SpanStatusCode, trace } = require("@opentelemetry/api");
const { registerInstrumentations } = require("@opentelemetry/instrumentation");
const { ExpressInstrumentation } = require("@opentelemetry/instrumentation-express");
const { HttpInstrumentation } = require("@opentelemetry/instrumentation-http");
const { InMemorySpanExporter, NodeTracerProvider, SimpleSpanProcessor } = require("@opentelemetry/sdk-trace-node");

const exporter = new InMemorySpanExporter();
new NodeTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] }).register();
/** One span a request, and none for each layer that it passes. */
const BARE = { ignoreLayersType: ["middleware"] };
const ofExpress = new ExpressInstrumentation(BARE);
registerInstrumentations({ instrumentations: [new HttpInstrumentation(), ofExpress] });

const { createServer } = require("node:http");
const { connect } = require("node:net");
const express = require("express");
const fastify = require("fastify");
const { Verifier } = require("countersign");
const forExpress = require("countersign/express");
const forFastify = require("countersign/fastify");
const { guard, guardUpgrade } = require("countersign/http");
const { attributes, record } = require("countersign/opentelemetry");
const web = require("countersign/web");

const support = import("./support.mjs");

/** A verifier with a token that passes, and the secrets and names that no span may say. */
async function fixture() {
  const { AUDIENCE, ISSUER, makeKey, makePolicy, makeToken } = await support;
  const key = makeKey("kid-canary");
  const policy = makePolicy([key]);
  policy.bearer.issuers.push({ issuer: "https://later.example.com", audience: AUDIENCE, jwks_uri: "https://later.example.com/jwks" });
  const hashed = "$2b$10$QBKezP5DCrQHDbrdHfCAVOES5lVdr7hB55hzK4NciOZ8AbeUJ5fr2";
  policy.basic = { users: { alice: hashed } };
  const verifier = new Verifier(policy);
  const token = (claims) => makeToken(key, { sub: "subject-canary", client_id: "client-canary", ...claims });
  const forger = makeKey("kid-canary");
  return {
    verifier,
    ISSUER,
    canaries: ["subject-canary", "client-canary", "kid-canary", "alice"],
    bearer: (claims) => ({ authorization: `Bearer ${token(claims)}` }),
    forged: (claims) => ({ authorization: `Bearer ${makeToken(forger, claims)}` }),
  };
}

/** The answer to the one request that `ask` sends, and the spans that were made of it, that of the server first. */
async function traced(ask) {
  exporter.reset();
  const answer = await ask();
  const servers = () => exporter.getFinishedSpans().filter((span) => span.kind === SpanKind.SERVER);
  for (let turn = 0; turn < 500 && servers().length === 0; turn++) await new Promise((resolve) => setTimeout(resolve, 10));
  const [server, ...others] = servers();
  assert.deepEqual(others, [], "one request, one span");
  assert.equal(server.instrumentationScope.name, "@opentelemetry/instrumentation-http");
  return { answer, spans: [server, ...exporter.getFinishedSpans().filter((span) => span !== server)] };
}

/** What countersign says on a span. */
const told = (span) => Object.fromEntries(Object.entries(span.attributes).filter(([name]) => name.startsWith("countersign.")));

async function get(url, headers = {}) {
  const response = await fetch(url, { headers });
  await response.text();
  return response.status;
}

/** Name, header, and what the span says. */
const CASES = ({ ISSUER, bearer, forged }) => [
  ["a token that passes", bearer(), { allowed: true, authenticated: true, status: 200, reason: "ok", scheme: "Bearer", issuer: ISSUER }],
  ["nothing", {}, { allowed: false, authenticated: false, status: 401, reason: "credentials_missing" }],
  ["a placeholder", { authorization: "Bearer undefined" }, { allowed: false, authenticated: false, status: 401, reason: "bearer_placeholder", scheme: "Bearer" }],
  ["an old token", bearer({ exp: 1000 }), { allowed: false, authenticated: false, status: 401, reason: "token_expired", scheme: "Bearer", issuer: ISSUER }],
  ["a forged token", forged(), { allowed: false, authenticated: false, status: 401, reason: "signature_invalid", scheme: "Bearer" }],
  ["an issuer of the caller's invention", forged({ iss: "https://evil.example" }), { allowed: false, authenticated: false, status: 401, reason: "issuer_mismatch", scheme: "Bearer" }],
  ["an issuer without keys yet", forged({ iss: "https://later.example.com" }), { allowed: false, authenticated: false, status: 503, reason: "keys_unavailable", scheme: "Bearer" }],
  ["a password, behind its slow hash", { authorization: "Basic YWxpY2U6c2VjcmV0" }, { allowed: true, authenticated: true, status: 200, reason: "ok", scheme: "Basic" }],
];

const SERVERS = {
  "node:http": (verifier) => {
    const judge = guard(verifier, { onDecision: record });
    return createServer(async (request, response) => {
      if ((await judge(request, response)) !== undefined) response.end("in");
    });
  },
  express: (verifier) => createServer(express().use(forExpress.countersign(verifier, { onDecision: record }), (request, response) => response.end("in"))),
  fastify: (verifier) => {
    let server;
    const app = fastify({ serverFactory: (handler) => (server = createServer(handler)) });
    app.register(forFastify.countersign, { verifier, onDecision: record });
    app.get("/", async () => "in");
    return app.ready().then(() => server);
  },
};

for (const [name, make] of Object.entries(SERVERS)) {
  test(`${name}: the server's span says what was decided, and nothing of the user`, async (t) => {
    const given = await fixture();
    const { serve } = await support;
    const { url } = await serve(t, await make(given.verifier));
    for (const [what, headers, expected] of CASES(given)) {
      const { answer, spans } = await traced(() => get(url, headers));
      assert.equal(answer, expected.status, what);
      const [span] = spans;
      assert.deepEqual(told(span), Object.fromEntries(Object.entries(expected).map(([key, value]) => [`countersign.${key}`, value])), what);
      // Whether a status is an error of the server is the instrumentation's to say.
      assert.equal(span.status.code === SpanStatusCode.ERROR, answer >= 500, what);
      const all = JSON.stringify(spans.map((one) => [one.name, one.attributes, one.events]));
      for (const canary of [...given.canaries, headers.authorization ?? "canary"]) assert.ok(!all.includes(canary), `${what}: ${canary}`);
    }
  });
}

test("with a span for each layer of Express, that of the middleware says what was decided", async (t) => {
  const { verifier, bearer } = await fixture();
  const { serve } = await support;
  ofExpress.setConfig({});
  t.after(() => ofExpress.setConfig(BARE));
  const { url } = await serve(t, await SERVERS.express(verifier));
  for (const [headers, reason] of [[bearer(), "ok"], [{}, "credentials_missing"]]) {
    const { spans: [server, ...layers] } = await traced(() => get(url, headers));
    const layer = layers.find(({ name }) => name === "middleware - countersign");
    assert.equal(layer.parentSpanContext.spanId, server.spanContext().spanId);
    assert.equal(told(layer)["countersign.reason"], reason);
    assert.deepEqual(told(server), {});
  }
});

test("the hook runs once for each request, on allowed ones before the handler", async (t) => {
  const { verifier, bearer } = await fixture();
  const { serve } = await support;
  const seen = [];
  const judge = guard(verifier, { onDecision: (decision) => seen.push(decision.reason) });
  const { url } = await serve(t, async (request, response) => {
    if ((await judge(request, response)) === undefined) return;
    seen.push("handler");
    response.end("in");
  });
  assert.equal(await get(url, bearer()), 200);
  assert.equal(await get(url), 401);
  assert.deepEqual(seen, ["ok", "handler", "credentials_missing"]);
});

const FAULTY = {
  throws() {
    throw new Error("of the hook");
  },
  async rejects() {
    await new Promise((resolve) => setTimeout(resolve, 5));
    throw new Error("of the hook");
  },
};
for (const [how, onDecision] of Object.entries(FAULTY)) test(`a hook that ${how} lets nothing through, and nothing out`, async (t) => {
  const { verifier, bearer } = await fixture();
  const { serve } = await support;
  let reached = 0;
  const inner = (request, response) => {
    reached++;
    response.end("in");
  };
  const app = express().use(forExpress.countersign(verifier, { onDecision }), inner);
  app.use((fault, request, response, next) => (fault.message === "of the hook" ? response.status(500).end("fault") : next(fault)));
  const plugin = fastify();
  plugin.register(forFastify.countersign, { verifier, onDecision });
  plugin.get("/", async () => reached++);
  t.after(() => plugin.close());
  const judge = guard(verifier, { onDecision });
  const plain = createServer((request, response) => {
    judge(request, response).then(
      (decision) => decision && inner(request, response),
      (fault) => response.writeHead(500).end(fault.message),
    );
  });
  const urls = [(await serve(t, createServer(app))).url, await plugin.listen({ port: 0, host: "127.0.0.1" }), (await serve(t, plain)).url];
  for (const url of urls) for (const headers of [{}, bearer()]) assert.equal(await get(url, headers), 500);
  for (const headers of [{}, bearer()]) {
    await assert.rejects(web.guard(verifier, { onDecision })(new Request("http://a/", { headers })), /of the hook/);
    await assert.rejects(web.withAuth(verifier, () => new Response(String(reached++)), { onDecision })(new Request("http://a/", { headers })), /of the hook/);
  }
  assert.equal(reached, 0);
});

for (const [how, onDecision] of Object.entries(FAULTY)) test(`an upgrade whose hook ${how} is closed, and the guard rejects`, async (t) => {
  const { verifier, bearer } = await fixture();
  const { serve } = await support;
  const judge = guardUpgrade(verifier, { onDecision });
  const { server, url } = await serve(t, (request, response) => response.end());
  const faults = [];
  server.on("upgrade", (request, socket) => judge(request, socket).catch((fault) => faults.push(fault.message)));
  for (const line of ["", `Authorization: ${bearer().authorization}\r\n`]) {
    const socket = connect(new URL(url).port, "127.0.0.1");
    socket.write(`GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: echo\r\n${line}\r\n`);
    socket.setTimeout(5000, () => socket.destroy(new Error("left open")));
    let answer = "";
    for await (const chunk of socket) answer += chunk;
    assert.equal(answer, "");
  }
  assert.deepEqual(faults, ["of the hook", "of the hook"]);
});

test("a promise of the hook is awaited before the request goes on", async () => {
  const { verifier, bearer } = await fixture();
  const seen = [];
  const onDecision = async () => {
    await new Promise((resolve) => setTimeout(resolve, 5));
    seen.push("hook");
  };
  await web.withAuth(verifier, () => (seen.push("handler"), new Response("in")), { onDecision })(new Request("http://a/", { headers: bearer() }));
  assert.deepEqual(seen, ["hook", "handler"]);
});

test("upgrades and Web requests are told too, once each", async (t) => {
  const { verifier, bearer } = await fixture();
  const { serve } = await support;
  const seen = [];
  const onDecision = (decision) => seen.push(attributes(decision)["countersign.reason"]);
  const judge = guardUpgrade(verifier, { onDecision });
  const { server, url } = await serve(t, (request, response) => response.end());
  server.on("upgrade", async (request, socket) => {
    if ((await judge(request, socket)) !== undefined) socket.end("HTTP/1.1 101 Switching Protocols\r\n\r\n");
  });
  for (const line of ["", `Authorization: ${bearer().authorization}\r\n`]) {
    const socket = connect(new URL(url).port, "127.0.0.1");
    socket.resume().write(`GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: echo\r\n${line}\r\n`);
    await once(socket, "close");
  }
  await web.guard(verifier, { onDecision })(new Request("http://a/"));
  await web.withAuth(verifier, () => new Response("in"), { onDecision })(new Request("http://a/", { headers: bearer() }));
  assert.deepEqual(seen, ["credentials_missing", "ok", "credentials_missing", "ok"]);
});

test("without a span, or with one that is not recorded, nothing happens", async () => {
  const { verifier } = await fixture();
  const decision = verifier.check({ headers: {} });
  record(decision);
  trace.getTracer("test").startActiveSpan("ended", (span) => {
    span.end();
    exporter.reset();
    record(decision);
  });
  assert.deepEqual(exporter.getFinishedSpans(), []);
});

test("the attributes are those of the table on the monitoring page, with its types", async () => {
  const { verifier, bearer } = await fixture();
  const page = readFileSync(join(__dirname, "../../../docs/MONITORING.md"), "utf8").split("<!-- generated: attributes -->")[1].split("<!-- end")[0];
  const table = new Map([...page.matchAll(/^\| `([^`]+)` \| (\w+) \|/gm)].map(([, name, type]) => [name, { int: "number" }[type] ?? type]));
  const found = attributes(verifier.check({ headers: bearer() }));
  assert.deepEqual(new Map(Object.entries(found).map(([name, value]) => [name, typeof value])), table);
});

test("without @opentelemetry/api the package works, and the entry point says what it needs", (t) => {
  const folder = mkdtempSync(join(tmpdir(), "countersign-bare-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const place = join(folder, "node_modules", "countersign");
  for (const name of ["dist", "prebuilt", "package.json"]) cpSync(join(__dirname, "..", name), join(place, name), { recursive: true });
  const run = (...args) => spawnSync(process.execPath, args, { cwd: folder, encoding: "utf8", timeout: 20_000 });
  const program = "for (const name of ['', '/http', '/express', '/fastify', '/web']) require('countersign' + name); console.log('in')";
  assert.equal(run("-e", program).stdout, "in\n");
  const needed = /countersign\/opentelemetry needs @opentelemetry\/api: npm install @opentelemetry\/api/;
  const commonjs = run("-e", "require('countersign/opentelemetry')");
  const esm = run("--input-type=module", "-e", "await import('countersign/opentelemetry')");
  for (const { status, stderr } of [commonjs, esm]) {
    assert.equal(status, 1);
    assert.match(stderr, needed);
  }
});
