import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { parse } from 'yaml';
import { root } from './helpers/files/samples.ts';
import { giveLinkSite } from './helpers/network/link-site.ts';
import type { Site } from './helpers/network/site.ts';
import { type CommandLineResult, callSluice } from './helpers/processes/command-line.ts';

/** What holds for every file in `pipelines/`, those that are still to come included. What each gives is in `samples/`. */
const all = readdirSync(join(root, 'pipelines')).filter((name) => name.endsWith('.yaml'));
const files = all.filter((name) => !name.endsWith('.test.yaml'));

let site: Site;
let folder: string;
giveLinkSite((given) => {
  ({ site, folder } = given);
});

test('there are pipelines', () => {
  assert.ok(files.length > 0);
});

for (const file of files) {
  test(`${file} passes check`, async () => {
    const { code, stderr } = await sluice('check', path(file));
    assert.deepEqual({ code, stderr }, { code: 0, stderr: '' });
  });

  test(`${file} passes check as explain prints it`, async () => {
    const input = (await sluice('explain', path(file))).stdout;
    const { code, stderr } = await callSluice(['check', '-'], { cwd: join(root, 'pipelines'), input });
    assert.deepEqual({ code, stderr }, { code: 0, stderr: '' });
  });

  // What others read is in a test of their own.
  if (!readsList(file)) continue;
  test(`${file} runs: every line of a list is accounted for, and every output is in its place`, async () => {
    const { stdout } = await sluice('explain', path(file), '--format', 'json');
    const outputs = outputPaths(JSON.parse(stdout).pipeline);
    await writeFile(
      join(folder, 'urls.txt'),
      ['/two', '/gone', '/none'].map((page) => `${site.origin}${page}\n`).join(''),
    );
    const sets = [
      `source.lines.path=${join(folder, 'urls.txt')}`,
      'steps.fetch.allowPrivate=true',
      'steps.fetch.delay=0',
      ...outputs.map((place, index) => `${place}=${outputPath(index)}${place.includes('split') ? '-{value}.csv' : ''}`),
    ];
    const summary = join(folder, 'summary.json');
    const result = await sluice('run', path(file), '--summary', summary, ...sets.flatMap((set) => ['--set', set]));
    assert.equal(result.code, 0, result.stderr);
    const { linked, empty, failed, complete } = JSON.parse(await readFile(summary, 'utf8'));
    // A pipeline may leave out links.
    assert.deepEqual({ pages: linked + empty, failed, complete }, { pages: 2, failed: 1, complete: true });
    for (const [index, place] of outputs.entries()) {
      // What is split has no file without a row.
      if (!place.includes('split')) assert.ok((await readFile(outputPath(index))).length > 0, place);
    }
  });
}

function sluice(...args: readonly string[]): Promise<CommandLineResult> {
  return callSluice(args);
}

function readsList(file: string): boolean {
  const { source } = parse(readFileSync(join(root, path(file)), 'utf8'));
  return 'lines' in source;
}

function path(file: string): string {
  return join('pipelines', file);
}

function outputPath(index: number): string {
  return join(folder, `output-${index}`);
}

/** The `--set` places of a pipeline's outputs: `sink.tsv.path`. */
function outputPaths(pipeline: Readonly<Record<string, object | undefined>>): readonly string[] {
  return ['sink', 'failures', 'pages'].flatMap((role) => {
    const written = pipeline[role];
    if (Array.isArray(written)) return written.map((sink, index) => `${role}.${index}.${Object.keys(sink)[0]}.path`);
    const [name] = Object.keys(written ?? {});
    return name === undefined ? [] : [`${role}.${name}.path`];
  });
}
