// What a program in TypeScript sees; compiled, never run.
import axios from "axios";
import express from "express";
import fastify from "fastify";
import { Hono } from "hono";
import { Agent } from "undici";

import { AuthenticationError, explain, Verifier, reasons, startKeyRefresh, type Claims, type Decision, type Exchange, type Finding, type FindingId, type Reason } from "countersign";
import { axiosAuth } from "countersign/axios";
import { createAuthFetch, maySendTo, nextStep, readChallenges, tokenFresh, type AuthOptions, type Step, type StepReason } from "countersign/client";
import { countersign } from "countersign/express";
import plugin from "countersign/fastify";
import { guard, guardUpgrade } from "countersign/http";
import { attributes, record, type Attribute } from "countersign/opentelemetry";
import { undiciAuth } from "countersign/undici";
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
app.get("/", countersign(verifier, { scopes: "a", onDecision: record }), (request, response) => {
  response.json({ sub: request.auth?.subject });
});

const server = fastify();
await server.register(plugin, { verifier, scopes: "a" });
server.get("/", { config: { auth: { scopes: ["a"], profile: "b" } } }, (request) => request.auth?.claims ?? null);
server.get("/open", { config: { auth: false } }, () => "ok");
// @ts-expect-error a route asks for scopes, not for a number
server.get("/wrong", { config: { auth: { scopes: 7 } } }, () => "ok");
await server.register(plugin, { verifier, onDecision: (found) => void found.reason });
// @ts-expect-error the hook gets a decision
guard(verifier, { onDecision: (found: string) => void found });
const attribute: Attribute = "countersign.reason";
const value: boolean | number | string | undefined = attributes(decision)[attribute];
// @ts-expect-error no user is named
void [value, attributes(decision)["countersign.subject"]];
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
const clientOptions: AuthOptions = {
  origin: "https://api.example.com",
  getToken: () => ({ accessToken: "t", expires: 1 }),
  refresh: async (token, { signal }) => (signal.aborted ? null : token.accessToken),
  onLogout: ({ error }) => void error,
};
const authFetch: typeof fetch = createAuthFetch({ ...clientOptions, fetch });
axios.create().interceptors.request.use(axiosAuth(axios, clientOptions));
new Agent().compose(undiciAuth({ ...clientOptions, origin: ["https://api.example.com"] }));
// @ts-expect-error the origin is needed
undiciAuth({ getToken: () => null });
// @ts-expect-error where the token comes from is needed
createAuthFetch({});
const step: Step = nextStep(new Response(null, { status: 401 }), { sent: { scheme: "Bearer" }, can: { refresh: true } });
switch (step.step) {
  case "refresh":
    break;
  // @ts-expect-error no such step
  case "refreh":
    break;
  default:
}
const why: StepReason = step.reason;
// @ts-expect-error no such scheme
nextStep({ status: 401 }, { sent: { scheme: "Hawk" } });
const fresh: boolean = tokenFresh(1) && maySendTo("https://a", "https://a", { httpLoopback: true });
void [authFetch, why, fresh, readChallenges("Bearer").warnings[0]?.tolerance];
const http: Decision | undefined = await guard(verifier)({} as never, {} as never);
void [subject, custom, helps, handler, http, guardUpgrade(verifier)];

const answered = await fetch("https://api.example.com");
const exchange: Exchange = {
  request: new Request("https://api.example.com"),
  response: { status: answered.status, headers: answered.headers, body: new Uint8Array(await answered.arrayBuffer()) },
  redirects: [{ status: 302, location: "/" }],
  policy: { realm: "api" },
  keys: new Map([["https://a.example", { keys: [] }]]),
  scopes: ["a"],
  now: new Date(),
};
const findings: Finding[] = explain(exchange);
for (const { id, severity, certainty, place, wouldPassIf } of findings) {
  const named: FindingId = id;
  const shown: [string | null, number | null, string | null] = [place.name, place.offset, wouldPassIf];
  // @ts-expect-error no such finding
  if (id === "token_expried") void named;
  // @ts-expect-error no such severity
  if (severity === "fatal") void shown;
  if (certainty === "proved" && place.part === "token") break;
}
explain({ request: { headers: ["Authorization", "Bearer"] }, keys: { "https://a.example": "{}" }, profile: null });
// @ts-expect-error a body that was not read
explain({ response: { status: 401, body: answered.body } });
// @ts-expect-error a status is a number
explain({ response: { status: "401" } });
// @ts-expect-error no such member
explain({ polizy: {} });
// @ts-expect-error a finding never changes
findings[0]!.id = "token_expired";

guardUpgrade(verifier, { explainToLoopback: true });
webGuard(verifier, { explainToLoopback: false, client: () => ({ address: undefined, httpVersion: "1.1" }), onDecision: async () => {} });
// @ts-expect-error on or off
countersign(verifier, { explainToLoopback: "yes" });
explain({ reason: decision.reason });
// @ts-expect-error no such reason
explain({ reason: "token_expried" });
