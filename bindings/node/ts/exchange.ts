/** One request of a client, from its first sending to the response that is handed out. @internal */

import { nextStep, randomSeed, type ClientResponse, type Step } from "./next.js";
import { abortable, type Held, type Session } from "./session.js";

/** What is known of a request. @internal */
export interface Outgoing {
  readonly url: string;
  readonly method: string;
  /** Whether its body is there once more. */
  readonly replay: boolean;
  readonly signal?: AbortSignal | null | undefined;
}

/** @internal */
export class Exchange {
  readonly #session: Session;
  readonly #request: Outgoing;
  readonly #seed = randomSeed();
  readonly #began: number;
  #state = 0;
  #sent: Held | null = null;
  /** What a step brought, for the next sending. */
  #brought: Held | null = null;

  constructor(session: Session, request: Outgoing) {
    this.#session = session;
    this.#request = request;
    this.#began = session.tick();
  }

  /** The value of Authorization to send with the request now; null for none. */
  async authorization(): Promise<string | null> {
    this.#sent = null;
    if (!this.#session.serves(this.#request.url)) return null;
    this.#sent = this.#brought ?? (await this.#fresh());
    this.#brought = null;
    return this.#sent === null ? null : `Bearer ${this.#sent.token.accessToken}`;
  }

  /**
   * Takes the step that a response asks for.
   *
   * @param response null if none came.
   * @param carried whether the token was with the request that was answered: redirects can drop it.
   * @returns whether the request is to be sent again.
   */
  async again(response: ClientResponse | null, carried: boolean = this.#sent !== null): Promise<boolean> {
    const session = this.#session;
    const sent = carried ? this.#sent : null;
    // Whether there is a newer token matters to denials alone.
    const present = sent === null || (response !== null && response.status < 400) ? null : await session.present();
    const step = this.#step(response, sent, present);
    this.#state = step.state;
    switch (step.step) {
      case "refresh":
        this.#brought = await this.#wait(session.refresh(sent!, this.#began));
        return step.replay && this.#brought !== null;
      case "authorize":
      case "reauthenticate":
      case "step_up":
        this.#brought = await this.#wait(session.ask(step, sent, this.#began));
        return step.replay && this.#brought !== null;
      case "retry":
        this.#brought = present;
        return step.replay;
      case "wait":
        return step.replay && (await this.#sleep(step.seconds ?? 0));
      default:
        return false;
    }
  }

  #step(response: ClientResponse | null, sent: Held | null, present: Held | null): Step {
    const session = this.#session;
    const { url, method, replay } = this.#request;
    return nextStep(response ?? { status: 0 }, {
      sent: {
        scheme: sent === null ? null : "Bearer",
        expires: sent?.token.expires === undefined ? null : Math.floor(sent.token.expires),
        superseded: sent !== null && present !== null && present.token.accessToken !== sent.token.accessToken,
        url,
      },
      can: {
        refresh: sent !== null && session.canRefresh(sent, this.#began),
        interactive: session.options.login !== undefined && session.serves(url),
        schemes: ["Bearer"],
        replay,
        idempotent: IDEMPOTENT.includes(method),
        strict: session.options.strict,
      },
      state: this.#state,
      now: session.now,
      seed: this.#seed,
    });
  }

  /** The present token, renewed before it is refused (REQ-CLIENT-15). */
  async #fresh(): Promise<Held | null> {
    const session = this.#session;
    const held = await session.present();
    if (held === null || session.isFresh(held) || !session.canRefresh(held, this.#began)) return held;
    const isPast = session.isPast(held);
    if (!isPast && session.isUnchanged(held)) return held;
    const renewed = session.refresh(held, this.#began);
    // As long as it is good, nobody waits for the new one.
    return isPast ? ((await this.#wait(renewed)) ?? held) : held;
  }

  #wait<T>(promise: Promise<T>): Promise<T> {
    return abortable(promise, this.#request.signal);
  }

  /** False if the wait is longer than the host has patience. */
  async #sleep(seconds: number): Promise<boolean> {
    const { maxWait = MOST_SECONDS } = this.#session.options;
    if (maxWait === 0 || seconds > maxWait) return false;
    let timer: NodeJS.Timeout | undefined;
    try {
      await this.#wait(new Promise<void>((resolve) => (timer = setTimeout(resolve, seconds * 1000))));
    } finally {
      clearTimeout(timer);
    }
    return true;
  }
}

/**
 * Whether a client failed because the connection did: the network, the server's end, a time limit of the client's own.
 * Not what a second try would fail by as well, as a URL, a certificate or a redirect that is not wanted. @internal
 */
export function isOfConnection(fault: unknown): boolean {
  const { code, cause } = (fault ?? {}) as { code?: unknown; cause?: unknown };
  return (typeof code === "string" && CONNECTION_CODES.test(code)) || (cause instanceof Error && isOfConnection(cause));
}

/** Of the system, of undici, of axios. */
const CONNECTION_CODES =
  /^(E(?:CONN|HOST|NET|NOTFOUND|PIPE|TIMEDOUT|AI_)[A-Z_]*|UND_ERR_(?:SOCKET|(?:CONNECT|HEADERS|BODY)_TIMEOUT)|ERR_NETWORK)$/;

/** Methods that may be carried out twice (RFC 9110 section 9.2.2). */
const IDEMPOTENT = ["GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE"];
const MOST_SECONDS = 30;
