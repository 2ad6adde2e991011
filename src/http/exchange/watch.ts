import { type Clock, systemClock } from '../../core/clock.ts';

/** Something that must not take forever. */
export interface Watched {
  /** Called every tick, with the watch's time: ends itself if it has taken too long. */
  check(nowMs: number): void;
}

const TICK_MAX_MS = 250;
const TICK_MIN_MS = 5;

/**
 * Looks after everything in flight with one timer, instead of several for each URL.
 *
 * Its time is coarse: it moves a tick at a time, and never by more than two ticks, however late the timer fires. So
 * a stamp costs nothing, and time in which this process itself was busy is not held against a server.
 * Cost: one call for each thing in flight a tick. The timer runs only while there is any, and keeps no process alive.
 */
export class Watch<Item extends Watched> {
  readonly #tickMs: number;
  readonly #onTick: (() => void) | undefined;
  readonly #live = new Set<Item>();
  readonly #clock: Clock;
  #cancel: (() => void) | undefined;
  #nowMs = 0;
  #tickedAtMs = 0;

  /** `shortestMs` is the shortest time-out that it has to tell: a tick is a tenth of it, between 5 and 250 ms. */
  constructor(shortestMs: number, onTick?: () => void, clock: Clock = systemClock) {
    this.#tickMs = Math.min(TICK_MAX_MS, Math.max(TICK_MIN_MS, shortestMs / 10));
    this.#onTick = onTick;
    this.#clock = clock;
  }

  /** The time in milliseconds, from any beginning. */
  get nowMs(): number {
    return this.#nowMs;
  }

  /** What is watched now, in the order in which it was added. Things may be removed while it is gone through. */
  get live(): Iterable<Item> {
    return this.#live;
  }

  add(watched: Item): void {
    this.#live.add(watched);
    if (this.#cancel !== undefined) return;
    this.#tickedAtMs = this.#clock.now();
    this.#cancel = this.#clock.every(this.#tickMs, this.#tick);
  }

  remove(watched: Item): void {
    this.#live.delete(watched);
  }

  readonly #tick = (): void => {
    if (this.#live.size === 0) {
      this.#cancel?.();
      this.#cancel = undefined;
      return;
    }
    const now = this.#clock.now();
    this.#nowMs += Math.min(now - this.#tickedAtMs, 2 * this.#tickMs);
    this.#tickedAtMs = now;
    for (const watched of this.#live) watched.check(this.#nowMs);
    this.#onTick?.();
  };
}
