import type { StepFigures } from '../../core/stage/step-figures.ts';
import type { Totals } from '../accounts/ledger.ts';

/** What a run looks like from outside while it goes on. */
export interface RunProgress extends Required<StepFigures> {
  readonly totals: Totals;
  /** Lines taken from the input. */
  readonly lines: number;
  /** Bytes of the input, as stored; `total` is null where it is not known. */
  readonly input: { readonly read: number; readonly total: number | null };
}
