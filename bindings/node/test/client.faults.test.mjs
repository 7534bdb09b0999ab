// The client's side where servers, networks and hosts behave oddly.
import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { test } from "node:test";

import axios from "axios";
import { Agent, Client, fetch as undiciFetch, interceptors, request as undiciRequest } from "undici";

import { axiosAuth } from "countersign/axios";
import { createAuthFetch, RefreshUnavailableError, tokenOfResponse } from "countersign/client";
import { undiciAuth } from "countersign/undici";
import { serve } from "./support.mjs";

/** A server that notes the target and the credential of each request. */
async function serveNotes(t, answer = (request, response) => response.end("here")) {
  const seen = [];
  const { url } = await serve(t, (request, response) => {
    seen.push([request.url, request.headers.authorization]);
    answer(request, response);
  });
  return { url, host: new URL(url).host, seen };
}

function agentOf(t, ...composed) {
  const agent = new Agent();
  t.after(() => agent.close());
  return agent.compose(...composed);
}

test("undici: a path never says where a token goes (REQ-CLIENT-19)", async (t) => {
  const api = await serveNotes(t, (request, response) => {
    const to = { "/go": `${evil.url}//${api.host}/x`, "/on": `//${evil.host}/y` }[request.url];
    response.writeHead(to === undefined ? 200 : 302, to === undefined ? {} : { location: to }).end();
  });
  const evil = await serveNotes(t);
  const auth = undiciAuth({ origin: api.url, httpLoopback: true, getToken: () => "t" });
  const redirect = interceptors.redirect({ maxRedirections: 3 });
  const call = async (origin, path, dispatcher) => (await dispatcher.request({ origin, path, method: "GET" })).body.dump();
  const plain = agentOf(t, auth);

  // The origin that is connected to gets none, whatever its path looks like.
  for (const path of [`//${api.host}/a`, `${api.url}/b`, "/c"]) await call(evil.url, path, plain);
  await (await undiciFetch(`${evil.url}//${api.host}/d`, { dispatcher: plain })).text();
  for (const dispatcher of [agentOf(t, auth, redirect), agentOf(t, redirect, auth)]) {
    for (const path of ["/go", "/on"]) await call(api.url, path, dispatcher);
  }
  assert.equal(evil.seen.length, 8);
  assert.deepEqual(evil.seen.filter(([, authorization]) => authorization !== undefined), []);

  // And the API gets its token under the same paths.
  api.seen.length = 0;
  for (const path of [`//${evil.host}/a`, `${evil.url}/b`]) await call(api.url, path, plain);
  const client = new Client(api.url).compose(auth);
  t.after(() => client.close());
  await call(new URL(`${api.url}/base`), `//${evil.host}/c`, client);
  assert.deepEqual(api.seen, [[`//${evil.host}/a`, "Bearer t"], [`${evil.url}/b`, "Bearer t"], [`//${evil.host}/c`, "Bearer t"]]);
});

test("fetch and axios: a path never says where a token goes (REQ-CLIENT-19)", async (t) => {
  const api = await serveNotes(t, (request, response) => {
    const to = request.url === "/go" ? `${evil.url}//${api.host}/x` : request.url === "/on" ? `//${evil.host}/y` : undefined;
    response.writeHead(to === undefined ? 200 : 302, to === undefined ? {} : { location: to }).end();
  });
  const evil = await serveNotes(t);
  const options = { origin: api.url, httpLoopback: true, getToken: () => "t" };
  const instance = axios.create({ baseURL: api.url });
  instance.interceptors.request.use(axiosAuth(axios, options));
  const authFetch = createAuthFetch(options);
  for (const call of [(url) => instance.get(url), async (url) => (await authFetch(url)).text()]) {
    api.seen.length = evil.seen.length = 0;
    await call(`${api.url}//${evil.host}/a`);
    for (const url of [`${evil.url}//${api.host}/b`, `${api.url}/go`, `${api.url}/on`]) await call(url);
    assert.deepEqual(api.seen.map(([, authorization]) => authorization), ["Bearer t", "Bearer t", "Bearer t"]);
    assert.deepEqual(evil.seen, [[`//${api.host}/b`, undefined], [`//${api.host}/x`, undefined], ["/y", undefined]]);
  }
  await assert.rejects(instance.get(`//${evil.host}/`), TypeError);
  assert.equal(evil.seen.length, 3);
});

