/** Changes that may wait before a look at how far the run is. */
const LEAST_WAITING = 1024;

/**
 * Holds back what the lines change in a step's state until these lines are done, so that the state is always that of the
 * low-water mark: the one to keep in a checkpoint (`Step.save`).
 *
 * Order: of the lines. Bound: twice the changes of the lines that are read and not done, which the run's look-ahead limits, or
 * 1,024.
 */
export class Lookback<Change> {
  readonly #apply: (change: Change) => void;
  readonly #low: () => number;
  #sequences: number[] = [];
  #changes: Change[] = [];
  /** So many may wait until the next look. */
  #room = LEAST_WAITING;

  /** `apply` puts a change into the state; `low` gives the line before which all are done. */
  constructor(apply: (change: Change) => void, low: () => number) {
    this.#apply = apply;
    this.#low = low;
  }

  /** Notes what a line changes. At most once a line, in the order of the lines. */
  note(sequence: number, change: Change): void {
    this.#sequences.push(sequence);
    this.#changes.push(change);
    if (this.#changes.length < this.#room) return;
    this.settle(this.#low());
    this.#room = Math.max(LEAST_WAITING, 2 * this.#changes.length);
  }

  /** Brings the state to the line `low`: applies what the lines before it change. */
  settle(low: number): void {
    const later = this.#sequences.findIndex((sequence) => sequence >= low);
    const count = later === -1 ? this.#sequences.length : later;
    for (let index = 0; index < count; index += 1) this.#apply(this.#changes[index] as Change);
    this.#sequences = this.#sequences.slice(count);
    this.#changes = this.#changes.slice(count);
  }
}
