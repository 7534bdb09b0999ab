// The client's side against servers of other makers: oidc-provider, and Express with the libraries that guard it.
import assert from "node:assert/strict";
import { generateKeyPairSync, sign } from "node:crypto";
import { createServer } from "node:http";
import { test } from "node:test";

import axios from "axios";
import express from "express";
import { auth, requiredScopes } from "express-oauth2-jwt-bearer";
import Provider from "oidc-provider";
import passport from "passport";
import { Strategy as BearerStrategy } from "passport-http-bearer";

import { axiosAuth } from "countersign/axios";
import { createAuthFetch, tokenOfResponse } from "countersign/client";
import { accessToken, expiredToken, makeStore } from "./client.support.mjs";
import { AUDIENCE, ISSUER, serve } from "./support.mjs";

const CLIENT = { client_id: "app", client_secret: "only for this test" };

/** A provider with one person, who has logged in once. */
async function startProvider(t) {
  let provider;
  const counts = { token: 0, userinfo: 0 };
  const { url } = await serve(
    t,
    createServer((request, response) => {
      const path = { "/token": "token", "/me": "userinfo" }[request.url];
      if (path !== undefined) counts[path]++;
      provider.callback()(request, response);
    }),
  );
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  provider = new Provider(url, {
    jwks: { keys: [{ ...privateKey.export({ format: "jwk" }), alg: "ES256", use: "sig" }] },
    clients: [{ ...CLIENT, grant_types: ["authorization_code", "refresh_token"], redirect_uris: ["https://app.example.com/cb"], response_types: ["code"], id_token_signed_response_alg: "ES256" }],
    scopes: ["openid", "offline_access"],
    features: { devInteractions: { enabled: false } },
    rotateRefreshToken: true,
    findAccount: (context, accountId) => ({ accountId, claims: () => ({ sub: accountId }) }),
    ttl: { AccessToken: 600, RefreshToken: 3600, Grant: 3600, Session: 3600, IdToken: 600 },
  });
  const client = await provider.Client.find(CLIENT.client_id);
  const grant = new provider.Grant({ accountId: "alice", clientId: client.clientId });
  grant.addOIDCScope("openid offline_access");
  const grantId = await grant.save();
  const common = { accountId: "alice", client, grantId, gty: "authorization_code", scope: "openid offline_access" };
  const issue = async (scope = "openid") => {
    const token = new provider.AccessToken({ ...common, scope });
    return { value: await token.save(), end: () => token.destroy() };
  };
  const refreshToken = await new provider.RefreshToken({ ...common, authTime: Math.floor(Date.now() / 1000), rotations: 0, iiat: Math.floor(Date.now() / 1000) }).save();
  return { url, counts, issue, refreshToken };
}

/** A host as programs have it: it keeps both tokens, the rotated one too. */
function makeHost({ url, refreshToken }, token) {
  const host = { token, refreshToken, logouts: 0 };
  host.options = {
    httpLoopback: true,
    getToken: () => host.token,
    async refresh(old, { signal }) {
      const response = await fetch(`${url}/token`, {
        method: "POST",
        signal,
        headers: { authorization: `Basic ${btoa(`${CLIENT.client_id}:${encodeURIComponent(CLIENT.client_secret)}`)}` },
        body: new URLSearchParams({ grant_type: "refresh_token", refresh_token: host.refreshToken }),
      });
      const body = await response.json();
      if (body.error === "invalid_grant") return null;
      assert.equal(response.status, 200, JSON.stringify(body));
      if (body.refresh_token !== undefined) host.refreshToken = body.refresh_token;
      return (host.token = tokenOfResponse(body));
    },
    onLogout: () => {
      host.logouts++;
      host.token = null;
    },
  };
  return host;
}

