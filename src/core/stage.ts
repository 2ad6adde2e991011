import type { Readable, Writable } from 'node:stream';
import type { z } from 'zod';
import type { Clock } from './clock.ts';
import type { ColumnPlan, OptionProblem } from './columns/column-plan.ts';
import type { ColumnScope } from './columns/columns.ts';
import type { Abandon, Skip } from './outcome.ts';
import type { Kind, Origin, Records } from './record.ts';
import type { OutputState, SinkRequest, SinkWriter } from './stage/sink-writer.ts';
import type { SourceItem } from './stage/source-item.ts';
import type { Advice, StageNote } from './stage/stage-note.ts';
import type { StepFigures } from './stage/step-figures.ts';
import type { StepCheckpoint, StepState } from './stage/step-state.ts';
import type { Wire } from './wire.ts';
import type { WorkerShare } from './worker-share.ts';

/** What every stage is given by the run, beside its own options. */
export interface StageContext {
  /** Aborted when the run stops at once. Everything that waits takes it. */
  readonly signal: AbortSignal;
  /** Aborted when the run is to end soon: what is in flight is finished, and what has not begun is let go of (see `abandon`). */
  readonly stopSignal: AbortSignal;
  /** Turns a path of the pipeline file into one that can be opened. `-` never comes here. */
  resolvePath(path: string): string;
  /** The process's standard input, for stages whose path is `-`. */
  readonly stdin: Readable;
  /** The process's standard output, for stages whose path is `-`. Never destroyed by a stage. */
  readonly stdout: Writable;
  /** Environment variables, read only. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /**
   * Sends a signal to all processes of a group, which has the number of its leader; one that is gone is no error. Absent: a program
   * that a stage starts can't be made the leader of one.
   */
  readonly killGroup?: ((groupId: number, signal: NodeJS.Signals) => void) | undefined;
  /** What stands in the place of the network. Absent: nothing does. */
  readonly wire?: Wire | undefined;
  /** By what requests are timed. Absent: the time that everyone has. */
  readonly clock?: Clock | undefined;
  /** The part of the run that this thread does. Absent: all of it. */
  readonly share?: WorkerShare | undefined;
  /**
   * Columns of the rows of links that this run writes: whoever makes links may leave out what none of them shows.
   * Absent: nothing beyond the URL, element and attribute of each link is asked for.
   */
  readonly linkColumns?: readonly string[];
  /**
   * Columns of the input that this run has a use for, by their names in the input; `all` where that can't be told.
   * Absent: none. A source that has columns gives these as fields.
   */
  readonly inputColumns?: readonly string[] | 'all';
  /** The columns of the records that a step takes; none for other stages. */
  readonly columns: ColumnScope;
}

/** The options schema of a stage: a strict object, so that a misspelt option is an error. */
export type OptionsSchema = z.ZodObject;

interface DefinitionBase<Options extends OptionsSchema> {
  /** The key in a pipeline file, kebab-case; also the name of the stage's file. */
  readonly name: string;
  /** One sentence for the reference. */
  readonly summary: string;
  readonly options: Options;
  /** The option that a text, a number or a list in the place of the options stands for: `where: internal`. */
  readonly mainOption?: string;
  /** Options that change how fast a run is and never which rows it writes: they may differ when a run is taken up. */
  readonly tuning?: readonly string[];
  /** A whole pipeline that uses it, as a pipeline file has it. The reference shows it; those of our own stages run in a test. */
  readonly example?: Readonly<Record<string, unknown>>;
  /** What else the reference says of it, each with a heading. */
  readonly notes?: readonly StageNote[];
  /**
   * The files that it reads and that stand within an option, each with its place there. One that is an option by itself, or an entry
   * of a list, has a note instead: `meta({ file: 'input' })`.
   */
  inputFiles?(options: z.output<Options>): readonly { readonly option: readonly string[]; readonly file: string }[];
  /** What is worth a thought in options that are valid. `given`: the names of those that the user wrote, defaults left out. */
  advise?(options: z.output<Options>, given: ReadonlySet<string>): readonly Advice[];
}

/** A running source. */
export interface Source {
  /**
   * Makes sure that the input is there. Called once, before any output is touched. Errors: StageError.
   * A misspelt second file is not to be found out about an hour later, nor after an old output has been cut to nothing.
   * What takes long is given up with the context's signals, by their reason.
   */
  open?(): Promise<void>;
  /** By what the input is known again when a checkpoint is taken up, as far as it has been read by now. Called at each checkpoint. */
  identity?(): SourceIdentity;
  /** Batches of lines in input order. A batch is as large as what one read gave; nothing is read ahead of demand. */
  readonly items: AsyncIterable<readonly SourceItem[]>;
  /** How far the input has been read, in bytes of the input as stored; `total` is null where it can't be known. */
  progress?(): { readonly read: number; readonly total: number | null };
  /** Stops reading: a read that waits for input ends, and what is open is closed. May be called more than once. */
  close?(): void;
}

/**
 * By what an input is known again: for each part of it that reading has begun with, in their order, its name, how many bytes of it
 * were read, as stored, and their SHA-256. That covers every line that was given. One that grew at its end is the same.
 */
export type SourceIdentity = readonly { readonly input: string; readonly bytes: number; readonly hash: string }[];

/** A source: where URLs come from. */
export interface SourceDefinition<Options extends OptionsSchema = OptionsSchema> extends DefinitionBase<Options> {
  readonly type: 'source';
  readonly output: 'url' | 'page';
  /** True: its items can have columns of the input as fields. */
  readonly hasColumns?: boolean;
  /** True: it asks the network for what it gives. */
  readonly isRemote?: boolean;
  /**
   * Looks into files of the input, as far as nothing is used up by that. Errors: ConfigError, StageError. Absent: what is in
   * them is seen when they are read.
   */
  check?(options: z.output<Options>, context: InputContext): Promise<void>;
  create(options: z.output<Options>, context: StageContext, resume?: SourceResume): Source;
}

