import type { Readable, Writable } from 'node:stream';
import type { z } from 'zod';
import type { RecordError } from './errors.ts';
import type { Skip } from './outcome.ts';
import type { Kind, Origin, Records } from './record.ts';

/** What every stage is given by the run, beside its own options. */
export interface StageContext {
  /** Aborted when the run stops at once. Everything that waits takes it. */
  readonly signal: AbortSignal;
  /** Turns a path of the pipeline file into one that can be opened. `-` never comes here. */
  resolvePath(path: string): string;
  /** The process's standard input, for stages whose path is `-`. */
  readonly stdin: Readable;
  /** The process's standard output, for stages whose path is `-`. Never destroyed by a stage. */
  readonly stdout: Writable;
  /** Environment variables, read only. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /**
   * Columns of the rows of links that this run writes: whoever makes links may leave out what none of them shows.
   * Absent: nothing beyond the URL, element and attribute of each link is asked for.
   */
  readonly linkColumns?: readonly string[];
}

/** The options schema of a stage: a strict object, so that a misspelt option is an error. */
export type OptionsSchema = z.ZodObject;

interface DefinitionBase<Options extends OptionsSchema> {
  /** The key in a pipeline file, kebab-case; also the name of the stage's file. */
  readonly name: string;
  /** One sentence for the reference. */
  readonly summary: string;
  readonly options: Options;
  /** Options that change how fast a run is and never which rows it writes: they may differ when a run is taken up. */
  readonly tuning?: readonly string[];
  /** What else the reference says of it, each with a heading. */
  readonly notes?: readonly StageNote[];
}

/** A table of the reference. */
export interface StageNote {
  readonly heading: string;
  /** A word or two, and what is to be said of it. */
  readonly rows: readonly (readonly [term: string, text: string])[];
}

/** A line of the input that names a URL, or one that fails before it becomes a record. */
export type SourceItem = { readonly origin: Omit<Origin, 'sequence'>; readonly sourceUrl: string } & (
  | { readonly url: URL; readonly error?: never }
  | { readonly url?: never; readonly error: RecordError }
);

/** A running source. */
export interface Source {
  /**
   * Makes sure that the input is there. Called once, before any output is touched. Errors: StageError.
   * A misspelt second file is not to be found out about an hour later, nor after an old output has been cut to nothing.
   */
  open?(): Promise<void>;
  /** By what the input is known again when a checkpoint is taken up. Called after `open`. */
  identity?(): Promise<SourceIdentity>;
  /** Batches of lines in input order. A batch is as large as what one read gave; nothing is read ahead of demand. */
  readonly items: AsyncIterable<readonly SourceItem[]>;
  /** How far the input has been read, in bytes of the input as stored; `total` is null where it can't be known. */
  progress?(): { readonly read: number; readonly total: number | null };
  /** Stops reading: a read that waits for input ends, and what is open is closed. May be called more than once. */
  close?(): void;
}

/** By what an input is known again: for each, its name, and of a file a hash of its first bytes and its size. A list that grew at its end is the same. */
export type SourceIdentity = readonly {
  readonly input: string;
  readonly head: { readonly bytes: number; readonly hash: string; readonly size: number } | null;
}[];

/** A source: where URLs come from. */
export interface SourceDefinition<Options extends OptionsSchema = OptionsSchema> extends DefinitionBase<Options> {
  readonly type: 'source';
  readonly output: 'url';
  create(options: z.output<Options>, context: StageContext, resume?: SourceResume): Source;
}

/** Where a source is taken up. */
export interface SourceResume {
  /** The line to begin with; it is given again. Undefined: the first one. */
  readonly from: (Omit<Origin, 'sequence'> & { readonly sourceUrl: string }) | undefined;
  /**
   * The identity that the input had. `open` refuses another one with StageError `CHECKPOINT_MISMATCH`, and as far as it
   * can be told without reading all that is before, an input that has another line in the place of `from`.
   */
  readonly known: SourceIdentity;
}

/** A running step. */
export interface Step<In extends Kind, Out extends Kind> {
  /** Most records in work at once; 1 where it matters that they are taken one after the other. */
  readonly concurrency: number;
  /** True: results leave in the order of the input. Default: as they complete. */
  readonly ordered?: boolean;
  /** Makes sure that what the step needs is there. Called once, before any output is touched. Errors: ConfigError, StageError. */
  open?(): Promise<void>;
  /**
   * Gives the next record, or `skip(reason)`, or throws: RecordError for this record, StageError for the whole run.
   * A result that is at hand is returned without a promise.
   */
  process(record: Records[In]): Records[Out] | Skip | Promise<Records[Out] | Skip>;
  /** Figures for the progress line. */
  progress?(): { readonly inFlight: number };
  /** Lets go of what the step holds. Called once, after the last record or after an abort. */
  close?(): Promise<void> | void;
}

/** A step: takes records of one kind and gives records of the same or another kind. */
export interface StepDefinition<
  Options extends OptionsSchema = OptionsSchema,
  In extends Kind = Kind,
  Out extends Kind = Kind,
> extends DefinitionBase<Options> {
  readonly type: 'step';
  readonly input: In;
  readonly output: Out;
  /** True: what it gives for a line depends on the lines before, so that it must see them all again when a run is taken up. */
  readonly isStateful?: boolean;
  create(options: z.output<Options>, context: StageContext): Step<In, Out>;
}

/** A cell of an output row. */
export type Value = string | number | boolean | null;

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
}

/** What a sink is told about the rows it will get and the output it makes of them. */
export interface SinkRequest {
  /** Names in the order of the row's values. */
  readonly columns: readonly string[];
  /**
   * Present where the run keeps a checkpoint: the output then grows in place, and is first cut back to `state` where an
   * earlier run left one. Absent: the output appears under its name when it is complete.
   */
  readonly checkpoint?: { readonly state?: OutputState | undefined } | undefined;
}

/** A sink: where rows go. The same sinks serve the rows of links, failures and pages. */
export interface SinkDefinition<Options extends OptionsSchema = OptionsSchema> extends DefinitionBase<Options> {
  readonly type: 'sink';
  /** File name extensions that choose this sink for `--output`, without the dot. */
  readonly extensions: readonly string[];
  create(options: z.output<Options>, request: SinkRequest, context: StageContext): Promise<SinkWriter>;
  /**
   * Makes sure that the output is as a checkpoint left it, perhaps with more behind. Touches nothing.
   * Errors: StageError `CHECKPOINT_MISMATCH`. A sink without this can't take part in checkpoints.
   */
  verify?(options: z.output<Options>, state: OutputState, context: StageContext): Promise<void>;
}

/** A stage of any type, its options' types forgotten. What the registry lists. */
export type StageDefinition = SourceDefinition | StepDefinition | SinkDefinition;

/** Defines a source. */
export function defineSource<Options extends OptionsSchema>(
  definition: Omit<SourceDefinition<Options>, 'type' | 'output'>,
): SourceDefinition<Options> {
  return { type: 'source', output: 'url', ...definition };
}

/** Defines a step. The compiler holds `create` to the kinds named by `input` and `output`. */
export function defineStep<Options extends OptionsSchema, In extends Kind, Out extends Kind>(
  definition: Omit<StepDefinition<Options, In, Out>, 'type'>,
): StepDefinition<Options, In, Out> {
  return { type: 'step', ...definition };
}

/** Defines a sink. */
export function defineSink<Options extends OptionsSchema>(
  definition: Omit<SinkDefinition<Options>, 'type'>,
): SinkDefinition<Options> {
  return { type: 'sink', ...definition };
}
