import type { StageDefinition } from '../core/stage.ts';

/** A stage of a pipeline: its name with its options, or the name alone. */
export type StageInput = string | Readonly<Record<string, object | null>>;

/** A pipeline as a plain value, with the keys of a pipeline file. Its values are checked when it is used. */
export interface PipelineInput {
  readonly name?: string;
  readonly source: StageInput;
  readonly steps?: readonly StageInput[];
  /** Where the rows go, or several places. Left out: standard output, as tab-separated values. */
  readonly sink?: StageInput | readonly StageInput[];
  readonly failures?: StageInput;
  readonly pages?: StageInput;
  readonly summary?: string;
  readonly skip?: number;
  readonly limit?: number;
  readonly checkpoint?: string;
  readonly ordered?: boolean;
  readonly shard?: string;
  readonly workers?: number;
  readonly maxFailures?: number | string;
}

/** How a pipeline is read. */
export interface PipelineOptions {
  /** Stages of your own, beside ours. */
  readonly stages?: readonly StageDefinition[];
  /** Values to set, by path: `{ 'steps.fetch.timeout': '5s' }`. */
  readonly set?: Readonly<Record<string, unknown>>;
  /** Environment variables, for `${NAME}` in a file. Default: the process's. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Where relative paths start: that of a file, and those within a plain value. Those in a file start from its folder. */
  readonly cwd?: string;
}
