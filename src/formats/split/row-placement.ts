import type { Row } from '../../core/stage/sink-writer.ts';
import { partPath, valuePath } from './part-names.ts';

/** Rows and the file that they go into. */
export interface Placed {
  readonly path: string;
  readonly rows: readonly Row[];
}

/** Decides into which file rows go. */
export interface RowPlacement {
  place(rows: readonly Row[]): readonly Placed[];
  /** What it needs to go on, as JSON. */
  state(): unknown;
}

/** How full a part may get, and of what. */
export interface PartLimit {
  readonly limit: number;
  /** How much the rows of a page add. */
  sizeOf(rows: readonly Row[]): number;
}

/**
 * One part after the other: the next begins when one has reached its limit. The rows of a page stay together, so that a part
 * may be larger by what a page has.
 */
export class ByParts implements RowPlacement {
  readonly #pattern: string;
  readonly #limit: PartLimit;
  #part: number;
  #size: number;

  /** `state`: what `state` gave. */
  constructor(pattern: string, limit: PartLimit, state: unknown) {
    this.#pattern = pattern;
    this.#limit = limit;
    const [part, size] = Array.isArray(state) ? state : [1, 0];
    this.#part = Number(part);
    this.#size = Number(size);
  }

  place(rows: readonly Row[]): readonly Placed[] {
    if (this.#size >= this.#limit.limit) {
      this.#part += 1;
      this.#size = 0;
    }
    this.#size += this.#limit.sizeOf(rows);
    return [{ path: partPath(this.#pattern, this.#part), rows }];
  }

  state(): unknown {
    return [this.#part, this.#size];
  }
}

/** A part for each value of a column. */
export class ByValue implements RowPlacement {
  readonly #pattern: string;
  readonly #index: number;

  /** `index`: of the column among the row's values. */
  constructor(pattern: string, index: number) {
    this.#pattern = pattern;
    this.#index = index;
  }

  place(rows: readonly Row[]): readonly Placed[] {
    const parts = grouped(rows, this.#index);
    return [...parts].map(([value, ofValue]) => ({ path: valuePath(this.#pattern, value), rows: ofValue }));
  }

  state(): unknown {
    return null;
  }
}

function grouped(rows: readonly Row[], index: number): ReadonlyMap<string, readonly Row[]> {
  const groups = new Map<string, Row[]>();
  for (const row of rows) {
    const value = String(row[index] ?? '');
    const group = groups.get(value);
    if (group === undefined) groups.set(value, [row]);
    else group.push(row);
  }
  return groups;
}
