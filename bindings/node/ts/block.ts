/**
 * The block of bytes through which a check crosses into the addon and back (`src/block.rs` knows the same layout).
 *
 * One for each thread: a check is synchronous, so nobody else sees it in between.
 */

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
/** More than a time in seconds has characters. */
const MOST_DIGITS = 64;
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

/** The lines of the request that is being written: numbers of names, and values. */
const names: number[] = [];
const values: string[] = [];
let lines = 0;
let lineBytes = 0;
/** Counts the requests that were begun. */
let begun = 0;

/** A number that tells most credentials apart, made of characters where a token has its signature. Proves nothing. */
export let mark = 0;

/** Begins a request, and gives what {@link demandBegun} wants to see. */
export function beginLines(): number {
  dropLines();
  return ++begun;
}

/**
 * The lines are shared by the checks of a thread: a header whose getters check another request would have it judged by
 * lines of two.
 *
 * @throws Error if another request was begun since.
 */
export function demandBegun(request: number): void {
  if (request !== begun) throw new Error("reading the header of a request checked another one");
}

/** Puts a line of the next request. */
export function addLine(name: number, value: unknown): void {
  if (typeof value !== "string") throw new TypeError("a header value is no string");
  names[lines] = name;
  values[lines] = value;
  lines++;
  lineBytes += value.length;
}

/** Forgets the lines of a request that is not written. */
export function dropLines(): void {
  while (lines > 0) values[--lines] = "";
  lineBytes = 0;
}

/**
 * Writes a request with the lines that were put, and gives the bytes that it takes.
 *
 * Method and target have one byte a character; `now` is in milliseconds or, as text, in seconds; `monotonic` is in
 * milliseconds or whole nanoseconds.
 */
export function writeRequest(
  method: string,
  target: string,
  profile: string | null | undefined,
  scopes: string | undefined,
  certificate: string | null | undefined,
  now: number | string,
  monotonic: number | bigint | null,
): number {
  // UTF-8 takes at most three bytes a unit.
  let most = REQUEST_HEAD + 8 * lines + method.length + target.length + lineBytes + MOST_DIGITS;
  let flags = 0;
  if (profile !== undefined && profile !== null) {
    flags |= HAS_PROFILE;
    most += 3 * profile.length;
  }
  if (scopes !== undefined) {
    flags |= HAS_SCOPES;
    most += 3 * scopes.length;
  }
  if (certificate !== undefined && certificate !== null) {
    flags |= HAS_CERTIFICATE;
    most += 3 * certificate.length;
  }
  const { bytes, words, floats, wholes } = growBlock(most);
  words[1] = method.length;
  words[2] = target.length;
  words[7] = lines;
  if (typeof now === "number") floats[4] = now;
  else flags |= HAS_NOW_TEXT;
  if (typeof monotonic === "number") {
    flags |= HAS_MONOTONIC;
    floats[5] = monotonic;
  } else if (monotonic !== null) {
    flags |= HAS_MONOTONIC_WHOLE;
    wholes[6] = monotonic;
  }
  words[0] = flags;
  let at = REQUEST_HEAD + 8 * lines;
  at += writeBytes(bytes, method, at);
  at += writeBytes(bytes, target, at);
  at += words[3] = flags & HAS_PROFILE ? bytes.write(profile!, at, "utf8") : 0;
  at += words[4] = flags & HAS_SCOPES ? bytes.write(scopes!, at, "utf8") : 0;
  at += words[5] = flags & HAS_CERTIFICATE ? bytes.write(certificate!, at, "utf8") : 0;
  at += words[6] = typeof now === "string" ? bytes.write(now, at, "latin1") : 0;
  for (let line = 0; line < lines; line++) {
    const value = values[line]!;
    words[REQUEST_HEAD / 4 + 2 * line] = names[line]!;
    words[REQUEST_HEAD / 4 + 2 * line + 1] = value.length;
    at += writeBytes(bytes, value, at);
  }
  mark = markOf(lines === 0 ? "" : values[lines - 1]!);
  // Nothing here keeps a credential alive.
  dropLines();
  return at;
}

function markOf(value: string): number {
  const end = value.length;
  if (end < 16) return end;
  return (value.charCodeAt(end - 5) & 63) | ((value.charCodeAt(end - 9) & 63) << 6);
}

function writeBytes(bytes: Buffer, text: string, at: number): number {
  if (typeof text !== "string") throw new TypeError("a method or a target is no string");
  if (BEYOND_BYTES.test(text)) {
    throw new TypeError("a method, a target or a header value holds a character that stands for no byte");
  }
  if (text.length > SHORT) return bytes.latin1Write(text, at);
  // A call out of JavaScript costs more than these few turns.
  for (let place = 0; place < text.length; place++) bytes[at + place] = text.charCodeAt(place);
  return text.length;
}

const SHORT = 24;

declare global {
  interface Buffer {
    /** Buffer.write without its look at the encoding. */
    latin1Write(text: string, offset: number, length?: number): number;
    latin1Slice(start: number, end: number): string;
    utf8Slice(start: number, end: number): string;
  }
}
