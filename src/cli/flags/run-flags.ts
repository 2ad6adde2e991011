import { ConfigError } from '../../core/errors.ts';
import { duration } from '../../core/units.ts';
import type { RunFlags } from '../execute.ts';
import type { Given } from './environment.ts';
import { type Flags, repeatableFlag, switchFlag, valueFlag } from './flags.ts';

const RUN_GROUP = 'Run:';
const DEFAULT_GRACE = '10s';
const DEFAULT_CHECKPOINT_INTERVAL = '2s';

/** The flags that say how a run shows itself and ends early, for every command that runs a pipeline. */
export const runFlags: Flags = {
  progress: switchFlag('Shows the live line on standard error, also where it is no terminal.', { group: RUN_GROUP }),
  'no-progress': switchFlag('Shows no live line.', { group: RUN_GROUP }),
  quiet: switchFlag('Says nothing on standard error but errors.', { group: RUN_GROUP, alias: 'q' }),
  verbose: switchFlag('Says on standard error what became of each URL.', { group: RUN_GROUP, alias: 'v' }),
  restart: switchFlag('Starts over, whatever the checkpoint holds.', { group: RUN_GROUP }),
  grace: valueFlag('How long what is in flight may go on after the first interrupt.', {
    group: RUN_GROUP,
    defaultDescription: DEFAULT_GRACE,
  }),
  'checkpoint-interval': valueFlag('Time between two checkpoints: so much work is done again after a crash.', {
    group: RUN_GROUP,
    defaultDescription: DEFAULT_CHECKPOINT_INTERVAL,
  }),
};

/** The flags that stand for keys of a pipeline file beside its stages. */
export const runKeyFlags: Flags = {
  skip: valueFlag('Passes over so many lines of the input first; they count nowhere.', { group: RUN_GROUP }),
  limit: valueFlag('Takes only so many lines of the input, behind those skipped.', { group: RUN_GROUP }),
  'max-failures': valueFlag('Failures that are still a success, as a number or a share of the lines (5%).', {
    group: RUN_GROUP,
    defaultDescription: 'all but one',
  }),
  checkpoint: valueFlag(
    'Goes on from this file where it exists, and keeps it up to date: kill the run at any time, run the same command again.',
    { group: RUN_GROUP, candidates: 'file' },
  ),
  ordered: switchFlag('Writes the rows in the order of the input.', { group: RUN_GROUP }),
  shard: valueFlag('Only the hosts of one of several parts, 1/4 is the first of four.', { group: RUN_GROUP }),
  workers: valueFlag('Threads that fetch and parse, each with hosts of its own.', {
    group: RUN_GROUP,
    defaultDescription: '1',
  }),
  summary: valueFlag("File for the run's totals, as JSON.", { group: RUN_GROUP, candidates: 'file' }),
};

/** `--set path=value`, for every command that reads a pipeline file. */
export const setFlag = repeatableFlag(
  'Sets a value of the pipeline file: --set steps.0.fetch.timeout=5s (repeatable)',
  {
    group: RUN_GROUP,
  },
);

/** Reads the flags of a run. Errors: ConfigError. */
export function readRunFlags(given: Given): RunFlags {
  const { values } = given;
  if (values['progress'] === true && values['no-progress'] === true) {
    throw new ConfigError('--progress and --no-progress: give one of them.');
  }
  const progress = values['progress'] === true ? true : values['no-progress'] === true ? false : undefined;
  return {
    progress,
    isQuiet: values['quiet'] === true,
    isVerbose: values['verbose'] === true && values['quiet'] !== true,
    restart: values['restart'] === true ? given.labelOf('restart') : undefined,
    graceMs: durationOf(given, 'grace', DEFAULT_GRACE),
    checkpointIntervalMs: durationOf(given, 'checkpoint-interval', DEFAULT_CHECKPOINT_INTERVAL),
  };
}

function durationOf({ values, labelOf }: Given, flag: string, otherwise: string): number {
  const given = values[flag] ?? otherwise;
  const parsed = duration().safeParse(given);
  if (parsed.success) return parsed.data;
  throw new ConfigError(`${labelOf(flag)}: expected a duration such as ${otherwise}, got ${JSON.stringify(given)}.`);
}
