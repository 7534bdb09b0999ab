/** Middleware for Express, and for Connect and whatever else calls `(request, response, next)`. */

import type { IncomingMessage, ServerResponse } from "node:http";

import { guard, type NodeRouteOptions } from "./http.js";
import type { Decision } from "./decision.js";
import type { Verifier } from "./verifier.js";

export type { NodeRouteOptions, RouteOptions } from "./answer.js";

declare global {
  // The way in which Express has its requests extended.
  // eslint-disable-next-line @typescript-eslint/no-namespace
  namespace Express {
    interface Request {
      /** What the last countersign middleware found; there behind one. */
      auth?: Decision;
    }
  }
}

/** Middleware of Express. */
export type ExpressMiddleware = (
  request: IncomingMessage & { auth?: Decision },
  response: ServerResponse,
  next: (fault?: unknown) => void,
) => void;

/**
 * Lets through what the policy allows, with the decision in `request.auth`, and answers everything else itself.
 *
 * ```ts
 * app.get("/reports", countersign(verifier, { scopes: "read:reports" }), (request, response) => {
 *   response.json({ hello: request.auth!.subject });
 * });
 * ```
 */
export function countersign(verifier: Verifier, options: NodeRouteOptions = {}): ExpressMiddleware {
  const judge = guard(verifier, options);
  // By its name spans and stacks tell it from other layers.
  return function countersign(request, response, next) {
    judge(request, response).then((decision) => {
      if (decision === undefined) return;
      request.auth = decision;
      next();
    }, next);
  };
}
