import type { Totals } from '../../pipeline/accounts/ledger.ts';
import type { Pipeline } from '../../pipeline/build.ts';
import type { RunResult } from '../../pipeline/run/run.ts';
import { formatBytes, formatCount, formatDuration, formatRate } from './format-figures.ts';

/** The summary as one line: the accounting, what came out, how long it took. */
export function summaryLine({ end, totals, elapsedMs }: RunResult): string {
  const parts = [
    `read ${formatCount(totals.read)} = ${outcomes(totals)}`,
    `${formatCount(totals.rows)} rows`,
    formatBytes(totals.bytes),
    formatDuration(elapsedMs),
    formatRate(totals.read, elapsedMs),
  ];
  const notes = { finished: '', interrupted: ' (interrupted)', 'reader-gone': ' (reader gone)', failed: ' (stopped)' };
  return `sluice: ${parts.join(', ')}${notes[end.kind]}`;
}

/** What a user of checkpoints has to know beside the totals, a line each. */
export function notes(pipeline: Pipeline, { end, totals, doneBefore }: RunResult): readonly string[] {
  if (end.kind === 'finished') {
    if (doneBefore === undefined) return [];
    const done = formatCount(doneBefore);
    return [
      doneBefore === totals.read ? 'sluice: already complete' : `sluice: went on behind ${done} lines that were done`,
    ];
  }
  if (pipeline.checkpoint !== undefined) return ['sluice: run the same command again to go on from here'];
  const paths = [...pipeline.sinks, pipeline.failures, pipeline.pages].map((output) => output?.options['path']);
  const hasFiles = paths.some((path) => typeof path === 'string' && path !== '-');
  return hasFiles ? ['sluice: the outputs are not complete; until they are, their names end in .part'] : [];
}

/** The four outcomes as a sum, with the reasons of those that gave no page. */
export function outcomes(totals: Totals): string {
  const { linked, empty, failed, skipped } = totals;
  return [
    `${formatCount(linked)} linked`,
    `${formatCount(empty)} empty`,
    `${formatCount(failed)} failed${breakdown(totals.failedByCode)}`,
    `${formatCount(skipped)} skipped${breakdown(totals.skippedByReason)}`,
  ].join(' + ');
}

function breakdown(counts: Readonly<Partial<Record<string, number>>>): string {
  const entries = Object.entries(counts).map(([name, count = 0]) => [name, count] as const);
  entries.sort(([, a], [, b]) => b - a);
  return entries.length === 0 ? '' : ` (${entries.map(([name, count]) => `${name} ${formatCount(count)}`).join(', ')})`;
}
