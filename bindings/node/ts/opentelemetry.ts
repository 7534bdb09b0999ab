/** Decisions on the spans of OpenTelemetry. Needs `@opentelemetry/api`, which the program brings. */

import type * as Api from "@opentelemetry/api";

import type { Attribute } from "./attributes.js";
import type { Decision } from "./decision.js";
import { native } from "./native.js";

export type { Attribute } from "./attributes.js";

const { trace } = load();

/** What of a decision each attribute says: its name ends in that of a member, to which the compiler holds it. */
type Member = Attribute extends `countersign.${infer Name}` ? Name : never;

const rows = native
  .attributes()
  .map((name) => [name as Attribute, name.slice(name.lastIndexOf(".") + 1) as Member] as const);

/**
 * What a span says of a decision, without what there is not. No value names a user, a client, a token or a key, and the
 * issuer is one of the policy's whose signature held.
 */
export function attributes(decision: Decision): Partial<Record<Attribute, boolean | number | string>> {
  const found: Partial<Record<Attribute, boolean | number | string>> = {};
  for (const [name, member] of rows) {
    const value = decision[member];
    if (value !== null) found[name] = value;
  }
  return found;
}

/**
 * Sets the attributes of a decision on the active span, if there is one that is recorded; its status stays as it is.
 *
 * ```ts
 * const reports = guard(verifier, { scopes: "read:reports", onDecision: record });
 * ```
 */
export function record(decision: Decision): void {
  const span = trace.getActiveSpan();
  if (span?.isRecording() === true) span.setAttributes(attributes(decision));
}

function load(): typeof Api {
  try {
    return require("@opentelemetry/api") as typeof Api;
  } catch (cause) {
    throw new Error("countersign/opentelemetry needs @opentelemetry/api: npm install @opentelemetry/api", { cause });
  }
}
