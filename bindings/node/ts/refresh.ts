/** Fetches what the store of a verifier asks for. */

import type { FetchOutcome, FetchTicket } from "./store.js";
import { cacheControlMaxAge } from "./store.js";
import type { KeyBringer, Verifier } from "./verifier.js";

/** See {@link startKeyRefresh}. */
export interface KeyRefreshOptions {
  /** In place of the global fetch. */
  readonly fetch?: typeof globalThis.fetch | undefined;
  /** Milliseconds that one fetch may take, and never more than its ticket has; 5000 unless given. */
  readonly timeout?: number | undefined;
  /** Hears of fetches that failed, with a word such as "HTTP 500"; no token or key is in it. */
  readonly onFailure?: ((failure: { issuer: string; url: string; text: string }) => void) | undefined;
}

/** The fetching of one verifier's keys. */
export interface KeyRefresh extends Disposable {
  /** Ends it: fetches under way are given up, timers cleared. Calling it again does nothing. */
  stop(): void;
  /** Resolves once nothing is being fetched. */
  idle(): Promise<void>;
}

/** Most redirects of one fetch. */
const REDIRECTS_MAX = 3;
/** The longest delay of a timer of Node. */
const DELAY_MAX = 2 ** 31 - 1;
/** How long to sleep at least, so that clocks of different grain do not make a timer spin. */
const DELAY_MIN = 5;

/**
 * Fetches the keys of the issuers of a policy: before the first token where the policy says so, else when a token
 * needs them, and again in time. Keeps no process alive.
 *
 * ```ts
 * using refresh = startKeyRefresh(verifier);
 * ```
 */
export function startKeyRefresh(verifier: Verifier, options: KeyRefreshOptions = {}): KeyRefresh {
  const refresh = new Refresh(verifier, options);
  verifier.attachKeyBringer(refresh);
  refresh.wake();
  return refresh;
}

class Refresh implements KeyRefresh, KeyBringer {
  readonly #verifier: Verifier;
  readonly #fetch: typeof globalThis.fetch;
  readonly #timeout: number;
  readonly #onFailure: KeyRefreshOptions["onFailure"];
  readonly #stopped = new AbortController();
  readonly #running = new Set<Promise<void>>();
  /** Who waits for the end of the next fetch. */
  #waiting: (() => void)[] = [];
  #timer: NodeJS.Timeout | undefined;

  constructor(verifier: Verifier, options: KeyRefreshOptions) {
    this.#verifier = verifier;
    this.#fetch = options.fetch ?? globalThis.fetch;
    this.#timeout = options.timeout ?? 5_000;
    this.#onFailure = options.onFailure;
  }

  wake(): void {
    if (this.#stopped.signal.aborted) return;
    clearTimeout(this.#timer);
    const { store } = this.#verifier;
    for (let ticket = store.nextFetch(); ticket !== null; ticket = store.nextFetch()) {
      const run: Promise<void> = this.#run(ticket).finally(() => {
        this.#running.delete(run);
        this.wake();
        const waiting = this.#waiting;
        this.#waiting = [];
        for (const go of waiting) go();
      });
      this.#running.add(run);
    }
    const due = store.dueIn();
    if (due === null) return;
    this.#timer = setTimeout(() => this.wake(), Math.min(Math.max(due, DELAY_MIN), DELAY_MAX));
    this.#timer.unref();
  }

  async broughtBeyond(issuer: string, generation: bigint, wait: number): Promise<void> {
    this.wake();
    const { store } = this.#verifier;
    const over = performance.now() + wait;
    while (!this.#stopped.signal.aborted && store.isFetching(issuer) && (store.generation(issuer) ?? 0n) <= generation) {
      const left = over - performance.now();
      if (left <= 0) return;
      await this.#oneDone(left);
    }
  }

