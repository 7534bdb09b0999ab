/** The access token of a client, renewed by one refresh at a time for all requests. */

import { maySendTo, tokenFresh, type Step } from "./next.js";
import { isRefusal, RefreshUnavailableError } from "./refusal.js";

/** An access token. Its content is not opened: what is known of its life comes with it. */
export interface Token {
  /** What is sent behind `Bearer `. */
  readonly accessToken: string;
  /**
   * When it ends, in seconds since 1970: the moment when the answer arrived and its `expires_in`. What is no number of
   * seconds, or more than a clock can show, is not counted as known; nor is such a `lifetime`.
   */
  readonly expires?: number | undefined;
  /** How many seconds it lives in all: `expires_in`. */
  readonly lifetime?: number | undefined;
}

/** What a host's functions may give for a token; null for none. */
export type TokenLike = Token | string | null | undefined;

/** What a client over HTTP needs to know; the same for fetch, axios and undici. */
export interface AuthOptions {
  /** The present token, from wherever the host keeps it. Asked before each request, and after each denial. */
  readonly getToken: () => TokenLike | Promise<TokenLike>;
  /**
   * Gets another token by the refresh token, and keeps it and a rotated refresh token before it resolves. Called once for
   * all requests that the old token was refused to. Uses a client of its own.
   *
   * Gives null when the session is over, or throws what says so: an error whose `error`, `code` or `message` is
   * `invalid_grant`, or whose `status`, or that of its `response`, is 400, 401 or 403, unless its `error`, or that of the
   * answer in `response.data`, puts the blame on the client (RFC 6749 section 5.2). Whatever else it throws ends no session,
   * for it may be an outage: no network, a certificate, a body that is no JSON, a 404, a 503, and always a
   * {@link RefreshUnavailableError}. `onError` hears of it, and the next request tries again.
   */
  readonly refresh?: ((token: Token, context: RefreshContext) => TokenLike | Promise<TokenLike>) | undefined;
  /**
   * Asks the person: to log in (`authorize`, `reauthenticate`), or for more (`step_up`), as the step says. Once for all
   * requests that ask at the same time. Gives null if nothing came of it.
   */
  readonly login?: ((step: Step) => TokenLike | Promise<TokenLike>) | undefined;
  /** Hears, once, that the session is over. The requests that found out get their 401. */
  readonly onLogout?: ((event: { readonly error: unknown }) => unknown) | undefined;
  /** Hears of refreshes and logins that failed without ending the session. */
  readonly onError?: ((error: unknown) => unknown) | undefined;
  /** The origins that get the token, as `https://api.example.com`; without it, that of each request. */
  readonly origin?: string | readonly string[] | undefined;
  /** For development: lets the token go to loopback by http. */
  readonly httpLoopback?: boolean | undefined;
  /** A 401 that says nothing is no ground for a refresh, unless the token is known to be past its end. */
  readonly strict?: boolean | undefined;
  /**
   * The longest wait in seconds that a request is held back for an outage, which it is five times at most; 0 hands out each
   * 503 at once. 30 unless given.
   */
  readonly maxWait?: number | undefined;
  /** Milliseconds that a refresh may take; 30000 unless given. */
  readonly refreshTimeout?: number | undefined;
  /** In place of `Date.now`. */
  readonly clock?: (() => number) | undefined;
}

/** What goes with a refresh. */
export interface RefreshContext {
  /** Aborts when the refresh takes too long. */
  readonly signal: AbortSignal;
}

/**
 * The token of a token response (RFC 6749 section 5.1) that arrived just now. An `expires_in` that is no number of seconds,
 * or more than a clock can show, is left out.
 */
export function tokenOfResponse(
  response: { readonly access_token: string; readonly expires_in?: number | undefined },
  now: number = Date.now(),
): Token {
  const { access_token: accessToken, expires_in: lifetime } = response;
  if (typeof accessToken !== "string") throw new TypeError("the response has no access_token");
  const expires = Math.floor(now / 1000 + (lifetime ?? Number.NaN));
  return isSeconds(lifetime) && isSeconds(expires) ? { accessToken, lifetime, expires } : { accessToken };
}

/** A token, and the one that the host gave when this one was asked for in its place. @internal */
export interface Held {
  readonly token: Token;
  readonly given: string;
}

