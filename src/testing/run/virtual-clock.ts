import type { Clock } from '../../core/clock.ts';

/** So many turns of the event loop must pass in which nobody asks for the time, before it moves on. */
const QUIET_TURNS = 8;

interface Timer {
  dueMs: number;
  /** Undefined for one that fires once. */
  readonly periodMs: number | undefined;
  readonly callback: () => void;
}

/**
 * A clock that stands still while anything is done, and leaps to the next deadline once all that is left is to wait.
 *
 * So a run that waits for minutes takes no time, and its waits have lengths that are always the same. What is done in this
 * thread is over within a few turns of the event loop; who works elsewhere, and for how long nobody knows, calls `hold`.
 */
export class VirtualClock implements Clock {
  readonly #startMs: number;
  readonly #timers = new Set<Timer>();
  #nowMs = 0;
  #holds = 0;
  #isTouched = false;
  #isTicking = false;
  #isWaiting = false;
  #isClosed = false;

  /** `startMs`: the time of day at its beginning, in milliseconds since 1970. */
  constructor(startMs: number) {
    this.#startMs = startMs;
  }

  now(): number {
    this.#touch();
    return this.#nowMs;
  }

  timeOfDay(): number {
    return this.#startMs + this.#nowMs;
  }

  after(ms: number, callback: () => void): () => void {
    this.#touch();
    return this.#add(ms, undefined, callback);
  }

  every(ms: number, callback: () => void): () => void {
    return this.#add(ms, ms, callback);
  }

  /** Waits at random are always half as long as they may be. */
  random(): number {
    return 0.5;
  }

  hold(): () => void {
    this.#holds += 1;
    let isHeld = true;
    return () => {
      if (!isHeld) return;
      isHeld = false;
      this.#holds -= 1;
      this.#touch();
      this.#wait();
    };
  }

  /** Nothing is waited for any more. */
  close(): void {
    this.#isClosed = true;
    this.#timers.clear();
  }

  #add(ms: number, periodMs: number | undefined, callback: () => void): () => void {
    const timer: Timer = { dueMs: this.#nowMs + ms, periodMs, callback };
    if (!this.#isClosed) this.#timers.add(timer);
    this.#wait();
    return () => this.#timers.delete(timer);
  }

  /** Who asks for the time, or sets a deadline, is doing something. */
  #touch(): void {
    // A look at the clock at each tick is no work.
    if (!this.#isTicking) this.#isTouched = true;
  }

  #wait(): void {
    if (this.#isWaiting || this.#holds > 0 || this.#timers.size === 0) return;
    this.#isWaiting = true;
    this.#isTouched = false;
    setImmediate(this.#look, 1);
  }

  /** `turns`: those that have passed in quiet. */
  readonly #look = (turns: number): void => {
    const isQuiet = this.#holds === 0 && !this.#isTouched;
    if (isQuiet && turns < QUIET_TURNS && !this.#isClosed) {
      setImmediate(this.#look, turns + 1);
      return;
    }
    this.#isWaiting = false;
    if (isQuiet) this.#leap();
    this.#wait();
  };

  #leap(): void {
    let next: Timer | undefined;
    for (const timer of this.#timers) {
      if (next === undefined || timer.dueMs < next.dueMs) next = timer;
    }
    if (next === undefined) return;
    this.#nowMs = Math.max(this.#nowMs, next.dueMs);
    if (next.periodMs === undefined) this.#timers.delete(next);
    else next.dueMs += next.periodMs;
    this.#isTicking = next.periodMs !== undefined;
    next.callback();
    this.#isTicking = false;
  }
}
