import { type Clock, systemClock } from '../core/clock.ts';
import { DeadlineHeap } from './scheduling/deadline-heap.ts';
import type { Overload } from './scheduling/host-state.ts';
import { type Host, KnownHosts, type KnownHostsSettings } from './scheduling/known-hosts.ts';
import { HostLease, type HostReport, type Lease, type Start } from './scheduling/lease.ts';
import { LinkedQueue } from './scheduling/linked-queue.ts';
import { cancelled, givenUp } from './scheduling/refusals.ts';
import type { Turns } from './scheduling/turns.ts';
import { WaiterQueue } from './scheduling/waiter-queue.ts';
import { WakeTimer } from './scheduling/wake-timer.ts';

/** The bounds that a `HostScheduler` keeps. */
export interface SchedulerOptions extends Omit<KnownHostsSettings, 'maxOverloadMs' | 'hostDownCoolDownMs'> {
  /** Most requests in flight, over all hosts. At least 1. */
  readonly concurrency: number;
  /** For how long a host may answer nothing but overloads before it is given up on; for ever unless given, or 0. */
  readonly maxOverloadMs?: number | undefined;
  /** How many may wait for overloaded hosts. With so many, a host is given up on as soon as that may be; no bound unless given. */
  readonly maxDeferred?: number | undefined;
  /** How long a host that was given up on is left alone; 60 s unless given. */
  readonly hostDownCoolDownMs?: number;
  /** The time that everyone has unless given; `now` stands in for its own. */
  readonly clock?: Clock | undefined;
  readonly now?: () => number;
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
export class HostScheduler implements Turns {
  /** Called when `deferred` has grown. */
  onDeferred: (() => void) | undefined;
  readonly #concurrency: number;
  readonly #maxDeferred: number;
  readonly #now: () => number;
  readonly #hosts: KnownHosts<Lease>;
  readonly #ready = new LinkedQueue<Host<Lease>>();
  readonly #timed = new DeadlineHeap<Host<Lease>>();
  readonly #timer: WakeTimer;
  #inFlight = 0;
  #waiting = 0;
  #deferred = 0;
  #isStopped = false;
  #isClosed = false;

  constructor(options: SchedulerOptions) {
    this.#concurrency = options.concurrency;
    this.#maxDeferred = options.maxDeferred ?? NEVER;
    const { clock = systemClock, maxOverloadMs = 0, hostDownCoolDownMs = COOL_DOWN_DEFAULT_MS } = options;
    this.#hosts = new KnownHosts({ ...options, maxOverloadMs, hostDownCoolDownMs, random: clock.random });
    this.#timer = new WakeTimer(() => this.#onTime(), clock);
    this.#now = options.now ?? (() => clock.now());
  }

  /** Leases that have not been released. */
  get inFlight(): number {
    return this.#inFlight;
  }

  /** Acquires that have not settled. */
  get waiting(): number {
    return this.#waiting;
  }

  /** Of those, the ones that wait for hosts that answer nothing but overloads now. */
  get deferred(): number {
    return this.#deferred;
  }

  get isStopped(): boolean {
    return this.#isStopped;
  }

  /** Hosts that state is kept for. */
  get hostCount(): number {
    return this.#hosts.size;
  }

