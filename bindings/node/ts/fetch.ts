/** A fetch that knows what to do after a 401. */

import { Exchange, isOfConnection } from "./exchange.js";
import { isSameOrigin } from "./next.js";
import { CREDENTIAL_FIELDS, isRepeatable } from "./repeatable.js";
import { Session, type AuthOptions } from "./session.js";

/** See {@link createAuthFetch}. */
export interface AuthFetchOptions extends AuthOptions {
  /** In place of the global fetch. */
  readonly fetch?: typeof globalThis.fetch | undefined;
  /** Fields of the caller's that are credentials too, as `X-API-Key` is: no redirect takes them to another origin. */
  readonly credentialFields?: readonly string[] | undefined;
}

/**
 * A fetch that sends the host's access token, and takes the step that each answer asks for (`nextStep`): a refresh, once
 * for all requests that need one; a wait; a login where the host can ask for one. Then it sends the request again, once,
 * if its body is there once more: a stream is not.
 *
 * A request with an Authorization field of its own is sent as it is. Redirects are followed here, and take no credential
 * to another origin.
 *
 * ```ts
 * const authFetch = createAuthFetch({ origin: "https://api.example.com", getToken: () => store.token, refresh, onLogout });
 * const response = await authFetch("https://api.example.com/v1/reports");
 * ```
 */
export function createAuthFetch(options: AuthFetchOptions): typeof globalThis.fetch {
  const session = new Session(options);
  const client = options.fetch ?? globalThis.fetch;
  const dropped = [...CREDENTIAL_FIELDS, ...(options.credentialFields ?? [])];
  return async (input, init) => {
    const call = new Call(client, dropped, input, init);
    if (call.headers.has("authorization")) return (await call.send(null)).response;
    const exchange = new Exchange(session, call);
    for (;;) {
      const authorization = await exchange.authorization();
      let answer: Answer;
      try {
        answer = await call.send(authorization);
      } catch (fault) {
        if (call.signal?.aborted || !isOfConnection(fault) || !(await exchange.again(null))) throw fault;
        continue;
      }
      const { response, carried } = answer;
      if (!(await exchange.again(response, carried && authorization !== null))) return response;
      await discard(response);
    }
  };
}

interface Answer {
  readonly response: Response;
  /** Whether the answering server got the fields that are credentials. */
  readonly carried: boolean;
}

type FetchBody = NonNullable<RequestInit["body"]>;

/** What was asked of fetch. */
class Call {
  readonly url: string;
  readonly method: string;
  readonly headers: Headers;
  readonly replay: boolean;
  readonly signal: AbortSignal | null | undefined;
  readonly #fetch: typeof globalThis.fetch;
  readonly #dropped: readonly string[];
  readonly #input: Parameters<typeof globalThis.fetch>[0];
  readonly #init: RequestInit;
  readonly #body: FetchBody | null;
  readonly #redirect: string;

  constructor(
    client: typeof globalThis.fetch,
    dropped: readonly string[],
    input: Parameters<typeof globalThis.fetch>[0],
    init: RequestInit = {},
  ) {
    const request = typeof input === "object" && "url" in input ? input : undefined;
    this.#fetch = client;
    this.#dropped = dropped;
    this.#input = input;
    this.#init = init;
    this.url = new URL(request?.url ?? String(input)).href;
    this.method = methodOf(init.method ?? request?.method ?? "GET");
    this.headers = new Headers(init.headers ?? request?.headers);
    this.signal = init.signal ?? request?.signal;
    this.#body = init.body ?? request?.body ?? null;
    this.#redirect = init.redirect ?? request?.redirect ?? "follow";
    this.replay = isRepeatable(this.#body);
  }

  /** Sends it, and follows redirects. */
  async send(authorization: string | null): Promise<Answer> {
    const headers = new Headers(this.headers);
    if (authorization !== null) headers.set("authorization", authorization);
    if (this.#redirect !== "follow") return { response: await this.#fetch(this.#input, { ...this.#init, headers }), carried: true };
    let response = await this.#fetch(this.#input, { ...this.#init, headers, redirect: "manual" });
    let { url, method } = this;
    let body = this.#body;
    let carried = true;
    for (let redirects = 0; ; redirects++) {
      const location = REDIRECTS.includes(response.status) ? response.headers.get("location") : null;
      if (location === null) {
        if (redirects > 0) Object.defineProperty(response, "redirected", { value: true });
        return { response, carried };
      }
      await discard(response);
      if (redirects === REDIRECTS_MAX) throw refusal("too many redirects");
      const next = new URL(location, url);
      if (next.protocol !== "https:" && next.protocol !== "http:") throw refusal("a redirect to no URL of HTTP");
      if (!isSameOrigin(url, next.href)) {
        carried = false;
        for (const name of this.#dropped) headers.delete(name);
      }
      url = next.href;
      if (becomesGet(response.status, method)) {
        method = "GET";
        body = null;
        for (const name of CONTENT_FIELDS) headers.delete(name);
      } else if (!isRepeatable(body)) {
        throw refusal("a redirect of a body that cannot be sent again");
      }
      const { signal } = this;
      response = await this.#fetch(url, { ...this.#init, method, headers, body, redirect: "manual", ...(signal ? { signal } : {}) });
    }
  }
}

/** As fetch says it. */
function refusal(text: string): TypeError {
  return new TypeError("fetch failed", { cause: new Error(text) });
}

/** Whether a redirect turns the method into GET (Fetch, HTTP-redirect fetch). */
function becomesGet(status: number, method: string): boolean {
  return status === 303 ? method !== "GET" && method !== "HEAD" : (status === 301 || status === 302) && method === "POST";
}

/** As Fetch normalizes them. */
function methodOf(method: string): string {
  const upper = method.toUpperCase();
  return ["DELETE", "GET", "HEAD", "OPTIONS", "POST", "PUT"].includes(upper) ? upper : method;
}

/** Reads a short body to its end, so that its connection can be used again; gives up any other. */
async function discard(response: Response): Promise<void> {
  const length = Number(response.headers.get("content-length") ?? Number.NaN);
  try {
    if (length <= DISCARD_MAX) await response.arrayBuffer();
    else await response.body?.cancel();
  } catch {
    // Nobody wants it.
  }
}

const CONTENT_FIELDS = ["content-encoding", "content-language", "content-length", "content-location", "content-type"];
const REDIRECTS = [301, 302, 303, 307, 308];
/** As Fetch has it. */
const REDIRECTS_MAX = 20;
const DISCARD_MAX = 65_536;
