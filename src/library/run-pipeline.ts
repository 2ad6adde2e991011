import { resolve } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { StageError } from '../core/errors.ts';
import type { LinksRecord, RecordBase } from '../core/record.ts';
import { isWithinFailureLimit } from '../pipeline/accounts/failure-limit.ts';
import type { Totals } from '../pipeline/accounts/ledger.ts';
import type { LineReport } from '../pipeline/accounts/settlement.ts';
import { checkSummary, writeSummary } from '../pipeline/accounts/summary-file.ts';
import type { Pipeline } from '../pipeline/build.ts';
import { checkRestart } from '../pipeline/checks/checkpoints.ts';
import { throwProblems } from '../pipeline/checks/problems.ts';
import { type RunResult, runPipeline as run } from '../pipeline/run/run.ts';
import type { RunEnvironment } from '../pipeline/run/run-environment.ts';
import type { RunProgress } from '../pipeline/run/run-progress.ts';
import { examineInput } from './examine-input.ts';
import { hostProcess } from './host-process.ts';
import type { LineResult } from './line-result.ts';
import type { PipelineInput, PipelineOptions } from './pipeline-input.ts';

/** How a pipeline is run. */
export interface RunOptions extends PipelineOptions {
  /** Ends the run at once. */
  readonly signal?: AbortSignal;
  /** Ends the reading; what is in flight is finished. */
  readonly stopSignal?: AbortSignal;
  /** Called for each line that has ended, when its rows have been handed to the outputs. */
  readonly onLine?: (line: LineResult) => void;
  /** Called once, before the first line is read, with what gives the run's figures at any time. */
  readonly onStart?: (progress: () => RunProgress) => void;
  /** What `-` reads. Default: the process's standard input. */
  readonly stdin?: Readable;
  /** What `-` writes. It is not ended. Default: the process's standard output. */
  readonly stdout?: Writable;
  /** Whether to start over, whatever the checkpoint holds. ConfigError where the pipeline has none. */
  readonly restart?: boolean;
  /** Time between two checkpoints, in milliseconds. Default: 2000. */
  readonly checkpointIntervalMs?: number;
}

/** What a run did, however it ended. */
export interface PipelineResult {
  /**
   * `finished`: the input was worked through. `too-many-failures`: it was, but more lines failed than `maxFailures` allows,
   * without that: all. `interrupted`: by a signal. `reader-gone`: whoever read `stdout` has closed it.
   * `failed`: an output can't be written, an input can't be read; `error` says which.
   */
  readonly end: 'finished' | 'too-many-failures' | 'interrupted' | 'reader-gone' | 'failed';
  /** Whether the input was worked through, so that the outputs are complete. */
  readonly complete: boolean;
  /** `read = linked + empty + failed + skipped`; those of the runs that it took up included. */
  readonly totals: Totals;
  readonly elapsedMs: number;
  /** Lines that were done before it began; undefined where no checkpoint was taken up. */
  readonly doneBefore: number | undefined;
  /** Where the end is `failed`: why. */
  readonly error: StageError | undefined;
}

const CHECKPOINT_INTERVAL_MS = 2000;

/**
 * Runs a pipeline: a file's path, its `file:` URL, or a plain value with the same keys. Resolves when it has ended and
 * all that it opened is closed; the result says how.
 *
 * Errors: ConfigError for a pipeline that can't run, before any request, its `problems` a line each. What stages of your
 * own throw, other than RecordError and StageError, is thrown on as it is.
 */
export async function runPipeline(
  input: string | URL | PipelineInput,
  options: RunOptions = {},
): Promise<PipelineResult> {
  const { pipeline, problems, folder } = await examineInput(input, options);
  throwProblems(problems);
  if (pipeline === undefined) throw new Error('an input without problems must give a pipeline');
  if (options.restart === true) checkRestart(pipeline, 'restart');
  const resolvePath = (path: string) => resolve(folder, path);
  const stdout = options.stdout ?? hostProcess().stdout;
  const place = { resolvePath, stdout };
  await checkSummary(pipeline, place);
  // A reader that has closed is told to whoever writes, by the write itself.
  const ignore = () => {};
  stdout.on('error', ignore);
  const result = await run(pipeline, environmentOf({ ...options, stdout }, resolvePath)).finally(() =>
    stdout.off('error', ignore),
  );
  if (result.end.kind === 'failed' && !(result.end.error instanceof StageError)) throw result.end.error;
  await writeSummary(pipeline, result, place);
  return resultOf(pipeline, result);
}

function environmentOf(
  options: RunOptions & Required<Pick<RunOptions, 'stdout'>>,
  resolvePath: (path: string) => string,
): RunEnvironment {
  const host = hostProcess();
  const { onLine, onStart } = options;
  return {
    context: {
      resolvePath,
      get stdin() {
        return options.stdin ?? host.stdin;
      },
      stdout: options.stdout,
      env: options.env ?? host.env,
      killGroup: host.killGroup,
    },
    // A signal that never aborts.
    stopSignal: options.stopSignal ?? new AbortController().signal,
    abortSignal: options.signal ?? new AbortController().signal,
    observer: {
      started: (progress) => onStart?.(progress),
      line: (report) => onLine?.(lineResult(report)),
    },
    workerEntry: host.workerEntry,
    owner: host.lockOwner,
    isRestart: options.restart ?? false,
    checkpointIntervalMs: options.checkpointIntervalMs ?? CHECKPOINT_INTERVAL_MS,
  };
}

function resultOf(pipeline: Pipeline, { end, totals, elapsedMs, doneBefore }: RunResult): PipelineResult {
  const complete = end.kind === 'finished';
  const isTooMany = complete && !isWithinFailureLimit(totals, pipeline.maxFailures);
  return {
    end: isTooMany ? 'too-many-failures' : end.kind,
    complete,
    totals,
    elapsedMs,
    doneBefore,
    error: end.kind === 'failed' && end.error instanceof StageError ? end.error : undefined,
  };
}

/** Gives what became of a line as callers of the library get it. */
function lineResult({ record, facts, error, skip }: LineReport): LineResult {
  const { sourceUrl, origin, fields = {} } = record;
  const base = { sourceUrl, origin, fields };
  if (error !== undefined) return { ...base, outcome: 'failed', error, page: facts, links: [] };
  if (skip !== undefined) return { ...base, outcome: 'skipped', reason: skip.reason, page: facts, links: [] };
  if (!isLinksRecord(record)) throw new Error('a page that has not failed must have its links');
  const { page, links } = record;
  return { ...base, outcome: links.length > 0 ? 'linked' : 'empty', page, links };
}

/** What reaches the end of a pipeline is a page with its links. */
function isLinksRecord(record: RecordBase): record is LinksRecord {
  return 'kind' in record && record.kind === 'links';
}
