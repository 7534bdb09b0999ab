/** Times as they cross into the addon. */

/** A moment: milliseconds since 1970 as `Date.now()` gives them, a Date, or nanoseconds since 1970. */
export type Instant = number | Date | bigint;

const NANOS = 1_000_000_000n;

/** Seconds since 1970 in digits, with nine behind the point. */
export function secondsText(instant: Instant): string {
  const nanos = typeof instant === "bigint" ? instant : nanosOf(Number(instant));
  const size = nanos < 0n ? -nanos : nanos;
  return `${nanos < 0n ? "-" : ""}${size / NANOS}.${String(size % NANOS).padStart(9, "0")}`;
}

/** Whole seconds since 1970. */
export function instantSeconds(instant: Instant): bigint {
  const nanos = typeof instant === "bigint" ? instant : nanosOf(Number(instant));
  return nanos >= 0n ? nanos / NANOS : -((-nanos + NANOS - 1n) / NANOS);
}

/** Milliseconds as whole nanoseconds. */
export function nanosOf(millis: number): bigint {
  if (!Number.isFinite(millis)) throw new RangeError("a clock gave no number");
  const whole = Math.floor(millis);
  return BigInt(whole) * 1_000_000n + BigInt(Math.round((millis - whole) * 1e6));
}

/** The two clocks of a host. */
export interface Clocks {
  /** Milliseconds since 1970; `Date.now` unless a test says otherwise. */
  readonly clock?: (() => number) | undefined;
  /** Milliseconds on a clock that is never set, from any start above 0; `performance.now` unless a test says otherwise. */
  readonly monotonic?: (() => number) | undefined;
}

/** A moment on both clocks. */
export interface Now {
  /** The time of day. */
  readonly now?: Instant | undefined;
  /** Milliseconds, or nanoseconds, on the monotonic clock. */
  readonly monotonic?: number | bigint | undefined;
}
