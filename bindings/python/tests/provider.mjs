// An OpenID provider of another maker (the npm package oidc-provider) for the tests of this front.
//
//   node provider.mjs [CERTIFICATE.PEM]    over https with the certificate and key in this file, else over http
//
// Writes its URL; each line read rotates the signing key, which is answered with the new one's name. The provider
// writes notices of its own, so answers begin with the word "countersign".
import { generateKeyPairSync } from "node:crypto";
import { readFileSync } from "node:fs";
import http from "node:http";
import https from "node:https";
import { createRequire } from "node:module";
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";

const require = createRequire(new URL("../../node/package.json", import.meta.url));
const { default: Provider } = await import(pathToFileURL(require.resolve("oidc-provider")));
const AUDIENCE = "api://billing";

function signingKey(kid) {
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  return { ...privateKey.export({ format: "jwk" }), kid, alg: "ES256", use: "sig" };
}

function makeProvider(url, keys) {
  const jwt = { scope: "read:reports", audience: AUDIENCE, accessTokenFormat: "jwt", accessTokenTTL: 600, jwt: { sign: { alg: "ES256" } } };
  return new Provider(url, {
    jwks: { keys },
    clients: [{ client_id: "reports", client_secret: "only-for-this-test", grant_types: ["client_credentials"], redirect_uris: [], response_types: [], id_token_signed_response_alg: "ES256" }],
    scopes: ["read:reports"],
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      resourceIndicators: { enabled: true, defaultResource: () => AUDIENCE, getResourceServerInfo: () => jwt },
    },
  });
}

let provider;
const listener = (request, response) => provider.callback()(request, response);
const [file] = process.argv.slice(2);
const pem = file === undefined ? undefined : readFileSync(file);
const server = pem === undefined ? http.createServer(listener) : https.createServer({ cert: pem, key: pem }, listener);
server.listen(0, "127.0.0.1", () => {
  const url = `${pem === undefined ? "http" : "https"}://127.0.0.1:${server.address().port}`;
  const keys = [signingKey("key-1")];
  provider = makeProvider(url, keys);
  console.log(`countersign ${url}`);
  createInterface({ input: process.stdin })
    .on("line", () => {
      // The new key signs; those before it are still published.
      keys.unshift(signingKey(`key-${keys.length + 1}`));
      provider = makeProvider(url, keys);
      console.log(`countersign ${keys[0].kid}`);
    })
    .on("close", () => process.exit());
});
