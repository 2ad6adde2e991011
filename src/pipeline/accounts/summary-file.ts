import { access, constants, stat, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Writable } from 'node:stream';
import { StageError } from '../../core/errors.ts';
import { sinkFailed, standardTarget } from '../../formats/outputs/byte-target.ts';
import type { Pipeline } from '../build.ts';
import type { RunResult } from '../run/run.ts';

/** Where summaries go. */
export interface SummaryPlace {
  readonly resolvePath: (path: string) => string;
  /** What `-` stands for. It is not ended. */
  readonly stdout: Writable;
}

/**
 * Makes sure that the summary of a run can be written, where its pipeline asks for one: to find out that it can't when the
 * run is over would be late. Touches nothing.
 *
 * Errors: StageError.
 */
export async function checkSummary({ summary }: Pipeline, { resolvePath }: SummaryPlace): Promise<void> {
  if (summary === undefined || summary === '-') return;
  const path = resolvePath(summary);
  try {
    const found = await stat(path).catch(() => undefined);
    if (found?.isDirectory() === true) throw Object.assign(new Error(), { code: 'EISDIR' });
    await access(found === undefined ? dirname(path) : path, constants.W_OK);
  } catch (error) {
    throw sinkFailed(path, error);
  }
}

/**
 * Writes the summary of a run, where its pipeline asks for one. One of an earlier run stays where a checkpoint was
 * refused: it belongs to that.
 *
 * Errors: StageError, but none where the reader of standard output has left.
 */
export async function writeSummary(
  { summary, checkpoint }: Pipeline,
  result: RunResult,
  { resolvePath, stdout }: SummaryPlace,
): Promise<void> {
  if (summary === undefined) return;
  if (summary === '-') {
    await standardTarget(stdout)
      .write(Buffer.from(summaryJson(result)))
      .catch(unlessReaderGone);
    return;
  }
  if (checkpoint !== undefined && hasNothingDone(result)) return;
  const path = resolvePath(summary);
  try {
    await writeFile(path, summaryJson(result));
  } catch (error) {
    throw sinkFailed(path, error);
  }
}

function unlessReaderGone(error: unknown): void {
  if (!(error instanceof StageError) || error.code !== 'READER_GONE') throw error;
}

/** The run's totals as the summary file has them. Names are stable; `ms` is the whole run. */
export function summaryJson({ end, totals, elapsedMs }: RunResult): string {
  const summary = { ...totals, ms: Math.round(elapsedMs), complete: end.kind === 'finished' };
  return `${JSON.stringify(summary, null, 2)}\n`;
}

/** Whether a run failed before it did anything, so that there is nothing to sum up. */
export function hasNothingDone({ end, totals, doneBefore }: RunResult): boolean {
  return end.kind === 'failed' && totals.read === (doneBefore ?? 0);
}
