// One run: countersign against fast-jwt, jose, jsonwebtoken and the bare verification of node:crypto.
//
// Every rival checks issuer, audience and expiry, and the claims are read. Rounds take turns, so that a noisy machine
// is noisy for all; each figure is the median of its rounds.
import { createHmac, createPrivateKey, createPublicKey, createSecretKey, generateKeyPairSync, randomBytes, sign, timingSafeEqual, verify } from "node:crypto";
import { createRequire } from "node:module";
import { parseArgs } from "node:util";

import { createVerifier } from "fast-jwt";
import { jwtVerify } from "jose";
import jsonwebtoken from "jsonwebtoken";

import { Verifier } from "../dist/index.mjs";

const { values: options } = parseArgs({ options: { rounds: { type: "string", default: "61" }, millis: { type: "string", default: "20" } } });
const ROUNDS = Number(options.rounds);
const MILLIS = Number(options.millis);
const ISSUER = "https://login.example.com";
const AUDIENCE = "https://api.example.com";
const versions = createRequire(import.meta.url);
const version = (name) => versions(`${name}/package.json`).version;

const base64url = (value) => Buffer.from(typeof value === "string" ? value : JSON.stringify(value)).toString("base64url");

function makeAlgorithm(name) {
  const kid = "k1";
  const now = Math.floor(Date.now() / 1000);
  const claims = { iss: ISSUER, sub: "alice@example.com", aud: AUDIENCE, iat: now, exp: now + 3600, jti: "0b9e4f7a-2f63-4e0f-9c35-b2f7c1c3a1de", client_id: "web", scope: "read:reports write:reports" };
  const input = `${base64url({ alg: name, typ: "at+jwt", kid })}.${base64url(claims)}`;
  if (name === "HS256") {
    const secret = randomBytes(32);
    const token = `${input}.${createHmac("sha256", secret).update(input).digest("base64url")}`;
    const jwk = { kty: "oct", kid, alg: name, k: secret.toString("base64url") };
    return { name, token, jwk, key: createSecretKey(secret), fastKey: secret };
  }
  const pair = { RS256: ["rsa", { modulusLength: 2048 }], ES256: ["ec", { namedCurve: "P-256" }], EdDSA: ["ed25519", {}] }[name];
  const { privateKey, publicKey } = generateKeyPairSync(...pair);
  const key = createPrivateKey(privateKey.export({ type: "pkcs8", format: "pem" }));
  const signature = sign(name === "EdDSA" ? null : "sha256", Buffer.from(input), { key, dsaEncoding: "ieee-p1363" });
  const jwk = { ...publicKey.export({ format: "jwk" }), kid, alg: name };
  const pem = publicKey.export({ type: "spki", format: "pem" });
  return { name, token: `${input}.${signature.toString("base64url")}`, jwk, key: createPublicKey(pem), fastKey: pem };
}

function policy(algorithm, remember) {
  const symmetric = algorithm.name === "HS256";
  return {
    realm: "bench",
    bearer: {
      issuers: [{ issuer: ISSUER, audience: AUDIENCE, jwks: { keys: [algorithm.jwk] }, ...(symmetric ? { algorithms: ["HS256"] } : {}) }],
    },
    ...(remember ? { remember: { entries: 1024 } } : {}),
  };
}

