import { ConfigError, StageError } from '../core/errors.ts';
import type { Pipeline } from '../pipeline/build.ts';
import type { Totals } from '../pipeline/run/ledger.ts';
import type { RunResult } from '../pipeline/run/run.ts';
import type { Interrupt } from './io.ts';

/** What the command's exit code says. Stable. */
export const exitCodes = {
  /** The list was worked through. */
  ok: 0,
  /** It was, but more lines failed than `maxFailures` allows. */
  tooManyFailures: 1,
  /** Wrong usage or pipeline file; no request was made. */
  usage: 2,
  /** The run had to stop: output not writable, input not readable. */
  stopped: 3,
  /** A bug of ours. */
  internal: 70,
  /** 128 + the signal's number. */
  SIGINT: 130,
  SIGTERM: 143,
} as const;

/** The exit code of a run that has ended. */
export function exitCodeOf({ end, totals }: RunResult, pipeline: Pipeline, interrupt: Interrupt | undefined): number {
  switch (end.kind) {
    case 'interrupted':
      return exitCodes[interrupt ?? 'SIGINT'];
    case 'failed':
      return exitCodeOfError(end.error);
    case 'reader-gone':
      return exitCodes.ok;
    case 'finished':
      return isWithinLimit(totals, pipeline.maxFailures) ? exitCodes.ok : exitCodes.tooManyFailures;
  }
}

/** The exit code for an error that ended a command. */
export function exitCodeOfError(error: unknown): number {
  if (error instanceof ConfigError) return exitCodes.usage;
  return error instanceof StageError && error.code !== 'ACCOUNTING' ? exitCodes.stopped : exitCodes.internal;
}

/** Without a limit of the user's, the run has failed when every line that was tried failed. */
function isWithinLimit(totals: Totals, limit: Pipeline['maxFailures']): boolean {
  if (limit === undefined) {
    const { duplicate = 0, shard = 0 } = totals.skippedByReason;
    return totals.failed === 0 || totals.failed < totals.read - duplicate - shard;
  }
  return totals.failed <= ('count' in limit ? limit.count : (totals.read * limit.percent) / 100);
}
