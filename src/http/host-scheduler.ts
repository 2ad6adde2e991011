import { DeadlineHeap } from './scheduling/deadline-heap.ts';
import { type Host, type HostLimits, KnownHosts } from './scheduling/known-hosts.ts';
import { LinkedQueue } from './scheduling/linked-queue.ts';
import { cancelled, hostDown } from './scheduling/refusals.ts';
import { WaiterQueue } from './scheduling/waiter-queue.ts';
import { WakeTimer } from './scheduling/wake-timer.ts';

/** The bounds that a `HostScheduler` keeps. */
export interface SchedulerOptions {
  /** Most requests in flight, over all hosts. At least 1. */
  readonly concurrency: number;
  /** Most requests in flight on one host. At least 1. */
  readonly perHost: number;
  /** Least time between two starts on one host; up to a tenth is added at random. */
  readonly delayMs: number;
  /** What is different for a host; asked with the key that `acquire` is given, once while the host is known. */
  readonly limitsOf?: ((host: string) => HostLimits | undefined) | undefined;
  /** Failures in a row to reach a host after which it is given up on; 0 is never. */
  readonly hostDownAfter: number;
  /** How long a host that was given up on is left alone; 60 s unless given. */
  readonly hostDownCoolDownMs?: number;
  /** The clock, in milliseconds, never going back; `performance.now` unless given. */
  readonly now?: () => number;
}

/**
 * How a request ended, as far as it says something about its host.
 *
 * `overloaded` (429, 503) defers the host by `retryAfterMs`, which the caller caps, or by a growing back-off.
 * `unreachable` is a failure to reach it (refused, time-outs before the header, deadline); `neutral` says nothing (an abort).
 */
export type HostReport =
  | { readonly kind: 'answered' }
  | { readonly kind: 'overloaded'; readonly retryAfterMs?: number }
  | { readonly kind: 'unreachable' }
  | { readonly kind: 'neutral' };

/** The right to have one request in flight on a host. Held until its body has been read to the end or given up. */
export interface Lease {
  /** Whether another URL of this host waits now for nothing but its turn, so that its connection is worth keeping. */
  readonly hasWaiters: boolean;
  /** Gives the slot back, once; later calls do nothing. */
  release(report: HostReport): void;
}

const COOL_DOWN_DEFAULT_MS = 60_000;
const NEVER = Number.POSITIVE_INFINITY;

/**
 * Decides which URL is requested next: within the global and per-host limits, politely, and fairly among hosts.
 *
 * Order: hosts take turns, one request each; within a host, begun work before new, each first come, first served.
 * Bound: state is kept for hosts with URLs in hand, and for up to 100,000 more that something has to be remembered of.
 * Cost: O(log hosts) for an acquire or a release, O(1) where no time is involved; one timer for all.
 */
export class HostScheduler {
  readonly #concurrency: number;
  readonly #now: () => number;
  readonly #hosts: KnownHosts<Lease>;
  readonly #ready = new LinkedQueue<Host<Lease>>();
  readonly #timed = new DeadlineHeap<Host<Lease>>();
  readonly #timer = new WakeTimer(() => this.#onTime());
  #inFlight = 0;
  #waiting = 0;
  #isClosed = false;

