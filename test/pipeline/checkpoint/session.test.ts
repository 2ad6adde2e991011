import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { Pipeline } from '../../../src/pipeline/build.ts';
import { writeCheckpoint } from '../../../src/pipeline/checkpoint/checkpoint-file.ts';
import type { CheckpointState } from '../../../src/pipeline/checkpoint/checkpoint-state.ts';
import { runIdentity } from '../../../src/pipeline/checkpoint/run-identity.ts';
import { checkLine, openCheckpoint, shorterInput, sourceResume } from '../../../src/pipeline/checkpoint/session.ts';
import { loadPipeline } from '../../../src/pipeline/load.ts';
import { tableColumns } from '../../../src/pipeline/tables.ts';
import { stageDefinitions } from '../../../src/stages/registry.ts';

const owner = { processId: 7, isAlive: () => true };
const plain = pipelineOf('[fetch, links]');

test('a first run has no state; its folder is made and its lock held until the release', async (t) => {
  const path = join(await scratchFolder(t), 'state', 'links.checkpoint');
  const session = await openCheckpoint(path, plain, owner, false);
  assert.deepEqual([session.path, session.identity, session.state], [path, runIdentity(plain), undefined]);
  assert.deepEqual(await readdir(join(path, '..')), ['links.checkpoint.lock']);
  await session.release();
  assert.deepEqual(await readdir(join(path, '..')), []);
});

test('a later run of the same pipeline has the state, unless it starts over', async (t) => {
  const path = join(await scratchFolder(t), 'links.checkpoint');
  await writeCheckpoint(path, stateOf(plain));
  for (const [isRestart, state] of [
    [false, stateOf(plain)],
    [true, undefined],
  ] as const) {
    const session = await openCheckpoint(path, plain, owner, isRestart);
    assert.deepEqual(session.state, state);
    await session.release();
  }
});

test('the checkpoint of another pipeline is refused, stays as it is, and is not held', async (t) => {
  const path = join(await scratchFolder(t), 'links.checkpoint');
  await writeCheckpoint(path, stateOf(plain));
  const before = await readFile(path, 'utf8');
  await assert.rejects(openCheckpoint(path, pipelineOf('[dedupe, fetch, links]'), owner, false), {
    code: 'CHECKPOINT_MISMATCH',
    message: /this is the checkpoint of another pipeline: .* start over with --restart\.$/,
  });
  assert.equal(await readFile(path, 'utf8'), before);
  assert.deepEqual(await readdir(join(path, '..')), ['links.checkpoint']);
});

test('reading begins again at the last line below the mark', () => {
  const state = stateOf(plain);
  const from = { sequence: 4, input: 'urls.txt', line: 6, offset: 50, sourceUrl: 'e.example' };
  assert.deepEqual(sourceResume(state, plain), { from, known: state.inputs });
});

test('reading begins at the start where a step must see every line, and where no line is done', () => {
  const dedupe = pipelineOf('[dedupe, fetch, links]');
  assert.equal(sourceResume(stateOf(dedupe), dedupe).from, undefined);
  const positions = { low: 0, above: [], last: null };
  assert.equal(sourceResume({ ...stateOf(plain), positions }, plain).from, undefined);
});

test('the last line below the mark must be the one that it was; others may be what they are', () => {
  const state = stateOf(plain);
  checkLine(state, 4, 'e.example');
  checkLine(state, 3, 'whatever');
  assert.throws(() => checkLine(state, 4, 'f.example'), {
    code: 'CHECKPOINT_MISMATCH',
    message: /^urls\.txt:6: .* this line was "e\.example", and is "f\.example"\. Start over/,
  });
});

test('an input that ends before that line is told with its place', () => {
  const { last } = stateOf(plain).positions;
  assert.match(
    shorterInput(last ?? assert.fail()).message,
    /^urls\.txt:6: .*"e\.example", and the input ends before it/,
  );
});

function pipelineOf(steps: string): Pipeline {
  const text = `source: { lines: { path: urls.txt } }\nsteps: ${steps}\nsink: { tsv: { path: links.tsv } }\n`;
  return loadPipeline(text, { file: 'x.yaml', env: {}, sets: [] }, stageDefinitions, tableColumns);
}

function stateOf(pipeline: Pipeline): CheckpointState {
  return {
    format: 1,
    identity: runIdentity(pipeline),
    inputs: [{ input: 'urls.txt', head: { bytes: 10, hash: 'h', size: 100 } }],
    positions: {
      low: 5,
      above: [[7, 9]],
      last: { origin: { sequence: 4, input: 'urls.txt', line: 6, offset: 50 }, sourceUrl: 'e.example' },
    },
    outputs: { sink: { length: 100, tail: 't' } },
    totals: {
      read: 8,
      linked: 8,
      empty: 0,
      failed: 0,
      skipped: 0,
      rows: 10,
      bytes: 1000,
      failedByCode: {},
      skippedByReason: {},
    },
    elapsedMs: 12,
    isComplete: false,
  };
}

async function scratchFolder(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'sluice-session-'));
  t.after(() => rm(folder, { recursive: true }));
  return folder;
}
