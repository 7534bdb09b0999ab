/** Whether a refresh that failed says that the session is over. */

/** To be thrown by `refresh` when nothing is known of the session: the server is down, the network is gone. */
export class RefreshUnavailableError extends Error {
  readonly code = "refresh_unavailable";

  constructor(message = "the token could not be refreshed now", options?: ErrorOptions) {
    super(message, options);
    this.name = "RefreshUnavailableError";
  }
}

/**
 * Whether a refresh failed because the session is over, as the token endpoint says it (RFC 6749 section 5.2). A failure of
 * any other kind may be an outage (REQ-CLIENT-13). @internal
 */
export function isRefusal(fault: unknown): boolean {
  if (typeof fault !== "object" || fault === null || fault instanceof RefreshUnavailableError) return false;
  const { error, code, message, status, response } = fault as Record<string, unknown>;
  const answer = (response ?? {}) as { status?: unknown; data?: unknown };
  // Where axios has the answer's JSON.
  const told = [error, code, message, ((answer.data ?? {}) as { error?: unknown }).error];
  if (told.includes("invalid_grant")) return true;
  return REFUSALS.includes(status ?? answer.status) && !told.some((word) => FAULTS_OF_CLIENTS.includes(word));
}

/** What servers say no with. Other statuses are of the way there: 404 of a deployment, 429 of a limit, 502 of a proxy. */
const REFUSALS: readonly unknown[] = [400, 401, 403];
/** What a token endpoint says of a client that asks wrongly (RFC 6749 section 5.2); the refresh token may be good. */
const FAULTS_OF_CLIENTS: readonly unknown[] = [
  "invalid_request",
  "invalid_client",
  "unauthorized_client",
  "unsupported_grant_type",
  "invalid_scope",
];
