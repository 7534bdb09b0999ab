/** The Verifier: what a host asks. */

import { randomBytes } from "node:crypto";

import { beginLines, block, demandBegun, dropLines, growBlock, writeRequest } from "./block.js";
import { Decision } from "./decision.js";
import { PolicyError, type PolicyEntry } from "./errors.js";
import { WantedFields, type HeadersInput } from "./headers.js";
import { KeyStore } from "./store.js";
import { native, type NativeVerifier } from "./native.js";
import { rememberedEntries, RememberedClaims } from "./remembered.js";
import { secondsText, type Clocks, type Instant } from "./time.js";

/** A policy: the document as an object, or its text. */
export type Policy = object | string | Uint8Array;

/** See {@link Verifier}. */
export interface VerifierOptions extends Clocks {
  /** The secrets that the policy names by `{"ref": ...}`. */
  readonly refs?: Readonly<Record<string, string | Uint8Array>> | undefined;
}

/** One request. */
export interface CheckRequest {
  /** Its header; see {@link HeadersInput}. */
  readonly headers: HeadersInput;
  /** GET unless given. */
  readonly method?: string | undefined;
  /** The path, or the absolute URI, which alone tells the core of TLS; `/` unless given. */
  readonly url?: string | undefined;
  /** The policy's profile; the unnamed one unless given. */
  readonly profile?: string | null | undefined;
  /** The scopes that are needed, in place of the policy's; `""` or an empty list asks for none. */
  readonly scopes?: string | readonly string[] | undefined;
  /** The SHA-256 of the client certificate's DER as base64url, from the TLS layer (RFC 8705 section 3.1). */
  readonly clientCertSha256?: string | null | undefined;
  /** In place of the verifier's clock. */
  readonly now?: Instant | undefined;
  /** In place of the verifier's monotonic clock: milliseconds, or nanoseconds; null for a host that has none. */
  readonly monotonic?: number | bigint | null | undefined;
}

/** See {@link Verifier.checkAsync}. */
export interface AsyncCheckOptions {
  /** How many milliseconds to wait for keys that {@link startKeyRefresh} is fetching; 5000 unless given, 0 for none. */
  readonly waitForKeys?: number | undefined;
}

/** Who brings keys to a verifier. @internal */
export interface KeyBringer {
  /** Looks for what there is to fetch, and waits until the issuer had another set, or none comes. */
  broughtBeyond(issuer: string, generation: bigint, wait: number): Promise<void>;
  wake(): void;
}

/**
 * Judges requests by a policy. Checks run at once, on the calling thread.
 *
 * Belongs to the thread that made it: each worker makes its own from the same policy.
 *
 * ```ts
 * const verifier = new Verifier(policy);
 * const decision = verifier.check({ headers: request.rawHeaders, method: request.method, url: request.url });
 * decision.assertAllowed();
 * ```
 */
export class Verifier implements Disposable {
  /** The live keys and what was revoked. */
  readonly store: KeyStore;
  /** What loading the policy warned of. */
  readonly warnings: readonly PolicyEntry[];
  /** The query parameters that can carry a credential, to be scrubbed from logs. */
  readonly credentialParameters: readonly string[];
  #native: NativeVerifier | undefined;
  /** By which the addon finds the verifier. It holds one as long as {@link Verifier.#native} is there. */
  readonly #number: number;
  readonly #wanted: WantedFields;
  readonly #clock: () => number;
  readonly #monotonic: () => number;
  readonly #remembered: RememberedClaims | undefined;
  #bringer: KeyBringer | undefined;

