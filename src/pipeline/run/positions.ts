import type { Origin } from '../../core/record.ts';

/** Which lines of the input are done, in a form that can be stored: small, whatever the length of the input. */
export interface PositionsState {
  /** Every line with a smaller sequence is done. */
  readonly low: number;
  /** Lines at or above `low` that are done, as pairs of first and last sequence, in order. */
  readonly above: readonly (readonly [first: number, last: number])[];
  /** The line before `low`: where reading may start again. Null when no line is done. */
  readonly last: { readonly origin: Origin; readonly sourceUrl: string } | null;
}

/** What is known of a line that is not below the low-water mark. */
interface OpenLine {
  readonly origin: Origin;
  readonly sourceUrl: string;
}

/**
 * Knows which lines of the input are done: a low-water mark, and the lines above it.
 *
 * Memory: what lies between the low-water mark and the last line read, which the stages' look-ahead bounds.
 */
export class Positions {
  #low: number;
  #last: OpenLine | null;
  readonly #open = new Map<number, OpenLine>();
  readonly #done: Set<number>;

  constructor(state: PositionsState = { low: 0, above: [], last: null }) {
    this.#low = state.low;
    this.#last = state.last;
    this.#done = new Set();
    for (const [first, last] of state.above) {
      for (let sequence = first; sequence <= last; sequence += 1) this.#done.add(sequence);
    }
  }

  /** The first line that is not done. */
  get low(): number {
    return this.#low;
  }

  /** A line was read. In the order of the input, without gaps; lines that are done already may be read again. */
  read(origin: Origin, sourceUrl: string): void {
    if (origin.sequence < this.#low) return;
    this.#open.set(origin.sequence, { origin, sourceUrl });
    // A line above the mark that an earlier run had done can only be passed over now that it is known where it stands.
    if (origin.sequence === this.#low && this.#done.has(this.#low)) this.#advance();
  }

  /** Whether a line is done. */
  isDone(sequence: number): boolean {
    return sequence < this.#low || this.#done.has(sequence);
  }

  /** A line is done. */
  done(sequence: number): void {
    this.#done.add(sequence);
    if (sequence === this.#low) this.#advance();
  }

  /** The state to store. */
  state(): PositionsState {
    return { low: this.#low, above: ranges([...this.#done].sort((a, b) => a - b)), last: this.#last };
  }

  #advance(): void {
    for (let line = this.#open.get(this.#low); line !== undefined && this.#done.has(this.#low); ) {
      this.#done.delete(this.#low);
      this.#open.delete(this.#low);
      this.#last = line;
      this.#low += 1;
      line = this.#open.get(this.#low);
    }
  }
}

/** Ascending numbers as ranges of neighbours. */
function ranges(numbers: readonly number[]): [number, number][] {
  const found: [number, number][] = [];
  for (const number of numbers) {
    const current = found.at(-1);
    if (current !== undefined && current[1] === number - 1) current[1] = number;
    else found.push([number, number]);
  }
  return found;
}
