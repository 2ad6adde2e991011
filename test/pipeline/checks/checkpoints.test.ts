import assert from 'node:assert/strict';
import { test } from 'node:test';
import { z } from 'zod';
import { ConfigError } from '../../../src/core/errors.ts';
import { defineSink } from '../../../src/core/stage.ts';
import { stageDefinitions } from '../../../src/stages/registry.ts';
import { loadPipeline } from '../../helpers/pipelines/loading.ts';

const lostSink = defineSink({
  name: 'queue',
  summary: 'Sends rows away for good.',
  extensions: [],
  options: z.strictObject({}),
  create: () => assert.fail('no run is meant'),
});

/** The problems of a pipeline file whose checkpoint is `run.checkpoint`, but for what is given. */
function problems(given: Readonly<Record<string, unknown>>): readonly string[] {
  const pipeline = {
    source: { lines: { path: 'urls.txt' } },
    steps: ['fetch', 'links'],
    sink: { tsv: { path: 'links.tsv' } },
    checkpoint: 'run.checkpoint',
    ...given,
  };
  try {
    const source = { file: 'x.json', env: {}, sets: [] };
    loadPipeline(JSON.stringify(pipeline), source, [...stageDefinitions, lostSink]);
    return [];
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.problems.map((problem) => problem.replace(/^x\.json:\d+:\d+: /, ''));
  }
}

test('files may be taken up, and a dedupe before the first request', () => {
  assert.deepEqual(problems({ steps: ['dedupe', 'fetch', 'links'], pages: { csv: { path: 'pages.csv.gz' } } }), []);
});

for (const role of ['sink', 'failures', 'pages']) {
  test(`the ${role} output can't be standard output`, () => {
    assert.deepEqual(problems({ [role]: { jsonl: { path: '-' } } }), [
      `${role}.jsonl.path: standard output can't be cut back to a checkpoint: write to a file.`,
    ]);
  });
}

test('without a checkpoint, rows may go to standard output', () => {
  assert.deepEqual(problems({ sink: 'tsv', checkpoint: null }), []);
});

test('a sink that cannot be cut back is named', () => {
  assert.deepEqual(problems({ sink: 'queue' }), ["sink.queue: queue can't take part in a checkpoint."]);
});

test('an input that is there twice is named', () => {
  assert.deepEqual(problems({ source: { lines: { path: ['a.txt', 'b.txt', 'a.txt'] } } }), [
    'source.lines.path[2]: the input "a.txt" is there twice: a checkpoint needs each to have a name of its own.',
  ]);
});

test('a step that remembers has to stand before those that end out of order', () => {
  assert.deepEqual(problems({ steps: ['dedupe', 'fetch', 'links', 'dedupe'] }).slice(-1), [
    'steps[3].dedupe: has to stand before fetch: only there a checkpoint can bring back its state.',
  ]);
});

test('a step that remembers may stand behind those that look at each URL by itself', () => {
  const pure = [{ normalize: {} }, { where: 'line > 1' }, { set: { columns: { a: '1' } } }, { sample: '5%' }];
  assert.deepEqual(problems({ steps: [...pure, 'dedupe', { limit: 5 }, 'fetch', 'links'] }), []);
});

test('the checkpoint needs a file of its own', () => {
  assert.match(problems({ checkpoint: 'links.tsv' }).join('\n'), /writes to "links\.tsv", and so does sink/);
  assert.match(problems({ checkpoint: 'urls.txt' }).join('\n'), /would overwrite "urls\.txt"/);
});
