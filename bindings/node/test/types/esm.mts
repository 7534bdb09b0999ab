// What a program in TypeScript sees; compiled, never run.
import express from "express";
import fastify from "fastify";
import { Hono } from "hono";

import { AuthenticationError, Verifier, reasons, startKeyRefresh, type Claims, type Decision, type Reason } from "countersign";
import { countersign } from "countersign/express";
import plugin from "countersign/fastify";
import { guard, guardUpgrade } from "countersign/http";
import { guard as webGuard, withAuth } from "countersign/web";

const verifier = new Verifier({ realm: "api" }, { clock: () => Date.now() });
using refresh = startKeyRefresh(verifier, { fetch, timeout: 100 });
refresh.stop();

const decision: Decision = verifier.check({ headers: { authorization: undefined, "x-a": ["b"] }, scopes: ["a"], now: new Date() });
const reason: Reason = decision.reason;
const claims: Claims | null = decision.claims;
const subject: string | undefined = claims?.sub;
const custom: unknown = claims?.["custom"];
switch (reason) {
  case "token_expired":
    break;
  // @ts-expect-error no such reason
  case "token_expried":
    break;
  default:
}
const helps: boolean = reasons.token_expired.refreshHelps;
// @ts-expect-error no such reason
reasons.token_expried;
// @ts-expect-error a decision never changes
decision.status = 200;
// @ts-expect-error headers are needed
verifier.check({ method: "GET" });
// @ts-expect-error a header value is text
verifier.check({ headers: { authorization: 7 } });
verifier.check({ headers: new Headers() });
verifier.check({ headers: new Request("http://a").headers });

try {
  decision.assertAllowed();
} catch (fault) {
  if (fault instanceof AuthenticationError) {
    const code: Reason = fault.code;
    const status: number = fault.status;
    void [code, status];
  }
}

const app = express();
app.get("/", countersign(verifier, { scopes: "a" }), (request, response) => {
  response.json({ sub: request.auth?.subject });
});

const server = fastify();
await server.register(plugin, { verifier, scopes: "a" });
server.get("/", { config: { auth: { scopes: ["a"], profile: "b" } } }, (request) => request.auth?.claims ?? null);
server.get("/open", { config: { auth: false } }, () => "ok");
// @ts-expect-error a route asks for scopes, not for a number
server.get("/wrong", { config: { auth: { scopes: 7 } } }, () => "ok");
// @ts-expect-error the verifier is needed
await server.register(plugin, {});

const hono = new Hono<{ Variables: { auth: Decision } }>();
const judge = webGuard(verifier);
hono.use(async (context, next) => {
  const found = await judge(context.req.raw);
  if (found instanceof Response) return found;
  context.set("auth", found);
  await next();
  return undefined;
});

const handler: (request: Request, context: { params: { id: string } }) => Promise<Response> = withAuth(
  verifier,
  (_request, found, context: { params: { id: string } }) => new Response(`${found.subject} ${context.params.id}`),
);
const http: Decision | undefined = await guard(verifier)({} as never, {} as never);
void [subject, custom, helps, handler, http, guardUpgrade(verifier)];
