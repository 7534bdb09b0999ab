// The rows of explain.jsonl through the Node API: what their authors expect, and the command line's answer to the byte.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { before, test } from "node:test";

import { answerLine } from "../conform.mjs";
import { parse } from "../conform/json.mjs";

const vectors = new URL("../../../tests/vectors/explain.jsonl", import.meta.url);
const rows = readFileSync(vectors, "utf8")
  .split("\n")
  .filter((line) => line !== "")
  .map((line) => ({ ...JSON.parse(line), line: parse(line).member("case").raw }));

/** The answer of the driver to each row. */
const answers = [];

before(async () => {
  for (const { line } of rows) answers.push(await answerLine(line));
  assert.ok(rows.length >= 120, `${rows.length} rows`);
});

/** What the command line answers to these lines, one each. */
function commandLine(lines) {
  const command = process.env.COUNTERSIGN_CLI;
  assert.ok(command, "COUNTERSIGN_CLI names the program");
  const input = `${lines.join("\n")}\n`;
  const { status, stdout } = spawnSync(command, ["conform"], { input, encoding: "utf8", timeout: 60_000, maxBuffer: 1 << 26 });
  assert.equal(status, 0);
  const told = stdout.split("\n");
  assert.equal(told.pop(), "");
  assert.equal(told.length, lines.length);
  return told;
}

test("every row has the command line's answer", () => {
  const told = commandLine(rows.map(({ line }) => line));
  const wrong = answers.map((answer, row) => ({ answer, told: told[row] })).filter(({ answer, told }) => answer !== told);
  assert.deepEqual(wrong.slice(0, 3), [], `${wrong.length} of ${rows.length} rows differ`);
});

test("the first finding is the one that its author expects", () => {
  const wrong = [];
  rows.forEach((row, place) => {
    const { findings } = JSON.parse(answers[place]);
    const ids = findings.map(({ id }) => id);
    const lacking = row.also.filter((id) => !ids.includes(id));
    const unwanted = row.never.filter((id) => ids.includes(id));
    const changed = row.would_pass_if !== null && findings[0]?.would_pass_if !== row.would_pass_if;
    const unknown = row.certainty !== undefined && findings[0]?.certainty !== row.certainty;
    if (ids[0] !== row.first || lacking.length + unwanted.length > 0 || changed || unknown) wrong.push({ id: row.case.id, first: row.first, lacking, unwanted, ids });
  });
  assert.deepEqual(wrong, [], `${wrong.length} of ${rows.length} rows differ`);
});

// REQ-PRIVACY-01, REQ-PRIVACY-02.
test("no canary is in any answer", () => {
  rows.forEach(({ case: asked, canaries }, place) => {
    assert.ok(canaries.length > 0, asked.id);
    for (const canary of canaries) assert.ok(!answers[place].includes(canary), asked.id);
  });
});

test("cases that are none are refused where the command line refuses them", async () => {
  const exchange = (more) => JSON.stringify({ op: "explain", id: "e1", ...more });
  const request = { target: "/" };
  const cases = [
    {},
    { request: null, response: null },
    { request },
    { request: { ...request, headers: [["Authorization", { b64: "QmVhcmVyIP8=" }]] } },
    { request: { ...request, method: "GËT", client_cert_sha256: null } },
    { request: { target: "/é?access_token=geheim" } },
    { response: { status: 401, body: { b64: "/w==" } } },
    { response: { status: 401, body: null }, redirects: [{ status: 302, from: null, location: "https://b.example/" }] },
    { response: { status: 0 } },
    { token: { b64: "AAECAw==" } },
    { token: "undefined", scopes: null, profile: null, revoked: [] },
    { policy_text: "{" },
    { policy: {}, keys: [{ issuer: "https://a.example", jwks_text: "{" }], now: 1700000000.5 },
    { policy: {}, now: -1 },
    { policy: {}, now: 0 },
    { reason: null },
    { reason: "token_expired" },
    { token: null },
    { reason: "toString" },
    { reason: "Token_Expired" },
    { reason: 3001 },
    { now: null },
    { now: "1" },
    { now: 1e300 },
    { request: {} },
    { request: { target: 1 } },
    { request: { ...request, headers: [["a"]] } },
    { request: { ...request, more: 1 } },
    { response: {} },
    { response: { status: 70000 } },
    { response: { status: -1 } },
    { response: { status: 401.5 } },
    { response: { status: 401, body: 7 } },
    { redirects: [{ status: 302 }] },
    { redirects: {} },
    { policy: "{}" },
    { policy: {}, policy_text: "{}" },
    { keys: [{ issuer: "a" }] },
    { scopes: ["a"] },
    { revoked: [1] },
    { more: 1 },
  ];
  const lines = cases.map(exchange);
  const told = commandLine(lines);
  const free = (answer) => answer.replace(/"message":"(?:[^"\\]|\\.)*"/g, '"message":"*"');
  for (const [place, line] of lines.entries()) assert.equal(free(await answerLine(line)), free(told[place]), line);
  const refused = told.filter((answer) => answer.includes('"case_invalid"'));
  assert.equal(refused.length, cases.length - cases.findIndex(({ token }) => token === null));
});