test("oidc-provider: tokens that it ended or never gave are renewed by its own refresh, with rotation (REQ-CLIENT-14)", async (t) => {
  const provider = await startProvider(t);
  const first = await provider.issue();
  const host = makeHost(provider, first.value);
  const authFetch = createAuthFetch(host.options);
  const me = async () => {
    const response = await authFetch(`${provider.url}/me`);
    return { status: response.status, challenge: response.headers.get("www-authenticate"), body: await response.json().catch(() => null) };
  };
  assert.deepEqual((await me()).body, { sub: "alice" });
  await first.end();
  const original = host.refreshToken;
  for (const token of [first.value, "garbage"]) {
    host.token = token;
    const before = { ...provider.counts };
    const answers = await Promise.all(Array.from({ length: 50 }, me));
    assert.deepEqual([...new Set(answers.map(({ status }) => status))], [200]);
    assert.equal(provider.counts.token - before.token, 1);
  }
  assert.notEqual(host.refreshToken, original, "rotated twice");

  // A token without the scope: the 403 is handed out, and nothing is renewed.
  host.token = (await provider.issue("offline_access")).value;
  const counts = { ...provider.counts };
  const narrow = await me();
  assert.equal(narrow.status, 403);
  assert.match(narrow.challenge, /insufficient_scope/);
  assert.equal(provider.counts.token, counts.token);

  // Someone used the old refresh token: the provider revokes all of them, and the session is over.
  host.refreshToken = original;
  host.token = "other-garbage";
  const last = await Promise.all(Array.from({ length: 50 }, me));
  assert.deepEqual([...new Set(last.map(({ status }) => status))], [401]);
  assert.match(last[0].challenge, /invalid_token/);
  assert.deepEqual([provider.counts.token - counts.token, host.logouts], [1, 1]);
  const without = await me();
  assert.equal(without.status, 401);
  assert.deepEqual([provider.counts.token - counts.token, host.logouts], [1, 1]);
});

const guards = {
  "express-oauth2-jwt-bearer": async (t, app) => {
    const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
    const jwks = await serve(t, (request, response) => response.setHeader("content-type", "application/json").end(JSON.stringify({ keys: [{ ...publicKey.export({ format: "jwk" }), kid: "e1", alg: "ES256", use: "sig" }] })));
    app.use(auth({ issuer: ISSUER, audience: AUDIENCE, jwksUri: `${jwks.url}/jwks`, tokenSigningAlg: "ES256" }));
    app.get("/admin", requiredScopes("admin"), (request, response) => response.end("in"));
    const part = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");
    return (claims = {}) => {
      const now = Math.floor(Date.now() / 1000);
      const input = `${part({ alg: "ES256", kid: "e1", typ: "JWT" })}.${part({ iss: ISSUER, sub: "alice", aud: AUDIENCE, iat: now - 100, exp: now + 300, jti: crypto.randomUUID(), ...claims })}`;
      return `${input}.${sign("sha256", Buffer.from(input), { key: privateKey, dsaEncoding: "ieee-p1363" }).toString("base64url")}`;
    };
  },
  "passport-http-bearer": async (t, app) => {
    const strategy = new BearerStrategy((token, done) => {
      const claims = JSON.parse(Buffer.from(token.split(".")[1] ?? "e30", "base64url"));
      if (!(claims.exp * 1000 > Date.now())) return done(null, false, { message: "The access token expired" });
      return done(null, claims, { scope: claims.scope });
    });
    app.use(passport.authenticate(strategy, { session: false }));
    app.get("/admin", (request, response) => response.status(403).end("no"));
    return (claims) => (claims?.exp === 1 ? expiredToken() : accessToken(claims));
  },
};

for (const [name, guard] of Object.entries(guards)) {
  for (const client of ["fetch", "axios"]) {
    test(`${name}, by ${client}: one refresh for all, none for a 403 and none without a token`, async (t) => {
      const app = express();
      const make = await guard(t, app);
      app.get("/", (request, response) => response.end("in"));
      app.use((fault, request, response, next) => (fault ? response.set(fault.headers ?? {}).status(fault.status ?? 500).end(fault.message) : next()));
      const { url } = await serve(t, createServer(app));
      const store = makeStore(make({ exp: 1 }), { fresh: () => make() });
      const authFetch = createAuthFetch(store.options);
      const instance = axios.create({ validateStatus: () => true });
      instance.interceptors.request.use(axiosAuth(axios, store.options));
      const get = async (path) => (client === "fetch" ? (await authFetch(url + path)).status : (await instance.get(url + path)).status);
      const answers = await Promise.all(Array.from({ length: 100 }, () => get("/")));
      assert.deepEqual([[...new Set(answers)], store.refreshes, store.logouts.length], [[200], 1, 0]);
      assert.equal(await get("/admin"), 403);
      assert.equal(store.refreshes, 1);
      store.token = null;
      assert.equal(await get("/"), 401);
      assert.equal(store.refreshes, 1);
      // A token that no refresh mends.
      const hopeless = makeStore("garbage", { fresh: () => "more garbage" });
      const other = createAuthFetch(hopeless.options);
      assert.ok([400, 401].includes((await other(url)).status));
      assert.ok(hopeless.refreshes <= 1);
    });
  }
}
