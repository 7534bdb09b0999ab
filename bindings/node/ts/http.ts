/** Handlers for node:http and node:https, and for whatever hands out their requests and responses. */

import type { IncomingMessage, ServerResponse } from "node:http";
import { STATUS_CODES } from "node:http";
import type { Duplex } from "node:stream";

import { addFields, denialOf, nodeRequest, type Answer, type NodeRouteOptions } from "./answer.js";
import type { Decision, HeaderList } from "./decision.js";
import { fieldsByName } from "./errors.js";
import { demandDevelopment, describeNode, explanation } from "./loopback.js";
import type { Verifier } from "./verifier.js";

export type { NodeRouteOptions, RouteOptions } from "./answer.js";

/** Judges a request; undefined if it was denied, and then it is answered. */
export type HttpGuard = (request: IncomingMessage, response: ServerResponse) => Promise<Decision | undefined>;

/** Judges a request to upgrade; undefined if it was denied, and then the socket is answered and closed. */
export type UpgradeGuard = (request: IncomingMessage, socket: Duplex) => Promise<Decision | undefined>;

/**
 * A guard for one kind of route.
 *
 * ```ts
 * const reports = guard(verifier, { scopes: "read:reports" });
 * createServer(async (request, response) => {
 *   const decision = await reports(request, response);
 *   if (decision === undefined) return;
 *   response.end(`hello ${decision.subject}`);
 * });
 * ```
 */
export function guard(verifier: Verifier, options: NodeRouteOptions = {}): HttpGuard {
  demandDevelopment(options);
  return async (request, response) => {
    const asked = nodeRequest(request, options);
    const decision = await verifier.checkAsync(asked, options);
    await options.onDecision?.(decision);
    if (decision.allowed) {
      addTo(response, decision.headers);
      return decision;
    }
    const answer = denialOf(decision, request.method);
    if (options.explainToLoopback === true && !response.headersSent) {
      addTo(
        response,
        explanation(answer, decision, () => describeNode(request, asked.url)),
      );
    }
    send(response, answer);
    return undefined;
  };
}

/**
 * The same for `server.on("upgrade")`: WebSocket and the like, which have no response to write to. On a fault the socket
 * is closed without an answer, and the promise rejects.
 */
export function guardUpgrade(verifier: Verifier, options: NodeRouteOptions = {}): UpgradeGuard {
  demandDevelopment(options);
  return async (request, socket) => {
    // A client that goes away while the check waits is no fault of the server.
    const ignore = (): void => {};
    socket.on("error", ignore);
    try {
      const asked = nodeRequest(request, options);
      const decision = await verifier.checkAsync(asked, options);
      await options.onDecision?.(decision);
      if (decision.allowed) {
        socket.off("error", ignore);
        return decision;
      }
      const answer = denialOf(decision, request.method);
      const more = options.explainToLoopback === true ? explanation(answer, decision, () => describeNode(request, asked.url)) : [];
      refuse(socket, answer, more);
      return undefined;
    } catch (fault) {
      // Nobody else closes it: no time limit of the server's holds for a socket that is to be upgraded.
      socket.destroy();
      throw fault;
    }
  };
}

/** Answers on a socket, and closes it. */
function refuse(socket: Duplex, { status, headers, body }: Answer, more: HeaderList): void {
  const lines = [...headers, ...more].map(([name, value]) => `${name}: ${value}\r\n`).join("");
  // Nothing else would ever close the other half: no time limit of the server's holds for an upgraded socket.
  socket.once("finish", () => socket.destroy());
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ""}\r\n${lines}Connection: close\r\n\r\n${body}`);
}

/** Adds fields to those that the response has. */
function addTo(response: ServerResponse, headers: HeaderList): void {
  addFields(
    headers,
    (name) => response.getHeader(name),
    (name, value) => response.setHeader(name, value),
  );
}

/** Sends the answer, unless the client is gone or something else answered meanwhile. */
export function send(response: ServerResponse, { status, headers, body }: Answer): void {
  if (response.headersSent) return;
  response.statusCode = status;
  for (const [name, value] of Object.entries(fieldsByName(headers))) response.setHeader(name, value);
  response.end(body);
}
