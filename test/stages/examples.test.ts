import assert from 'node:assert/strict';
import { copyFile, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { Readable, Writable } from 'node:stream';
import { after, before, test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { DatabaseSync } from '@photostructure/sqlite';
import { asyncBufferFromFile, parquetReadObjects } from 'hyparquet';
import { stringify } from 'yaml';
import type { StageDefinition } from '../../src/core/stage.ts';
import { examineWholeFile } from '../../src/pipeline/load.ts';
import { runPipeline } from '../../src/pipeline/run/run.ts';
import { stageDefinitions } from '../../src/stages/registry.ts';
import { CannedWire } from '../../src/testing/run/canned-wire.ts';
import { VirtualClock } from '../../src/testing/run/virtual-clock.ts';
import { removeFolder, root, temporaryFolder } from '../helpers/files/samples.ts';
import { answers, expected, inputs, lists } from '../helpers/pipelines/stage-examples.ts';

let folder: string;
before(async () => {
  folder = await temporaryFolder();
});
after(() => removeFolder(folder));

for (const definition of stageDefinitions) {
  const key = `${definition.type} ${definition.name}`;
  test(`the example of the ${key} passes check and gives what it should`, async () => {
    assert.deepEqual(await runExample(key, definition), expected[key]);
  });
}

/** Gives what the run of a stage's example has written, by the names of the files: lines, those behind the first one sorted. */
async function runExample(key: string, { example = {} }: StageDefinition) {
  const base = join(folder, key.replace(' ', '-'));
  await writeInputs(base, key);
  const given = new Set(await readdir(base));
  const options = { file: 'example.yaml', env: {}, sets: [], baseDirectory: base };
  const { pipeline, problems } = await examineWholeFile(stringify(example), options, stageDefinitions);
  assert.deepEqual(problems, []);
  assert.ok(pipeline !== undefined);
  const clock = new VirtualClock(Date.parse('2026-11-22T12:00:00Z'));
  const { end } = await runPipeline(pipeline, {
    context: {
      resolvePath: (path) => resolve(base, path),
      stdin: Readable.from([]),
      stdout: new Writable(),
      env: { PATH: process.env['PATH'] },
      wire: new CannedWire(cannedAnswers(), clock),
      clock,
    },
    stopSignal: new AbortController().signal,
    abortSignal: new AbortController().signal,
    observer: { started: () => {}, line: () => {} },
    owner: { processId: process.pid, isAlive: () => false },
    isRestart: false,
    checkpointIntervalMs: 0,
  }).finally(() => clock.close());
  assert.deepEqual(end, { kind: 'finished' });
  const written = (await readdir(base)).filter((name) => !given.has(name)).sort();
  return Object.fromEntries(await Promise.all(written.map(async (name) => [name, await linesOf(join(base, name))])));
}

async function writeInputs(base: string, key: string): Promise<void> {
  await mkdir(join(base, 'site'), { recursive: true });
  for (const [name, content] of Object.entries(inputs)) await writeFile(join(base, name), content);
  const list = lists[key];
  if (list !== undefined) await writeFile(join(base, 'urls.txt'), list.map((line) => `${line}\n`).join(''));
  // Without it, what a folder above it says would hold.
  await writeFile(join(base, 'package.json'), '{}');
  for (const name of ['first-per-host.ts', 'link-kind.mjs']) {
    await copyFile(join(root, 'pipelines/steps', name), join(base, name));
  }
}

function cannedAnswers() {
  return Object.entries(answers).map(([url, body]) => {
    const headers = { 'Content-Type': typeOf(url) };
    return { url, answers: [{ status: 200, headers, body: Buffer.from(body), delay: 0, failure: undefined }] };
  });
}

function typeOf(url: string): string {
  if (url.endsWith('.txt')) return 'text/plain';
  return url.endsWith('.xml') ? 'application/xml' : 'text/html';
}

async function linesOf(path: string): Promise<readonly unknown[]> {
  if (path.endsWith('.parquet')) return parquetReadObjects({ file: await asyncBufferFromFile(path) });
  if (path.endsWith('.sqlite')) {
    const database = new DatabaseSync(path, { readOnly: true });
    const rows = database.prepare('SELECT * FROM links').all();
    database.close();
    return rows.map((row) => ({ ...row }));
  }
  const bytes = await readFile(path);
  const lines = (path.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString().split('\n').slice(0, -1);
  return [...lines.slice(0, 1), ...lines.slice(1).sort()];
}