const WEB_CRYPTO = {
  HS256: { name: "HMAC", hash: "SHA-256" },
  RS256: { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" },
  ES256: { name: "ECDSA", namedCurve: "P-256" },
  EdDSA: { name: "Ed25519" },
};

let sink = 0;
/** Reads the claims as a handler does. */
const use = (claims) => {
  sink += claims.sub.length + claims.scope.length;
};

async function contestants(algorithm) {
  const { name, token, key, fastKey, jwk } = algorithm;
  // The kind of key that jose verifies fastest with.
  const joseKey = await crypto.subtle.importKey(
    "jwk",
    { ...jwk, alg: undefined },
    WEB_CRYPTO[name],
    false,
    ["verify"],
  );
  const headers = ["Host", "api.example.com", "Authorization", `Bearer ${token}`, "Accept", "*/*"];
  const fresh = () => ({ headers, method: "GET", url: "/v1/reports" });
  const ours = new Verifier(policy(algorithm, false));
  const fastOptions = { key: fastKey, algorithms: [name], allowedIss: ISSUER, allowedAud: AUDIENCE };
  const fast = createVerifier({ ...fastOptions, cache: false });
  const fastCached = createVerifier({ ...fastOptions, cache: 1024 });
  const dot = token.lastIndexOf(".");
  const list = {
    countersign: () => use(ours.check(fresh()).claims),
    "fast-jwt": () => use(fast(token)),
    jsonwebtoken: () => use(jsonwebtoken.verify(token, key, { algorithms: [name], issuer: ISSUER, audience: AUDIENCE })),
    jose: async () => use((await jwtVerify(token, joseKey, { algorithms: [name], issuer: ISSUER, audience: AUDIENCE })).payload),
    "node:crypto": () => {
      const signature = Buffer.from(token.slice(dot + 1), "base64url");
      const input = token.slice(0, dot);
      const holds =
        name === "HS256"
          ? timingSafeEqual(createHmac("sha256", key).update(input).digest(), signature)
          : verify(name === "EdDSA" ? null : "sha256", Buffer.from(input), { key, dsaEncoding: "ieee-p1363" }, signature);
      if (!holds) throw new Error("the signature does not hold");
      use(JSON.parse(Buffer.from(token.slice(token.indexOf(".") + 1, dot), "base64url").toString()));
    },
    "fast-jwt, cached": () => use(fastCached(token)),
  };
  // jsonwebtoken has no EdDSA.
  if (name === "EdDSA") delete list.jsonwebtoken;
  // The core remembers no verdict about a symmetric key.
  if (name !== "HS256") {
    const remembering = new Verifier(policy(algorithm, true));
    list["countersign, remembered"] = () => use(remembering.check(fresh()).claims);
  }
  return list;
}

/** Nanoseconds of one call, in CPU time of the whole process: other work on the machine counts least there. */
async function measure(call, calls) {
  const start = process.cpuUsage();
  const first = call();
  if (first instanceof Promise) {
    await first;
    for (let turn = 1; turn < calls; turn++) await call();
  } else for (let turn = 1; turn < calls; turn++) call();
  const { user, system } = process.cpuUsage(start);
  return ((user + system) * 1000) / calls;
}

const median = (list) => list.sort((a, b) => a - b)[list.length >> 1];

const rows = [];
for (const name of ["HS256", "RS256", "ES256", "EdDSA"]) {
  const algorithm = makeAlgorithm(name);
  const list = await contestants(algorithm);
  const times = {};
  const calls = {};
  for (const [who, call] of Object.entries(list)) {
    await measure(call, 2000);
    calls[who] = Math.max(50, Math.round((MILLIS * 1e6) / (await measure(call, 1000))));
    times[who] = [];
  }
  for (let round = 0; round < ROUNDS; round++) {
    for (const [who, call] of Object.entries(list)) times[who].push(await measure(call, calls[who]));
  }
  rows.push([name, Object.fromEntries(Object.entries(times).map(([who, list]) => [who, median(list)]))]);
}

const names = ["countersign", "fast-jwt", "jose", "jsonwebtoken", "node:crypto", "countersign, remembered", "fast-jwt, cached"];
console.log(`Node ${process.version}; fast-jwt ${version("fast-jwt")}, jose ${version("jose")}, jsonwebtoken ${version("jsonwebtoken")}. Microseconds of CPU time a check, median of ${ROUNDS} rounds.\n`);
console.log(`| algorithm | ${names.join(" | ")} |\n| --- |${" ---: |".repeat(names.length)}`);
for (const [name, times] of rows) {
  console.log(`| ${name} | ${names.map((who) => (who in times ? (times[who] / 1000).toFixed(2) : "-")).join(" | ")} |`);
}
const BARS = { HS256: 1.8, RS256: 1.3, ES256: 1.3, EdDSA: 2.5 };
let missed = 0;
console.log("\n| bar | measured | holds |\n| --- | ---: | --- |");
const bar = (text, measured, least) => {
  if (measured < least) missed++;
  console.log(`| ${text} | ${measured.toFixed(2)} | ${measured >= least ? "yes" : "no"} |`);
};
for (const [name, times] of rows) {
  bar(`${name}: ${BARS[name]} times fast-jwt`, times["fast-jwt"] / times.countersign, BARS[name]);
  for (const rival of ["jose", "jsonwebtoken", "node:crypto"]) {
    if (rival in times) bar(`${name}: faster than ${rival}`, times[rival] / times.countersign, 1);
  }
  if ("countersign, remembered" in times) {
    bar(`${name}: a remembered verdict faster than fast-jwt's cache hit`, times["fast-jwt, cached"] / times["countersign, remembered"], 1);
  }
}
if (sink === 0) throw new Error("nothing was read");
process.exitCode = missed === 0 ? 0 : 1;
