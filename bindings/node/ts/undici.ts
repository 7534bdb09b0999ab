/** The client's side for undici. */

import type { Dispatcher } from "undici";

import { Exchange, isOfConnection } from "./exchange.js";
import { isSameOrigin } from "./next.js";
import { isRepeatable } from "./repeatable.js";
import { Session, type AuthOptions } from "./session.js";

export type { AuthOptions, RefreshContext, Token, TokenLike } from "./session.js";

/** See {@link undiciAuth}. */
export interface UndiciAuthOptions extends AuthOptions {
  /** The origins that get the token. Needed, because a request behind a redirect looks like any other here. */
  readonly origin: string | readonly string[];
}

/**
 * What `createAuthFetch` does, as an interceptor of undici 7 and later:
 *
 * ```ts
 * const agent = new Agent().compose(undiciAuth({ origin: "https://api.example.com", getToken, refresh, onLogout }));
 * await request("https://api.example.com/v1/reports", { dispatcher: agent });
 * ```
 *
 * A request with an Authorization field of its own is sent as it is. With `interceptors.redirect`, put this one behind it.
 */
export function undiciAuth(options: UndiciAuthOptions): Dispatcher.DispatcherComposeInterceptor {
  if ((options as Partial<UndiciAuthOptions>).origin === undefined) throw new TypeError("undiciAuth needs an origin");
  const session = new Session(options);
  return (dispatch) => (opts, handler) => {
    const headers = pairsOf(opts.headers);
    if (headers.some((name, at) => at % 2 === 0 && name.toLowerCase() === "authorization")) return dispatch(opts, handler);
    if (opts.origin === undefined || opts.origin === null) throw new TypeError("undiciAuth needs to know the origin of a request");
    new Relay(session, dispatch, opts, headers, handler).start();
    return true;
  };
}

/** Stands between undici and the caller's handler, which sees one response. */
class Relay implements Dispatcher.DispatchHandler {
  readonly #dispatch: Dispatcher["dispatch"];
  readonly #opts: Dispatcher.DispatchOptions;
  readonly #headers: readonly string[];
  readonly #handler: Dispatcher.DispatchHandler;
  readonly #exchange: Exchange;
  readonly #controller = new Controller();
  readonly #url: string;
  #authorization: string | null = null;
  #history: readonly URL[] = [];
  #begun = false;
  /** What becomes of what comes in: decided on, handed on, or thrown away until it ends. */
  #phase: "waiting" | "deciding" | "passing" | "discarding" = "waiting";
  #discarded = 0;
  /** A connection that broke while its response was decided on. */
  #broken: Error | undefined;
  /** What came all the same while it was: HTTP/2 does not pause. */
  #held: (() => void)[] = [];
  #ended = false;

