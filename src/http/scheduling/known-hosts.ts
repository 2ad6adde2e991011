import { DeadlineHeap, NOT_IN_HEAP, type Timed } from './deadline-heap.ts';
import { type HostSettings, HostState } from './host-state.ts';
import type { Linked } from './linked-queue.ts';
import type { WaiterQueue } from './waiter-queue.ts';

/** Resting hosts kept at a time. About 35 MB when full. */
const RESTING_HOSTS_MAX = 100_000;

/** The limits that are different for some hosts. */
export type HostLimits = { readonly [Name in 'perHost' | 'delayMs']?: number | undefined };

/** The limits for all hosts, and how to find those of one. */
export interface KnownHostsSettings extends HostSettings {
  /** Asked once for each host that becomes known, by its name. */
  readonly limitsOf?: ((name: string) => HostLimits | undefined) | undefined;
}

/**
 * Where a host stands: in the round of those that may start, in the heap of those that wait for a time,
 * at rest (none of its URLs is there), or nowhere, which is where its next acquire or release finds it.
 */
export type Place = 'none' | 'ready' | 'timed' | 'resting';

/** A host's state, those that wait for it, and the links by which queues and heaps hold it. */
export class Host<Grant> extends HostState implements Linked<Host<Grant>>, Timed {
  place: Place = 'none';
  next: Host<Grant> | undefined = undefined;
  dueMs = 0;
  heapIndex = NOT_IN_HEAP;
  /** Made for the first that has to wait: most hosts of a long list never have one. */
  waiters: WaiterQueue<Grant> | undefined = undefined;

  get waiting(): number {
    return this.waiters?.size ?? 0;
  }

  /** Those that wait while the host is overloaded. */
  get deferred(): number {
    return this.overloadsInRow > 0 ? this.waiting : 0;
  }
}

/**
 * The hosts of a run by name: those with URLs in hand, and those at rest of which something has to be remembered.
 *
 * Bound: 100,000 at rest. Beyond it the one goes that would be forgotten soonest. Cost: O(log hosts) where a host rests.
 */
export class KnownHosts<Grant> {
  readonly #settings: KnownHostsSettings;
  readonly #hosts = new Map<string, Host<Grant>>();
  readonly #resting = new DeadlineHeap<Host<Grant>>();

  constructor(settings: KnownHostsSettings) {
    this.#settings = settings;
  }

  get size(): number {
    return this.#hosts.size;
  }

  /** The host of that name; a new one where nothing is known of it. */
  get(name: string): Host<Grant> {
    const known = this.#hosts.get(name);
    if (known !== undefined) return known;
    const host = new Host<Grant>(name, this.#settingsOf(name));
    this.#hosts.set(name, host);
    return host;
  }

  values(): Iterable<Host<Grant>> {
    return this.#hosts.values();
  }

  /** Takes a host of which no URL is there: to rest for as long as it has to be remembered, or out. */
  rest(host: Host<Grant>, nowMs: number): void {
    const untilMs = host.rememberUntilMs(nowMs);
    host.place = untilMs > nowMs ? 'resting' : 'none';
    if (host.place === 'resting') this.#resting.set(host, untilMs);
    else this.#hosts.delete(host.name);
    for (;;) {
      const isOver = this.#resting.size > RESTING_HOSTS_MAX;
      const forgotten = this.#resting.takeDue(isOver ? Number.POSITIVE_INFINITY : nowMs);
      if (forgotten === undefined) break;
      forgotten.place = 'none';
      this.#hosts.delete(forgotten.name);
    }
  }

  /** Takes a resting host back, for a URL of it that has come. */
  wake(host: Host<Grant>): void {
    this.#resting.remove(host);
    host.place = 'none';
  }

  /** Forgets all. */
  clear(): void {
    this.#hosts.clear();
    this.#resting.clear();
  }

  #settingsOf(name: string): HostSettings {
    const limits = this.#settings.limitsOf?.(name);
    if (limits === undefined) return this.#settings;
    const { perHost = this.#settings.perHost, delayMs = this.#settings.delayMs } = limits;
    return { ...this.#settings, perHost, delayMs };
  }
}
