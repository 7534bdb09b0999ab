/** The client's side for axios. */

import type { AxiosAdapter, AxiosError, AxiosResponse, AxiosStatic, InternalAxiosRequestConfig } from "axios";

import { Exchange, isOfConnection } from "./exchange.js";
import { isSameOrigin } from "./next.js";
import { CREDENTIAL_FIELDS, isRepeatable } from "./repeatable.js";
import { Session, type AuthOptions } from "./session.js";

export type { AuthOptions, RefreshContext, Token, TokenLike } from "./session.js";

/** An interceptor of axios's requests. */
export type AxiosAuthInterceptor = (config: InternalAxiosRequestConfig) => InternalAxiosRequestConfig;

/**
 * What `createAuthFetch` does, as an interceptor of requests:
 *
 * ```ts
 * const api = axios.create({ baseURL: "https://api.example.com" });
 * api.interceptors.request.use(axiosAuth(axios, { origin: "https://api.example.com", getToken, refresh, onLogout }));
 * ```
 *
 * A request with an Authorization field, or with `auth`, is sent as it is. Errors and responses show a config without the
 * token.
 *
 * Adapters other than `http` do not tell of redirects. Behind that of `fetch` the token is dropped by fetch itself on the
 * way to another origin, but a 401 from there counts as one of the API's and may cause a refresh, and `X-API-Key` goes
 * along. Where an API redirects to other origins, use `createAuthFetch`, which follows redirects itself.
 *
 * @param axios the module, whose `getAdapter` and `getUri` are used.
 */
export function axiosAuth(axios: Pick<AxiosStatic, "getAdapter" | "getUri">, options: AuthOptions): AxiosAuthInterceptor {
  const session = new Session(options);
  const ours = new WeakSet<AxiosAdapter>();
  return (config) => {
    const { adapter } = config;
    // A request that is handed in again brings the adapter of its first time.
    if (typeof adapter === "function" && ours.has(adapter)) return config;
    const inner = axios.getAdapter(adapter);
    const run: AxiosAdapter = (sent) => send(axios, session, inner, sent);
    ours.add(run);
    config.adapter = run;
    return config;
  };
}

async function send(
  axios: Pick<AxiosStatic, "getUri">,
  session: Session,
  inner: AxiosAdapter,
  config: InternalAxiosRequestConfig,
): Promise<AxiosResponse> {
  if (config.headers.has("authorization") || config.auth !== undefined) return await inner(config);
  const exchange = new Exchange(session, {
    url: new URL(axios.getUri(config)).href,
    method: (config.method ?? "get").toUpperCase(),
    replay: isRepeatable(config.data),
    signal: config.signal as AbortSignal | undefined,
  });
  for (;;) {
    const hop = new Hop(axios.getUri(config), config);
    const authorization = await exchange.authorization();
    let response: AxiosResponse | undefined;
    let fault: AxiosError | undefined;
    try {
      response = await inner(hop.attempt(authorization));
    } catch (thrown) {
      fault = thrown as AxiosError;
      response = fault.response;
      if (response === undefined && !isOfConnection(fault)) throw hide(fault, config);
    }
    const met = response && { status: response.status, headers: response.headers as Record<string, string>, url: hop.url };
    if (await exchange.again(met ?? null, hop.carried && authorization !== null)) {
      (response?.data as { destroy?: () => void } | undefined)?.destroy?.();
      continue;
    }
    if (fault !== undefined) throw hide(fault, config);
    return hide(response!, config);
  }
}

/** One sending, and where its redirects lead. */
class Hop {
  url: string;
  /** Whether the answering server got the credential. */
  carried = true;
  readonly #config: InternalAxiosRequestConfig;

  constructor(url: string, config: InternalAxiosRequestConfig) {
    this.url = url;
    this.#config = config;
  }

  /** The config with the credential, which no redirect takes to another origin; that of axios goes to subdomains. */
  attempt(authorization: string | null): InternalAxiosRequestConfig {
    const { headers, beforeRedirect } = this.#config;
    return {
      ...this.#config,
      headers: headers.concat(authorization === null ? {} : { Authorization: authorization }) as typeof headers,
      beforeRedirect: (options, ...rest) => {
        beforeRedirect?.(options, ...rest);
        this.carried &&= isSameOrigin(this.url, options["href"] as string);
        this.url = options["href"] as string;
        if (this.carried) return;
        const fields = options["headers"] as Record<string, string>;
        for (const name of Object.keys(fields)) if (CREDENTIAL_FIELDS.includes(name.toLowerCase())) delete fields[name];
      },
    };
  }
}

/** Takes the token out of what is printed: the config is the caller's, and the request is not shown. */
function hide<T extends AxiosError | AxiosResponse>(result: T, config: InternalAxiosRequestConfig): T {
  for (const part of [result, (result as AxiosError).response]) {
    if (part === undefined) continue;
    part.config = config;
    Object.defineProperty(part, "request", { value: part.request, enumerable: false, writable: true, configurable: true });
  }
  return result;
}
