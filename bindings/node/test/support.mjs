// Keys, tokens and a key server for the tests.
import { generateKeyPairSync, sign } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:http";

export const ISSUER = "https://login.example.com";
export const AUDIENCE = "https://api.example.com";

/** A key pair with its JWK. */
export function makeKey(kid) {
  const { privateKey, publicKey } = generateKeyPairSync("ed25519");
  return { kid, privateKey, jwk: { ...publicKey.export({ format: "jwk" }), kid, alg: "EdDSA" } };
}

const part = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");

/** A signed token; `claims` takes the place of the usual ones, name by name. */
export function makeToken(key, claims = {}) {
  const now = Math.floor(Date.now() / 1000);
  const usual = { iss: ISSUER, sub: "alice", aud: AUDIENCE, iat: now - 10, exp: now + 300, scope: "read:reports" };
  const input = `${part({ alg: "EdDSA", kid: key.kid })}.${part({ ...usual, ...claims })}`;
  return `${input}.${sign(null, Buffer.from(input), key.privateKey).toString("base64url")}`;
}

/** A policy over these keys. */
export function makePolicy(keys, more = {}, issuer = {}) {
  const jwks = { keys: keys.map((key) => key.jwk) };
  return {
    realm: "api",
    bearer: { issuers: [{ issuer: ISSUER, audience: AUDIENCE, jwks, ...issuer }] },
    profiles: { public: { optional: true, scopes: "" } },
    ...more,
  };
}

export const bearer = (token) => ["Authorization", `Bearer ${token}`];

/** A server on a free port of loopback; ends with the test. */
export async function serve(t, listener) {
  const server = typeof listener === "function" ? createServer(listener) : listener;
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => {
    server.closeAllConnections?.();
    return new Promise((resolve) => server.close(resolve));
  });
  return { server, url: `http://127.0.0.1:${server.address().port}` };
}

/** An issuer with metadata and a key set; `behave.jwks` may answer in the set's place. */
export async function serveIssuer(t, keys) {
  const behave = { keys, jwks: null, hits: 0, headers: {} };
  const { url } = await serve(t, (request, response) => {
    if (request.url === "/.well-known/openid-configuration") {
      response.end(JSON.stringify({ issuer: behave.url, jwks_uri: `${behave.url}/jwks` }));
    } else if (request.url === "/jwks") {
      behave.hits++;
      behave.last = request.headers;
      if (behave.jwks !== null) behave.jwks(request, response);
      else {
        response.writeHead(200, behave.headers);
        response.end(JSON.stringify({ keys: behave.keys.map((key) => key.jwk) }));
      }
    } else if (request.url === "/moved") {
      response.end(JSON.stringify({ keys: behave.keys.map((key) => key.jwk) }));
    } else {
      response.writeHead(404).end();
    }
  });
  behave.url = url;
  return behave;
}

/** A policy that finds the keys of an issuer on loopback. */
export function discoveringPolicy(issuer, keys = {}) {
  return {
    realm: "api",
    bearer: { issuers: [{ issuer: issuer.url, audience: AUDIENCE, discovery: { http_loopback: true }, keys }] },
  };
}
