// The shared corpus through the Node API, equal to the byte.
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";

import { answerLine } from "../conform.mjs";
import { compact, parse } from "../json.mjs";

const vectors = new URL("../../../tests/vectors/", import.meta.url);

/** The texts of people are free: `"message":"*"` stands for any. */
const withoutMessage = (answer) => answer.replace(/"message":"(?:[^"\\]|\\.)*"/g, '"message":"*"');

for (const file of readdirSync(vectors).filter((name) => name.endsWith(".jsonl"))) {
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
