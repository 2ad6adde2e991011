import { type Linked, LinkedQueue } from '../scheduling/linked-queue.ts';

/** Bounds of a `LookupQueue`. */
export interface LookupLimits {
  /** Look-ups that may be under way before the next has to wait. */
  readonly active: number;
  /** After this time a look-up that has no answer yet no longer keeps the next one waiting. */
  readonly overdueAfterMs: number;
  /** Look-ups without an answer that are put up with in that way; any more do keep the next waiting. */
  readonly overdue: number;
  /** After this time a look-up fails, whatever becomes of it. */
  readonly timeoutMs: number;
}

/**
 * Lets look-ups take their turn: few at once, so that no name server is flooded, and yet a thousand names that never get an answer
 * don't hold up the ones that do.
 *
 * Order: first come, first served. Bound: `active` and `overdue` look-ups under way; those that wait are the caller's.
 */
export class LookupQueue {
  readonly #limits: LookupLimits;
  readonly #onTimeout: () => Error;
  /** Under way and not overdue, in the order of their starts. */
  readonly #active = new Set<Turn>();
  readonly #overdue = new Set<Turn>();
  readonly #waiting = new LinkedQueue<Waiter>();
  #timer: NodeJS.Timeout | undefined;

  /** `onTimeout` makes the error of a look-up that took too long. */
  constructor(limits: LookupLimits, onTimeout: () => Error) {
    this.#limits = limits;
    this.#onTimeout = onTimeout;
  }

  /** Look-ups whose answer is still to come, given up or not. */
  get pending(): number {
    return this.#active.size + this.#overdue.size;
  }

  /** Calls `lookUp` when its turn comes, and settles as it does, or with the error of a time-out. */
  run<Answer>(lookUp: () => Promise<Answer>): Promise<Answer> {
    return new Promise<Answer>((resolve, reject) => {
      const start = () => this.#start(lookUp, resolve, reject);
      if (this.#active.size < this.#limits.active) {
        start();
      } else {
        this.#waiting.push({ start, reject, next: undefined });
        this.#arm();
      }
    });
  }

  /** Rejects all, those under way as well, which are for the caller to end. */
  clear(error: Error): void {
    for (const { reject } of [...this.#active, ...this.#overdue]) reject(error);
    for (let waiter = this.#waiting.shift(); waiter !== undefined; waiter = this.#waiting.shift()) waiter.reject(error);
  }

  #start<Answer>(
    lookUp: () => Promise<Answer>,
    resolve: (answer: Answer) => void,
    reject: (error: unknown) => void,
  ): void {
    const turn: Turn = { startedMs: performance.now(), reject };
    this.#active.add(turn);
    const timeout = setTimeout(() => reject(this.#onTimeout()), this.#limits.timeoutMs);
    lookUp()
      .then(resolve, reject)
      .finally(() => {
        clearTimeout(timeout);
        if (!this.#active.delete(turn)) this.#overdue.delete(turn);
        this.#startNext();
      });
  }

  /** The one timer waits for the look-up that was started first. */
  #arm(): void {
    if (this.#timer !== undefined || this.#waiting.isEmpty) return;
    for (const { startedMs } of this.#active) {
      const leftMs = Math.max(1, startedMs + this.#limits.overdueAfterMs - performance.now());
      if (this.#overdue.size < this.#limits.overdue) this.#timer = setTimeout(this.#onTime, leftMs);
      return;
    }
  }

  readonly #onTime = (): void => {
    this.#timer = undefined;
    const overdueSince = performance.now() - this.#limits.overdueAfterMs;
    for (const turn of this.#active) {
      if (turn.startedMs > overdueSince || this.#overdue.size >= this.#limits.overdue) break;
      this.#active.delete(turn);
      this.#overdue.add(turn);
    }
    this.#startNext();
  };

  #startNext(): void {
    while (this.#active.size < this.#limits.active && !this.#waiting.isEmpty) this.#waiting.shift()?.start();
    this.#arm();
  }
}

interface Turn {
  readonly startedMs: number;
  readonly reject: (error: Error) => void;
}

interface Waiter extends Linked<Waiter> {
  readonly start: () => void;
  readonly reject: (error: Error) => void;
}
