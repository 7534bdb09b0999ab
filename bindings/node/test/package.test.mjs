// The package as it is installed: packed, put into an empty project without Rust, and the programs of README.md run.
import assert from "node:assert/strict";
import { execFileSync, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { after, before, test } from "node:test";

const here = fileURLToPath(new URL("..", import.meta.url));
const programs = new Map(
  [...readFileSync(`${here}/README.md`, "utf8").matchAll(/```js (\w+)\n([^]*?)```/g)].map(([, name, text]) => [name, text]),
);

/** What a machine without Rust has on its path. */
const environment = { PATH: `${dirname(process.execPath)}:/usr/bin:/bin`, HOME: tmpdir(), NO_UPDATE_NOTIFIER: "1" };

/** An empty project into which the package was packed and installed. */
let project;

before(() => {
  project = mkdtempSync(join(tmpdir(), "countersign-project-"));
  for (const tool of ["cargo", "rustc"]) assert.notEqual(spawnSync("which", [tool], { env: environment }).status, 0, `${tool} is there`);
  execFileSync("npm", ["pack", "--pack-destination", project], { cwd: here, stdio: ["ignore", "pipe", "pipe"] });
  const [archive] = readdirSync(project);
  writeFileSync(join(project, "package.json"), '{ "name": "empty", "private": true }');
  execFileSync("npm", ["install", "--offline", "--no-audit", "--no-fund", `./${archive}`], { cwd: project, env: environment, stdio: ["ignore", "pipe", "pipe"] });
  // The frameworks of the examples, which the package does not bring.
  for (const name of ["express", "fastify", "@opentelemetry"]) symlinkSync(join(here, "node_modules", name), join(project, "node_modules", name));
});
after(() => rmSync(project, { recursive: true }));

/** Runs a program of the README as a file of the project. */
const run = (file) => spawnSync(process.execPath, [file], { cwd: project, env: environment, encoding: "utf8", timeout: 20_000 });

test("the package holds what it needs, and no more", () => {
  const files = readdirSync(join(project, "node_modules", "countersign"));
  for (const name of ["dist", "prebuilt", "examples", "README.md", "LICENSE-MIT", "LICENSE-APACHE"]) assert.ok(files.includes(name), name);
  for (const name of ["src", "ts", "test", "bench", "target", "Cargo.toml", "conform.mjs"]) assert.ok(!files.includes(name), name);
  const { dependencies, scripts } = JSON.parse(readFileSync(join(project, "node_modules", "countersign", "package.json"), "utf8"));
  assert.equal(dependencies, undefined);
  for (const name of ["preinstall", "install", "postinstall"]) assert.ok(!(name in scripts), name);
});

test("the README's first program runs, from ESM and CommonJS", () => {
  writeFileSync(join(project, "check.mjs"), programs.get("check"));
  const esm = run("check.mjs");
  assert.equal(esm.stdout, '401 credentials_missing\n[ \'WWW-Authenticate\', \'Bearer realm="api.example.com"\' ]\n', esm.stderr);
  writeFileSync(join(project, "check.cjs"), programs.get("check").replace("import { Verifier } from", "const { Verifier } = require(").replace('"countersign";', '"countersign");'));
  const commonjs = run("check.cjs");
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

/** Where each program lets strangers in. */
const OPEN = { express: "news", fastify: "health", watch: "metrics" };

for (const [name, place] of Object.entries(OPEN)) {
  test(`the README's program for ${name} serves`, async (t) => {
    const port = await freePort();
    writeFileSync(join(project, `${name}.mjs`), programs.get(name));
    const child = spawn(process.execPath, [`${name}.mjs`], { cwd: project, env: { ...environment, PORT: String(port) }, stdio: ["ignore", "ignore", "pipe"] });
    t.after(() => child.kill());
    let said = "";
    child.stderr.on("data", (chunk) => (said += chunk));
    let response;
    for (let turn = 0; turn < 300 && response === undefined && child.exitCode === null; turn++) {
      response = await fetch(`http://localhost:${port}/reports`).catch(() => sleep(100));
    }
    assert.equal(response?.status, 401, said);
    assert.equal(response.headers.get("www-authenticate"), 'Bearer realm="api.example.com", scope="read:reports"');
    const open = await fetch(`http://localhost:${port}/${place}`);
    assert.equal(open.status, 200);
    if (name === "watch") assert.match(await open.text(), /^countersign_decisions_total\{reason="credentials_missing",status="401"\} 1$/m);
  });
}

test("the README's program for Web requests answers", () => {
  writeFileSync(join(project, "web.mjs"), programs.get("web"));
  const { stdout, stderr } = run("web.mjs");
  assert.equal(stdout, '401 Bearer realm="api.example.com", scope="read:reports"\n', stderr);
});

test("the README's program that explains a denial runs", () => {
  writeFileSync(join(project, "explain.mjs"), programs.get("explain"));
  const { stdout, stderr } = run("explain.mjs");
  assert.match(stdout, /^bearer_placeholder \(observed\), Authorization at 7: The text behind Bearer is a placeholder/, stderr);
});

test("the README's program for clients runs", () => {
  // No network here: what it fetches is put in place of the global fetch.
  const stub = `
    const asked = [];
    globalThis.fetch = async (url, { headers, body } = {}) => {
      const sent = new Headers(headers).get("authorization");
      asked.push([String(url), sent, String(body ?? "")]);
      if (String(url).endsWith("/token")) return Response.json({ access_token: "fresh", expires_in: 600, refresh_token: "next" });
      return sent === "Bearer fresh" ? new Response("in") : new Response("", { status: 401, headers: { "www-authenticate": 'Bearer error="invalid_token"' } });
    };
  `;
  const told = "\nconsole.log(response.status, asked.map(([url, sent]) => `${url} ${sent}`), store.refreshToken);";
  writeFileSync(join(project, "client.mjs"), stub + programs.get("client").replace("token: null", 'token: "old"') + told);
  const { stdout, stderr } = run("client.mjs");
  assert.match(stdout, /^200 \[[^]*reports Bearer old[^]*token null[^]*reports Bearer fresh[^]*\] next\n$/, stderr);
});
