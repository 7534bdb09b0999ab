// Reads cases: known members only, each of its type, no name twice.

/** Why a line is no case. */
export class CaseFault extends Error {}

const NANOS = 1_000_000_000n;

/** One object of a case: known members only, each of its type, no name twice. */
export class Case {
  constructor(value, what) {
    this.what = what;
    if (value?.type !== "object") throw new CaseFault(`${what} is no object`);
    this.members = new Map(value.held);
    if (this.members.size !== value.held.length) throw new CaseFault(`${what} has a member twice`);
  }

  only(...known) {
    for (const name of this.members.keys()) if (!known.includes(name)) throw this.fault(name, "is not known");
    return this;
  }

  fault(name, what) {
    return new CaseFault(`${this.what}: the member ${JSON.stringify(name)} ${what}`);
  }

  has(name) {
    return this.members.has(name);
  }

  required(name) {
    const value = this.members.get(name);
    if (value === undefined) throw this.fault(name, "is missing");
    return value;
  }

  text(name) {
    const value = this.required(name);
    if (value.type !== "string") throw this.fault(name, "is no string");
    return value.held;
  }

  optionalText(name) {
    return this.has(name) ? this.text(name) : undefined;
  }

  nullableText(name) {
    return this.members.get(name)?.isNull ? undefined : this.optionalText(name);
  }

  list(name) {
    const value = this.required(name);
    if (value.type !== "array") throw this.fault(name, "is no list");
    return value.held;
  }

  optionalList(name) {
    return this.has(name) ? this.list(name) : undefined;
  }

  texts(name) {
    return this.optionalList(name)?.map((value) => {
      if (value.type !== "string") throw this.fault(name, "holds more than strings");
      return value.held;
    });
  }

  /** The raw text of a member, or the string in the other one: exactly one of the two. */
  document(json, rawText) {
    const [value, text] = [this.members.get(json), this.optionalText(rawText)];
    if ((value === undefined) === (text === undefined)) throw this.fault(json, "is needed, or its raw text, and not both");
    return value?.raw ?? text;
  }

  policy() {
    if (this.has("policy") && this.members.get("policy").type !== "object") throw this.fault("policy", "is no object");
    return this.document("policy", "policy_text");
  }

  /** Nanoseconds. */
  time(name) {
    const value = this.required(name);
    const form = value.type === "number" ? /^(-?)([0-9]+)(?:\.([0-9]{1,9}))?$/.exec(value.held) : null;
    if (form === null) throw this.fault(name, "is no time in seconds");
    const nanos = BigInt(form[2]) * NANOS + BigInt((form[3] ?? "").padEnd(9, "0"));
    return form[1] === "-" ? -nanos : nanos;
  }

  setTime(name) {
    const nanos = this.time(name);
    if (nanos <= 0n) throw this.fault(name, "is not above 0");
    return nanos;
  }

  monotonic() {
    const nanos = this.time("monotonic");
    if (nanos <= 0n || nanos >= 1n << 64n) throw this.fault("monotonic", "is not above 0 or not below 2^64 nanoseconds");
    return nanos;
  }

  clocks() {
    return { now: this.time("now"), monotonic: this.monotonic() };
  }
}

/** The digits of a whole number of 64 bits. */
export function whole(value) {
  if (value.type !== "number" || !/^[0-9]+$/.test(value.held)) return undefined;
  const number = BigInt(value.held);
  return number < 1n << 64n ? number : undefined;
}

/** Standard base64 with its padding; undefined for what is none. */
export function base64Bytes(text) {
  return /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(text) &&
    Buffer.from(text, "base64").toString("base64") === text
    ? Buffer.from(text, "base64")
    : undefined;
}

/** The UTF-8 of a string, or raw bytes, as the string of bytes that HTTP has. */
export function headerValue(value) {
  if (value.type === "string") return Buffer.from(value.held).toString("latin1");
  const object = new Case(value, "a header value").only("b64");
  const bytes = base64Bytes(object.text("b64"));
  if (bytes === undefined) throw object.fault("b64", "is no base64");
  return bytes.toString("latin1");
}