/** What a source needs to know of the run to look into its input. */
export type InputContext = Pick<StageContext, 'resolvePath' | 'inputColumns'>;

/** Where a source is taken up. */
export interface SourceResume {
  /** The line to begin with; it is given again. Undefined: the first one. */
  readonly from: Origin | undefined;
  /**
   * The identity that the input had. `open` refuses another one with StageError `CHECKPOINT_MISMATCH`; what can be read only
   * once is refused before the first line behind `from` is given.
   */
  readonly known: SourceIdentity;
}

/** A running step. */
export interface Step<In extends Kind, Out extends Kind> {
  /** Most records in work at once; 1 where it matters that they are taken one after the other. May change (see `onRoom`). */
  readonly concurrency: number;
  /** Called once, with what the step calls when `concurrency` has grown while no record was taken or given. */
  onRoom?(tell: () => void): void;
  /** True: results leave in the order of the input. Default: as they complete. */
  readonly ordered?: boolean;
  /**
   * Makes sure that what the step needs is there. Called once, before any output is touched. Errors: ConfigError, StageError; the
   * reason of one of the context's signals, where what takes long is given up with it.
   */
  open?(): Promise<void>;
  /**
   * Gives the next record, `skip(reason)` or `abandon`, or throws: RecordError or OutcomeError for this record, StageError
   * for the whole run.
   * A result that is at hand is returned without a promise.
   */
  process(record: Records[In]): Records[Out] | Skip | Abandon | Promise<Records[Out] | Skip | Abandon>;
  /**
   * Gives what the lines before `low` have left, and nothing of those behind: they come again when the run is taken up.
   * What that is, is noted before the call returns; the promise, where there is one, resolves once the files of the step's own are
   * on the disk up to there. Called at each checkpoint, also after `close`. A stateful step must have it. Errors: StageError, here or later.
   */
  save?(low: number): StepState | Promise<StepState>;
  /** Figures for the progress line. */
  progress?(): StepFigures;
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
  /** The kind that it takes, or the kinds. */
  readonly input: In | readonly In[];
  /** The kind that it gives, or `same` for the one that it got. */
  readonly output: Out | 'same';
  /** Tells it from another text of the same step: part of what a checkpoint is known by. */
  readonly version?: string;
  /**
   * Finds the definition that stands for this one where it is written with these options, before a pipeline is built.
   * Errors: ConfigError.
   */
  readonly load?: (
    given: Readonly<Record<string, unknown>>,
    resolvePath: (path: string) => string,
  ) => Promise<StepDefinition>;
  /** The definition that `load` has found for these options. */
  readonly loaded?: (given: Readonly<Record<string, unknown>>) => StepDefinition | undefined;
  /** What it does to the columns. Absent: nothing, and it reads none. */
  readonly columns?: (options: z.output<Options>, scope: ColumnScope, kind: Kind) => ColumnPlan;
  /**
   * True: what it gives for a line depends on the lines before, so that its state must be kept in a checkpoint.
   * It then takes and gives the lines in their order. When a run is taken up, it gets all lines from the low-water mark on,
   * also those that are done.
   */
  readonly isStateful?: boolean;
  /**
   * True: what it gives for a record depends on that record and on its options alone, and records leave it in the order
   * in which they came. It may stand before a stateful step in a run that keeps a checkpoint.
   */
  readonly isPure?: boolean;
  /**
   * Present: several threads may each run one of it, on hosts of their own. It keeps nothing of one record for the next, but by the
   * host, and is found by its name in the registry. Gives what in its options keeps it in one thread, as far as `count` threads go.
   */
  readonly workers?: (options: z.output<Options>, count: number) => Advice | undefined;
  /** True: a second one right behind it, with the same options, would do nothing. */
  readonly isIdempotent?: boolean;
  /** `checkpoint`: for a stateful step, where the run keeps one. */
  create(options: z.output<Options>, context: StageContext, checkpoint?: StepCheckpoint): Step<In, Out>;
}

/** A sink: where rows go. The same sinks serve the rows of links, failures and pages. */
export interface SinkDefinition<Options extends OptionsSchema = OptionsSchema> extends DefinitionBase<Options> {
  readonly type: 'sink';
  /** File name extensions that choose this sink for `--output`, without the dot. */
  readonly extensions: readonly string[];
  /** What is wrong with its options where its output has these columns. Absent: nothing. */
  readonly checkColumns?: (options: z.output<Options>, columns: readonly string[]) => readonly OptionProblem[];
  create(options: z.output<Options>, request: SinkRequest, context: StageContext): Promise<SinkWriter>;
  /**
   * Makes sure that the output is as a checkpoint left it, perhaps with more behind. Touches nothing.
   * Errors: StageError `CHECKPOINT_MISMATCH`. A sink without this can't take part in checkpoints.
   */
  verify?(options: z.output<Options>, state: OutputState, context: StageContext, request: SinkRequest): Promise<void>;
}

/** A stage of any type, its options' types forgotten. What the registry lists. */
export type StageDefinition = SourceDefinition | StepDefinition | SinkDefinition;

/** Defines a source. */
export function defineSource<Options extends OptionsSchema>(
  definition: Omit<SourceDefinition<Options>, 'type' | 'output'> & { readonly output?: 'url' | 'page' },
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
