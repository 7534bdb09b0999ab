/** The addon, found by platform; nothing else of the package knows its types. */

import { join } from "node:path";

/** A row of the core's table of reasons. */
export interface NativeReason {
  number: number;
  name: string;
  status: number;
  error?: string;
  text: string;
  refreshHelps: boolean;
  nextStep: string;
  cause: string;
}

export interface NativeEntry {
  severity: "error" | "warning";
  code: string;
  pointer: string;
  text: string;
}

export interface NativeTicket {
  number: bigint;
  kind: "metadata" | "key_set";
  reason: string;
  issuer: string;
  url: string;
  etag?: string;
  deadline: bigint;
  maxBytes: number;
}

export interface NativeSubject {
  subject: string;
  before: string;
}

type Names = string[] | null | undefined;

export interface NativeVerifier {
  report(): NativeEntry[];
  wantedFields(): string[];
  credentialParameters(): string[];
  number(): number;
  setApiKeys(keys: Uint8Array): NativeEntry[];
  dueAt(): number;
  nextFetch(wall: string, monotonic: bigint): NativeTicket | null;
  fetchBody(
    ticket: bigint,
    bytes: Uint8Array,
    etag: string | null,
    maxAge: bigint | null,
    wall: string,
    monotonic: bigint,
  ): string;
  fetchNotModified(ticket: bigint, maxAge: bigint | null, wall: string, monotonic: bigint): string;
  fetchFailed(ticket: bigint, word: string | null, wall: string, monotonic: bigint): string;
  setKeys(issuer: string, text: Uint8Array, fetchedAt?: string, wall?: string, monotonic?: bigint): string[];
  importKeys(
    issuer: string,
    text: Uint8Array,
    etag: string | null,
    fetchedAt: string | null,
    wall: string,
    monotonic: bigint,
  ): string[];
  exportKeys(issuer: string): { text: Buffer; etag?: string; fetchedAt?: bigint } | null;
  generation(issuer: string): bigint | null;
  isFetching(issuer: string): boolean;
  status(wall: string, monotonic: bigint): string;
  metrics(wall: string, monotonic: bigint): string;
  revoke(ids: Names, sessions: Names, subjects: NativeSubject[] | null): void;
  setRevoked(ids: Names, sessions: Names, subjects: NativeSubject[] | null): void;
}

export interface NativeKeys {
  list(): {
    kid?: string;
    kty?: string;
    alg?: string;
    thumbprint?: string;
    usable: boolean;
    reason: string;
  }[];
}

export interface NativeRead {
  scheme: string;
  token68?: string;
  params: Buffer[];
}

export interface NativeReading {
  challenges: { scheme: string; token68?: string; params: [string, string][] }[];
  warnings: { tolerance: string; value: number; offset: number }[];
}

export interface NativeStep {
  step: string;
  reason: string;
  replay: boolean;
  state: number;
  scheme?: string;
  scope?: string;
  acrValues?: string;
  maxAge?: number;
  resourceMetadata?: string;
  nonce?: string;
  seconds?: number;
  reading: NativeReading;
}

interface NativeAbilities {
  refresh: boolean;
  interactive: boolean;
  schemes: string[];
  replay: boolean;
  idempotent: boolean;
  strict: boolean;
  downgrade: boolean;
}

export interface NativeNamed {
  name: string;
  value: Buffer;
}

export interface NativeExchange {
  request: { method: string; target: string; fields: Buffer[]; clientCertSha256: string | undefined } | undefined;
  response: { status: number; fields: Buffer[]; body: Buffer } | undefined;
  redirects: { status: number; from: string | undefined; location: string }[];
  token: Buffer | undefined;
  policy: Buffer | undefined;
  refs: NativeNamed[];
  keys: NativeNamed[];
  profile: string | undefined;
  scopes: string | undefined;
  revoked: string[];
  now: string | undefined;
  reason: string | undefined;
}

export interface NativeFinding {
  id: string;
  number: number;
  severity: string;
  certainty: string;
  part: string;
  name?: string;
  offset?: number;
  evidence: string;
  cause: string;
  advice: string;
  wouldPassIf?: string;
  requirement: string;
  section: string;
}

interface Native {
  NativeVerifier: new (
    policy: Uint8Array,
    references: { name: string; value: Buffer }[],
    entropy: Uint8Array,
  ) => NativeVerifier;
  check(number: number, block: Uint8Array): number;
  resume(number: number, block: Uint8Array, answer: object): number;
  readAgain(number: number, block: Uint8Array): number;
  slowHash(number: number): Promise<object> | null;
  Keys: new (text: Uint8Array) => NativeKeys;
  reasons(): NativeReason[];
  details(): string[];
  schemes(): string[];
  attributes(): string[];
  fields(): string[];
  decodeUnverified(token: Uint8Array): { header?: string; claims?: string; reason: string };
  verifyJws(
    token: Uint8Array,
    keys: NativeKeys,
    algorithms: string[] | null,
  ): { reason: string; keyId?: string; header?: string };
  parseChallenges(lines: Buffer[]): { challenges: NativeRead[]; fault?: [number, number] };
  parseCredentials(value: Uint8Array): { credentials?: NativeRead; reason: string };
  writeChallenge(scheme: string, params: string[]): string;
  nextStep(
    status: number,
    fields: Buffer[],
    url: string | undefined,
    sent: { scheme: string | undefined; expires: bigint | undefined; superseded: boolean; url: string | undefined },
    can: NativeAbilities,
    along: { state: number; now: bigint; seed: bigint },
  ): NativeStep;
  readChallenges(lines: Buffer[]): NativeReading;
  tokenFresh(expires: bigint, lifetime: bigint | undefined, now: bigint): boolean;
  maySendTo(granted: string, target: string, httpLoopback: boolean): boolean;
  isSameOrigin(one: string, other: string): boolean;
  clientWords(): { steps: string[]; reasons: string[]; tolerances: string[] };
  cacheControlMaxAge(value: Uint8Array, age: number): number | null;
  explain(exchange: NativeExchange): NativeFinding[];
  explainedBodyBytes(): number;
  findingWords(): { ids: string[]; severities: string[]; certainties: string[]; parts: string[] };
}

/** The name of this platform's folder below `prebuilt`, as in `linux-x64-gnu`. */
function platform(): string {
  const { platform: system, arch } = process;
  if (system !== "linux") return `${system}-${arch}`;
  const report = process.report?.getReport() as { header?: { glibcVersionRuntime?: string } } | undefined;
  return `${system}-${arch}-${report?.header?.glibcVersionRuntime === undefined ? "musl" : "gnu"}`;
}

function load(): Native {
  const path = join(__dirname, "..", "prebuilt", platform(), "countersign.node");
  try {
    return require(path) as Native;
  } catch (cause) {
    const hint = "if a bundler packed this program, tell it to leave the package alone, as serverExternalPackages of Next does";
    throw new Error(`countersign has no addon that loads on ${platform()}; ${hint}`, { cause });
  }
}

export const native: Native = load();
