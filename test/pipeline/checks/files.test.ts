import assert from 'node:assert/strict';
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { documentFromFlags } from '../../../src/pipeline/document/pipeline-document.ts';
import { stageDefinitions } from '../../../src/stages/registry.ts';
import { removeFolder, temporaryFolder } from '../../helpers/files/samples.ts';
import { buildPipeline, examineFile } from '../../helpers/pipelines/loading.ts';

let folder: string;
beforeEach(async () => {
  folder = await temporaryFolder();
  await writeFile(join(folder, 'urls.txt'), '');
});
afterEach(() => removeFolder(folder));

/** The errors of a pipeline with these keys, as `path: message`. */
function errors(
  keys: Readonly<Record<string, unknown>>,
  baseDirectory: string | undefined = folder,
): readonly string[] {
  const pipeline = { source: { lines: { path: 'urls.txt' } }, steps: ['fetch', 'links'], ...keys };
  const options = { file: 'a.yaml', env: {}, sets: [], baseDirectory };
  const { problems } = examineFile(JSON.stringify(pipeline), options, stageDefinitions);
  return problems.filter(({ severity }) => severity === 'error').map(({ path, text }) => `${path}: ${text}`);
}

test('files that are there, and outputs that can be made, are no problem', () => {
  const keys = { sink: { tsv: { path: 'links.tsv' } }, checkpoint: 'state/new/run.checkpoint', summary: '-' };
  assert.deepEqual(errors(keys), []);
});

test('what can only be a file is no standard stream', () => {
  const refused = 'expected the path of a file, got "-", which is a standard stream (./- is a file of that name).';
  assert.deepEqual(errors({ sink: { sqlite: { path: '-' } } }), [`sink.sqlite.path: ${refused}`]);
  const steps = [{ fetch: { since: '-' } }, 'links'];
  assert.deepEqual(errors({ steps, checkpoint: '-', sink: { tsv: { path: 'links.tsv' } } }), [
    `steps[0].fetch.since: ${refused}`,
    `checkpoint: ${refused}`,
  ]);
  assert.deepEqual(errors({ sink: { parquet: { path: './-' } } }), []);
});

test('a device is an output, for as many as like', () => {
  const keys = { sink: { tsv: { path: '/dev/null' } }, failures: { jsonl: { path: '/dev/null' } } };
  assert.deepEqual(errors(keys), []);
});

test('without a folder to start from, no file is looked for', () => {
  const { problems } = examineFile(
    '{ source: { lines: { path: nowhere.txt } }, steps: [fetch, links] }',
    { file: 'a.yaml', env: {}, sets: [] },
    stageDefinitions,
  );
  assert.deepEqual(problems, []);
});

test('two outputs are one file through a link to it', async () => {
  await writeFile(join(folder, 'links.tsv'), '');
  await symlink('links.tsv', join(folder, 'same.jsonl'));
  const keys = { sink: { tsv: { path: 'links.tsv' } }, failures: { jsonl: { path: 'same.jsonl' } } };
  assert.deepEqual(errors(keys), [
    'failures.jsonl.path: writes to "same.jsonl", and so does sink.tsv.path: each output needs its own.',
  ]);
});

test('two outputs are one file through a link to its folder, also where neither is there yet', async () => {
  await mkdir(join(folder, 'real'));
  await symlink('real', join(folder, 'linked'));
  const keys = { sink: { tsv: { path: 'real/x.tsv' } }, pages: { tsv: { path: join(folder, 'linked/x.tsv') } } };
  assert.match(errors(keys).join('\n'), /^pages\.tsv\.path: writes to .*, and so does sink\.tsv\.path: /);
});

test('an output that is the input through a link would overwrite it', async () => {
  await symlink('urls.txt', join(folder, 'links.tsv'));
  assert.deepEqual(errors({ sink: { tsv: { path: 'links.tsv' } } }), [
    'sink.tsv.path: would overwrite "urls.txt", which source.lines.path reads.',
  ]);
});

test('one of several sinks is compared with the others', () => {
  const keys = { sink: [{ tsv: { path: 'x.tsv' } }, { jsonl: { path: './x.tsv' } }] };
  assert.deepEqual(errors(keys), [
    'sink[1].jsonl.path: writes to "./x.tsv", and so does sink[0].tsv.path: each output needs its own.',
  ]);
});

test('links that lead in a circle are told as such', async () => {
  await symlink('b.txt', join(folder, 'a.txt'));
  await symlink('a.txt', join(folder, 'b.txt'));
  assert.deepEqual(errors({ source: { lines: { path: 'a.txt' } } }), [
    'source.lines.path: "a.txt" can\'t be read: its links lead in a circle.',
  ]);
});

test('of flags, files are compared, and left to the stages otherwise', async () => {
  await symlink('urls.txt', join(folder, 'links.tsv'));
  const document = (output: string) => {
    const value = {
      source: { lines: { path: ['urls.txt', 'nowhere.txt'] } },
      steps: [{ fetch: {} }, { links: {} }],
      sink: { tsv: { path: output } },
    };
    return documentFromFlags(
      value,
      ([key]) => (key === 'sink' ? '--output' : key === 'source' ? '--input' : undefined),
      folder,
    );
  };
  assert.doesNotThrow(() => buildPipeline(document('no/such/folder.tsv'), stageDefinitions));
  assert.throws(() => buildPipeline(document('links.tsv'), stageDefinitions), {
    problems: ['--output: would overwrite "urls.txt", which --input reads.'],
  });
});

test('an output that a split output could name is no output of its own', () => {
  const sink = { split: { path: '{value}.csv', column: 'parsed_url' } };
  assert.deepEqual(
    errors({ sink, failures: { csv: { path: 'failures.csv' } }, pages: { jsonl: { path: 'p.jsonl' } } }),
    ['failures.csv.path: writes to "failures.csv", which sink.split.path could name, too: each output needs its own.'],
  );
  assert.deepEqual(errors({ sink, failures: { csv: { path: 'x/../failures.tsv' } } }), []);
  assert.deepEqual(errors({ sink: [{ tsv: { path: 'l-7.tsv' } }, { split: { path: 'l-{part}.tsv' } }] }), [
    'sink[0].tsv.path: writes to "l-7.tsv", which sink[1].split.path could name, too: each output needs its own.',
  ]);
});

test('an input that a split output could name would be overwritten', async () => {
  await writeFile(join(folder, 'urls.csv'), 'url\n');
  const keys = {
    source: { csv: { path: 'urls.csv' } },
    sink: { split: { path: '{value}.csv', column: 'parsed_url' } },
  };
  assert.deepEqual(errors(keys), ['sink.split.path: could overwrite "urls.csv", which source.csv.path reads.']);
});
