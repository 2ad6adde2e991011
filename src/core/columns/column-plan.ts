import type { ColumnScope } from './columns.ts';

/** What a step makes of the columns of the records that it takes. */
export interface ColumnPlan {
  /** The columns of the records that it gives. */
  readonly columns: ColumnScope;
  /** Names of the columns that it reads; `input` stands for all columns of the input. */
  readonly reads?: readonly string[];
  /** What is wrong with its options in this place. With one, the rest counts for nothing. */
  readonly problems?: readonly OptionProblem[];
}

/** A mistake in an option that shows only in its place in the pipeline. */
export type OptionProblem = {
  /** Where it stands within the options: keys and indexes. */
  readonly path: readonly (string | number)[];
} & (
  | { readonly message: string; readonly unknownColumn?: never }
  /** The name of a column that there isn't; the nearest that there is will be told. */
  | { readonly unknownColumn: string; readonly message?: never }
);
