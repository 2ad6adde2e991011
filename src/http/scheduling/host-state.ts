/** The limits that hold for a host. */
export interface HostSettings {
  /** Most requests in flight on one host. */
  readonly perHost: number;
  /** Least time between two starts on one host. */
  readonly delayMs: number;
  /** Failures in a row to reach a host after which it is given up on; 0 is never. */
  readonly hostDownAfter: number;
  /** For how long a host may answer nothing but that it has too much to do before it is given up on; 0 is for ever. */
  readonly maxOverloadMs: number;
  /** How long a host that was given up on is left alone before it is tried again. */
  readonly hostDownCoolDownMs: number;
  /** 0 to 1: how much of a wait of a random length is waited; `Math.random` unless given. */
  readonly random?: (() => number) | undefined;
}

/** An answer that says that the host has too much to do. */
export interface Overload {
  readonly status: number;
  readonly retryAfterMs?: number;
}

/** Starts on one host are `delayMs` apart and up to this share of it more, so that many hosts don't fall into step. */
const DELAY_JITTER = 0.1;
/** The first back-off of an overloaded host that names no time; each further one is twice as long, up to the cap. */
const BACK_OFF_BASE_MS = 1_000;
const BACK_OFF_CAP_MS = 60_000;
/** Upward, like the delay's. */
const BACK_OFF_JITTER = 0.25;
/** Doublings beyond this reach the cap anyway; the bound keeps the power finite. */
const BACK_OFF_DOUBLINGS_MAX = 6;
/** Answers that earn a host one more request at a time, after its limit was lowered. */
const ANSWERS_PER_RAISE = 8;
/** One failure to reach a host may be the URL's fault (a page that never ends); from this many in a row it is the host's. */
const FAILURES_BEFORE_LOWERING = 2;
/** However long it has lasted, or however much waits for its end: so many times in a row an overload may be over the next time. */
const OVERLOADS_BEFORE_GIVING_UP = 3;
/** How long trouble with a host is remembered while none of its URLs is there. */
const TROUBLE_MEMORY_MS = 300_000;

/**
 * What is known of one host, and what follows from it: how many requests it may have, and from when.
 *
 * Limit: halved, down to 1, by each overload and by each failure in a row to reach the host from the second on;
 * raised again by one per 8 answers. Requests in flight together that all fail are one piece of bad news, not many:
 * only one that started after the limit was last lowered lowers it again, lengthens the back-off, or earns credit.
 * Times are those of the scheduler's clock, in milliseconds.
 */
export class HostState {
  readonly name: string;
  /** Requests in flight. */
  inFlight = 0;
  /** Earliest time of the next start: the end of the delay, or of the deferral. */
  notBeforeMs = 0;
  readonly #settings: HostSettings;
  readonly #random: () => number;
  #delayMs: number;
  #starts = 0;
  #limit: number;
  #answersSinceChange = 0;
  /** Overloads in a row: what the back-off grows with. */
  #overloads = 0;
  #overloadedSinceMs = 0;
  #overloadStatus = 0;
  /** The number of starts when the limit was last lowered. */
  #loweredAtStart = 0;
  #failuresInRow = 0;
  #isDown = false;
  #givenUpStatus: number | undefined;
  /** The end of the cool-down, for a host that is down. */
  #downUntilMs = 0;
  /** The number of starts when the host was given up on; later ones are probes. */
  #downAtStart = 0;

  constructor(name: string, settings: HostSettings) {
    this.name = name;
    this.#settings = settings;
    this.#random = settings.random ?? Math.random;
    this.#limit = settings.perHost;
    this.#delayMs = settings.delayMs;
  }

  /** Failures in a row to reach the host, up to now. */
  get failuresInRow(): number {
    return this.#failuresInRow;
  }

  /** Overloads in a row, up to now; requests in flight together count as one. */
  get overloadsInRow(): number {
    return this.#overloads;
  }

  /** For how long the host has answered nothing but overloads; of one that is overloaded. */
  overloadedForMs(nowMs: number): number {
    return nowMs - this.#overloadedSinceMs;
  }

  /** Of a host that was given up on for being overloaded: the status that it answered last. Undefined where it can't be reached. */
  get givenUpStatus(): number | undefined {
    return this.#givenUpStatus;
  }

