/** A plugin for Fastify. */

import type { FastifyInstance, FastifyPluginAsync, FastifyReply, FastifyRequest } from "fastify";

import { addFields, denialOf, nodeRequest, type NodeRouteOptions } from "./answer.js";
import type { Decision, HeaderList } from "./decision.js";
import { fieldsByName } from "./errors.js";
import { demandDevelopment, describeNode, explanation } from "./loopback.js";
import type { Verifier } from "./verifier.js";

export type { NodeRouteOptions, RouteOptions } from "./answer.js";

declare module "fastify" {
  interface FastifyRequest {
    /** What countersign found; null on a route without authentication. */
    auth: Decision | null;
  }

  interface FastifyContextConfig {
    /** What this route asks for, in place of the plugin's options; false for no authentication. */
    auth?: NodeRouteOptions | false;
  }
}

/** See {@link countersign}. */
export interface CountersignPluginOptions extends NodeRouteOptions {
  readonly verifier: Verifier;
  /** Whether routes that say nothing are guarded; true unless given. */
  readonly guardAll?: boolean | undefined;
}

/**
 * Guards every route from here on: what the policy allows goes on with the decision in `request.auth`, everything
 * else is answered.
 *
 * ```ts
 * await app.register(countersign, { verifier });
 * app.get("/reports", { config: { auth: { scopes: "read:reports" } } }, (request) => ({ hello: request.auth?.subject }));
 * app.get("/health", { config: { auth: false } }, () => "ok");
 * ```
 */
export const countersign: FastifyPluginAsync<CountersignPluginOptions> = async (
  app: FastifyInstance,
  { verifier, guardAll = true, ...defaults },
) => {
  demandDevelopment(defaults);
  app.addHook("onRoute", ({ config }) => {
    const auth = config?.auth;
    if (typeof auth === "object" && auth !== null) demandDevelopment(auth);
  });
  app.decorateRequest("auth", null);
  app.addHook("onRequest", async (request: FastifyRequest, reply: FastifyReply) => {
    const route = request.routeOptions.config.auth;
    if (route === false || (route === undefined && !guardAll)) return undefined;
    const options = { ...defaults, ...route };
    const asked = nodeRequest(request.raw, options);
    const decision = await verifier.checkAsync(asked, options);
    await options.onDecision?.(decision);
    if (decision.allowed) {
      request.auth = decision;
      addTo(reply, decision.headers);
      return undefined;
    }
    const answer = denialOf(decision, request.method);
    const { status, headers, body } = answer;
    if (options.explainToLoopback === true) {
      addTo(
        reply,
        explanation(answer, decision, () => describeNode(request.raw, asked.url)),
      );
    }
    return reply.code(status).headers(fieldsByName(headers)).send(Buffer.from(body));
  });
};

/** Adds fields to those that the reply has. */
function addTo(reply: FastifyReply, headers: HeaderList): void {
  addFields(
    headers,
    (name) => reply.getHeader(name),
    (name, value) => reply.header(name, value),
  );
}

// As fastify-plugin does: the hook and the decoration are for the scope that registers the plugin.
Object.assign(countersign, {
  [Symbol.for("skip-override")]: true,
  [Symbol.for("fastify.display-name")]: "countersign",
  [Symbol.for("plugin-meta")]: { fastify: ">=4.29", name: "countersign" },
});

export default countersign;
