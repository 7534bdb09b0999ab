// The counters of a verifier, in the names that all fronts share.
import assert from "node:assert/strict";
import test from "node:test";

import { Verifier } from "countersign";

const policy = {
  realm: "api",
  bearer: {
    issuers: [{ issuer: "https://a.example", audience: "api", jwks_uri: "https://a.example/keys" }],
  },
};

/** The lines that are no comment, each of which has to be a sample. */
function samples(text) {
  const lines = text.trim().split("\n").filter((line) => !line.startsWith("#"));
  for (const line of lines) assert.match(line, /^countersign_[a-z_]+\{([a-z]+="(\\.|[^"\\])*",?)+\} \d+$/);
  return new Map(lines.map((line) => [line.slice(0, line.lastIndexOf(" ")), Number(line.slice(line.lastIndexOf(" ") + 1))]));
}

test("decisions are counted by reason, keys by source, and each verifier counts for itself", () => {
  const [verifier, other] = [new Verifier(policy), new Verifier(policy)];
  for (let count = 0; count < 3; count += 1) verifier.check({ headers: {} });
  verifier.check({ headers: { authorization: "Bearer a.b" } });
  const told = samples(verifier.store.metrics());
  assert.equal(told.get('countersign_decisions_total{reason="credentials_missing",status="401"}'), 3);
  const decisions = [...told].filter(([name]) => name.includes("decisions"));
  assert.equal(decisions.reduce((sum, [, count]) => sum + count, 0), 4);
  const source = '{issuer="https://a.example",url="https://a.example/keys"}';
  assert.ok(!told.has(`countersign_key_set_usable${source}`), "no token asked for keys");
  assert.equal(told.get(`countersign_key_fetches_total${source}`), 0);
  assert.ok(!other.store.metrics().includes("reason="));
});
