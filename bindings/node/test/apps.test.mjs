// Next, Remix and React Router as apps use them: the package as it is installed, their own request handlers.
import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { before, test } from "node:test";

import { Verifier } from "countersign";
import { guard, withAuth } from "countersign/web";
import { makeKey, makePolicy, makeToken } from "./support.mjs";

const here = fileURLToPath(new URL("..", import.meta.url));
const apps = join(here, "test/apps");
const require = createRequire(join(apps, "package.json"));
const key = makeKey("k1");
const policy = makePolicy([key]);
const bearer = (claims) => ({ authorization: `Bearer ${makeToken(key, claims)}` });
const write = { scope: "write:reports" };

before(() => assert.ok(existsSync(join(apps, "node_modules")), "run `npm ci` in test/apps"));

/** The requests that every app is asked, and its answers: status, challenge, body. */
async function ask(call) {
  const post = (headers) => ({ method: "POST", headers: { ...headers, "content-type": "application/json" }, body: '{"title":"new"}' });
  for (const [name, request, status, challenge, body] of [
    ["read", { headers: bearer() }, 200, null, { of: "alice", scope: "read:reports" }],
    ["no credentials", {}, 401, 'Bearer realm="api"', { status: 401 }],
    ["expired", { headers: bearer({ exp: 1 }) }, 401, 'Bearer realm="api", error="invalid_token", error_description="The access token expired"', { status: 401 }],
    ["write", post(bearer(write)), 200, null, { by: "alice", body: { title: "new" } }],
    ["write without the scope", post(bearer()), 403, /error="insufficient_scope".*scope="write:reports"/, { status: 403 }],
  ]) {
    const response = await call(request);
    const text = await response.text();
    const said = `${name}: ${text}`;
    assert.equal(response.status, status, said);
    const line = response.headers.get("www-authenticate");
    if (challenge instanceof RegExp) assert.match(line, challenge, said);
    else assert.equal(line, challenge, said);
    if (status !== 200) assert.match(response.headers.get("content-type"), /^application\/problem\+json/, said);
    const found = JSON.parse(text);
    for (const [member, value] of Object.entries(body)) assert.deepEqual(found[member], value, said);
  }
}

/** Packs the package and puts it where an install would. */
function install() {
  const folder = mkdtempSync(join(tmpdir(), "countersign-packed-"));
  const place = join(apps, "node_modules/countersign");
  const packed = execFileSync("npm", ["pack", "--json", "--pack-destination", folder], { cwd: here, encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
  rmSync(place, { recursive: true, force: true });
  mkdirSync(place);
  execFileSync("tar", ["-xzf", join(folder, JSON.parse(packed)[0].filename), "-C", place, "--strip-components=1"]);
  rmSync(folder, { recursive: true });
}

test("route handlers of Next, built and started", async (t) => {
  install();
  const env = { ...process.env, NEXT_TELEMETRY_DISABLED: "1", NODE_ENV: "production", POLICY: JSON.stringify(policy) };
  delete env.NODE_TEST_CONTEXT;
  const next = require.resolve("next/dist/bin/next");
  execFileSync(process.execPath, [next, "build"], { cwd: apps, env, encoding: "utf8", timeout: 90_000, stdio: ["ignore", "pipe", "pipe"] });
  const child = spawn(process.execPath, [next, "start", "--port", "0", "--hostname", "127.0.0.1"], { cwd: apps, env, stdio: ["ignore", "pipe", "inherit"] });
  const ended = once(child, "exit");
  t.after(() => {
    child.kill();
    return ended;
  });
  let said = "";
  let url;
  for await (const chunk of child.stdout) {
    url = /Local: +(http:\S+)/.exec((said += chunk))?.[1];
    if (url !== undefined && /Ready/.test(said)) break;
  }
  assert.ok(url, said);
  await ask((request) => fetch(`${url}/reports`, request));
});

const verifier = new Verifier(policy);
const change = guard(verifier, { scopes: "write:reports" });
const read = withAuth(verifier, (request, decision) => Response.json({ of: decision.subject, scope: decision.claims.scope }));

/** A resource route: its module, as a file of an app exports it. */
const reports = {
  loader: ({ request }) => read(request),
  async action({ request }) {
    const decision = await change(request);
    // Thrown or returned, a response is a response.
    if (decision instanceof Response) throw decision;
    return Response.json({ by: decision.subject, body: await request.json() });
  },
};

for (const [framework, load] of Object.entries({
  Remix: () => require("@remix-run/node"),
  "React Router": () => require("react-router"),
})) {
  test(`loaders and actions of ${framework}`, async () => {
    const { createRequestHandler } = load();
    const routes = { reports: { id: "reports", path: "/reports", module: reports } };
    const build = {
      routes,
      entry: { module: { default: () => assert.fail("a resource route renders nothing") } },
      assets: { entry: { module: "", imports: [] }, routes: {}, url: "", version: "1" },
      future: {},
      basename: "/",
      publicPath: "/",
      assetsBuildDirectory: "build",
      isSpaMode: false,
      ssr: true,
      prerender: [],
      routeDiscovery: { mode: "initial" },
    };
    const handle = createRequestHandler(build, "production");
    await ask((request) => handle(new Request("https://api.example.com/reports", request)));
  });
}
