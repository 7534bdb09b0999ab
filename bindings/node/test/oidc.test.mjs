// Key rotation of a real OpenID provider: the npm package oidc-provider.
import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { createServer } from "node:http";
import { test } from "node:test";

import Provider from "oidc-provider";

import { startKeyRefresh, Verifier } from "countersign";
import { AUDIENCE, serve } from "./support.mjs";

function signingKey(kid) {
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  return { ...privateKey.export({ format: "jwk" }), kid, alg: "ES256", use: "sig" };
}

/** A provider that issues JWT access tokens to one client, for the machine's own sake. */
function makeProvider(url, keys) {
  return new Provider(url, {
    jwks: { keys },
    clients: [{ client_id: "reports", client_secret: "only for this test", grant_types: ["client_credentials"], redirect_uris: [], response_types: [], id_token_signed_response_alg: "ES256" }],
    scopes: ["read:reports"],
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => AUDIENCE,
        getResourceServerInfo: () => ({ scope: "read:reports", audience: AUDIENCE, accessTokenFormat: "jwt", jwt: { sign: { alg: "ES256" } } }),
      },
    },
  });
}

async function accessToken(url) {
  const response = await fetch(`${url}/token`, {
    method: "POST",
    headers: { authorization: `Basic ${btoa("reports:only%20for%20this%20test")}` },
    body: new URLSearchParams({ grant_type: "client_credentials", scope: "read:reports" }),
  });
  const body = await response.json();
  assert.equal(response.status, 200, JSON.stringify(body));
  return body.access_token;
}

test("tokens of oidc-provider are taken, before and after it rotates its keys", async (t) => {
  let provider;
  const { url } = await serve(t, createServer((request, response) => provider.callback()(request, response)));
  const [first, second] = [signingKey("first"), signingKey("second")];
  provider = makeProvider(url, [first]);

  let ahead = 0;
  const issuers = [{ issuer: url, audience: AUDIENCE, discovery: { http_loopback: true }, typ: ["at+jwt"] }];
  const verifier = new Verifier({ realm: "api", bearer: { issuers } }, { monotonic: () => performance.now() + ahead });
  using(t, startKeyRefresh(verifier));
  const check = (token) => verifier.checkAsync({ headers: { authorization: `Bearer ${token}` }, scopes: "read:reports" });

  const old = await accessToken(url);
  const decision = await check(old);
  assert.equal(decision.reason, "ok");
  assert.equal(decision.keyId, "first");
  assert.equal(decision.claims.client_id, "reports");

  // The new key signs, the old one is still published.
  provider = makeProvider(url, [second, first]);
  ahead += 60_000;
  const fresh = await accessToken(url);
  assert.equal((await check(fresh)).keyId, "second");
  assert.equal((await check(old)).reason, "ok");

  // The old one is withdrawn: a token of a third key makes the set be read anew.
  const third = signingKey("third");
  provider = makeProvider(url, [third, second]);
  ahead += 60_000;
  assert.equal((await check(await accessToken(url))).keyId, "third");
  assert.equal((await check(old)).reason, "kid_unknown");
  assert.equal((await check(fresh)).reason, "ok");
});

function using(t, resource) {
  t.after(() => resource[Symbol.dispose]());
  return resource;
}