/** @internal */
export class Session {
  readonly options: AuthOptions;
  readonly #origins: readonly string[] | undefined;
  /** What stands in place of a token for as long as the host goes on giving that one. */
  #newer: Held | undefined;
  /** The last renewal that succeeded, by the token that it replaced, and when, on the clock of {@link Session.tick}. */
  #last: { readonly old: string; readonly at: number; readonly held: Held } | undefined;
  #refreshing: Promise<Held | null> | undefined;
  #asking: Promise<Held | null> | undefined;
  /** The token whose session is over. */
  #over: string | undefined;
  /** The token whose refresh failed last, and when, on the clock of {@link Session.tick}. */
  #failed: { readonly old: string; readonly at: number } | undefined;
  /** What came of asking the person last, in place of which token, and when. */
  #asked: { readonly old: string | undefined; readonly at: number; readonly held: Held | null } | undefined;
  #ticks = 0;

  constructor(options: AuthOptions) {
    this.options = options;
    const { origin, httpLoopback } = options;
    this.#origins = origin === undefined ? undefined : typeof origin === "string" ? [origin] : [...origin];
    for (const listed of this.#origins ?? []) {
      if (!maySendTo(listed, listed, { httpLoopback })) throw new TypeError(`no token goes to ${listed}: ${WHERE}`);
    }
  }

  get now(): number {
    return (this.options.clock ?? Date.now)();
  }

  /** A moment that is later than all before it. */
  tick(): number {
    return ++this.#ticks;
  }

  /**
   * Whether the token goes to this URL.
   *
   * @throws TypeError if no origins are listed, and none may get a token there.
   */
  serves(url: string): boolean {
    const { httpLoopback } = this.options;
    if (this.#origins !== undefined) return this.#origins.some((listed) => maySendTo(listed, url, { httpLoopback }));
    if (!maySendTo(url, url, { httpLoopback })) throw new TypeError(`no token goes to ${new URL(url).origin}: ${WHERE}`);
    return true;
  }

  /** The token to send now. */
  async present(): Promise<Held | null> {
    const token = tokenOf(await this.options.getToken());
    if (token === null) return null;
    if (this.#newer?.given === token.accessToken) return this.#newer;
    // The host has a token of its own again.
    this.#newer = undefined;
    return { token, given: token.accessToken };
  }

  /** Whether the token is worth sending. */
  isFresh({ token }: Held): boolean {
    return token.expires === undefined || tokenFresh(token.expires, { lifetime: token.lifetime, now: this.now });
  }

  /** Whether the token is past its end. */
  isPast({ token }: Held): boolean {
    return token.expires !== undefined && token.expires * 1000 <= this.now;
  }

  /**
   * Whether a refresh is worth trying for a request that was begun at `began`. One that was on its way while a refresh
   * failed shares that failure: a storm of requests makes one refresh, whatever comes of it.
   */
  canRefresh({ token }: Held, began: number): boolean {
    const failed = this.#failed;
    const shares = failed?.old === token.accessToken && began < failed.at;
    return this.options.refresh !== undefined && this.#over !== token.accessToken && !shares;
  }

  /** Whether the last renewal of this token gave the same one: it will again, until that one ends. */
  isUnchanged({ token }: Held): boolean {
    return this.#last?.old === token.accessToken && this.#last.held.token.accessToken === token.accessToken;
  }

  /**
   * Another token in place of this one, for a request that was begun at `began`; null if there is none to be had. The same
   * token once more is an answer to the requests that were on their way, and none to later ones. Never rejects.
   */
  refresh(sent: Held, began: number): Promise<Held | null> {
    const last = this.#last;
    const shares = last?.old === sent.token.accessToken && (began < last.at || !this.isUnchanged(sent));
    if (shares) return Promise.resolve(last.held);
    this.#refreshing ??= this.#runRefresh(sent).finally(() => {
      this.#refreshing = undefined;
    });
    return this.#refreshing;
  }

