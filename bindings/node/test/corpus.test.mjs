// The shared corpus through the Node API, equal to the byte.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { test } from "node:test";

import { answerLine } from "../conform.mjs";
import { compact, parse } from "../conform/json.mjs";

const vectors = new URL("../../../tests/vectors/", import.meta.url);

/** The texts of people are free: `"message":"*"` stands for any. */
const withoutMessage = (answer) => answer.replace(/"message":"(?:[^"\\]|\\.)*"/g, '"message":"*"');

// The rows of `explain` have no answer to the byte: explain.test.mjs runs them.
const isRun = (name) => name.endsWith(".jsonl") && name !== "explain.jsonl";

for (const file of readdirSync(vectors).filter(isRun)) {
  test(`every row of ${file}`, async () => {
    let rows = 0;
    const wrong = [];
    for (const line of readFileSync(new URL(file, vectors), "utf8").split("\n")) {
      if (line === "") continue;
      const row = parse(line);
      const asked = row.member("case");
      const expected = row.member("answer_text")?.held ?? compact(row.member("answer"));
      const answer = await answerLine(asked.type === "string" ? asked.held : asked.raw);
      if (withoutMessage(answer) !== withoutMessage(expected)) wrong.push({ expected, answer });
      rows++;
    }
    assert.deepEqual(wrong.slice(0, 3), [], `${wrong.length} of ${rows} rows differ`);
    assert.ok(rows > 30, `${rows} rows`);
  });
}

test("the driver reads lines and answers each, whatever stands in them", () => {
  const good = Buffer.from('{"op":"decode","id":"d1","token":"a.b"}');
  const input = Buffer.concat([good, Buffer.from('\n\n{"op":"decode","id":"\xff"}\nnonsense\r\n', "latin1"), good]);
  const program = fileURLToPath(new URL("../conform.mjs", import.meta.url));
  const { status, stdout } = spawnSync(process.execPath, [program], { input, encoding: "utf8", timeout: 20_000 });
  assert.equal(status, 0);
  const answer = '{"id":"d1","header":null,"claims":null,"reason":"jwt_malformed"}';
  const invalid = '{"id":null,"error":{"reason":"case_invalid","message":"*"}}';
  assert.deepEqual(withoutMessage(stdout).split("\n"), [answer, invalid, invalid, answer, ""]);
});

test("the examples of docs/CONFORMANCE.md", async () => {
  const page = readFileSync(new URL("../../../docs/CONFORMANCE.md", import.meta.url), "utf8");
  let examples = 0;
  for (const [, asked, answer] of page.matchAll(/```json\n(\{"op".*)\n(\{"id".*)\n```/g)) {
    assert.equal(withoutMessage(await answerLine(asked)), withoutMessage(answer));
    examples++;
  }
  assert.ok(examples >= 12, `${examples} examples`);
});
