// The client's side where servers, networks and hosts behave oddly.
import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { test } from "node:test";

import axios from "axios";
import { Agent, Client, fetch as undiciFetch, interceptors, request as undiciRequest } from "undici";

import { axiosAuth } from "countersign/axios";
import { createAuthFetch } from "countersign/client";
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