  /** Whether one more request may be in flight. A host that is down gets one probe at a time. */
  get hasRoom(): boolean {
    return this.inFlight < (this.#isDown ? 1 : this.#limit);
  }

  /** How long the host is still left alone, having been given up on; 0 or less where it may be tried. */
  coolDownLeftMs(nowMs: number): number {
    return this.#isDown ? this.#downUntilMs - nowMs : 0;
  }

  /** Counts a start, and gives its number on this host, which the report of its end is to carry. */
  start(nowMs: number): number {
    this.inFlight += 1;
    this.#starts += 1;
    if (this.#delayMs > 0) this.#defer(nowMs + this.#delayMs * (1 + DELAY_JITTER * this.#random()));
    return this.#starts;
  }

  /** Raises the delay to `delayMs` where it is shorter. It runs from `sinceMs`: the last start that the caller knows of. */
  keepApart(delayMs: number, sinceMs: number): void {
    if (delayMs <= this.#delayMs) return;
    this.#delayMs = delayMs;
    this.#defer(sinceMs + delayMs);
  }

  /** The host gave an answer to start number `start`. */
  answered(start: number): void {
    this.#failuresInRow = 0;
    this.#isDown = false;
    if (start <= this.#loweredAtStart) return;
    this.#overloads = 0;
    if (this.#limit === this.#settings.perHost) return;
    this.#answersSinceChange += 1;
    if (this.#answersSinceChange < ANSWERS_PER_RAISE) return;
    this.#limit += 1;
    this.#answersSinceChange = 0;
  }

  /**
   * The host answered that it has too much to do; `retryAfterMs` is the time that it asked for.
   *
   * A time that is absent or 0 says nothing about when: the back-off is taken then.
   */
  overloaded(start: number, { status, retryAfterMs }: Overload, nowMs: number): void {
    this.#failuresInRow = 0;
    this.#isDown = false;
    this.#overloadStatus = status;
    if (this.#overloads === 0) this.#overloadedSinceMs = nowMs;
    if (this.#overloads === 0 || start > this.#loweredAtStart) this.#overloads += 1;
    this.#lower(start);
    const isTimeNamed = retryAfterMs !== undefined && retryAfterMs > 0;
    this.#defer(nowMs + (isTimeNamed ? retryAfterMs : backOffMs(this.#overloads, this.#random)));
  }

  /**
   * Gives up on a host that answers nothing but overloads: after `maxOverloadMs`, or sooner where there is no more room for
   * what waits for it (`isCrowded`). Gives true if it is given up on for that.
   */
  losePatience(nowMs: number, isCrowded: boolean): boolean {
    const { maxOverloadMs } = this.#settings;
    if (this.#isDown || maxOverloadMs === 0 || this.#overloads < OVERLOADS_BEFORE_GIVING_UP) return false;
    if (!isCrowded && this.overloadedForMs(nowMs) < maxOverloadMs) return false;
    this.#giveUp(nowMs, this.#overloadStatus);
    return true;
  }

  /** The host could not be reached by start number `start`. Gives true if it is given up on for that. */
  unreachable(start: number, nowMs: number): boolean {
    this.#failuresInRow += 1;
    if (this.#failuresInRow >= FAILURES_BEFORE_LOWERING) this.#lower(start);
    const { hostDownAfter } = this.#settings;
    if (hostDownAfter === 0 || this.#failuresInRow < hostDownAfter) return false;
    // What started before the host was given up on says nothing new: only a failed probe begins another cool-down.
    if (this.#isDown && start <= this.#downAtStart) return false;
    this.#giveUp(nowMs, undefined);
    return true;
  }

  /** Until when there is something to remember while no URL of the host is there; `nowMs` or less where there is nothing. */
  rememberUntilMs(nowMs: number): number {
    const isTroubled = this.#failuresInRow > 0 || this.#overloads > 0 || this.#limit < this.#settings.perHost;
    if (!isTroubled) return this.notBeforeMs;
    const trustedAgainMs = Math.max(nowMs, this.#isDown ? this.#downUntilMs : 0) + TROUBLE_MEMORY_MS;
    return Math.max(this.notBeforeMs, trustedAgainMs);
  }

  #giveUp(nowMs: number, status: number | undefined): void {
    this.#isDown = true;
    this.#givenUpStatus = status;
    // What comes before the host may be asked again need not wait for that.
    this.#downUntilMs = Math.max(nowMs + this.#settings.hostDownCoolDownMs, this.notBeforeMs);
    this.#downAtStart = this.#starts;
  }

  #defer(untilMs: number): void {
    if (untilMs > this.notBeforeMs) this.notBeforeMs = untilMs;
  }

  #lower(start: number): void {
    if (start <= this.#loweredAtStart) return;
    this.#limit = Math.max(1, this.#limit >> 1);
    this.#answersSinceChange = 0;
    this.#loweredAtStart = this.#starts;
  }
}

function backOffMs(overloads: number, random: () => number): number {
  const doublings = Math.min(overloads - 1, BACK_OFF_DOUBLINGS_MAX);
  return Math.min(BACK_OFF_CAP_MS, BACK_OFF_BASE_MS * 2 ** doublings * (1 + BACK_OFF_JITTER * random()));
}
