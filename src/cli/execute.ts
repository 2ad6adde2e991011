import { resolve } from 'node:path';
import { checkSummary, hasNothingDone, writeSummary } from '../pipeline/accounts/summary-file.ts';
import type { Pipeline } from '../pipeline/build.ts';
import { checkRestart } from '../pipeline/checks/checkpoints.ts';
import { type RunResult, runPipeline } from '../pipeline/run/run.ts';
import { exitCodeOf } from './exit-codes.ts';
import type { Interrupt, Io } from './io.ts';
import { errorText } from './report/error-text.ts';
import { createProgress } from './report/progress.ts';
import { notes, summaryLine } from './report/summary.ts';

/** How a run shows itself and how it ends early: the flags that are not part of a pipeline. */
export interface RunFlags {
  /** The live line; left out: on a terminal. */
  readonly progress?: boolean | undefined;
  readonly isQuiet: boolean;
  readonly isVerbose: boolean;
  /** Passes over what the checkpoint holds; what asks for that, for messages. */
  readonly restart: string | undefined;
  /** How long what is in flight may go on after an interrupt. */
  readonly graceMs: number;
  readonly checkpointIntervalMs: number;
}

/** Runs a pipeline for the command line: progress, interrupts, summary. Gives the exit code. `baseDirectory` is where its paths start. */
export async function execute(pipeline: Pipeline, baseDirectory: string, flags: RunFlags, io: Io): Promise<number> {
  if (flags.restart !== undefined) checkRestart(pipeline, flags.restart);
  const resolvePath = (path: string) => resolve(baseDirectory, path);
  const place = { resolvePath, stdout: io.stdout };
  await checkSummary(pipeline, place);
  const progress = await createProgress(io, { isLive: hasLiveLine(pipeline, flags, io), isVerbose: flags.isVerbose });
  const interrupts = watchInterrupts(io, flags.graceMs, (text) => {
    if (!flags.isQuiet) progress.say(text);
  });
  let result: RunResult;
  try {
    result = await runPipeline(pipeline, {
      context: { resolvePath, stdin: io.stdin, stdout: io.stdout, env: io.env, killGroup: io.killGroup },
      stopSignal: interrupts.stopSignal,
      abortSignal: interrupts.abortSignal,
      observer: progress,
      workerEntry: io.workerEntry,
      owner: io,
      isRestart: flags.restart !== undefined,
      checkpointIntervalMs: flags.checkpointIntervalMs,
    });
  } finally {
    interrupts.end();
    progress.stop();
  }
  if (!flags.isQuiet && !hasNothingDone(result))
    io.stderr.write([summaryLine(result), ...notes(pipeline, result), ''].join('\n'));
  if (result.end.kind === 'failed') io.stderr.write(`${errorText(result.end.error)}\n`);
  await writeSummary(pipeline, result, place);
  return exitCodeOf(result, pipeline, interrupts.first());
}

/** Whether there is a live line. Where rows come on the same terminal there is none, whoever asks for it: it would wipe them out. */
function hasLiveLine({ sinks, failures, pages }: Pipeline, flags: RunFlags, { stdout, stderr, env }: Io): boolean {
  const hasTerminal = stderr.isTTY === true;
  const hasRows = [...sinks, failures, pages].some((output) => output?.options['path'] === '-');
  if (flags.isQuiet || (hasTerminal && stdout.isTTY === true && hasRows)) return false;
  return flags.progress ?? (hasTerminal && env['TERM'] !== 'dumb');
}

/** First interrupt: stop reading and finish what is in flight, for as long as the grace period lasts. Second: stop at once. */
function watchInterrupts(io: Io, graceMs: number, say: (text: string) => void) {
  const stop = new AbortController();
  const abort = new AbortController();
  let first: Interrupt | undefined;
  let grace: NodeJS.Timeout | undefined;
  const forget = io.onInterrupt((signal) => {
    if (first !== undefined) {
      abort.abort();
      return;
    }
    first = signal;
    stop.abort();
    grace = setTimeout(() => abort.abort(), graceMs);
    say(`sluice: ${signal}: finishing what is in flight; once more stops at once.`);
  });
  return {
    stopSignal: stop.signal,
    abortSignal: abort.signal,
    first: () => first,
    end: () => {
      clearTimeout(grace);
      forget();
    },
  };
}
