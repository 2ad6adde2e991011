/** Node's longest timer. A later time is reached in several. */
const TIMER_MAX_MS = 2 ** 31 - 1;

/**
 * One timer that wakes a queue of deadlines when its earliest is due.
 *
 * It may wake too early: the caller looks at its clock and calls `set` again. While it is on, the process stays alive.
 */
export class WakeTimer {
  readonly #wake: () => void;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #dueMs = 0;

  constructor(wake: () => void) {
    this.#wake = wake;
  }

  /** Sees to it that the timer fires at `dueMs` or before; undefined turns it off. */
  set(dueMs: number | undefined, nowMs: number): void {
    // Waking early once is cheaper than setting the timer anew whenever the earliest deadline moves back.
    if (this.#timer !== undefined && dueMs !== undefined && this.#dueMs <= dueMs) return;
    if (this.#timer !== undefined) clearTimeout(this.#timer);
    this.#timer = undefined;
    if (dueMs === undefined) return;
    this.#dueMs = dueMs;
    this.#timer = setTimeout(this.#onTimer, Math.min(Math.max(1, Math.ceil(dueMs - nowMs)), TIMER_MAX_MS));
  }

  readonly #onTimer = (): void => {
    this.#timer = undefined;
    this.#wake();
  };
}
