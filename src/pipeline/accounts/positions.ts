import { lineHash } from '../../core/hashes/line-hash.ts';
import type { Origin } from '../../core/record.ts';

/** Which lines of the input are done, in a form that can be stored: small, whatever the length of the input. */
export interface PositionsState {
  /** Every line with a smaller sequence is done. */
  readonly low: number;
  /** Lines at or above `low` that are done, as pairs of first and last sequence, in order. */
  readonly above: readonly (readonly [first: number, last: number])[];
  /** The line before `low`: where reading may start again, and by what it is known (`lineHash`). Null when no line is done. */
  readonly last: KnownLine | null;
  /** The last of those above, by what it is known: it may have had no end when it was read, and have grown since. Null when there are none. */
  readonly furthest: KnownLine | null;
}

/** A line of the input in a form that can be stored: without its text, which may hold a password. */
export interface KnownLine {
  readonly origin: Origin;
  readonly lineHash: string;
}

const NOTHING: PositionsState = { low: 0, above: [], last: null, furthest: null };

/** What is known of a line that was read. */
interface OpenLine {
  readonly origin: Origin;
  readonly sourceUrl: string;
}

/** Lines one behind the other. */
interface Range {
  first: number;
  last: number;
}

/** Lines that are done, one behind the other; of the last one it is known where it stands. */
interface DoneRange extends Range {
  lastLine: OpenLine;
}

/**
 * Knows which lines of the input are done: a low-water mark, and the lines above it.
 *
 * Memory: the lines in work, and a range between two of them at most; not the lines that are done behind one that is not,
 * which may be millions where they are passed over and that one waits for its host.
 */
export class Positions {
  #low: number;
  #last: OpenLine | KnownLine | null;
  /** Lines that were read and are not done. */
  readonly #open = new Map<number, OpenLine>();
  /** Lines above the mark that are done and have been read: ascending, with lines in between that are not. */
  readonly #done: DoneRange[] = [];
  /** Lines that an earlier run had done above its mark. Ascending. */
  readonly #earlier: readonly Range[];
  /** The last of them. */
  readonly #furthestEarlier: KnownLine | null;
  /** Those of them that have been read again, which a step has yet to see: the mark waits for them. */
  readonly #awaited = new Set<number>();

  constructor(state: PositionsState = NOTHING) {
    this.#low = state.low;
    this.#last = state.last;
    this.#earlier = state.above.map(([first, last]) => ({ first, last }));
    this.#furthestEarlier = state.furthest;
  }

  /** The first line that is not done. */
  get low(): number {
    return this.#low;
  }

  /** Lines that were read and are not done. */
  get open(): number {
    return this.#open.size;
  }

  /** Lines and ranges of lines that are held. */
  get held(): number {
    return this.#open.size + this.#done.length;
  }

  /**
   * A line was read. In the order of the input, without gaps; lines that are done already may be read again.
   * `isToBeSeen`: the mark is not to pass such a line before `seen` is told of it, since a step's state lacks it until then.
   */
  read(origin: Origin, sourceUrl: string, isToBeSeen = false): void {
    const { sequence } = origin;
    if (sequence < this.#low) return;
    this.#open.set(sequence, { origin, sourceUrl });
    // One that an earlier run had done can only be passed over now that it is known where it stands.
    if (!isWithin(this.#earlier, sequence)) return;
    if (isToBeSeen) this.#awaited.add(sequence);
    else this.done(sequence);
  }

  /** Whether a line is done. */
  isDone(sequence: number): boolean {
    return sequence < this.#low || isWithin(this.#done, sequence) || isWithin(this.#earlier, sequence);
  }

  /** A line that was read is done. */
  done(sequence: number): void {
    const line = this.#open.get(sequence);
    if (line === undefined) return;
    this.#open.delete(sequence);
    if (sequence === this.#low) this.#pass(sequence, line);
    else this.#add(sequence, line);
  }

  /** The steps that must have seen a line again that is done. Nothing of a line that is not. */
  seen(sequence: number): void {
    if (this.#awaited.delete(sequence)) this.done(sequence);
  }

  /** The state to store. */
  state(): PositionsState {
    const low = this.#low;
    const earlier = this.#earlier.filter(({ last }) => last >= low);
    const clipped = earlier.map(({ first, last }) => ({ first: Math.max(first, low), last }));
    return { low, above: union([...clipped, ...this.#done]), last: known(this.#last), furthest: this.#furthest() };
  }

  /** The last line above the mark that is done. */
  #furthest(): KnownLine | null {
    const earlier = this.#furthestEarlier;
    const line = this.#done.at(-1)?.lastLine;
    if (earlier === null || earlier.origin.sequence < Math.max(this.#low, line?.origin.sequence ?? 0)) {
      return known(line ?? null);
    }
    return earlier;
  }

  /** Moves the mark behind a line, and behind those that follow it and are done. */
  #pass(sequence: number, line: OpenLine): void {
    this.#low = sequence + 1;
    this.#last = line;
    const next = this.#done[0];
    if (next?.first !== this.#low) return;
    this.#done.shift();
    this.#low = next.last + 1;
    this.#last = next.lastLine;
  }

  /** Adds a line above the mark to the ranges. */
  #add(sequence: number, line: OpenLine): void {
    const index = behind(this.#done, sequence);
    const before = this.#done[index - 1];
    const after = this.#done[index];
    const isAfterJoined = after?.first === sequence + 1;
    if (before?.last === sequence - 1) {
      before.last = isAfterJoined ? after.last : sequence;
      before.lastLine = isAfterJoined ? after.lastLine : line;
      if (isAfterJoined) this.#done.splice(index, 1);
    } else if (isAfterJoined) {
      after.first = sequence;
    } else {
      this.#done.splice(index, 0, { first: sequence, last: sequence, lastLine: line });
    }
  }
}

/** The index of the first range that begins behind a line. */
function behind(ranges: readonly Range[], sequence: number): number {
  let low = 0;
  let high = ranges.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((ranges[middle] as Range).first > sequence) high = middle;
    else low = middle + 1;
  }
  return low;
}

function isWithin(ranges: readonly Range[], sequence: number): boolean {
  const index = behind(ranges, sequence);
  // An index of -1 would be found missing all the same, but is looked up as a property is, which is slow.
  return index > 0 && sequence <= (ranges[index - 1] as Range).last;
}

function known(line: OpenLine | KnownLine | null): KnownLine | null {
  if (line === null || 'lineHash' in line) return line;
  return { origin: line.origin, lineHash: lineHash(line.sourceUrl) };
}

/** Ranges as they are written: ascending, those that overlap or touch as one. */
function union(ranges: readonly Range[]): [number, number][] {
  const found: [number, number][] = [];
  for (const { first, last } of [...ranges].sort((a, b) => a.first - b.first)) {
    const current = found.at(-1);
    if (current !== undefined && first <= current[1] + 1) current[1] = Math.max(current[1], last);
    else found.push([first, last]);
  }
  return found;
}
