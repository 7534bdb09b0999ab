/**
 * The block of bytes through which a check crosses into the addon and back (`src/block.rs` knows the same layout).
 *
 * One for each thread: a check is synchronous, so nobody else sees it in between.
 */

/** What the addon judges; strings of header values stand for one byte a character. */
export interface Packed {
  method: string;
  target: string;
  profile: string | undefined;
  scopes: string | undefined;
  certificate: string | undefined;
  /** Milliseconds since 1970, or seconds in digits. */
  now: number | string;
  /** Milliseconds, or nanoseconds. */
  monotonic: number | bigint | undefined;
  /** Numbers of names, and values. */
  names: number[];
  values: string[];
}

export interface Block {
  readonly bytes: Buffer;
  readonly words: Uint32Array;
  readonly floats: Float64Array;
  readonly wholes: BigUint64Array;
}

export const HAS_PROFILE = 1;
export const HAS_SCOPES = 2;
export const HAS_CERTIFICATE = 4;
export const HAS_NOW_TEXT = 8;
export const HAS_MONOTONIC = 16;
export const HAS_MONOTONIC_WHOLE = 32;

export const NEED_KEYS = 1;
export const NEED_SLOW_HASH = 2;
export const NOT_ASCII = 4;
export const ABSENT = 0xffffffff;

/** Bytes of the head of a request: eight words, three numbers of 64 bits. */
const REQUEST_HEAD = 56;
/** Bytes of the head of a decision: seven words, a generation in two, the lengths of eight parts. */
export const DECISION_HEAD = 68;
/** The word with the length of the first part. */
export const DECISION_LENGTHS = 9;

/** What no string of bytes holds. For V8 the test costs nothing if it stores the string one byte a character. */
const BEYOND_BYTES = /[^\0-\xff]/;

export let block: Block = newBlock(16 * 1024);

/** Makes the block of this thread at least so long; what stands in it is gone. */
export function growBlock(length: number): Block {
  if (length > block.bytes.length) block = newBlock(2 ** Math.ceil(Math.log2(length)));
  return block;
}

function newBlock(length: number): Block {
  const memory = new ArrayBuffer(length);
  return {
    bytes: Buffer.from(memory),
    words: new Uint32Array(memory),
    floats: new Float64Array(memory),
    wholes: new BigUint64Array(memory),
  };
}

/** Writes a request and gives the bytes that it takes. */
export function writeRequest(packed: Packed): number {
  const { method, target, profile = "", scopes = "", certificate = "", now, monotonic, names, values } = packed;
  const nowText = typeof now === "string" ? now : "";
  let flags = 0;
  if (packed.profile !== undefined) flags |= HAS_PROFILE;
  if (packed.scopes !== undefined) flags |= HAS_SCOPES;
  if (packed.certificate !== undefined) flags |= HAS_CERTIFICATE;
  if (typeof now === "string") flags |= HAS_NOW_TEXT;
  const count = names.length;
  // UTF-8 takes at most three bytes a unit.
  let most = REQUEST_HEAD + 8 * count + method.length + target.length + nowText.length;
  most += 3 * (profile.length + scopes.length + certificate.length);
  for (let line = 0; line < count; line++) most += values[line]!.length;
  const { bytes, words, floats, wholes } = growBlock(most);
  words[1] = method.length;
  words[2] = target.length;
  words[6] = nowText.length;
  words[7] = count;
  floats[4] = typeof now === "string" ? 0 : now;
  if (typeof monotonic === "number") {
    flags |= HAS_MONOTONIC;
    floats[5] = monotonic;
  } else if (monotonic !== undefined) {
    flags |= HAS_MONOTONIC_WHOLE;
    wholes[6] = monotonic;
  }
  words[0] = flags;
  let at = REQUEST_HEAD + 8 * count;
  at += writeBytes(bytes, method, at);
  at += writeBytes(bytes, target, at);
  at += words[3] = profile === "" ? 0 : bytes.write(profile, at, "utf8");
  at += words[4] = scopes === "" ? 0 : bytes.write(scopes, at, "utf8");
  at += words[5] = certificate === "" ? 0 : bytes.write(certificate, at, "utf8");
  if (nowText !== "") at += bytes.write(nowText, at, "latin1");
  for (let line = 0; line < count; line++) {
    const value = values[line]!;
    words[REQUEST_HEAD / 4 + 2 * line] = names[line]!;
    words[REQUEST_HEAD / 4 + 2 * line + 1] = value.length;
    at += writeBytes(bytes, value, at);
  }
  return at;
}

function writeBytes(bytes: Buffer, text: string, at: number): number {
  if (BEYOND_BYTES.test(text)) {
    throw new TypeError("a method, a target or a header value holds a character that stands for no byte");
  }
  return text === "" ? 0 : bytes.latin1Write(text, at);
}

declare global {
  interface Buffer {
    /** Buffer.write without its look at the encoding. */
    latin1Write(text: string, offset: number, length?: number): number;
    latin1Slice(start: number, end: number): string;
    utf8Slice(start: number, end: number): string;
  }
}
