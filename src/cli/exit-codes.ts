import { ConfigError, StageError } from '../core/errors.ts';
import { isWithinFailureLimit } from '../pipeline/accounts/failure-limit.ts';
import type { Pipeline } from '../pipeline/build.ts';
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

/** What each exit code says, for the reference. */
export const exitStatus: readonly (readonly [codes: string, text: string])[] = [
  ['0', 'The list was worked through, or the reader of standard output has left early.'],
  ['1', 'It was, but more lines failed than --max-failures allows; without that flag, every line that was tried.'],
  ['2', 'Wrong usage or pipeline file; no request was made.'],
  [
    '3',
    "The run had to stop: an output can't be written, an input can't be read, or the checkpoint is of another run or in use.",
  ],
  ['70', 'A bug in sluice.'],
  ['130, 143', 'Interrupted by SIGINT, SIGTERM; what was in flight has been finished, for up to --grace.'],
];

/** The exit code of a run that has ended. */
export function exitCodeOf(
  { end, totals }: Pick<RunResult, 'end' | 'totals'>,
  pipeline: Pipeline,
  interrupt: Interrupt | undefined,
): number {
  switch (end.kind) {
    case 'interrupted':
      return exitCodes[interrupt ?? 'SIGINT'];
    case 'failed':
      return exitCodeOfError(end.error);
    case 'reader-gone':
      return exitCodes.ok;
    case 'finished':
      return isWithinFailureLimit(totals, pipeline.maxFailures) ? exitCodes.ok : exitCodes.tooManyFailures;
  }
}

/** The exit code for an error that ended a command. */
export function exitCodeOfError(error: unknown): number {
  if (error instanceof ConfigError) return exitCodes.usage;
  return error instanceof StageError && error.code !== 'ACCOUNTING' ? exitCodes.stopped : exitCodes.internal;
}
