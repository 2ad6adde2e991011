import type { Totals } from './ledger.ts';

/** What a run looks like from outside while it goes on. */
export interface RunProgress {
  readonly totals: Totals;
  /** Lines taken from the input. */
  readonly lines: number;
  /** Requests in flight. */
  readonly inFlight: number;
  /** Bytes of the input, as stored; `total` is null where it is not known. */
  readonly input: { readonly read: number; readonly total: number | null };
}
