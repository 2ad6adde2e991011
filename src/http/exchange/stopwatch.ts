import type { FailureCode } from '../../core/failure-codes.ts';

/** How long the parts of an exchange may take, in milliseconds. */
export interface TimeLimits {
  /** Until the connection stands, name resolution and TLS included. */
  readonly connectTimeoutMs: number;
  /** From the request to the end of the header. */
  readonly headersTimeoutMs: number;
  /** Between two pieces of the body. */
  readonly idleTimeoutMs: number;
}

/** The parts of an exchange that are timed. */
export type TimedPhase = 'connecting' | 'waiting' | 'reading';

/** What took too long. */
export interface Overrun {
  readonly code: FailureCode;
  /** For the message: `no connection within 10000 ms`. */
  readonly text: string;
}

/** Times one exchange. It stands still between the header and the first read: that time is ours, not the server's. */
export class Stopwatch {
  readonly #limits: TimeLimits;
  readonly #budgetMs: number;
  #phase: TimedPhase | 'stopped' = 'connecting';
  /** When the phase began, or the last piece of the body came. */
  #sinceMs: number;
  #runningSinceMs: number;
  #spentMs = 0;

  /** `budgetMs` is what is left for the whole attempt. It starts to connect now. */
  constructor(limits: TimeLimits, budgetMs: number, nowMs: number) {
    this.#limits = limits;
    this.#budgetMs = budgetMs;
    this.#sinceMs = nowMs;
    this.#runningSinceMs = nowMs;
  }

  /** What was left of the budget when it was stopped. */
  get leftMs(): number {
    return this.#budgetMs - this.#spentMs;
  }

  enter(phase: TimedPhase, nowMs: number): void {
    if (this.#phase === 'stopped') this.#runningSinceMs = nowMs;
    this.#phase = phase;
    this.#sinceMs = nowMs;
  }

  /** The body moves on. */
  touch(nowMs: number): void {
    this.#sinceMs = nowMs;
  }

  stop(nowMs: number): void {
    this.#spentMs += nowMs - this.#runningSinceMs;
    this.#phase = 'stopped';
    this.#sinceMs = nowMs;
  }

  /** For how long it has been stopped. */
  stoppedMs(nowMs: number): number {
    return this.#phase === 'stopped' ? nowMs - this.#sinceMs : 0;
  }

  /** What has taken too long by now, if anything. `isHeldUp`: it is us who don't read, so the body can't move. */
  overrun(nowMs: number, isHeldUp: boolean): Overrun | undefined {
    if (this.#phase === 'stopped') return undefined;
    const { connectTimeoutMs, headersTimeoutMs, idleTimeoutMs } = this.#limits;
    const phaseMs = nowMs - this.#sinceMs;
    if (this.#spentMs + nowMs - this.#runningSinceMs > this.#budgetMs) {
      return { code: 'deadline', text: 'the attempt took longer than allowed' };
    }
    if (this.#phase === 'connecting' && phaseMs > connectTimeoutMs) {
      return { code: 'connect-timeout', text: `no connection within ${connectTimeoutMs} ms` };
    }
    if (this.#phase === 'waiting' && phaseMs > headersTimeoutMs) {
      return { code: 'headers-timeout', text: `no complete header within ${headersTimeoutMs} ms` };
    }
    if (this.#phase === 'reading' && !isHeldUp && phaseMs > idleTimeoutMs) {
      return { code: 'idle-timeout', text: `the body paused for more than ${idleTimeoutMs} ms` };
    }
    return undefined;
  }
}
