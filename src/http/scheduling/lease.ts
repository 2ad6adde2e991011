import type { Host } from './known-hosts.ts';

/**
 * How a request ended, as far as it says something about its host.
 *
 * `overloaded` (429, 503) defers the host by `retryAfterMs`, which the caller caps, or by a growing back-off.
 * `unreachable` is a failure to reach it (refused, time-outs before the header, deadline); `neutral` says nothing (an abort).
 */
export type HostReport =
  | { readonly kind: 'answered' }
  | { readonly kind: 'overloaded'; readonly status: number; readonly retryAfterMs?: number }
  | { readonly kind: 'unreachable' }
  | { readonly kind: 'neutral' };

/**
 * When work that was begun before may go on: at a time of the clock (a retry), or `next`: at once, as the next request of an
 * attempt under way (a redirect's hop), even when the run is being stopped.
 */
export type Start = number | 'next';

/** The right to have one request in flight on a host. Held until its body has been read to the end or given up. */
export interface Lease {
  /** Whether another URL of this host waits now for nothing but its turn, so that its connection is worth keeping. */
  readonly hasWaiters: boolean;
  /** Gives the slot back, once; later calls do nothing. */
  release(report: HostReport): void;
}

/** What is told of the end of a lease: its host, the number of its start there, and the report. */
export type OnRelease = (host: Host<Lease>, start: number, report: HostReport) => void;

/** A lease on a host of the scheduler. */
export class HostLease implements Lease {
  readonly #host: Host<Lease>;
  readonly #start: number;
  readonly #onRelease: OnRelease;
  #isReleased = false;

  constructor(host: Host<Lease>, start: number, onRelease: OnRelease) {
    this.#host = host;
    this.#start = start;
    this.#onRelease = onRelease;
  }

  get hasWaiters(): boolean {
    return this.#host.waiters?.hasReady ?? false;
  }

  release(report: HostReport): void {
    if (this.#isReleased) return;
    this.#isReleased = true;
    this.#onRelease(this.#host, this.#start, report);
  }
}