const fault = (more, message = "failed") => Object.assign(new Error(message), more);
const unreadable = () => {
  try {
    JSON.parse("<html>");
  } catch (thrown) {
    return thrown;
  }
};

/** What onLogout and onError heard after a refresh that ended so. */
async function afterRefresh(refresh) {
  const heard = [];
  let refreshes = 0;
  const authFetch = createAuthFetch({
    getToken: () => "t",
    refresh: () => (refreshes++, refresh()),
    fetch: async () => new Response(null, { status: 401 }),
    onLogout: () => heard.push("logout"),
    onError: () => heard.push("error"),
  });
  for (let turn = 0; turn < 2; turn++) assert.equal((await authFetch("https://api.example.com/")).status, 401);
  return [refreshes, ...heard];
}

test("an outage of any kind ends no session (REQ-CLIENT-13)", async () => {
  for (const thrown of [
    fault({ code: "EAI_AGAIN" }),
    fault({ code: "ERR_TLS_CERT_ALTNAME_INVALID" }),
    fault({ code: "DEPTH_ZERO_SELF_SIGNED_CERT" }),
    fault({ code: "CERT_HAS_EXPIRED" }),
    ...[404, 405, 408, 421, 429, 500, 502, 503].flatMap((status) => [fault({ status }), fault({ code: "ERR_BAD_RESPONSE", response: { status } })]),
    ...["invalid_client", "unauthorized_client", "invalid_scope"].flatMap((error) => [
      fault({ status: 401, error }),
      fault({ code: "ERR_BAD_REQUEST", response: { status: 400, data: { error } } }),
    ]),
    unreadable(),
    new RefreshUnavailableError("down", { cause: fault({ status: 400 }) }),
    fault({}),
    "what is no error",
    undefined,
  ]) {
    assert.deepEqual(await afterRefresh(() => Promise.reject(thrown)), [2, "error", "error"], String(thrown?.code ?? thrown));
  }
  assert.deepEqual(await afterRefresh(() => "no token"), [2, "error", "error"]);
});

test("a refusal ends the session (REQ-CLIENT-13)", async () => {
  for (const thrown of [
    fault({ error: "invalid_grant" }),
    fault({ code: "invalid_grant" }),
    fault({}, "invalid_grant"),
    ...[400, 401, 403].flatMap((status) => [fault({ status }), fault({ code: "ERR_BAD_REQUEST", response: { status } })]),
    fault({ status: 401, error: "Unauthorized" }),
    fault({ response: { status: 500, data: { error: "invalid_grant" } } }),
    fault({ response: { status: 403, data: null } }),
  ]) {
    assert.deepEqual(await afterRefresh(() => Promise.reject(thrown)), [1, "logout"], JSON.stringify(thrown));
  }
  for (const nothing of [null, undefined, ""]) assert.deepEqual(await afterRefresh(() => nothing), [1, "logout"]);
});

test("a refresh that gives the same token is not the last one (REQ-CLIENT-11, REQ-CLIENT-15)", async () => {
  let now = 1_000_000_000_000;
  let good = "a";
  const given = ["a", "b"];
  let refreshes = 0;
  const authFetch = createAuthFetch({
    clock: () => now,
    getToken: () => ({ accessToken: "a", expires: 1_000_000_020, lifetime: 600 }),
    async refresh() {
      refreshes++;
      await sleep(20);
      return { accessToken: given.shift() ?? "c", expires: now / 1000 + (good === "a" ? 20 : 600) };
    },
    fetch: async (url, { headers }) => new Response(null, { status: headers.get("authorization") === `Bearer ${good}` ? 200 : 401 }),
  });
  const get = async () => (await authFetch("https://api.example.com/")).status;
  for (let turn = 0; turn < 3; turn++) {
    assert.equal(await get(), 200);
    await sleep(30);
  }
  assert.equal(refreshes, 1, "nor is it asked for again while it is good");
  good = "b";
  now += 60_000;
  for (let turn = 0; turn < 3; turn++) assert.equal(await get(), 200);
  assert.equal(refreshes, 2);
});

