import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, afterEach, before, beforeEach, test } from 'node:test';
import { parse } from 'yaml';
import { type CommandLineResult, callSluice } from './helpers/command-line.ts';
import { startLinkSite } from './helpers/link-site.ts';
import { removeFolder, root, temporaryFolder } from './helpers/samples.ts';
import type { Site } from './helpers/site.ts';

/** What holds for every file in `pipelines/`, those that are still to come included. What each gives is in `samples/`. */
const files = readdirSync(join(root, 'pipelines')).filter((name) => /\.(ya?ml|json)$/.test(name));

let site: Site;
let folder: string;

before(async () => {
  site = await startLinkSite();
});
beforeEach(async () => {
  folder = await temporaryFolder();
});
afterEach(() => removeFolder(folder));
after(() => site?.close());

test('there are pipelines', () => {
  assert.ok(files.length > 0);
});

for (const file of files) {
  test(`${file} passes check`, async () => {
    const { code, stderr } = await sluice('check', path(file));
    assert.deepEqual({ code, stderr }, { code: 0, stderr: '' });
  });

  test(`${file} passes check as explain prints it`, async () => {
    const explained = join(folder, file);
    await writeFile(explained, (await sluice('explain', path(file))).stdout);
    const { code, stderr } = await sluice('check', explained);
    assert.deepEqual({ code, stderr }, { code: 0, stderr: '' });
  });

  test(`${file} runs: every line of a list is accounted for, and every output is in its place`, async () => {
    const { stdout } = await sluice('explain', path(file), '--format', 'json');
    const outputs = outputPaths(JSON.parse(stdout));
    await writeFile(
      join(folder, 'urls.txt'),
      ['/two', '/gone', '/none'].map((page) => `${site.origin}${page}\n`).join(''),
    );
    const sets = [
      `source.lines.path=${join(folder, 'urls.txt')}`,
      'steps.fetch.allowPrivate=true',
      'steps.fetch.delay=0',
      ...outputs.map((place, index) => `${place}=${outputPath(index)}`),
    ];
    const summary = join(folder, 'summary.json');
    const result = await sluice('run', path(file), '--summary', summary, ...sets.flatMap((set) => ['--set', set]));
    assert.equal(result.code, 0, result.stderr);
    const { linked, empty, failed, complete } = JSON.parse(await readFile(summary, 'utf8'));
    assert.deepEqual({ linked, empty, failed, complete }, { linked: 1, empty: 1, failed: 1, complete: true });
    for (const index of outputs.keys()) assert.ok((await readFile(outputPath(index))).length > 0, outputs[index]);
  });
}

test('every example of the stages reference passes check in a pipeline', async () => {
  const stages = ['lines', 'urls', 'dedupe', 'fetch', 'links', 'tsv', 'csv', 'jsonl'];
  const examples = await Promise.all(stages.map(async (name) => exampleOf((await sluice('stages', name)).stdout)));
  const names = await Promise.all(
    examples.map(async (example, index) => {
      const file = join(folder, `${stages[index]}.yaml`);
      await writeFile(file, JSON.stringify(completed(example)));
      return file;
    }),
  );
  const { code, stderr } = await sluice('check', ...names);
  assert.deepEqual({ code, stderr }, { code: 0, stderr: '' });
});

function sluice(...args: readonly string[]): Promise<CommandLineResult> {
  return callSluice(args);
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
    const [name] = Object.keys(pipeline[role] ?? {});
    return name === undefined ? [] : [`${role}.${name}.path`];
  });
}

/** The example of a stage's reference: part of a pipeline file. */
function exampleOf(reference: string): Record<string, unknown> {
  return parse(reference.slice(reference.indexOf('\nExample\n') + '\nExample\n'.length));
}

/** A whole pipeline with the example in it: the example's steps take the place of those of their kind. */
function completed(example: Record<string, unknown>): Record<string, unknown> {
  const [step] = (example['steps'] ?? [{}]) as readonly Record<string, unknown>[];
  const steps = [{ dedupe: {} }, { fetch: {} }, { links: {} }].map((own) => {
    const [name = ''] = Object.keys(own);
    return { [name]: step?.[name] ?? {} };
  });
  return { source: { lines: { path: 'urls.txt' } }, ...example, steps };
}
