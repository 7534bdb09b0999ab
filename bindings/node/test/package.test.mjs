// The package as it is installed: packed, put into an empty project without Rust, and the programs of README.md run.
import assert from "node:assert/strict";
import { execFileSync, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { test } from "node:test";

const here = fileURLToPath(new URL("..", import.meta.url));
const programs = new Map(
  [...readFileSync(`${here}/README.md`, "utf8").matchAll(/```js (\w+)\n([^]*?)```/g)].map(([, name, text]) => [name, text]),
);

/** What a machine without Rust has on its path. */
const environment = { PATH: `${dirname(process.execPath)}:/usr/bin:/bin`, HOME: tmpdir(), NO_UPDATE_NOTIFIER: "1" };

test("the package installs into an empty project and runs the README's first program", (t) => {
  const project = mkdtempSync(join(tmpdir(), "countersign-project-"));
  t.after(() => rmSync(project, { recursive: true }));
  const npm = (args) => execFileSync("npm", args, { cwd: project, env: environment, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
  execFileSync("npm", ["pack", "--pack-destination", project], { cwd: here, stdio: ["ignore", "pipe", "pipe"] });
  const [archive] = readdirSync(project);
  writeFileSync(join(project, "package.json"), '{ "name": "empty", "private": true }');
  npm(["install", "--offline", "--no-audit", "--no-fund", `./${archive}`]);
  const files = readdirSync(join(project, "node_modules", "countersign"));
  for (const name of ["dist", "prebuilt", "README.md", "LICENSE-MIT", "LICENSE-APACHE"]) assert.ok(files.includes(name), name);
  for (const name of ["src", "ts", "test", "Cargo.toml", "conform.mjs"]) assert.ok(!files.includes(name), name);

  writeFileSync(join(project, "check.mjs"), programs.get("check"));
  const esm = spawnSync(process.execPath, ["check.mjs"], { cwd: project, env: environment, encoding: "utf8", timeout: 20_000 });
  assert.equal(esm.stdout, '401 credentials_missing\n[ \'WWW-Authenticate\', \'Bearer realm="api.example.com"\' ]\n', esm.stderr);
  writeFileSync(join(project, "check.cjs"), programs.get("check").replace("import { Verifier } from", "const { Verifier } = require(").replace('"countersign";', '"countersign");'));
  const commonjs = spawnSync(process.execPath, ["check.cjs"], { cwd: project, env: environment, encoding: "utf8", timeout: 20_000 });
  assert.equal(commonjs.stdout, esm.stdout, commonjs.stderr);
});

async function freePort() {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address();
  server.close();
  await once(server, "close");
  return port;
}

for (const name of ["express", "fastify"]) {
  test(`the README's program for ${name} serves`, async (t) => {
    const port = await freePort();
    const child = spawn(process.execPath, ["--input-type=module", "-e", programs.get(name)], { cwd: here, env: { ...process.env, PORT: String(port) }, stdio: ["ignore", "ignore", "pipe"] });
    t.after(() => child.kill());
    let said = "";
    child.stderr.on("data", (chunk) => (said += chunk));
    let response;
    for (let turn = 0; turn < 100 && response === undefined && child.exitCode === null; turn++) {
      response = await fetch(`http://localhost:${port}/reports`).catch(() => sleep(100));
    }
    assert.equal(response?.status, 401, said);
    assert.equal(response.headers.get("www-authenticate"), 'Bearer realm="api.example.com", scope="read:reports"');
    const open = await fetch(`http://localhost:${port}/${name === "express" ? "news" : "health"}`);
    assert.equal(open.status, 200);
  });
}

test("the README's program for Web requests answers", () => {
  const { stdout, stderr } = spawnSync(process.execPath, ["--input-type=module", "-e", programs.get("web")], { cwd: here, encoding: "utf8", timeout: 20_000 });
  assert.equal(stdout, '401 Bearer realm="api.example.com", scope="read:reports"\n', stderr);
});