  constructor(
    session: Session,
    dispatch: Dispatcher["dispatch"],
    opts: Dispatcher.DispatchOptions,
    headers: readonly string[],
    handler: Dispatcher.DispatchHandler,
  ) {
    this.#dispatch = dispatch;
    this.#opts = opts;
    this.#headers = headers;
    this.#handler = handler;
    this.#url = urlOf(opts.origin!, opts.path);
    this.#exchange = new Exchange(session, {
      url: this.#url,
      method: opts.method,
      replay: isRepeatable(opts.body),
      signal: this.#controller.signal,
    });
  }

  start(): void {
    this.#phase = "waiting";
    this.#discarded = 0;
    this.#held = [];
    this.#ended = false;
    this.#broken = undefined;
    this.#send().catch((fault: unknown) => this.#fail(fault as Error));
  }

  async #send(): Promise<void> {
    this.#authorization = await this.#exchange.authorization();
    this.#controller.signal.throwIfAborted();
    const headers = [...this.#headers];
    if (this.#authorization !== null) headers.push("authorization", this.#authorization);
    this.#dispatch({ ...this.#opts, headers }, this);
  }

  onRequestStart(controller: Dispatcher.DispatchController, context: { history?: readonly URL[] }): void {
    this.#controller.target = controller;
    this.#history = context?.history ?? [];
    if (this.#begun) return;
    this.#begun = true;
    this.#handler.onRequestStart?.(this.#controller, context);
  }

  onRequestUpgrade(_: Dispatcher.DispatchController, ...rest: Rest<"onRequestUpgrade">): void {
    this.#handler.onRequestUpgrade?.(this.#controller, ...rest);
  }

  onResponseStart(controller: Dispatcher.DispatchController, ...rest: Rest<"onResponseStart">): void {
    const [status, headers] = rest;
    if (status >= 400) {
      controller.pause();
      this.#phase = "deciding";
      this.#decide(status, headers, () => this.#handler.onResponseStart?.(this.#controller, ...rest));
      return;
    }
    if (status >= 200) this.#phase = "passing";
    this.#handler.onResponseStart?.(this.#controller, ...rest);
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.#phase === "deciding") {
      this.#held.push(() => this.#handler.onResponseData?.(this.#controller, chunk));
      return;
    }
    if (this.#phase !== "discarding") return this.#handler.onResponseData?.(this.#controller, chunk);
    this.#discarded += chunk.length;
    if (this.#discarded > DISCARD_MAX) controller.abort(new Error("the body of a denial is not read to its end"));
  }

  onResponseEnd(_: Dispatcher.DispatchController, ...rest: Rest<"onResponseEnd">): void {
    if (this.#phase === "discarding") return this.start();
    const pass = (): void => this.#handler.onResponseEnd?.(this.#controller, ...rest);
    this.#ended = true;
    if (this.#phase === "deciding") this.#held.push(pass);
    else pass();
  }

  onResponseError(_: Dispatcher.DispatchController, fault: Error): void {
    if (this.#phase === "discarding") this.start();
    else if (this.#phase === "deciding") this.#broken = fault;
    else if (this.#phase === "passing" || this.#controller.aborted || !isOfConnection(fault)) this.#fail(fault);
    else {
      this.#exchange.again(null, this.#authorization !== null).then(
        (again) => (again ? this.start() : this.#fail(fault)),
        (other: unknown) => this.#fail(other as Error),
      );
    }
  }

  #decide(status: number, headers: Headers, pass: () => void): void {
    const url = this.#history.at(-1)?.href ?? this.#url;
    const carried = this.#authorization !== null && this.#history.every((hop) => isSameOrigin(this.#url, hop.href));
    this.#exchange.again({ status, headers, url }, carried).then(
      (again) => {
        this.#phase = again ? "discarding" : "passing";
        if (again && (this.#ended || this.#broken !== undefined)) return this.start();
        if (!again) {
          pass();
          for (const event of this.#held) event();
          if (this.#broken !== undefined) return this.#fail(this.#broken);
        }
        return this.#controller.goOn();
      },
      (fault: unknown) => {
        this.#phase = "passing";
        this.#controller.abort(fault as Error);
        // Aborting tells the handler, unless there is nothing left to abort.
        if (this.#ended || this.#broken !== undefined) this.#fail(fault as Error);
      },
    );
  }

  #fail(fault: Error): void {
    this.#handler.onResponseError?.(this.#controller, fault);
  }
}

type Headers = Parameters<NonNullable<Dispatcher.DispatchHandler["onResponseStart"]>>[2];
type Rest<Name extends "onRequestUpgrade" | "onResponseStart" | "onResponseEnd"> =
  Parameters<NonNullable<Dispatcher.DispatchHandler[Name]>> extends [unknown, ...infer More] ? More : never;

/** The one controller that the caller's handler sees, over those of all sendings. */
class Controller implements Dispatcher.DispatchController {
  target: Dispatcher.DispatchController | undefined;
  readonly #stop = new AbortController();
  #isPaused = false;

  get signal(): AbortSignal {
    return this.#stop.signal;
  }

  get aborted(): boolean {
    return this.#stop.signal.aborted;
  }

  get reason(): Error | null {
    return this.aborted ? (this.#stop.signal.reason as Error) : null;
  }

  get paused(): boolean {
    return this.target?.paused ?? false;
  }

  get rawHeaders(): NonNullable<Dispatcher.DispatchController["rawHeaders"]> | null {
    return this.target?.rawHeaders ?? null;
  }

  get rawTrailers(): NonNullable<Dispatcher.DispatchController["rawTrailers"]> | null {
    return this.target?.rawTrailers ?? null;
  }

  abort(reason: Error): void {
    this.#stop.abort(reason);
    this.target?.abort(reason);
  }

  pause(): void {
    this.#isPaused = true;
    this.target?.pause();
  }

  resume(): void {
    this.#isPaused = false;
    this.target?.resume();
  }

  /** Resumes what was paused here, unless the caller wants a pause of its own. */
  goOn(): void {
    if (!this.#isPaused) this.target?.resume();
  }
}

/**
 * Where a request goes. The path is no reference to be resolved: undici connects to the origin whatever the path says, be
 * it `//other.example/` or an absolute URL.
 */
function urlOf(origin: string | URL, path: string): string {
  return new URL(new URL(origin).origin + (path.startsWith("/") ? path : `/${path}`)).href;
}

/** Names and values by turns. */
function pairsOf(headers: Dispatcher.DispatchOptions["headers"]): string[] {
  if (headers === undefined || headers === null) return [];
  if (Array.isArray(headers)) return headers.map(String);
  const entries = Symbol.iterator in headers ? headers : Object.entries(headers as Record<string, string | string[] | undefined>);
  const pairs: string[] = [];
  for (const [name, value] of entries as Iterable<[string, string | string[] | undefined]>) {
    for (const line of Array.isArray(value) ? value : [value]) if (line !== undefined) pairs.push(name, String(line));
  }
  return pairs;
}

const DISCARD_MAX = 65_536;
