/** Which bodies are there once more when a request is sent again. @internal */

/** Whether a body can be sent as often as needed: no stream, and no iterator that runs once. @internal */
export function isRepeatable(body: unknown): boolean {
  return (
    body === null ||
    body === undefined ||
    typeof body === "string" ||
    body instanceof URLSearchParams ||
    body instanceof FormData ||
    body instanceof Blob ||
    body instanceof ArrayBuffer ||
    ArrayBuffer.isView(body)
  );
}

/** What Fetch takes no further than an origin, and what else proves who is asking (REQ-CLIENT-19). @internal */
export const CREDENTIAL_FIELDS = ["authorization", "cookie", "dpop", "proxy-authorization", "x-api-key"];
