/** Reads what a host hands to `explain`: each value of its type, or an error that names its place and never its value. */

import type { ExplainedRedirect, ExplainedRequest, ExplainedResponse } from "./explain.js";
import type { HeadersInput } from "./headers.js";
import { native, type NativeExchange, type NativeNamed } from "./native.js";

/** The value read; undefined if it is not at hand. */
export function optional<T, R>(value: T | null | undefined, read: (value: T) => R): R | undefined {
  return value === undefined || value === null ? undefined : read(value);
}

export function demandObject(value: unknown, what: string): void {
  if (typeof value !== "object" || value === null) throw new TypeError(`${what} is no object`);
}

export function textOf(value: unknown, what: string): string {
  if (typeof value !== "string") throw new TypeError(`${what} is no string`);
  return value;
}

/** Bytes; those of a string are its UTF-8. */
export function bytesOf(value: unknown, what: string): Buffer {
  if (typeof value === "string") return Buffer.from(value);
  if (value instanceof Uint8Array) return Buffer.from(value.buffer, value.byteOffset, value.byteLength);
  throw new TypeError(`${what} is neither a string nor bytes`);
}

/** The text of a JSON document that is there as an object or as its text. */
export function documentOf(value: unknown, what: string): Buffer {
  if (typeof value === "string" || value instanceof Uint8Array) return bytesOf(value, what);
  demandObject(value, what);
  let text: unknown;
  try {
    text = JSON.stringify(value);
  } catch {
    // A cycle, a bigint, a toJSON that throws: what they say can hold the document's values.
  }
  if (typeof text !== "string") throw new TypeError(`${what} cannot be written as JSON`);
  return Buffer.from(text);
}

export function listOf<T>(value: readonly T[] | null | undefined, what: string): readonly T[] {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) throw new TypeError(`${what} is no list`);
  return value;
}

/** Names with their bytes, from an object or from pairs. */
export function namedOf(value: unknown, what: string, read: (value: unknown, what: string) => Buffer): NativeNamed[] {
  if (value === undefined || value === null) return [];
  demandObject(value, what);
  const pairs = Symbol.iterator in (value as object) ? [...(value as Iterable<unknown>)] : Object.entries(value as object);
  return pairs.map((pair) => {
    const [name, held] = pairOf(pair, what);
    return { name: textOf(name, `a name in ${what}`), value: read(held, `a member of ${what}`) };
  });
}

function pairOf(pair: unknown, what: string): readonly [unknown, unknown] {
  if (!Array.isArray(pair) || pair.length !== 2) throw new TypeError(`a member of ${what} is no pair`);
  return pair as unknown as readonly [unknown, unknown];
}

export function requestOf(request: ExplainedRequest): NativeExchange["request"] {
  demandObject(request, "the request");
  const { method = "GET", url = "/", headers, clientCertSha256 } = request;
  return {
    method: textOf(method, "the method"),
    target: textOf(url, "the URL"),
    fields: fieldsOf(headers, "the request"),
    clientCertSha256: optional(clientCertSha256, (hash) => textOf(hash, "clientCertSha256")),
  };
}

export function responseOf(response: ExplainedResponse): NativeExchange["response"] {
  demandObject(response, "the response");
  const { status, headers, body } = response;
  return {
    status: statusOf(status, "the response"),
    fields: fieldsOf(headers, "the response"),
    body: optional(body, frontOf) ?? Buffer.alloc(0),
  };
}

export function redirectOf(redirect: ExplainedRedirect): NativeExchange["redirects"][number] {
  demandObject(redirect, "a redirect");
  const { status, from, location } = redirect;
  return {
    status: statusOf(status, "a redirect"),
    from: optional(from, (address) => textOf(address, "the address before a redirect")),
    location: textOf(location, "the location of a redirect"),
  };
}

function statusOf(status: unknown, what: string): number {
  if (typeof status !== "number") throw new TypeError(`the status of ${what} is no number`);
  if (!Number.isInteger(status) || status < 0 || status > 0xffff) throw new RangeError(`the status of ${what} is out of range`);
  return status;
}

/** As much of a body as is looked at, or a little more: what is not looked at is not copied. */
function frontOf(body: string | Uint8Array): Buffer {
  // A character is a byte or more, so that only what stands behind the front is cut in two.
  if (typeof body === "string") return Buffer.from(body.slice(0, BODY_BYTES + 1));
  return bytesOf(body, "the body").subarray(0, BODY_BYTES);
}

const BODY_BYTES = native.explainedBodyBytes();

/** Names and values by turns, as the bytes that they stand for; every line, in order. */
function fieldsOf(headers: HeadersInput | null | undefined, what: string): Buffer[] {
  const fields: Buffer[] = [];
  if (headers === undefined || headers === null) return fields;
  demandObject(headers, `the header of ${what}`);
  const add = (name: unknown, value: unknown): void => {
    fields.push(fieldBytes(name, "name", what), fieldBytes(value, "value", what));
  };
  if (Array.isArray(headers)) {
    const list = headers as readonly (string | readonly [string, string])[];
    if (typeof list[0] === "string") for (let at = 0; at + 1 < list.length; at += 2) add(list[at], list[at + 1]);
    else for (const pair of list) add(...pairOf(pair, `the header of ${what}`));
  } else if (typeof (headers as Headers).entries === "function") {
    for (const [name, value] of (headers as Headers).entries()) add(name, value);
  } else {
    for (const [name, value] of Object.entries(headers as Record<string, string | readonly string[] | undefined>)) {
      if (Array.isArray(value)) for (const line of value as string[]) add(name, line);
      else if (value !== undefined) add(name, value);
    }
  }
  return fields;
}

function fieldBytes(text: unknown, kind: "name" | "value", what: string): Buffer {
  if (typeof text !== "string") throw new TypeError(`a header ${kind} of ${what} is no string`);
  if (/[^\0-\xff]/.test(text)) throw new TypeError(`a header ${kind} of ${what} holds a character that stands for no byte`);
  return Buffer.from(text, "latin1");
}