test("the same token once more is the answer to all that were refused (REQ-CLIENT-11)", async () => {
  let refreshes = 0;
  let delay = 0;
  const authFetch = createAuthFetch({
    getToken: () => "a",
    refresh: async () => (refreshes++, "a"),
    fetch: async () => (await sleep((delay += 5)), new Response(null, { status: 401 })),
  });
  const get = async () => (await authFetch("https://api.example.com/")).status;
  assert.deepEqual(new Set(await Promise.all(Array.from({ length: 20 }, get))), new Set([401]));
  assert.equal(refreshes, 1);
  assert.equal(await get(), 401);
  assert.equal(refreshes, 2, "a later request tries again");
});

for (const method of ["GET", "HEAD"]) {
  test(`undici: a response that had ended while it was decided on holds up nobody: ${method}`, { timeout: 10_000 }, async (t) => {
    const { url } = await serveNotes(t, (request, response) => response.writeHead(401).end("no"));
    const send = (options, more) => undiciRequest(url, { method, ...more, dispatcher: agentOf(t, undiciAuth({ origin: url, httpLoopback: true, ...options })) });
    const stop = new AbortController();
    const refresh = async () => {
      await sleep(100);
      stop.abort();
      await sleep(200);
      return "n";
    };
    await assert.rejects(send({ getToken: () => "t", refresh }, { signal: stop.signal }), { name: "AbortError" });
    let asked = 0;
    const getToken = () => {
      if (asked++ === 0) return "t";
      throw new Error("the store is gone");
    };
    await assert.rejects(send({ getToken, refresh: () => "n" }), /the store is gone/);
  });
}

test("undici: a handler hears of one end", async () => {
  let asked = 0;
  const getToken = () => {
    if (asked++ === 0) return "t";
    throw new Error("the store is gone");
  };
  const heard = [];
  const controller = { paused: false, aborted: false, pause() {}, resume() {}, abort() {} };
  const dispatch = (options, handler) => {
    handler.onRequestStart(controller, {});
    handler.onResponseStart(controller, 401, {}, "");
    handler.onResponseEnd(controller, {});
    return true;
  };
  undiciAuth({ origin: "https://api.example.com", getToken, refresh: () => "n" })(dispatch)(
    { origin: "https://api.example.com", path: "/", method: "GET" },
    { onRequestStart: () => heard.push("start"), onResponseStart: () => heard.push("response"), onResponseEnd: () => heard.push("end"), onResponseError: (_, { message }) => heard.push(message) },
  );
  await sleep(20);
  assert.deepEqual(heard, ["start", "the store is gone"]);
});

test("a lifetime that no clock can show fails no request (REQ-CLIENT-16)", async () => {
  for (const odd of [1e30, Number.MAX_VALUE, Number.POSITIVE_INFINITY, Number.NaN, -1e30, -1]) {
    assert.deepEqual(tokenOfResponse({ access_token: "t", expires_in: odd }), { accessToken: "t" }, String(odd));
    for (const token of [{ accessToken: "t", expires: odd }, { accessToken: "t", lifetime: odd }, { accessToken: "t", expires: 2e9 * 2, lifetime: odd }]) {
      const authFetch = createAuthFetch({ getToken: () => token, refresh: () => null, fetch: async () => new Response(null, { status: 401 }) });
      assert.equal((await authFetch("https://api.example.com/")).status, 401, JSON.stringify(token));
    }
  }
  const most = { accessToken: "t", expires: Number.MAX_SAFE_INTEGER, lifetime: Number.MAX_SAFE_INTEGER };
  const authFetch = createAuthFetch({ getToken: () => most, refresh: () => "n", fetch: async () => new Response(null, { status: 401 }) });
  assert.equal((await authFetch("https://api.example.com/")).status, 401);
  assert.deepEqual(tokenOfResponse({ access_token: "t", expires_in: 0 }, 5_000), { accessToken: "t", lifetime: 0, expires: 5 });
});

test("a server that asks for more than 30 seconds has its answer handed out (REQ-CLIENT-18)", { timeout: 10_000 }, async () => {
  let sent = 0;
  const fetch = async () => (sent++, new Response(null, { status: 503, headers: { "retry-after": "31" } }));
  assert.equal((await createAuthFetch({ getToken: () => "t", fetch })("https://api.example.com/")).status, 503);
  assert.equal(sent, 1);
  // One more second of patience, and it is waited for.
  const stop = new AbortController();
  const patient = createAuthFetch({ getToken: () => "t", fetch, maxWait: 31 })("https://api.example.com/", { signal: stop.signal });
  await sleep(50);
  stop.abort();
  await assert.rejects(patient, { name: "AbortError" });
});
