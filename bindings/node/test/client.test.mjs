// The client's side against real servers: this package's own handlers, by fetch, axios and undici.
import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { inspect } from "node:util";
import { Readable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { test } from "node:test";

import axios from "axios";
import { Agent, Client, fetch as undiciFetch, interceptors, request as undiciRequest } from "undici";

import { axiosAuth } from "countersign/axios";
import { createAuthFetch, isSameOrigin, maySendTo, nextStep, readChallenges, RefreshUnavailableError, tokenFresh, tokenOfResponse } from "countersign/client";
import { undiciAuth } from "countersign/undici";
import { accessToken, expiredToken, makeStore, serveApi } from "./client.support.mjs";
import { makeKey, makeToken, serve } from "./support.mjs";

/** Each client as a function of a URL and what fetch takes, to status and text. */
const clients = {
  fetch(t, options) {
    const client = createAuthFetch(options);
    return async (url, init) => {
      const response = await client(url, init);
      return { status: response.status, text: await response.text() };
    };
  },
  "fetch of undici": (t, options) => clients.fetch(t, { ...options, fetch: undiciFetch }),
  axios(t, options) {
    const instance = axios.create({ validateStatus: () => true, responseType: "text", transitional: { silentJSONParsing: true }, transformResponse: (data) => data });
    instance.interceptors.request.use(axiosAuth(axios, options));
    return async (url, { method, headers, body, signal } = {}) => {
      const response = await instance.request({ url, method, headers, data: body, signal });
      return { status: response.status, text: response.data };
    };
  },
  undici(t, options, origins) {
    const agent = new Agent({ connections: 50 });
    t.after(() => agent.close());
    const dispatcher = agent.compose(interceptors.redirect({ maxRedirections: 5 }), undiciAuth({ origin: origins, ...options }));
    return async (url, init) => {
      const { statusCode, body } = await undiciRequest(url, { ...init, dispatcher });
      return { status: statusCode, text: await body.text() };
    };
  },
};

const many = (count, call) => Promise.all(Array.from({ length: count }, (_, at) => call(at)));
const statuses = (answers) => [...new Set(answers.map(({ status }) => status))];

for (const [name, connect] of Object.entries(clients)) {
  const begin = async (t, token, more = {}, store = makeStore(token, more.store)) => {
    const api = await serveApi(t, more.api);
    return { api, store, call: connect(t, { ...store.options, ...more.options }, api.url) };
  };

  test(`${name}: 200 requests with an expired token cause one refresh, and all succeed (REQ-CLIENT-04, REQ-CLIENT-11)`, async (t) => {
    const { api, store, call } = await begin(t, expiredToken());
    const old = store.token;
    const answers = await many(200, () => call(api.url));
    assert.deepEqual(statuses(answers), [200]);
    assert.match(answers[0].text, /hello alice/);
    assert.equal(store.refreshes, 1);
    assert.equal(store.old.accessToken, old);
    assert.deepEqual(store.logouts, []);
    assert.ok(api.hits <= 400, `${api.hits} requests`);
    await many(20, () => call(api.url));
    assert.equal(store.refreshes, 1);
  });

  test(`${name}: a refresh that is refused ends the session once, and all get the 401 (REQ-CLIENT-13)`, async (t) => {
    for (const fresh of [() => null, () => Promise.reject(Object.assign(new Error("refused"), { error: "invalid_grant" }))]) {
      const { api, store, call } = await begin(t, expiredToken(), { store: { fresh } });
      // The host keeps its token: the session is over all the same.
      const { token } = store;
      Object.defineProperty(store, "token", { get: () => token, set: () => {} });
      const answers = await many(200, () => call(api.url));
      assert.deepEqual(statuses(answers), [401]);
      assert.match(answers[0].text, /The access token expired/);
      assert.deepEqual([store.refreshes, store.logouts.length], [1, 1]);
      assert.deepEqual(statuses(await many(5, () => call(api.url))), [401]);
      assert.deepEqual([store.refreshes, store.logouts.length], [1, 1], "nor later");
    }
  });

  test(`${name}: a refresh without an answer ends no session (REQ-CLIENT-13)`, async (t) => {
    const faults = [new RefreshUnavailableError(), new TypeError("fetch failed", { cause: new Error("getaddrinfo") }), new DOMException("late", "TimeoutError"), Object.assign(new Error("connect"), { code: "ECONNREFUSED" })];
    for (const fault of faults) {
      const fresh = () => (store.refreshes === 1 ? Promise.reject(fault) : accessToken());
      const store = makeStore(expiredToken(), { fresh });
      const { api, call } = await begin(t, null, {}, store);
      assert.deepEqual(statuses(await many(50, () => call(api.url))), [401]);
      assert.deepEqual([store.refreshes, store.logouts.length], [1, 0]);
      assert.deepEqual(store.errors, [fault]);
      assert.equal((await call(api.url)).status, 200, "the next request tries again");
      assert.equal(store.refreshes, 2);
    }
  });

  test(`${name}: a refresh that never ends is given up`, async (t) => {
    const { api, store, call } = await begin(t, expiredToken(), { store: { fresh: () => new Promise(() => {}) }, options: { refreshTimeout: 80 } });
    assert.deepEqual(statuses(await many(10, () => call(api.url))), [401]);
    assert.deepEqual([store.refreshes, store.logouts.length, store.errors[0].code, store.signal.aborted], [1, 0, "refresh_unavailable", true]);
  });

  test(`${name}: a slow refresh holds back nobody who calls off (REQ-CLIENT-11)`, async (t) => {
    const { api, store, call } = await begin(t, expiredToken(), { store: { delay: 300 } });
    const stop = new AbortController();
    const [patient, impatient] = [call(api.url), call(api.url, { signal: stop.signal })];
    const seen = impatient.catch((fault) => fault.name);
    await sleep(100);
    stop.abort();
    assert.match(await seen, /Abort|Cancel/);
    assert.equal((await patient).status, 200);
    assert.equal(store.refreshes, 1);
  });

  test(`${name}: 403 and invalid_request cause no refresh (REQ-CLIENT-06, REQ-CLIENT-07)`, async (t) => {
    const answer = (request, response) => {
      if (request.url !== "/invalid") return false;
      response.writeHead(401, { "www-authenticate": 'Bearer realm="api", error="invalid_request"' }).end();
      return true;
    };
    const { api, store, call } = await begin(t, accessToken(), { api: { answer } });
    assert.equal((await call(`${api.url}/admin`)).status, 403);
    assert.equal((await call(`${api.url}/invalid`)).status, 401);
    assert.deepEqual([store.refreshes, store.logouts.length, api.hits], [0, 0, 2]);
  });

  test(`${name}: a second 401 is the caller's (REQ-CLIENT-10, REQ-CLIENT-28)`, async (t) => {
    const other = makeKey("other");
    const { api, store, call } = await begin(t, expiredToken(), { store: { fresh: () => makeToken(other) } });
    const { status, text } = await call(api.url);
    assert.equal(status, 401);
    assert.match(text, /signing key is not known/);
    assert.deepEqual([store.refreshes, api.hits], [1, 2]);
  });

  test(`${name}: no answer is asked for without end (REQ-CLIENT-28)`, async (t) => {
    const challenges = { 401: 'Bearer error="invalid_token"', 403: 'Bearer error="insufficient_scope", scope="admin"' };
    let turn = 0;
    const answer = (request, response) => {
      const status = request.url === "/mixed" ? [401, 503, 403][turn++ % 3] : Number(request.url.slice(1));
      response.writeHead(status, { "retry-after": "0", ...(status in challenges ? { "www-authenticate": challenges[status] } : {}) }).end();
      return true;
    };
    const { api, call } = await begin(t, expiredToken(), { api: { answer }, options: { login: () => accessToken() } });
    for (const [path, most] of [["/401", 4], ["/403", 4], ["/503", 6], ["/mixed", 9]]) {
      api.hits = 0;
      const { status } = await call(api.url + path);
      assert.ok(status > 400 && api.hits <= most, `${path}: ${api.hits} requests`);
    }
  });

  test(`${name}: a token that was rotated meanwhile is used, not refreshed (REQ-CLIENT-12)`, async (t) => {
    let store;
    const answer = (request) => {
      // While the first request is under way, another process refreshes.
      if (api.hits === 1) store.token = accessToken();
      return request.url === "/never";
    };
    const made = await begin(t, expiredToken(), { api: { answer } });
    const { api, call } = made;
    store = made.store;
    assert.equal((await call(api.url)).status, 200);
    assert.deepEqual([store.refreshes, api.hits], [0, 2]);
  });

  test(`${name}: a refresh token that another process used up is no logout if that left a token (REQ-CLIENT-13)`, async (t) => {
    const store = makeStore(expiredToken(), { fresh: () => Promise.reject(new Error("invalid_grant")) });
    const refresh = store.options.refresh;
    store.options.refresh = async (...rest) => {
      store.token = accessToken();
      return await refresh(...rest);
    };
    const { api, call } = await begin(t, null, {}, store);
    assert.deepEqual(statuses(await many(20, () => call(api.url))), [200]);
    assert.deepEqual([store.refreshes, store.logouts.length], [1, 0]);
  });

  test(`${name}: a host that does not keep the new token gets it kept for it`, async (t) => {
    const { api, store, call } = await begin(t, expiredToken());
    const { token } = store;
    Object.defineProperty(store, "token", { get: () => token, set: () => {} });
    for (let turn = 0; turn < 3; turn++) assert.equal((await call(api.url)).status, 200);
    assert.equal(store.refreshes, 1);
  });

  test(`${name}: bodies go out again, streams do not (REQ-CLIENT-21, REQ-CLIENT-22)`, async (t) => {
    const { api, store, call } = await begin(t, expiredToken());
    const post = await call(api.url, { method: "POST", body: '{"a":1}', headers: { "content-type": "application/json" } });
    assert.deepEqual([post.status, post.text], [200, 'hello alice {"a":1}']);
    assert.equal(store.refreshes, 1);
    store.token = expiredToken();
    const stream = name.startsWith("fetch") ? new ReadableStream({ start: (to) => (to.enqueue(Buffer.from("once")), to.close()) }) : Readable.from([Buffer.from("once")]);
    const once = await call(api.url, { method: "POST", body: stream, headers: { "content-type": "text/plain" }, duplex: "half" });
    assert.equal(once.status, 401);
    assert.equal(store.refreshes, 2, "the token is renewed for the next request");
    assert.equal((await call(api.url)).status, 200);
    assert.equal(store.refreshes, 2);
  });

  test(`${name}: no credential goes to another origin, and its 401 refreshes nothing (REQ-CLIENT-19)`, async (t) => {
    const seen = [];
    const elsewhere = await serve(t, (request, response) => {
      seen.push(request.headers);
      if (request.url === "/back") return response.writeHead(302, { location: `${api.url}/` }).end();
      return response.writeHead(401, { "www-authenticate": 'Bearer error="invalid_token"' }).end("elsewhere");
    });
    const answer = (request, response) => {
      const to = { "/away": `${elsewhere.url}/x`, "/round": `${elsewhere.url}/back`, "/here": "/" }[request.url];
      if (to === undefined) return false;
      response.writeHead(302, { location: to }).end();
      return true;
    };
    const { api, store, call } = await begin(t, accessToken(), { api: { answer } });
    assert.equal((await call(`${api.url}/here`)).status, 200, "the token goes along on its own origin");
    const away = await call(`${api.url}/away`, { headers: { cookie: "sid=1", "x-api-key": "k" } });
    assert.deepEqual([away.status, away.text], [401, "elsewhere"]);
    // Comes back without the token, which is no fault of the token's.
    assert.equal((await call(`${api.url}/round`)).status, 401);
    assert.equal(store.refreshes, 0);
    assert.equal(seen.length, 2);
    for (const headers of seen) assert.deepEqual([headers.authorization, name === "undici" ? undefined : headers["x-api-key"], headers.cookie], [undefined, undefined, undefined]);
  });

  test(`${name}: an outage is waited for as the server says, and not for ever (REQ-CLIENT-17, REQ-CLIENT-18)`, async (t) => {
    let down = 50;
    const answer = (request, response) => {
      if (request.url !== "/down" && down-- <= 0) return false;
      response.writeHead(503, { "retry-after": request.url === "/down" ? "0" : "1" }).end("down");
      return true;
    };
    const { api, store, call } = await begin(t, accessToken(), { api: { answer } });
    const answers = await many(50, () => call(api.url));
    assert.deepEqual(statuses(answers), [200]);
    assert.equal(store.refreshes, 0);
    assert.equal(api.hits, 100);
    api.hits = 0;
    assert.equal((await call(`${api.url}/down`)).status, 503);
    assert.equal(api.hits, 6);
    const impatient = connect(t, { ...store.options, maxWait: 0 }, api.url);
    assert.equal((await impatient(`${api.url}/down`)).status, 503);
    assert.equal(api.hits, 7);
  });

  test(`${name}: a dead connection is tried again for what may be done twice (REQ-CLIENT-22)`, async (t) => {
    let drops = 1;
    const answer = (request) => {
      if (drops-- <= 0) return false;
      request.socket.destroy();
      return true;
    };
    const { api, call } = await begin(t, accessToken(), { api: { answer } });
    assert.equal((await call(api.url)).status, 200);
    drops = 1;
    await assert.rejects(call(api.url, { method: "POST", body: "x" }));
  });

  test(`${name}: a token near its end is renewed ahead, and used meanwhile (REQ-CLIENT-15)`, async (t) => {
    const now = Math.floor(Date.now() / 1000);
    const soon = { accessToken: accessToken({ exp: now + 20 }), expires: now + 20, lifetime: 3600 };
    const { api, store, call } = await begin(t, soon, { store: { delay: 200 } });
    assert.deepEqual(statuses(await many(10, () => call(api.url))), [200]);
    assert.equal(api.hits, 10, "nobody was refused");
    assert.ok(api.seen.every(({ headers }) => headers.authorization === `Bearer ${soon.accessToken}`));
    await sleep(300);
    assert.equal(store.refreshes, 1);
    store.token = { accessToken: expiredToken(), expires: now - 60 };
    assert.deepEqual(statuses(await many(10, () => call(api.url))), [200]);
    assert.deepEqual([store.refreshes, api.hits], [2, 20], "what is past its end is not sent");
  });

  test(`${name}: a login is asked for, once for all (REQ-CLIENT-03, REQ-CLIENT-08)`, async (t) => {
    const steps = [];
    const login = async (step) => {
      steps.push(step);
      await sleep(30);
      return (store.token = accessToken({ scope: "admin" }));
    };
    const { api, store, call } = await begin(t, null, { options: { login } });
    assert.deepEqual(statuses(await many(20, () => call(api.url))), [200]);
    store.token = accessToken();
    assert.equal((await call(`${api.url}/admin`)).status, 200);
    assert.deepEqual(steps.map(({ step, reason, scope }) => [step, reason, scope]), [["authorize", "credentials_needed", null], ["step_up", "insufficient_scope", "admin"]]);
    assert.equal(store.refreshes, 0);
  });

  test(`${name}: a request with a credential of the caller's is left alone`, async (t) => {
    const { api, store, call } = await begin(t, accessToken());
    assert.equal((await call(api.url, { headers: { authorization: "Basic YTpi" } })).status, 401);
    assert.deepEqual([store.refreshes, api.hits, api.seen[0].headers.authorization], [0, 1, "Basic YTpi"]);
  });
}

test("a token goes nowhere by http but to loopback, and only where that is said (REQ-CLIENT-20)", async (t) => {
  const api = await serveApi(t);
  const getToken = () => accessToken();
  await assert.rejects(createAuthFetch({ getToken })(api.url), /by https alone/);
  assert.throws(() => createAuthFetch({ getToken, origin: "http://api.example.com" }), TypeError);
  assert.throws(() => undiciAuth({ getToken }), /needs an origin/);
  const listed = createAuthFetch({ getToken, httpLoopback: true, origin: ["https://api.example.com"] });
  assert.equal((await listed(api.url)).status, 401);
  assert.equal(api.seen.at(-1).headers.authorization, undefined, "an origin that is not listed gets none");
});

test("what fails in the host's listeners fails no request", async (t) => {
  const api = await serveApi(t);
  const store = makeStore(expiredToken(), { fresh: () => null });
  const warned = new Promise((resolve) => process.once("warning", resolve));
  const client = createAuthFetch({ ...store.options, onLogout: () => Promise.reject(new Error("the listener broke")) });
  assert.equal((await client(api.url)).status, 401);
  assert.equal((await warned).message, "the listener broke");
});

test("what is no token is not sent, and not shown", async () => {
  const client = createAuthFetch({ getToken: () => "a\r\nx: secret", fetch: () => assert.fail("sent") });
  await assert.rejects(client("https://api.example.com/"), (fault) => fault instanceof TypeError && !inspect(fault).includes("secret"));
});

test("errors of axios show no token", async (t) => {
  const api = await serveApi(t);
  const store = makeStore(accessToken());
  const instance = axios.create();
  instance.interceptors.request.use(axiosAuth(axios, store.options));
  for (const url of [`${api.url}/admin`, "http://127.0.0.1:9/"]) {
    const fault = await instance.post(url, "x").catch((thrown) => thrown);
    assert.ok(axios.isAxiosError(fault));
    for (const text of [inspect(fault, { depth: 9 }), JSON.stringify(fault)]) assert.ok(!text.includes(store.token), url);
  }
  const response = await instance.get(api.url);
  assert.ok(!inspect(response, { depth: 9 }).includes(store.token));
  assert.equal(response.status, 200);
});

test("undici's own fetch and Client go through the interceptor, and large bodies come whole", async (t) => {
  const large = "x".repeat(300_000);
  const answer = (request, response) => {
    if (request.url !== "/large") return false;
    response.writeHead(404, { "content-type": "text/plain" }).end(large);
    return true;
  };
  const api = await serveApi(t, { answer });
  const store = makeStore(expiredToken());
  const agent = new Agent();
  t.after(() => agent.close());
  const dispatcher = agent.compose(undiciAuth({ ...store.options, origin: api.url }));
  const answers = await many(50, async () => (await undiciFetch(api.url, { dispatcher })).status);
  assert.deepEqual([[...new Set(answers)], store.refreshes], [[200], 1]);
  assert.equal(await (await undiciFetch(`${api.url}/large`, { dispatcher })).text(), large);
  const client = new Client(api.url);
  t.after(() => client.close());
  const composed = client.compose(undiciAuth({ ...store.options, origin: api.url }));
  await assert.rejects(composed.request({ path: "/", method: "GET" }), /origin of a request/);
  const told = await composed.request({ origin: api.url, path: "/", method: "GET" });
  assert.equal(told.statusCode, 200);
  await told.body.dump();
});

test("redirects are followed as fetch does", async (t) => {
  const seen = [];
  const { url } = await serve(t, async (request, response) => {
    let body = "";
    for await (const chunk of request) body += chunk;
    seen.push([request.method, request.url, body, request.headers["content-type"]]);
    const [, status, left] = request.url.split("/");
    if (left === undefined) return response.end("there");
    return response.writeHead(Number(status), { location: left === "0" ? "/there" : `/${status}/${left - 1}` }).end();
  });
  const client = createAuthFetch({ httpLoopback: true, getToken: () => accessToken() });
  const post = { method: "POST", body: "x", headers: { "content-type": "text/plain" } };
  for (const [status, init, last] of [
    [301, post, ["GET", "/there", "", undefined]],
    [302, { method: "PUT", body: "x" }, ["PUT", "/there", "x", "text/plain;charset=UTF-8"]],
    [303, post, ["GET", "/there", "", undefined]],
    [303, { method: "HEAD" }, ["HEAD", "/there", "", undefined]],
    [307, post, ["POST", "/there", "x", "text/plain"]],
    [308, post, ["POST", "/there", "x", "text/plain"]],
  ]) {
    for (const plain of [client, fetch]) {
      const response = await plain(`${url}/${status}/1`, init);
      assert.deepEqual([response.status, response.redirected, response.url], [200, true, `${url}/there`]);
      assert.deepEqual(seen.at(-1), last, `${status} ${init.method}`);
    }
  }
  for (const plain of [client, fetch]) {
    await assert.rejects(plain(`${url}/302/25`), TypeError);
    assert.equal((await plain(`${url}/302/1`, { redirect: "manual" })).status, 302);
    await assert.rejects(plain(`${url}/302/1`, { redirect: "error" }), TypeError);
    const stream = new ReadableStream({ start: (to) => (to.enqueue(Buffer.from("x")), to.close()) });
    await assert.rejects(plain(`${url}/307/1`, { method: "POST", body: stream, duplex: "half" }), TypeError);
    const request = new Request(`${url}/303/1`, post);
    assert.equal(await (await plain(request)).text(), "there");
    assert.equal(await (await plain(new URL(`${url}/there`))).text(), "there");
  }
});

test("the core's words reach JavaScript", () => {
  const response = { status: 401, headers: new Headers({ "www-authenticate": 'Bearer realm="a, b" error="invalid_token"' }) };
  const sent = { scheme: "Bearer" };
  const step = nextStep(response, { sent, can: { refresh: true, replay: true, schemes: ["Bearer"] } });
  assert.deepEqual([step.step, step.reason, step.replay], ["refresh", "invalid_token", true]);
  assert.deepEqual(step.challenges, [{ scheme: "Bearer", token68: null, params: [["realm", "a, b"], ["error", "invalid_token"]] }]);
  assert.deepEqual(step.warnings.map(({ tolerance }) => tolerance), ["comma_missing"]);
  assert.equal(nextStep(response, { sent, state: step.state, can: { refresh: true } }).reason, "refused_again");
  assert.throws(() => nextStep(response, { sent: { scheme: "Hawk" } }), TypeError);
  assert.throws(() => nextStep(response, { sent: { expires: 1.5 } }), RangeError);
  assert.equal(nextStep({ status: 503, headers: { "Retry-After": "7" } }, { can: { replay: true } }).seconds, 7);
  assert.equal(nextStep({ status: 0 }).reason, "no_response");
  assert.equal(nextStep(new Response(null, { status: 204 })).reason, "answered");
  const stepped = nextStep({ status: 401, headers: ["WWW-Authenticate", 'Bearer error="insufficient_user_authentication", acr_values="a b", max_age=5'] }, { sent, can: { interactive: true, replay: true } });
  assert.deepEqual([stepped.step, stepped.acrValues, stepped.maxAge], ["step_up", "a b", 5]);
  assert.deepEqual(readChallenges("Basic realm=x; Bearer").challenges.map(({ scheme }) => scheme), ["Basic", "Bearer"]);
  assert.ok(tokenFresh(1000, { now: 900_000 }) && !tokenFresh(1000, { now: 980_000 }) && tokenFresh(1000, { now: 980_000, lifetime: 20 }));
  assert.ok(maySendTo("https://a.example", "https://a.example/x") && !maySendTo("https://a.example", "https://b.example"));
  assert.ok(!maySendTo("http://127.0.0.1", "http://127.0.0.1/x") && maySendTo("http://127.0.0.1", "http://127.0.0.1/x", { httpLoopback: true }));
  assert.ok(isSameOrigin("http://a.example", "http://A.example:80/x"));
  assert.deepEqual(tokenOfResponse({ access_token: "t", expires_in: 60 }, 5_000), { accessToken: "t", lifetime: 60, expires: 65 });
  assert.throws(() => tokenOfResponse({ error: "invalid_grant" }), TypeError);
});

test("the client's entry points are there for CommonJS", () => {
  const require = createRequire(import.meta.url);
  assert.equal(require("countersign/client").createAuthFetch, createAuthFetch);
  assert.equal(require("countersign/axios").axiosAuth, axiosAuth);
  assert.equal(require("countersign/undici").undiciAuth, undiciAuth);
});
