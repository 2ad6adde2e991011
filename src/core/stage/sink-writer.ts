import type { ColumnType } from '../columns/columns.ts';
import type { StageError } from '../errors.ts';
import type { Value } from '../record.ts';

/** An output row: its values in the order of the output's columns. */
export type Row = readonly Value[];

/** A running sink. */
export interface SinkWriter {
  /**
   * Takes rows, in order. They have their place in the output when the call returns; the promise, where there is one,
   * resolves when there is room for more. Errors: StageError, here or from a later call.
   */
  write(rows: readonly Row[]): void | Promise<void>;
  /** Resolves when everything taken so far is with the operating system. */
  flush(): Promise<void>;
  /**
   * Resolves when everything taken before the call is on the disk, with the state to come back to.
   * Rows that are taken after the call stand behind that state.
   */
  mark(): Promise<OutputState>;
  /** Flushes, then closes. The output is complete. */
  close(): Promise<void>;
  /** Closes without completing: the run failed. Never throws. */
  abort(): Promise<void>;
}

/** How far an output is on the disk, and by what it is known again. */
export interface OutputState {
  /** Bytes. */
  readonly length: number;
  /** A hash of the last bytes before that length. */
  readonly tail: string;
  /** What a sink needs beyond that, where its output isn't one file of text. A JSON value. */
  readonly detail?: unknown;
}

/** What a sink is told about the rows it will get and the output it makes of them. */
export interface SinkRequest {
  /** Names in the order of the row's values. */
  readonly columns: readonly string[];
  /** What the values of each column are, in the same order. */
  readonly types: readonly ColumnType[];
  /**
   * Present where the run keeps a checkpoint: the output then grows in place, and is first cut back to `state` where an
   * earlier run left one. Absent: the output appears under its name when it is complete.
   */
  readonly checkpoint?: OutputCheckpoint | undefined;
  /**
   * Told of a failed write for which no call was waiting. Later calls tell it as well, but there may be none for long: a reader
   * that has gone is to end a run whose next page takes its time. Absent: the later calls are enough.
   */
  readonly failed?: ((error: StageError) => void) | undefined;
}

/** What an earlier run left of an output that takes part in a checkpoint. */
export interface OutputCheckpoint {
  /** To go on from. Absent: the output begins anew. */
  readonly state?: OutputState | undefined;
  /** Of the run that is started over: by this an output that is several files knows those of its own. */
  readonly discarded?: OutputState | undefined;
}
