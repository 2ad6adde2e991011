import type { ColumnType } from '../../core/columns/columns.ts';
import type { StageError } from '../../core/errors.ts';
import type { OutputState, SinkRequest, SinkWriter } from '../../core/stage/sink-writer.ts';
import type { StageContext } from '../../core/stage.ts';
import type { Output, Outputs } from '../accounts/settlement.ts';
import type { Pipeline } from '../build.ts';
import type { Checkpointer } from '../checkpoint/checkpointer.ts';
import type { OutputRole } from '../columns/output-columns.ts';
import type { OutputChoice } from '../columns/pipeline-columns.ts';

/** Time that a file has, when a run ends early, to get what an output holds, in milliseconds. */
const CLOSING_FILE_MS = 5000;
/** The same for standard output, whose reader may have stalled, and for every output once the run is to end at once. */
const CLOSING_MS = 500;

/** What an earlier run left of each output. */
export interface OutputStates {
  readonly sinks: readonly OutputState[];
  readonly failures?: OutputState | undefined;
  readonly pages?: OutputState | undefined;
}

/** How the outputs of a run begin: with a checkpoint, they grow in place, from what an earlier run left where there is one. */
export interface OutputStart {
  readonly hasCheckpoint: boolean;
  readonly states: OutputStates | undefined;
  /** What the run left that is started over. */
  readonly discarded?: OutputStates | undefined;
  /** Told of a failed write for which no call was waiting. */
  failed(error: StageError): void;
}

/**
 * Opens the outputs of a pipeline. Those that a checkpoint knows are all verified before the first one is touched.
 *
 * Errors: StageError; none stays open then.
 */
export async function openOutputs(pipeline: Pipeline, start: OutputStart, context: StageContext): Promise<Outputs> {
  const { sinks, failures, pages } = pipeline;
  const { hasCheckpoint, states, discarded, failed } = start;
  await verifyOutputs(pipeline, states, context);
  const opened: { readonly writer: SinkWriter }[] = [];
  const open = async <Role extends OutputRole>(
    { definition, options, columns }: OutputChoice<Role>,
    stateIn: (states: OutputStates | undefined) => OutputState | undefined,
  ): Promise<Output<Role>> => {
    const checkpoint = { state: stateIn(states), discarded: stateIn(discarded) };
    const request = { ...sinkRequest(columns, hasCheckpoint ? checkpoint : undefined), failed };
    const writer = await definition.create(options, request, context);
    const output = { writer, columns, isStandard: options['path'] === '-' };
    opened.push(output);
    return output;
  };
  try {
    const reports = {
      failures: failures && (await open(failures, (known) => known?.failures)),
      pages: pages && (await open(pages, (known) => known?.pages)),
    };
    const rowSinks: Output<'sink'>[] = [];
    for (const [index, sink] of sinks.entries()) rowSinks.push(await open(sink, (known) => known?.sinks[index]));
    return { sinks: rowSinks, ...reports };
  } catch (error) {
    await Promise.all(opened.map(({ writer }) => writer.abort()));
    throw error;
  }
}

async function verifyOutputs(
  { sinks, failures, pages }: Pipeline,
  states: OutputStates | undefined,
  context: StageContext,
): Promise<void> {
  const outputs = [
    [failures, states?.failures],
    [pages, states?.pages],
  ] as const;
  const rowSinks = sinks.map((sink, index) => [sink, states?.sinks[index]] as const);
  for (const [choice, state] of [...outputs, ...rowSinks]) {
    if (choice === undefined || state === undefined) continue;
    const { definition, options, columns } = choice;
    await definition.verify?.(options, state, context, sinkRequest(columns, { state }));
  }
}

function sinkRequest(
  columns: readonly { readonly header: string; readonly type: ColumnType }[],
  checkpoint: SinkRequest['checkpoint'],
): SinkRequest {
  return { columns: columns.map(({ header }) => header), types: columns.map(({ type }) => type), checkpoint };
}

/** Closes outputs that are complete. Errors: StageError, or the signal's reason when it aborts first. */
export async function closeOutputs(outputs: Outputs, signal: AbortSignal): Promise<void> {
  for (const { writer } of present(outputs)) await untilAborted(writer.close(), signal);
}

/**
 * Closes outputs that are not complete: what they hold is written, and the checkpoint brought up to date, where that takes
 * no longer than 5 s, or 0.5 s on standard output and once `abortSignal` has aborted. Never throws.
 */
export async function giveUpOutputs(
  outputs: Outputs,
  abortSignal: AbortSignal,
  checkpointer?: Checkpointer,
): Promise<void> {
  // Where there is a checkpoint, all outputs are files.
  const saved = checkpointer && within(CLOSING_FILE_MS, checkpointer.save(false), abortSignal);
  // Marked, so that a compressed output ends with a whole member.
  const marked = present(outputs).map(({ writer, isStandard }) =>
    within(isStandard ? CLOSING_MS : CLOSING_FILE_MS, writer.mark(), abortSignal),
  );
  await Promise.all([saved, ...marked]);
  // Not awaited: an output whose reader has stalled can't be closed.
  for (const { writer } of present(outputs)) writer.abort();
}

/** Resolves when the promise has settled, or the time is up. What it fails with has been told before. */
async function within(ms: number, promise: Promise<unknown>, abortSignal: AbortSignal): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  let hurry = () => {};
  const timeUp = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, abortSignal.aborted ? CLOSING_MS : ms);
    hurry = () => {
      clearTimeout(timer);
      timer = setTimeout(resolve, CLOSING_MS);
    };
  });
  abortSignal.addEventListener('abort', hurry, { once: true });
  await Promise.race([Promise.allSettled([promise]), timeUp]);
  abortSignal.removeEventListener('abort', hurry);
  clearTimeout(timer);
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

function present({ sinks, failures, pages }: Outputs): readonly Pick<Output<OutputRole>, 'writer' | 'isStandard'>[] {
  return [...sinks, failures, pages].filter((output) => output !== undefined);
}
