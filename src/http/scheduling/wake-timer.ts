import { type Clock, systemClock } from '../../core/clock.ts';

/** Node's longest timer. A later time is reached in several. */
const TIMER_MAX_MS = 2 ** 31 - 1;

/**
 * One timer that wakes a queue of deadlines when its earliest is due.
 *
 * It may wake too early: the caller looks at its clock and calls `set` again. While it is on, the process stays alive.
 */
export class WakeTimer {
  readonly #wake: () => void;
  readonly #clock: Clock;
  #cancel: (() => void) | undefined;
  #dueMs = 0;

  constructor(wake: () => void, clock: Clock = systemClock) {
    this.#wake = wake;
    this.#clock = clock;
  }

  /** Sees to it that the timer fires at `dueMs` or before; undefined turns it off. */
  set(dueMs: number | undefined, nowMs: number): void {
    // Waking early once is cheaper than setting the timer anew whenever the earliest deadline moves back.
    if (this.#cancel !== undefined && dueMs !== undefined && this.#dueMs <= dueMs) return;
    this.#cancel?.();
    this.#cancel = undefined;
    if (dueMs === undefined) return;
    this.#dueMs = dueMs;
    const delayMs = Math.min(Math.max(1, Math.ceil(dueMs - nowMs)), TIMER_MAX_MS);
    this.#cancel = this.#clock.after(delayMs, this.#onTimer);
  }

  readonly #onTimer = (): void => {
    this.#cancel = undefined;
    this.#wake();
  };
}
