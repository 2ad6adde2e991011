import { ColumnScope } from '../../core/columns/columns.ts';
import { StageError } from '../../core/errors.ts';
import type { StageContext } from '../../core/stage.ts';
import { Ledger, type Totals } from '../accounts/ledger.ts';
import type { Outputs } from '../accounts/settlement.ts';
import type { Pipeline } from '../build.ts';
import { discardCheckpoint } from '../checkpoint/checkpoint-file.ts';
import { Checkpointer } from '../checkpoint/checkpointer.ts';
import { type CheckpointSession, openCheckpoint } from '../checkpoint/session.ts';
import type { RunEnvironment } from './run-environment.ts';
import { closeOutputs, giveUpOutputs, openOutputs, untilAborted } from './run-outputs.ts';
import { RunStages } from './run-stages.ts';

/** How a run ended. `finished`: the input was worked through. `failed`: `error` says why. */
export type RunEnd =
  | { readonly kind: 'finished' | 'interrupted' | 'reader-gone' }
  | { readonly kind: 'failed'; readonly error: unknown };

/** What a run did, however it ended. */
export interface RunResult {
  readonly end: RunEnd;
  /** Those of the runs that it took up included. */
  readonly totals: Totals;
  readonly elapsedMs: number;
  /** Lines that were done before it began; undefined where no checkpoint was taken up. */
  readonly doneBefore?: number;
}

/**
 * Runs a pipeline: makes its stages and outputs, joins their streams, and waits for the end.
 *
 * Errors: ConfigError from a stage's `create`, before any output is opened. All else is told by the result's `end`.
 */
export async function runPipeline(pipeline: Pipeline, environment: RunEnvironment): Promise<RunResult> {
  const startedAt = performance.now();
  const controller = new AbortController();
  const onAbort = () => controller.abort(environment.abortSignal.reason);
  environment.abortSignal.addEventListener('abort', onAbort, { once: true });
  if (environment.abortSignal.aborted) onAbort();
  let session: CheckpointSession | undefined;
  try {
    const context: StageContext = {
      ...environment.context,
      signal: controller.signal,
      // One of the run's own: what its stages listen to is not to outlive them.
      stopSignal: AbortSignal.any([environment.stopSignal]),
      linkColumns: pipeline.used.link,
      inputColumns: pipeline.used.input,
      columns: new ColumnScope(),
    };
    if (pipeline.checkpoint !== undefined) {
      const path = context.resolvePath(pipeline.checkpoint);
      session = await openCheckpoint(path, pipeline, environment.owner, environment.isRestart);
    }
    const state = session?.state;
    const elapsedMs = () => (state?.elapsedMs ?? 0) + performance.now() - startedAt;
    const stages = new RunStages(pipeline, context, session, environment);
    const end = await runStages({ pipeline, environment, context, controller, session, stages, elapsedMs });
    const totals = stages.ledger.totals();
    if (state === undefined) return { end, totals, elapsedMs: elapsedMs() };
    // A run that was complete has taken what it took, however often it is run again.
    const hasNothingNew = state.isComplete && totals.read === state.totals.read;
    return { end, totals, elapsedMs: hasNothingNew ? state.elapsedMs : elapsedMs(), doneBefore: state.totals.read };
  } catch (error) {
    if (!(error instanceof StageError)) throw error;
    return { end: { kind: 'failed', error }, totals: new Ledger().totals(), elapsedMs: performance.now() - startedAt };
  } finally {
    environment.abortSignal.removeEventListener('abort', onAbort);
    await session?.release();
  }
}

interface Run {
  readonly pipeline: Pipeline;
  readonly environment: RunEnvironment;
  readonly context: StageContext;
  readonly controller: AbortController;
  readonly session: CheckpointSession | undefined;
  readonly stages: RunStages;
  elapsedMs(): number;
}

async function runStages(run: Run): Promise<RunEnd> {
  const { stages, environment, controller } = run;
  const opened = await open(run).catch(async (error: unknown) => {
    await stages.close();
    return { error };
  });
  if ('error' in opened) return isStopped(run) ? { kind: 'interrupted' } : endOf(opened.error);
  const { outputs, checkpointer } = opened;
  try {
    checkpointer?.start();
    const isExhausted = await stages.run(outputs, controller);
    if (isExhausted) stages.ledger.balance();
    await checkpointer?.stop();
    if (checkpointer !== undefined) await untilAborted(checkpointer.save(isExhausted), environment.abortSignal);
    if (isExhausted) await closeOutputs(outputs, environment.abortSignal);
    else await giveUpOutputs(outputs, environment.abortSignal);
    return { kind: isExhausted ? 'finished' : 'interrupted' };
  } catch (error) {
    controller.abort(error);
    await checkpointer?.stop();
    await giveUpOutputs(outputs, environment.abortSignal, checkpointer);
    return environment.abortSignal.aborted ? { kind: 'interrupted' } : endOf(error);
  }
}

/** The input first: an output that is there is not touched when there is nothing to read. */
async function open({ pipeline, environment, context, controller, session, stages, elapsedMs }: Run) {
  await stages.open();
  // Before the outputs: a checkpoint of what is no longer there would have to be refused after a crash.
  if (session?.isRestart === true) await discardCheckpoint(session.path, session.discarded, stages.stepStates.files);
  const onError = (error: unknown) => controller.abort(error);
  const start = {
    hasCheckpoint: session !== undefined,
    states: session?.state?.outputs,
    discarded: session?.discarded?.outputs,
    failed: onError,
  };
  const outputs: Outputs = await openOutputs(pipeline, start, context);
  if (session === undefined) return { outputs, checkpointer: undefined };
  const { path, identity } = session;
  const { ledger, positions, stepStates } = stages;
  const inputs = () => stages.inputs();
  const parts = { path, identity, inputs, ledger, positions, outputs, stepStates, elapsedMs };
  const settings = {
    intervalMs: environment.checkpointIntervalMs,
    saved: session.state,
    onError,
  };
  const checkpointer = new Checkpointer(parts, settings);
  try {
    // Before the first row: from now on what is in the outputs is known to be this run's, whenever it is killed.
    if (session.state === undefined) await checkpointer.save(false);
  } catch (error) {
    await giveUpOutputs(outputs, environment.abortSignal);
    throw error;
  }
  return { outputs, checkpointer };
}

/** Whether a run that has not begun was told not to. */
function isStopped({ environment }: Run): boolean {
  return environment.stopSignal.aborted || environment.abortSignal.aborted;
}

function endOf(error: unknown): RunEnd {
  const isReaderGone = error instanceof StageError && error.code === 'READER_GONE';
  return isReaderGone ? { kind: 'reader-gone' } : { kind: 'failed', error };
}
