/** For Web-standard requests: Hono, Remix, route handlers of Next, Deno-like runtimes on Node. */

import { cacheControlWith, denialOf, isCacheControl, type RouteOptions } from "./answer.js";
import type { Decision, HeaderList } from "./decision.js";
import { demandDevelopment, explanation, type Client, type LoopbackRequest } from "./loopback.js";
import type { Verifier } from "./verifier.js";

export type { RouteOptions } from "./answer.js";
export type { Client } from "./loopback.js";

/** What a route over Web-standard requests asks for. */
export interface WebRouteOptions extends RouteOptions {
  /**
   * Whether the client reached this server by https, where the URL of the request does not say so because a proxy
   * ends TLS.
   */
  readonly isHttps?: ((request: Request) => boolean) | undefined;
  /** The SHA-256 of the client certificate as base64url, from the TLS layer. */
  readonly clientCertSha256?: ((request: Request) => string | null) | undefined;
  /**
   * The client as its socket knows it, which a Web-standard request does not tell; never what a field says.
   * `explainToLoopback` writes nothing without address and version.
   */
  readonly client?: ((request: Request) => Client | undefined) | undefined;
}

/** Judges a request: the decision that lets it through, or the response to answer it with. */
export type WebGuard = (request: Request) => Promise<Decision | Response>;

/**
 * A guard for one kind of route.
 *
 * ```ts
 * const reports = guard(verifier, { scopes: "read:reports" });
 * const decision = await reports(request);
 * if (decision instanceof Response) return decision;
 * ```
 */
export function guard(verifier: Verifier, options: WebRouteOptions = {}): WebGuard {
  demandDevelopment(options);
  return async (request) => {
    const url = targetOf(request, options);
    const decision = await verifier.checkAsync(
      {
        headers: request.headers,
        method: request.method,
        url,
        profile: options.profile,
        scopes: options.scopes,
        clientCertSha256: options.clientCertSha256?.(request),
      },
      options,
    );
    await options.onDecision?.(decision);
    if (decision.allowed) return decision;
    const answer = denialOf(decision, request.method);
    const { status, body } = answer;
    const headers = headersOf(answer.headers);
    if (options.explainToLoopback === true) {
      const describe = (): LoopbackRequest => {
        const { address, httpVersion } = options.client?.(request) ?? {};
        return { address, httpVersion, fields: [...request.headers], method: request.method, url };
      };
      for (const [name, value] of explanation(answer, decision, describe)) headers.append(name, value);
    }
    return new Response(request.method === "HEAD" ? null : body, { status, headers });
  };
}

/**
 * A handler that is called with the decision for requests that are let through; the fields of the decision are added
 * to its response. A Cache-Control of the handler's stays if it says `private` or `no-store`, else it gets what the decision
 * asks for.
 */
export function withAuth<Rest extends unknown[]>(
  verifier: Verifier,
  handler: (request: Request, decision: Decision, ...rest: Rest) => Response | Promise<Response>,
  options: WebRouteOptions = {},
): (request: Request, ...rest: Rest) => Promise<Response> {
  const judge = guard(verifier, options);
  return async (request, ...rest) => {
    const decision = await judge(request);
    if (decision instanceof Response) return decision;
    const response = await handler(request, decision, ...rest);
    if (decision.headers.length === 0) return response;
    // The header of a response that was fetched or made by Response.redirect cannot be changed.
    const changed = new Response(response.body, response);
    for (const [name, value] of decision.headers) {
      if (isCacheControl(name)) changed.headers.set(name, cacheControlWith(changed.headers.get(name) ?? "", value));
      else changed.headers.append(name, value);
    }
    return changed;
  };
}

function targetOf(request: Request, options: WebRouteOptions): string {
  const url = new URL(request.url);
  if (options.isHttps !== undefined) url.protocol = options.isHttps(request) ? "https:" : "http:";
  return url.href;
}

function headersOf(list: HeaderList): Headers {
  const headers = new Headers();
  for (const [name, value] of list) headers.append(name, value);
  return headers;
}