  /** Waits until some fetch is over, at most so many milliseconds. */
  #oneDone(left: number): Promise<void> {
    return new Promise((resolve) => {
      // Holds the process: somebody's request waits.
      const timer = setTimeout(resolve, left);
      this.#waiting.push(() => {
        clearTimeout(timer);
        resolve();
      });
    });
  }

  async idle(): Promise<void> {
    while (this.#running.size > 0) await Promise.all(this.#running);
  }

  stop(): void {
    if (this.#stopped.signal.aborted) return;
    this.#stopped.abort();
    clearTimeout(this.#timer);
    this.#verifier.attachKeyBringer(undefined);
    for (const go of this.#waiting) go();
    this.#waiting = [];
  }

  [Symbol.dispose](): void {
    this.stop();
  }

  async #run(ticket: FetchTicket): Promise<void> {
    let outcome: FetchOutcome;
    const timeout = AbortSignal.timeout(this.#timeout);
    try {
      outcome = await this.#request(ticket, AbortSignal.any([timeout, this.#stopped.signal]));
    } catch (fault) {
      if (this.#stopped.signal.aborted) outcome = { abandoned: true };
      else outcome = { failed: timeout.aborted ? "timeout" : faultText(fault) };
    }
    try {
      const done = this.#verifier.store.fetchDone(ticket.ticket, outcome);
      const text = "failed" in outcome ? outcome.failed : done === "refused" || done === "late" ? done : undefined;
      if (text !== undefined) this.#onFailure?.({ issuer: ticket.issuer, url: ticket.url, text });
    } catch (fault) {
      // The verifier was disposed of while the fetch ran; anything else is the host's to see.
      if (!this.#stopped.signal.aborted) this.stop();
      if (!(fault instanceof Error && fault.message.includes("disposed"))) throw fault;
    }
  }

  async #request(ticket: FetchTicket, signal: AbortSignal): Promise<FetchOutcome> {
    const headers: Record<string, string> = { accept: "application/jwk-set+json, application/json" };
    if (ticket.etag !== null) headers["if-none-match"] = ticket.etag;
    let url = new URL(ticket.url);
    for (let redirects = 0; ; redirects++) {
      const response = await this.#fetch(url, {
        headers,
        signal,
        redirect: "manual",
        credentials: "omit",
        referrerPolicy: "no-referrer",
      });
      const location = response.status >= 301 && response.status <= 308 ? response.headers.get("location") : null;
      if (response.status === 304 || location === null) return await outcomeOf(response, ticket.maxBytes);
      await response.body?.cancel();
      const next = new URL(location, url);
      if (next.origin !== url.origin) return { failed: "redirect to another origin" };
      if (redirects === REDIRECTS_MAX) return { failed: "too many redirects" };
      url = next;
    }
  }
}

async function outcomeOf(response: Response, maxBytes: number): Promise<FetchOutcome> {
  const age = Number.parseInt(response.headers.get("age") ?? "0", 10);
  const maxAge = cacheControlMaxAge(response.headers.get("cache-control") ?? "", age > 0 ? Math.min(age, 2 ** 31) : 0);
  if (response.status === 304) return { notModified: true, maxAge };
  if (response.status !== 200) {
    await response.body?.cancel();
    return { failed: `HTTP ${response.status}` };
  }
  const body = await readBody(response, maxBytes);
  return body === null ? { failed: "body too large" } : { body, etag: response.headers.get("etag"), maxAge };
}

/** The body, read no further than `maxBytes`; null for a longer one. */
async function readBody(response: Response, maxBytes: number): Promise<Uint8Array | null> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  if (response.body === null) return new Uint8Array();
  const reader = response.body.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return Buffer.concat(chunks, length);
    length += value.byteLength;
    if (length > maxBytes) {
      await reader.cancel();
      return null;
    }
    chunks.push(value);
  }
}

/** A word for the operator: the code of the system where there is one. */
function faultText(fault: unknown): string {
  const cause = fault instanceof Error ? fault.cause : undefined;
  const code = cause instanceof Error && "code" in cause ? cause.code : undefined;
  return typeof code === "string" ? code : "network error";
}