  /** @throws {@link PolicyError} with the JSON Pointer of what is wrong. */
  constructor(policy: Policy, options: VerifierOptions = {}) {
    const references = Object.entries(options.refs ?? {}).map(([name, value]) => ({ name, value: bytesOf(value) }));
    const text = policyText(policy);
    const loaded = new native.NativeVerifier(text, references, randomBytes(16));
    const entries = loaded.report();
    if (entries[0]?.severity === "error") throw new PolicyError(entries);
    this.warnings = entries;
    this.credentialParameters = loaded.credentialParameters();
    const remembered = rememberedEntries(text);
    this.#remembered = remembered > 0 ? new RememberedClaims(remembered) : undefined;
    this.#native = loaded;
    this.#number = loaded.number();
    this.#wanted = new WantedFields(loaded.wantedFields());
    this.#clock = options.clock ?? Date.now;
    this.#monotonic = options.monotonic ?? monotonicClock;
    this.store = new KeyStore(() => this.#loaded(), this.#clock, this.#monotonic);
  }

  /**
   * Judges one request.
   *
   * A password whose slow hash is not remembered is denied as `check_pending`, with a need of `slow_hash`: use
   * {@link Verifier.checkAsync} where the policy takes passwords.
   *
   * @throws TypeError for a header value that is no string of bytes.
   */
  check(request: CheckRequest): Decision {
    this.#loaded();
    const used = this.#write(request);
    return this.#read(native.check(this.#number, block.bytes), used);
  }

  /**
   * The same, doing what the first answer asks for: the slow hash of a password on the threads of libuv, and waiting
   * for keys that {@link startKeyRefresh} is about to bring.
   */
  async checkAsync(request: CheckRequest, options: AsyncCheckOptions = {}): Promise<Decision> {
    let decision = this.check(request);
    let need = decision.need;
    const wait = options.waitForKeys ?? 5_000;
    if (need?.kind === "keys" && this.#bringer !== undefined && wait > 0) {
      await this.#bringer.broughtBeyond(need.issuer, need.generation, wait);
      decision = this.check(request);
      need = decision.need;
    }
    if (need?.kind !== "slow_hash") return decision;
    // Taken in the same turn as the check: another check would have wiped the password.
    const work = native.slowHash(this.#number);
    if (work === null) return decision;
    const answer = await work;
    this.#loaded();
    const used = this.#write(request);
    return this.#read(native.resume(this.#number, block.bytes, answer), used);
  }

  /**
   * Takes these API keys in place of the present ones: a list of key objects as in the policy, or its text.
   *
   * @returns what there is to warn of.
   * @throws {@link PolicyError}; the present keys then stay.
   */
  setApiKeys(keys: Policy): readonly PolicyEntry[] {
    const entries = this.#loaded().setApiKeys(policyText(keys));
    if (entries[0]?.severity === "error") throw new PolicyError(entries);
    return entries;
  }

  /** Lets go of the policy and the keys; every later call throws. */
  [Symbol.dispose](): void {
    this.#native = undefined;
    this.#bringer = undefined;
  }

  /** Names who fetches the keys that requests ask for. @internal */
  attachKeyBringer(bringer: KeyBringer | undefined): void {
    this.#bringer = bringer;
  }

  #loaded(): NativeVerifier {
    if (this.#native === undefined) throw new Error("the verifier was disposed of");
    return this.#native;
  }

  #write(request: CheckRequest): number {
    const { method = "GET", url = "/", profile, scopes, clientCertSha256, now, monotonic } = request;
    // The host's clocks are code of its own: they run before the first line is put.
    const wall = now === undefined ? this.#clock() : typeof now === "bigint" ? secondsText(now) : Number(now);
    const nanos = monotonic === undefined ? this.#monotonic() : monotonic;
    const needed = typeof scopes === "object" ? scopes.join(" ") : scopes;
    const begun = beginLines();
    try {
      this.#wanted.collect(request.headers);
      demandBegun(begun);
      return writeRequest(method, url, profile, needed, clientCertSha256, wall, nanos);
    } catch (fault) {
      dropLines();
      throw fault;
    }
  }

  #read(needed: number, used: number): Decision {
    if (needed > block.bytes.length) native.readAgain(this.#number, growBlock(needed).bytes);
    const decision = new Decision(this.#remembered);
    // A password has no business in memory that lasts.
    if (decision.scheme === "Basic") block.bytes.fill(0, 0, Math.max(used, needed));
    if (this.#bringer !== undefined && !decision.allowed && decision.need !== null) this.#bringer.wake();
    return decision;
  }
}

function monotonicClock(): number {
  return performance.now();
}

function policyText(policy: Policy): Uint8Array {
  if (policy instanceof Uint8Array) return policy;
  return Buffer.from(typeof policy === "string" ? policy : JSON.stringify(policy));
}

function bytesOf(value: string | Uint8Array): Buffer {
  return typeof value === "string" ? Buffer.from(value) : Buffer.from(value.buffer, value.byteOffset, value.byteLength);
}
