// The types as programs see them: tsc --strict over types/, where each line that must not compile says so.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { test } from "node:test";

import { reasons } from "countersign";

const here = fileURLToPath(new URL("..", import.meta.url));

test("programs in TypeScript compile, and wrong ones do not", () => {
  const { status, stdout } = spawnSync(`${here}/node_modules/.bin/tsc`, ["-p", "test/types"], { cwd: here, encoding: "utf8" });
  assert.equal(status, 0, stdout);
});

test("`using` ends a refresh and a verifier", (t) => {
  const folder = mkdtempSync(`${here}/.using-`);
  t.after(() => rmSync(folder, { recursive: true }));
  writeFileSync(
    `${folder}/program.mts`,
    `import { startKeyRefresh, Verifier } from "countersign";
    let kept: Verifier;
    {
      using verifier = new Verifier({ realm: "api", bearer: { issuers: [{ issuer: "https://a.example", audience: "b", jwks_uri: "https://a.example/keys" }] } });
      using refresh = startKeyRefresh(verifier, { fetch: async () => new Response("", { status: 500 }) });
      void refresh;
      kept = verifier;
      if (kept.check({ headers: {} }).reason !== "credentials_missing") throw new Error("it checks");
    }
    let message = "";
    try {
      kept.check({ headers: {} });
    } catch (fault) {
      message = (fault as Error).message;
    }
    console.log(message);`,
  );
  const options = ["--ignoreConfig", "--strict", "--target", "es2022", "--lib", "es2023,esnext.disposable", "--module", "node20", "--types", "node", `${folder}/program.mts`];
  const compiled = spawnSync(`${here}/node_modules/.bin/tsc`, options, { cwd: here, encoding: "utf8" });
  assert.equal(compiled.status, 0, compiled.stdout);
  const { stdout, stderr } = spawnSync(process.execPath, [`${folder}/program.mjs`], { cwd: here, encoding: "utf8", timeout: 20_000 });
  assert.equal(stdout, "the verifier was disposed of\n", stderr);
});

test("the union of reasons is the table", () => {
  const source = readFileSync(`${here}/dist/reasons.d.ts`, "utf8");
  const named = [...source.matchAll(/"([a-z0-9_]+)"/g)].map(([, name]) => name);
  assert.deepEqual(named, Object.keys(reasons));
});

test("whatever is exported has a doc comment", () => {
  for (const name of ["verifier", "decision", "errors", "store", "tokens", "challenges", "refresh", "catalogue", "explain", "finding", "findings", "http", "express", "fastify", "opentelemetry", "attributes", "web", "next", "session", "fetch", "axios", "undici"]) {
    const source = readFileSync(`${here}/dist/${name}.d.ts`, "utf8");
    const bare = source.match(/(?<!\*\/\n)^export (?:declare )?(?:class|interface|function|const|type) (\w+).*/gm) ?? [];
    assert.deepEqual(bare.filter((line) => !line.startsWith("export type {")), [], name);
  }
});