  /**
   * A token that a person got, as the step asks for it; null if nothing came of it. A request that was on its way while
   * the person was asked shares what came of that. Never rejects.
   */
  ask(step: Step, sent: Held | null, began: number): Promise<Held | null> {
    const asked = this.#asked;
    if (asked !== undefined && began < asked.at && asked.old === sent?.token.accessToken) return Promise.resolve(asked.held);
    this.#asking ??= this.#runLogin(step, sent).finally(() => {
      this.#asking = undefined;
    });
    return this.#asking;
  }

  async #runRefresh(sent: Held): Promise<Held | null> {
    let error: unknown;
    let isOver = false;
    const { refresh, refreshTimeout = REFRESH_TIMEOUT, onLogout, onError } = this.options;
    const timeout = new AbortController();
    const timer = setTimeout(() => timeout.abort(new RefreshUnavailableError("the refresh took too long")), refreshTimeout);
    try {
      const answer = Promise.resolve(refresh!(sent.token, { signal: timeout.signal }));
      const fresh = tokenOf(await abortable(answer, timeout.signal));
      if (fresh !== null) return this.#replace(sent, fresh);
      isOver = true;
    } catch (fault) {
      error = fault;
      isOver = isRefusal(fault);
    } finally {
      clearTimeout(timer);
    }
    // Another process may have used the refresh token up, and left its result where the host keeps tokens.
    const present = await this.present().catch(() => null);
    if (present !== null && present.token.accessToken !== sent.token.accessToken) return present;
    this.#failed = { old: sent.token.accessToken, at: this.tick() };
    if (isOver) {
      this.#over = sent.token.accessToken;
      tell(onLogout, { error });
    } else {
      tell(onError, error);
    }
    return null;
  }

  async #runLogin(step: Step, sent: Held | null): Promise<Held | null> {
    let held: Held | null = null;
    try {
      const fresh = tokenOf(await this.options.login!(step));
      if (fresh !== null) held = this.#replace(sent, fresh);
    } catch (fault) {
      tell(this.options.onError, fault);
    }
    this.#asked = { old: sent?.token.accessToken, at: this.tick(), held };
    return held;
  }

  #replace(sent: Held | null, token: Token): Held {
    if (sent === null) return { token, given: token.accessToken };
    const held = { token, given: sent.given };
    this.#newer = held;
    this.#last = { old: sent.token.accessToken, at: this.tick(), held };
    return held;
  }
}

/** Waits for a promise, but no longer than until the signal aborts. @internal */
export async function abortable<T>(promise: Promise<T>, signal: AbortSignal | null | undefined): Promise<T> {
  if (signal === null || signal === undefined) return await promise;
  signal.throwIfAborted();
  let stop = (): void => {};
  const aborted = new Promise<never>((_, reject) => {
    stop = () => reject(signal.reason);
    signal.addEventListener("abort", stop, { once: true });
  });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener("abort", stop);
    promise.catch(() => {});
  }
}

function tokenOf(token: TokenLike): Token | null {
  if (token === null || token === undefined || token === "") return null;
  const whole = typeof token === "string" ? { accessToken: token } : token;
  // What cannot stand in a field is no token; the error does not repeat it.
  if (typeof whole.accessToken !== "string" || !/^[!-~]+$/.test(whole.accessToken)) throw new TypeError("what was given is no access token");
  if (isKnown(whole.expires) && isKnown(whole.lifetime)) return whole;
  const { accessToken, expires, lifetime } = whole;
  return { accessToken, ...(isSeconds(expires) && { expires }), ...(isSeconds(lifetime) && { lifetime }) };
}

/** Whether this is nothing, or a number of seconds. */
function isKnown(value: unknown): boolean {
  return value === undefined || isSeconds(value);
}

/** Whether this is a number of seconds that the core can count with. */
function isSeconds(value: unknown): value is number {
  return typeof value === "number" && value >= 0 && value <= Number.MAX_SAFE_INTEGER;
}

/** Calls a function of the host's, whose failure is no request's: it becomes a warning of the process. */
function tell<T>(listener: ((event: T) => unknown) | undefined, event: T): void {
  if (listener === undefined) return;
  (async () => await listener(event))().catch((fault: unknown) => process.emitWarning(fault instanceof Error ? fault : String(fault)));
}

const REFRESH_TIMEOUT = 30_000;
const WHERE = "tokens go by https alone, or by http to loopback with httpLoopback";
