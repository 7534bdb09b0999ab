// Tokens bound to a client certificate (RFC 8705 section 3), over TLS between real sockets.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createHash, X509Certificate } from "node:crypto";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, Agent, request as httpsRequest } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";

import express from "express";
import fastify from "fastify";

import { Verifier } from "countersign";
import { countersign as forExpress } from "countersign/express";
import forFastify from "countersign/fastify";
import { guard, guardUpgrade } from "countersign/http";
import { makeKey, makePolicy, makeToken } from "./support.mjs";

const folder = mkdtempSync(join(tmpdir(), "countersign-tls-"));
after(() => rmSync(folder, { recursive: true }));
const openssl = (...args) => execFileSync("openssl", args, { cwd: folder, stdio: ["ignore", "pipe", "ignore"] });

/** A certificate with its key; of the authority, or signed by itself. */
function certify(name, { authority = true, isCa = false } = {}) {
  writeFileSync(join(folder, `${name}.cnf`), `[x]\nsubjectAltName=IP:127.0.0.1\nbasicConstraints=critical,CA:${isCa ? "TRUE" : "FALSE"}\n`);
  const made = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", `${name}.key`, "-subj", `/CN=${name}`];
  if (authority && !isCa) {
    openssl("req", "-new", ...made, "-out", `${name}.csr`);
    openssl("x509", "-req", "-in", `${name}.csr`, "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days", "2", "-extfile", `${name}.cnf`, "-extensions", "x", "-out", `${name}.pem`);
  } else {
    openssl("req", "-x509", ...made, "-days", "2", "-addext", "subjectAltName=IP:127.0.0.1", "-out", `${name}.pem`);
  }
  const [cert, key] = ["pem", "key"].map((kind) => readFileSync(join(folder, `${name}.${kind}`)));
  return { cert, key, thumbprint: createHash("sha256").update(new X509Certificate(cert).raw).digest("base64url") };
}

const ca = certify("ca", { isCa: true });
const server = certify("server");
const [alice, mallory, stranger] = [certify("alice"), certify("mallory"), certify("stranger", { authority: false })];
const tls = { cert: server.cert, key: server.key, ca: ca.cert, requestCert: true, rejectUnauthorized: false };

const key = makeKey("k1");
const verifier = new Verifier({ ...makePolicy([key]), transport: "tls" });
const bound = (to) => makeToken(key, { cnf: { "x5t#S256": to.thumbprint } });

const servers = {
  async http() {
    const judge = guard(verifier);
    return createServer(tls, async (request, response) => {
      const decision = await judge(request, response);
      if (decision !== undefined) response.end(decision.subject);
    });
  },
  async express() {
    const app = express();
    app.use(forExpress(verifier), (request, response) => response.end(request.auth.subject));
    return createServer(tls, app);
  },
  async fastify() {
    const app = fastify({ https: tls });
    await app.register(forFastify, { verifier });
    app.get("/", async (request) => request.auth.subject);
    await app.ready();
    return app.server;
  },
};

async function listen(t, made) {
  made.listen(0, "127.0.0.1");
  await once(made, "listening");
  t.after(() => {
    made.closeAllConnections();
    return new Promise((resolve) => made.close(resolve));
  });
  return made.address().port;
}

async function get(port, client, token, more = {}) {
  const headers = token === null ? {} : { authorization: `Bearer ${token}` };
  const { cert, key } = client ?? {};
  const request = httpsRequest({ host: "127.0.0.1", port, ca: ca.cert, cert, key, headers, agent: false, ...more }).end();
  const [response] = await once(request, "response");
  const resumed = response.socket.isSessionReused();
  let text = "";
  for await (const chunk of response) text += chunk;
  return { status: response.statusCode, challenge: response.headers["www-authenticate"], text, resumed };
}

const REFUSED = 'Bearer realm="api", error="invalid_token", error_description=';

for (const [framework, make] of Object.entries(servers)) {
  test(`${framework} takes a token from the client with its certificate alone`, async (t) => {
    const port = await listen(t, await make());
    assert.deepEqual([(await get(port, alice, bound(alice))).status, (await get(port, alice, bound(alice))).text], [200, "alice"]);
    assert.equal((await get(port, alice, makeToken(key))).status, 200, "a token that is bound to nothing");
    assert.equal((await get(port, null, makeToken(key))).status, 200, "nor does it need a certificate");
    for (const [client, description] of [
      [null, "A client certificate is required"],
      [mallory, "The access token is bound to another certificate"],
      // Nobody vouches for it; a host for which that is enough says so by clientCertSha256.
      [stranger, "A client certificate is required"],
    ]) {
      const { status, challenge } = await get(port, client, bound(alice));
      assert.deepEqual([status, challenge], [401, `${REFUSED}"${description}"`]);
    }
    assert.equal((await get(port, stranger, bound(stranger))).status, 401);
    assert.equal((await get(port, alice, null)).challenge, 'Bearer realm="api"');
  });
}

test("a resumed session is the same client's", async (t) => {
  const port = await listen(t, await servers.http());
  for (const maxVersion of ["TLSv1.2", "TLSv1.3"]) {
    const agent = new Agent({ ca: ca.cert, cert: alice.cert, key: alice.key, maxVersion, keepAlive: false });
    t.after(() => agent.destroy());
    const first = await get(port, alice, bound(alice), { agent });
    const second = await get(port, alice, bound(alice), { agent });
    assert.deepEqual([first.status, second.status], [200, 200], maxVersion);
    assert.deepEqual([first.resumed, second.resumed], [false, true], maxVersion);
    assert.equal((await get(port, alice, bound(mallory), { agent })).status, 401);
  }
});

test("the host says whose certificate counts where it knows better", async (t) => {
  const judge = guard(verifier, {
    clientCertSha256: ({ socket }) => createHash("sha256").update(socket.getPeerX509Certificate().raw).digest("base64url"),
  });
  const made = createServer(tls, async (request, response) => {
    if ((await judge(request, response)) !== undefined) response.end("in");
  });
  const port = await listen(t, made);
  assert.equal((await get(port, stranger, bound(stranger))).status, 200);
  assert.equal((await get(port, stranger, bound(alice))).status, 401);
});

test("an upgrade over TLS is bound as well", async (t) => {
  const judge = guardUpgrade(verifier);
  const made = createServer(tls);
  made.on("upgrade", async (request, socket) => {
    if ((await judge(request, socket)) !== undefined) socket.end("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n");
  });
  const port = await listen(t, made);
  const upgrade = async (client) => {
    const headers = { connection: "Upgrade", upgrade: "echo", authorization: `Bearer ${bound(alice)}` };
    const request = httpsRequest({ host: "127.0.0.1", port, ca: ca.cert, cert: client.cert, key: client.key, headers, agent: false }).end();
    return await Promise.race([once(request, "upgrade"), once(request, "response")]).then(([{ statusCode }]) => statusCode);
  };
  assert.deepEqual([await upgrade(alice), await upgrade(mallory)], [101, 401]);
});