  constructor(options: SchedulerOptions) {
    this.#concurrency = options.concurrency;
    this.#hosts = new KnownHosts({
      ...options,
      hostDownCoolDownMs: options.hostDownCoolDownMs ?? COOL_DOWN_DEFAULT_MS,
    });
    this.#now = options.now ?? (() => performance.now());
  }

  /** Leases that have not been released. */
  get inFlight(): number {
    return this.#inFlight;
  }

  /** Acquires that have not settled. */
  get waiting(): number {
    return this.#waiting;
  }

  /** Hosts that state is kept for. */
  get hostCount(): number {
    return this.#hosts.size;
  }

  /**
   * Resolves with a lease when a request to the host may start.
   *
   * `host` is any stable key of it (`URL.host`). `notBeforeMs`, a time of the clock, marks work that was begun before
   * (a retry, a redirect's next hop): it holds no slot until then, and then goes ahead of the host's new URLs.
   * Errors: RecordError `host-down` at once where the host is or becomes given up on, `cancelled` once closed.
   */
  acquire(host: string, notBeforeMs?: number): Promise<Lease> {
    if (this.#isClosed) return Promise.reject(cancelled(host));
    const now = this.#now();
    const known = this.#hosts.get(host);
    if (known.coolDownLeftMs(now) > 0) return Promise.reject(hostDown(known, now));
    const isTurn = known.waiting === 0 && known.hasRoom && known.notBeforeMs <= now;
    // A free slot means that no host is ready (see `#dispatch`), so nobody is passed over.
    if (isTurn && this.#inFlight < this.#concurrency && (notBeforeMs ?? 0) <= now) {
      if (known.place === 'resting') this.#hosts.wake(known);
      return Promise.resolve(this.#start(known, now));
    }
    return this.#wait(known, notBeforeMs, now);
  }

  /**
   * Raises a host's delay, to hold for as long as the host is known: to be called before each `acquire`.
   *
   * `sinceMs`, a time of the clock, is when it was last asked as far as the caller knows: the next start is `delayMs` later.
   */
  keepApart(host: string, delayMs: number, sinceMs: number): void {
    if (!this.#isClosed) this.#hosts.get(host).keepApart(delayMs, sinceMs);
  }

  /** Rejects all that wait with `cancelled`, and all that come. Leases may still be released. */
  close(): void {
    this.#isClosed = true;
    for (const host of this.#hosts.values()) host.waiters?.rejectAll(() => cancelled(host.name));
    this.#waiting = 0;
    this.#hosts.clear();
    this.#timed.clear();
    while (this.#ready.shift() !== undefined);
    this.#timer.set(undefined, 0);
  }

  #start(host: Host<Lease>, now: number): Lease {
    this.#inFlight += 1;
    return new HostLease(host, host.start(now), this.#onRelease);
  }

  #wait(host: Host<Lease>, notBeforeMs: number | undefined, now: number): Promise<Lease> {
    host.waiters ??= new WaiterQueue();
    const { waiters } = host;
    const lease = new Promise<Lease>((resolve, reject) => {
      if (notBeforeMs === undefined) waiters.push({ resolve, reject });
      else waiters.pushResumed({ resolve, reject }, notBeforeMs, now);
    });
    this.#waiting += 1;
    this.#place(host, now);
    this.#dispatch(now);
    return lease;
  }

  readonly #onRelease = (host: Host<Lease>, start: number, report: HostReport): void => {
    this.#inFlight -= 1;
    host.inFlight -= 1;
    if (this.#isClosed) return;
    const now = this.#now();
    if (report.kind === 'answered') host.answered(start);
    else if (report.kind === 'overloaded') host.overloaded(start, report.retryAfterMs, now);
    else if (report.kind === 'unreachable' && host.unreachable(start, now)) this.#giveUp(host, now);
    this.#place(host, now);
    this.#dispatch(now);
  };

  #giveUp(host: Host<Lease>, now: number): void {
    this.#waiting -= host.waiting;
    host.waiters?.rejectAll(() => hostDown(host, now));
  }

  #onTime(): void {
    const now = this.#now();
    for (let host = this.#timed.takeDue(now); host !== undefined; host = this.#timed.takeDue(now)) {
      host.place = 'none';
      this.#place(host, now);
    }
    this.#dispatch(now);
  }

  /** Lets hosts take turns while there are slots. Afterwards either no slot is free or no host is ready. */
  #dispatch(now: number): void {
    while (this.#inFlight < this.#concurrency) {
      const host = this.#ready.shift();
      if (host === undefined) break;
      host.place = 'none';
      // A host may have been deferred, lowered or given up on since it became ready.
      const waiter = host.hasRoom && host.notBeforeMs <= now ? host.waiters?.take(now) : undefined;
      if (waiter !== undefined) {
        this.#waiting -= 1;
        waiter.resolve(this.#start(host, now));
      }
      this.#place(host, now);
    }
    this.#timer.set(this.#timed.first?.dueMs, now);
  }

  /** Puts a host where it will be looked at again when something can happen to it. */
  #place(host: Host<Lease>, now: number): void {
    // It keeps its place in the round, and is looked at when its turn comes.
    if (host.place === 'ready') return;
    if (host.place === 'resting') this.#hosts.wake(host);
    // Without room, the release that makes some comes back here.
    const startMs = host.hasRoom ? Math.max(host.notBeforeMs, host.waiters?.readyAtMs ?? NEVER) : NEVER;
    if (startMs > now && startMs < NEVER) {
      host.place = 'timed';
      this.#timed.set(host, startMs);
      return;
    }
    if (host.place === 'timed') this.#timed.remove(host);
    host.place = 'none';
    if (startMs <= now) {
      host.place = 'ready';
      this.#ready.push(host);
    } else if (host.waiting === 0 && host.inFlight === 0) {
      this.#hosts.rest(host, now);
    }
  }
}

class HostLease implements Lease {
  readonly #host: Host<Lease>;
  readonly #start: number;
  readonly #onRelease: (host: Host<Lease>, start: number, report: HostReport) => void;
  #isReleased = false;

  constructor(
    host: Host<Lease>,
    start: number,
    onRelease: (host: Host<Lease>, start: number, report: HostReport) => void,
  ) {
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