  acquire(host: string, begun?: Start): Promise<Lease> {
    if (this.#isClosed || (this.#isStopped && begun !== 'next')) return Promise.reject(cancelled(host));
    const now = this.#now();
    const known = this.#hosts.get(host);
    if (this.#deferred >= this.#maxDeferred && known.losePatience(now, true)) this.#giveUp(known, now);
    if (known.coolDownLeftMs(now) > 0) return Promise.reject(givenUp(known, now));
    const notBeforeMs = begun === 'next' ? 0 : begun;
    const isTurn = known.waiting === 0 && known.hasRoom && known.notBeforeMs <= now;
    // A free slot means that no host is ready (see `#dispatch`), so nobody is passed over.
    if (isTurn && this.#inFlight < this.#concurrency && (notBeforeMs ?? 0) <= now) {
      if (known.place === 'resting') this.#hosts.wake(known);
      return Promise.resolve(this.#start(known, now));
    }
    return this.#wait(known, begun, now);
  }

  keepApart(host: string, delayMs: number, sinceMs: number): void {
    if (!this.#isClosed) this.#hosts.get(host).keepApart(delayMs, sinceMs);
  }

  /** Rejects with `cancelled` all that wait, and all that come, but those with attempts under way. */
  stop(): void {
    if (this.#isStopped || this.#isClosed) return;
    this.#isStopped = true;
    const now = this.#now();
    for (const host of this.#hosts.values()) {
      if (host.waiting === 0) continue;
      this.#changing(host, () => host.waiters?.rejectIdle(() => cancelled(host.name)));
      this.#place(host, now);
    }
    this.#dispatch(now);
  }

  /** Rejects all that wait with `cancelled`, and all that come. Leases may still be released. */
  close(): void {
    this.#isClosed = true;
    for (const host of this.#hosts.values()) host.waiters?.rejectAll(() => cancelled(host.name));
    this.#waiting = 0;
    this.#deferred = 0;
    this.#hosts.clear();
    this.#timed.clear();
    while (this.#ready.shift() !== undefined);
    this.#timer.set(undefined, 0);
  }

  #start(host: Host<Lease>, now: number): Lease {
    this.#inFlight += 1;
    return new HostLease(host, host.start(now), this.#onRelease);
  }

  #wait(host: Host<Lease>, begun: Start | undefined, now: number): Promise<Lease> {
    host.waiters ??= new WaiterQueue();
    const { waiters } = host;
    const isUnderWay = begun === 'next';
    const lease = new Promise<Lease>((resolve, reject) => {
      if (begun === undefined) waiters.push({ resolve, reject, isUnderWay });
      else waiters.pushResumed({ resolve, reject, isUnderWay }, isUnderWay ? 0 : begun, now);
    });
    this.#waiting += 1;
    if (host.overloadsInRow > 0) {
      this.#deferred += 1;
      this.onDeferred?.();
    }
    this.#place(host, now);
    this.#dispatch(now);
    return lease;
  }

  readonly #onRelease = (host: Host<Lease>, start: number, report: HostReport): void => {
    this.#inFlight -= 1;
    host.inFlight -= 1;
    if (this.#isClosed) return;
    const now = this.#now();
    // A closure for each answer is saved where nothing can change.
    if (report.kind === 'answered' && host.deferred === 0) host.answered(start);
    else if (report.kind === 'answered') this.#changing(host, () => host.answered(start));
    else if (report.kind === 'overloaded') this.#onOverload(host, start, report, now);
    else if (report.kind === 'unreachable' && host.unreachable(start, now)) this.#giveUp(host, now);
    this.#place(host, now);
    this.#dispatch(now);
  };

  #onOverload(host: Host<Lease>, start: number, overload: Overload, now: number): void {
    const before = this.#deferred;
    this.#changing(host, () => host.overloaded(start, overload, now));
    if (host.losePatience(now, this.#deferred >= this.#maxDeferred)) this.#giveUp(host, now);
    if (this.#deferred > before) this.onDeferred?.();
  }

  #giveUp(host: Host<Lease>, now: number): void {
    this.#changing(host, () => host.waiters?.rejectAll(() => givenUp(host, now)));
  }

  /** Keeps the counts right over a change of the host or its waiters. */
  #changing(host: Host<Lease>, change: () => void): void {
    this.#waiting -= host.waiting;
    this.#deferred -= host.deferred;
    change();
    this.#waiting += host.waiting;
    this.#deferred += host.deferred;
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
        if (host.overloadsInRow > 0) this.#deferred -= 1;
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
