import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runSluice } from '../processes/cli.ts';

/** What a pipeline did. */
export interface PipelineRun {
  readonly stderr: string;
  /** The run's totals, but for `bytes` and `ms`. */
  readonly totals: Readonly<Record<string, unknown>>;
}

/** Runs a pipeline in a folder with the compiled `sluice`. Fails where that doesn't end with success. */
export async function runDocument(
  folder: string,
  document: Readonly<Record<string, unknown>>,
  args: readonly string[] = [],
): Promise<PipelineRun> {
  await writeFile(join(folder, 'pipeline.json'), JSON.stringify(document));
  const result = await runSluice(['run', 'pipeline.json', '--summary', 'summary.json', ...args], { cwd: folder });
  assert.equal(result.code, 0, result.stderr);
  const { bytes: _bytes, ms: _ms, ...totals } = JSON.parse(await readFile(join(folder, 'summary.json'), 'utf8'));
  return { stderr: result.stderr, totals };
}

/** The lines of a file of JSON lines, parsed. */
export async function jsonLinesOf(folder: string, name: string): Promise<readonly Readonly<Record<string, unknown>>[]> {
  const text = await readFile(join(folder, name), 'utf8');
  return text
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line));
}
