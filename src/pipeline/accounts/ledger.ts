import { StageError } from '../../core/errors.ts';
import type { FailureCode } from '../../core/failure-codes.ts';
import type { SkipReason } from '../../core/outcome.ts';

/** The run's totals; the summary. Stable names. */
export interface Totals {
  /** Input lines, blank lines and comments not counted. */
  readonly read: number;
  /** Pages whose links were written as rows. */
  readonly linked: number;
  /** Pages without links. */
  readonly empty: number;
  readonly failed: number;
  readonly skipped: number;
  /** Link rows written. */
  readonly rows: number;
  /** Decoded bytes of the pages that were read. */
  readonly bytes: number;
  readonly failedByCode: Readonly<Partial<Record<FailureCode, number>>>;
  readonly skippedByReason: Readonly<Partial<Record<SkipReason, number>>>;
}

const NOTHING: Totals = {
  read: 0,
  linked: 0,
  empty: 0,
  failed: 0,
  skipped: 0,
  rows: 0,
  bytes: 0,
  failedByCode: {},
  skippedByReason: {},
};

/** Where a line ended. */
export type Outcome = 'linked' | 'empty' | 'failed' | 'skipped';

/** Counts what became of each input line: every line that is read ends in exactly one outcome. */
export class Ledger {
  #read: number;
  #rows: number;
  #bytes: number;
  readonly #outcomes: Record<Outcome, number>;
  readonly #failedByCode: Partial<Record<FailureCode, number>>;
  readonly #skippedByReason: Partial<Record<SkipReason, number>>;

  /** `totals`: those of the run that is taken up. */
  constructor(totals: Totals = NOTHING) {
    const { read, linked, empty, failed, skipped, rows, bytes, failedByCode, skippedByReason } = totals;
    this.#read = read;
    this.#rows = rows;
    this.#bytes = bytes;
    this.#outcomes = { linked, empty, failed, skipped };
    this.#failedByCode = { ...failedByCode };
    this.#skippedByReason = { ...skippedByReason };
  }

  /** A line was read. */
  read(): void {
    this.#read += 1;
  }

  /** A page's rows were handed to the sink. */
  page(rows: number, bytes: number): void {
    this.#outcomes[rows > 0 ? 'linked' : 'empty'] += 1;
    this.#rows += rows;
    this.#bytes += bytes;
  }

  /** A line failed. */
  failed(code: FailureCode): void {
    this.#outcomes.failed += 1;
    this.#failedByCode[code] = (this.#failedByCode[code] ?? 0) + 1;
  }

  /** A line was passed over on purpose. */
  skipped(reason: SkipReason): void {
    this.#outcomes.skipped += 1;
    this.#skippedByReason[reason] = (this.#skippedByReason[reason] ?? 0) + 1;
  }

  /** Lines that were read and have no outcome yet. */
  get open(): number {
    const { linked, empty, failed, skipped } = this.#outcomes;
    return this.#read - linked - empty - failed - skipped;
  }

  /** Lines read so far, those still in work included. */
  get lines(): number {
    return this.#read;
  }

  /**
   * Checks `read = linked + empty + failed + skipped`. Errors: StageError `ACCOUNTING`, which is a bug of ours.
   */
  balance(): void {
    if (this.open === 0) return;
    throw new StageError('ACCOUNTING', `${this.#read} lines were read, but ${this.open} of them have no outcome.`);
  }

  /** The totals of all lines that have an outcome: `read` leaves out those in work, so that the sum holds at any time. */
  totals(): Totals {
    return {
      read: this.#read - this.open,
      ...this.#outcomes,
      rows: this.#rows,
      bytes: this.#bytes,
      failedByCode: { ...this.#failedByCode },
      skippedByReason: { ...this.#skippedByReason },
    };
  }
}
