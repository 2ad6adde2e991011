import { DeadlineHeap, NOT_IN_HEAP, type Timed } from './deadline-heap.ts';
import { type Linked, LinkedQueue } from './linked-queue.ts';

/** The two ends of a promise for a grant. */
export interface Waiter<Grant> {
  readonly resolve: (grant: Grant) => void;
  readonly reject: (error: Error) => void;
  /** Whether it waits with the next request of an attempt under way. */
  readonly isUnderWay: boolean;
}

/**
 * The waiters of one host, each taken out once.
 *
 * Order: work that was begun before (see `pushResumed`) by the time it may go on, then new work as it came.
 * Both are first come, first served: the lines of begun work are the older ones, and the run's checkpoint waits for them.
 */
export class WaiterQueue<Grant> {
  readonly #fresh = new LinkedQueue<Entry<Grant>>();
  /** Begun work that may go on. Like the next one made when needed, for most hosts never have any. */
  #resumed: LinkedQueue<Entry<Grant>> | undefined;
  /** Begun work that has to wait for its time. */
  #later: DeadlineHeap<Entry<Grant>> | undefined;
  #size = 0;

  /** Waiters of all kinds. */
  get size(): number {
    return this.#size;
  }

  /** Whether one waits for nothing but its turn. One whose time has come counts from the next `take` on. */
  get hasReady(): boolean {
    return !this.#fresh.isEmpty || this.#resumed?.isEmpty === false;
  }

  /** The time from which one can be taken: 0 where one waits for its turn only, Infinity where there is none. */
  get readyAtMs(): number {
    return this.hasReady ? 0 : (this.#later?.first?.dueMs ?? Number.POSITIVE_INFINITY);
  }

  /** Adds new work. */
  push(waiter: Waiter<Grant>): void {
    this.#fresh.push(entryOf(waiter));
    this.#size += 1;
  }

  /** Adds work that was begun before (a retry, a redirect's next hop) and may go on from `notBeforeMs`. */
  pushResumed(waiter: Waiter<Grant>, notBeforeMs: number, nowMs: number): void {
    if (notBeforeMs <= nowMs) {
      this.#resume(entryOf(waiter));
    } else {
      this.#later ??= new DeadlineHeap();
      this.#later.set(entryOf(waiter), notBeforeMs);
    }
    this.#size += 1;
  }

  /** Takes out the waiter whose turn it is at `nowMs`; undefined where none may go yet. */
  take(nowMs: number): Waiter<Grant> | undefined {
    for (let due = this.#later?.takeDue(nowMs); due !== undefined; due = this.#later?.takeDue(nowMs)) this.#resume(due);
    const entry = this.#resumed?.shift() ?? this.#fresh.shift();
    if (entry === undefined) return undefined;
    this.#size -= 1;
    return entry;
  }

  /** Takes out every waiter and rejects it, each with an error of its own. */
  rejectAll(makeError: () => Error): void {
    while (this.#size > 0) this.take(Number.POSITIVE_INFINITY)?.reject(makeError());
  }

  /** Takes out and rejects every waiter but those with attempts under way. */
  rejectIdle(makeError: () => Error): void {
    const underWay: Waiter<Grant>[] = [];
    while (this.#size > 0) {
      const waiter = this.take(Number.POSITIVE_INFINITY);
      if (waiter?.isUnderWay === true) underWay.push(waiter);
      else waiter?.reject(makeError());
    }
    for (const waiter of underWay) this.pushResumed(waiter, 0, 0);
  }

  #resume(entry: Entry<Grant>): void {
    this.#resumed ??= new LinkedQueue();
    this.#resumed.push(entry);
  }
}

interface Entry<Grant> extends Waiter<Grant>, Linked<Entry<Grant>>, Timed {}

function entryOf<Grant>({ resolve, reject, isUnderWay }: Waiter<Grant>): Entry<Grant> {
  return { resolve, reject, isUnderWay, next: undefined, dueMs: 0, heapIndex: NOT_IN_HEAP };
}
