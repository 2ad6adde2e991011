import type { Lease, Start } from './lease.ts';

/** Who says when a request to a host may start. */
export interface Turns {
  /** Whether nothing is granted any more but to attempts under way. */
  readonly isStopped: boolean;
  /**
   * Resolves with a lease when a request to the host may start.
   *
   * `host` is any stable key of it (`URL.host`). `begun` marks work that was begun before: it holds no slot until it may
   * go on, and then goes ahead of the host's new URLs.
   * Errors: RecordError `host-down`, or `http-status` where it is overloaded, at once where the host is or becomes given up on;
   * `cancelled` once closed, or stopped.
   */
  acquire(host: string, begun?: Start): Promise<Lease>;
  /**
   * Raises a host's delay, to hold for as long as the host is known: to be called before each `acquire`.
   *
   * `sinceMs`, a time of the clock, is when it was last asked as far as the caller knows: the next start is `delayMs` later.
   */
  keepApart(host: string, delayMs: number, sinceMs: number): void;
}
