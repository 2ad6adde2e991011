import type { OutputState, SinkDefinition, StageContext } from '../../core/stage.ts';
import type { Pipeline, StageChoice } from '../build.ts';
import type { Checkpointer } from '../checkpoint/checkpointer.ts';
import { defaultColumns, type OutputRole } from '../tables.ts';
import type { Output, Outputs } from './settlement.ts';

/** Time that the outputs have, when a run ends early, to write what they hold. Files need a moment, a stalled reader gets no more. */
const CLOSING_MS = 500;

/** What an earlier run left of each output. */
export type OutputStates = Readonly<Partial<Record<OutputRole, OutputState | undefined>>>;

/** How the outputs of a run begin: with a checkpoint, they grow in place, from what an earlier run left where there is one. */
export interface OutputStart {
  readonly hasCheckpoint: boolean;
  readonly states: OutputStates | undefined;
}

/**
 * Opens the outputs of a pipeline. Those that a checkpoint knows are all verified before the first one is touched.
 *
 * Errors: StageError; none stays open then.
 */
export async function openOutputs(pipeline: Pipeline, start: OutputStart, context: StageContext): Promise<Outputs> {
  const { failures, pages, sink } = pipeline;
  const choices = { failures, pages, sink };
  for (const [role, choice] of Object.entries(choices) as [OutputRole, StageChoice<SinkDefinition> | undefined][]) {
    const state = start.states?.[role];
    if (choice !== undefined && state !== undefined) await choice.definition.verify?.(choice.options, state, context);
  }
  const opened: Output[] = [];
  const open = async (role: OutputRole, choice: StageChoice<SinkDefinition>) => {
    const columns = outputColumns(role, choice);
    const checkpoint = start.hasCheckpoint ? { state: start.states?.[role] } : undefined;
    const output = {
      writer: await choice.definition.create(choice.options, { columns, checkpoint }, context),
      columns,
    };
    opened.push(output);
    return output;
  };
  try {
    return {
      failures: failures && (await open('failures', failures)),
      pages: pages && (await open('pages', pages)),
      sink: await open('sink', sink),
    };
  } catch (error) {
    await Promise.all(opened.map(({ writer }) => writer.abort()));
    throw error;
  }
}

/** The columns of an output: those that its options name, or the role's own. */
export function outputColumns(role: OutputRole, { options }: StageChoice<SinkDefinition>): readonly string[] {
  return (options['columns'] as readonly string[] | undefined) ?? defaultColumns[role];
}

/** Closes outputs that are complete. Errors: StageError, or the signal's reason when it aborts first. */
export async function closeOutputs(outputs: Outputs, signal: AbortSignal): Promise<void> {
  for (const { writer } of present(outputs)) await untilAborted(writer.close(), signal);
}

/**
 * Closes outputs that are not complete: what they hold is written, and the checkpoint brought up to date, where that takes
 * no longer than `CLOSING_MS`. Never throws.
 */
export async function giveUpOutputs(outputs: Outputs, checkpointer?: Checkpointer): Promise<void> {
  const writers = present(outputs).map(({ writer }) => writer);
  let timer: NodeJS.Timeout | undefined;
  const timeUp = new Promise<void>((resolve) => (timer = setTimeout(resolve, CLOSING_MS)));
  // Marked, so that a compressed output ends with a whole member. What fails here has failed before, and been told.
  const written = [checkpointer?.save(false), ...writers.map((writer) => writer.mark())];
  await Promise.race([Promise.allSettled(written), timeUp]);
  clearTimeout(timer);
  // Not awaited: an output whose reader has stalled can't be closed.
  for (const writer of writers) writer.abort();
}

/** Rejects with the signal's reason when that aborts first: an output whose reader has stalled may never be done. */
export async function untilAborted(promise: Promise<void>, signal: AbortSignal): Promise<void> {
  let onAbort = () => {};
  const aborted = new Promise<void>((_, reject) => {
    onAbort = () => reject(signal.reason);
  });
  if (signal.aborted) onAbort();
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

function present({ sink, failures, pages }: Outputs): readonly Output[] {
  return [sink, failures, pages].filter((output) => output !== undefined);
}
