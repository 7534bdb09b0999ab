// The CommonJS entry points, from a CommonJS file.
const assert = require("node:assert/strict");
const { test } = require("node:test");

const { Verifier, AuthenticationError, startKeyRefresh } = require("countersign");
const { countersign } = require("countersign/express");

test("a CommonJS program checks a request", () => {
  const verifier = new Verifier({
    realm: "api",
    bearer: { issuers: [{ issuer: "https://login.example.com", audience: "api", jwks_uri: "https://login.example.com/jwks" }] },
  });
  assert.throws(() => verifier.check({ headers: {} }).assertAllowed(), AuthenticationError);
  assert.equal(typeof startKeyRefresh, "function");
  assert.equal(countersign(verifier).length, 3);
});
