// The types as programs see them: tsc --strict over types/, where each line that must not compile says so.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { test } from "node:test";

import { reasons } from "countersign";

const here = fileURLToPath(new URL("..", import.meta.url));

test("programs in TypeScript compile, and wrong ones do not", () => {
  const { status, stdout } = spawnSync(`${here}/node_modules/.bin/tsc`, ["-p", "test/types"], { cwd: here, encoding: "utf8" });
  assert.equal(status, 0, stdout);
});

test("the union of reasons is the table", () => {
  const source = readFileSync(`${here}/dist/reasons.d.ts`, "utf8");
  const named = [...source.matchAll(/"([a-z0-9_]+)"/g)].map(([, name]) => name);
  assert.deepEqual(named, Object.keys(reasons));
});

test("whatever is exported has a doc comment", () => {
  for (const name of ["verifier", "decision", "errors", "store", "tokens", "challenges", "refresh", "catalogue", "http", "express", "fastify", "web"]) {
    const source = readFileSync(`${here}/dist/${name}.d.ts`, "utf8");
    const bare = source.match(/(?<!\*\/\n)^export (?:declare )?(?:class|interface|function|const|type) (\w+).*/gm) ?? [];
    assert.deepEqual(bare.filter((line) => !line.startsWith("export type {")), [], name);
  }
});
