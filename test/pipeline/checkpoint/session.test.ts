import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { lineHash } from '../../../src/core/hashes/line-hash.ts';
import type { Pipeline } from '../../../src/pipeline/build.ts';
import { writeCheckpoint } from '../../../src/pipeline/checkpoint/checkpoint-file.ts';
import { CHECKPOINT_FORMAT, type CheckpointState } from '../../../src/pipeline/checkpoint/checkpoint-state.ts';
import { runIdentity } from '../../../src/pipeline/checkpoint/run-identity.ts';
import { checkLine, openCheckpoint, shorterInput, sourceResume } from '../../../src/pipeline/checkpoint/session.ts';
import { stageDefinitions } from '../../../src/stages/registry.ts';
import { loadPipeline } from '../../helpers/pipelines/loading.ts';

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

test('whoever calls a checkpoint by another name, a link, finds it in use as well', async (t) => {
  const path = join(await scratchFolder(t), 'links.checkpoint');
  await symlink('links.checkpoint', `${path}.link`);
  const session = await openCheckpoint(path, plain, owner, false);
  await assert.rejects(openCheckpoint(`${path}.link`, plain, owner, true), { code: 'CHECKPOINT_IN_USE' });
  await session.release();
});

test('a run that was to start over and ended before its first checkpoint starts over, whatever its pipeline was', async (t) => {
  const path = join(await scratchFolder(t), 'links.checkpoint');
  const left = { ...stateOf(pipelineOf('[dedupe, fetch, links]')), isDiscarded: true };
  await writeCheckpoint(path, left);
  const { state, discarded, isRestart, release } = await openCheckpoint(path, plain, owner, false);
  await release();
  assert.deepEqual({ state, discarded, isRestart }, { state: undefined, discarded: left, isRestart: true });
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
  const from = { sequence: 4, input: 'urls.txt', line: 6, offset: 50 };
  assert.deepEqual(sourceResume(state), { from, known: state.inputs });
});

test('reading begins at the start where no line is done', () => {
  const positions = { low: 0, above: [], last: null, furthest: null };
  assert.equal(sourceResume({ ...stateOf(plain), positions }).from, undefined);
});

test('the last line below the mark, and the last above, must be the one that it was; others may be what they are', () => {
  const state = stateOf(plain);
  checkLine(state, 4, 'e.example');
  checkLine(state, 9, 'j.example');
  for (const sequence of [3, 7, 8, 10]) checkLine(state, sequence, 'whatever');
  assert.throws(() => checkLine(state, 4, 'f.example'), {
    code: 'CHECKPOINT_MISMATCH',
    message: /^urls\.txt:6: .*: this is not the line that was there; .* may have grown\. Start over/,
  });
  assert.throws(() => checkLine(state, 9, 'j.example/more'), {
    code: 'CHECKPOINT_MISMATCH',
    message: /^urls\.txt:12: /,
  });
});

test('an input that ends before that line is told with its place', () => {
  const { last } = stateOf(plain).positions;
  assert.match(shorterInput(last ?? assert.fail()).message, /^urls\.txt:6: .*: it ends before this line\. Start over/);
});

function pipelineOf(steps: string): Pipeline {
  const text = `source: { lines: { path: urls.txt } }\nsteps: ${steps}\nsink: { tsv: { path: links.tsv } }\n`;
  return loadPipeline(text, { file: 'x.yaml', env: {}, sets: [] }, stageDefinitions);
}

function stateOf(pipeline: Pipeline): CheckpointState {
  return {
    format: CHECKPOINT_FORMAT,
    identity: runIdentity(pipeline),
    inputs: [{ input: 'urls.txt', bytes: 10, hash: 'h' }],
    positions: {
      low: 5,
      above: [[7, 9]],
      last: { origin: { sequence: 4, input: 'urls.txt', line: 6, offset: 50 }, lineHash: lineHash('e.example') },
      furthest: { origin: { sequence: 9, input: 'urls.txt', line: 12, offset: 99 }, lineHash: lineHash('j.example') },
    },
    outputs: { sinks: [{ length: 100, tail: 't' }] },
    steps: [],
    stepFiles: [],
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
    isDiscarded: false,
  };
}

async function scratchFolder(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'sluice-session-'));
  t.after(() => rm(folder, { recursive: true }));
  return folder;
}
