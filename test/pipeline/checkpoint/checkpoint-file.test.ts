import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import fc from 'fast-check';
import {
  discardCheckpoint,
  makeCheckpointFolder,
  readCheckpoint,
  writeCheckpoint,
} from '../../../src/pipeline/checkpoint/checkpoint-file.ts';
import { CHECKPOINT_FORMAT, type CheckpointState } from '../../../src/pipeline/checkpoint/checkpoint-state.ts';
import { FailingDisk } from '../../helpers/files/failing-disk.ts';

test('a checkpoint is read back as it was written', async (t) => {
  const path = await checkpointPath(t);
  await writeCheckpoint(path, state(7));
  assert.deepEqual(await readCheckpoint(path), state(7));
});

test('there is no checkpoint where there is no file', async (t) => {
  assert.equal(await readCheckpoint(await checkpointPath(t)), undefined);
});

for (const [what, text] of [
  ['an empty file', ''],
  ['half a checkpoint', '{"format":3,"ident'],
  ['another form', JSON.stringify({ ...state(1), steps: 7 })],
  ['a file of somebody else', 'https://example.com/\n'],
] as const) {
  test(`${what} is refused and stays as it is`, async (t) => {
    const path = await checkpointPath(t);
    await writeFile(path, text);
    await assert.rejects(readCheckpoint(path), { code: 'CHECKPOINT_MISMATCH' });
    assert.equal(await readFile(path, 'utf8'), text);
  });
}

test('a folder in its place is refused', async (t) => {
  const path = await checkpointPath(t);
  await mkdir(path);
  await assert.rejects(readCheckpoint(path), { code: 'CHECKPOINT_MISMATCH', message: /can't be read: EISDIR/ });
});

test('cut anywhere, a checkpoint is refused', async (t) => {
  const path = await checkpointPath(t);
  await writeCheckpoint(path, state(1));
  const bytes = await readFile(path);
  for (let length = 0; length < bytes.length; length += 1) {
    await writeFile(path, bytes.subarray(0, length));
    await assert.rejects(readCheckpoint(path), { code: 'CHECKPOINT_MISMATCH' }, `cut to ${length} bytes`);
  }
});

test('with any of its bytes changed, a checkpoint is refused: a number that is another would lose lines', async (t) => {
  const path = await checkpointPath(t);
  await writeCheckpoint(path, state(1));
  const bytes = await readFile(path);
  const changes = fc.tuple(fc.nat({ max: bytes.length - 1 }), fc.integer({ min: 1, max: 255 }));
  await fc.assert(
    fc.asyncProperty(changes, async ([at, flips]) => {
      const damaged = Buffer.from(bytes);
      damaged[at] = (bytes[at] ?? 0) ^ flips;
      await writeFile(path, damaged);
      await assert.rejects(readCheckpoint(path), { code: 'CHECKPOINT_MISMATCH' });
    }),
    { numRuns: 400, examples: [[[bytes.indexOf('"low":1') + '"low":'.length, 2]]] },
  );
});

test('a checkpoint that was changed is told for one', async (t) => {
  const path = await checkpointPath(t);
  await writeCheckpoint(path, state(1));
  await writeFile(path, (await readFile(path, 'utf8')).replace('"low":1', '"low":3'));
  await assert.rejects(readCheckpoint(path), { message: /this checkpoint is damaged.* start over with --restart\.$/ });
});

for (const format of [1, 2, 3, 4]) {
  test(`a checkpoint of form ${format}, which had no hash, is refused by its form`, async (t) => {
    const path = await checkpointPath(t);
    const text = `${JSON.stringify({ ...state(1), format })}\n`;
    await writeFile(path, text);
    await assert.rejects(readCheckpoint(path), { message: new RegExp(`its form is ${format}, this version has`) });
    assert.equal(await readFile(path, 'utf8'), text);
  });
}

test('the folder of a checkpoint is made', async (t) => {
  const path = join(await checkpointPath(t), 'deep', 'links.checkpoint');
  await makeCheckpointFolder(path);
  await writeCheckpoint(path, state(1));
  assert.deepEqual(await readCheckpoint(path), state(1));
});

/** What may stand in a file that is to be started over and can't be read, and which of the files beside it are removed with it. */
const removals = [
  ['one of another form', JSON.stringify({ format: 9, stepFiles: ['dedupe'] }), ['dedupe', 'own']],
  ['one that names a file elsewhere', JSON.stringify({ stepFiles: ['/../outside', 'dedupe'] }), ['own']],
  ['what is none', '{"format":3,"ident', ['own']],
] as const;

for (const [what, text, removed] of removals) {
  test(`with ${what}, the files of its steps and of the run's are removed, and no others`, async (t) => {
    const path = await checkpointPath(t);
    const folder = join(path, '..');
    const beside = ['dedupe', 'dedupe-2', 'own', 'bak', 'lock'].map((ending) => `links.checkpoint.${ending}`);
    for (const name of [...beside, 'outside']) await writeFile(join(folder, name), 'x');
    await writeFile(path, text);
    await discardCheckpoint(path, undefined, ['own', 'never-there']);
    const left = beside.filter((name) => !removed.some((ending) => name === `links.checkpoint.${ending}`));
    assert.deepEqual((await readdir(folder)).sort(), [...left, 'outside'].sort());
  });
}

test('a checkpoint that is started over stays, marked, until the next one is written; the files of its steps and of the run are removed', async (t) => {
  const path = await checkpointPath(t);
  for (const ending of ['dedupe', 'dedupe-2', 'own', 'bak']) await writeFile(`${path}.${ending}`, 'x');
  await writeCheckpoint(path, state(1));
  await discardCheckpoint(path, state(1), ['own', 'never-there']);
  assert.deepEqual(await readCheckpoint(path), { ...state(1), isDiscarded: true });
  assert.deepEqual((await readdir(join(path, '..'))).sort(), ['links.checkpoint', 'links.checkpoint.bak']);
});

/** Every call that writing a checkpoint makes, in order; after a crash before each, the old one or the new one is there whole. */
const STEPS = ['open temporary', 'write', 'sync', 'close', 'rename', 'open folder', 'sync', 'close'];

for (const [index, step] of STEPS.entries()) {
  test(`a crash before "${step}" (call ${index + 1}) leaves the old checkpoint or the new one, whole`, async (t) => {
    const path = await checkpointPath(t);
    await writeCheckpoint(path, state(1));
    const disk = new FailingDisk(index);
    await assert.rejects(writeCheckpoint(path, state(2), disk), { code: 'SINK_FAILED' });
    assert.deepEqual(await readCheckpoint(path), state(index <= STEPS.indexOf('rename') ? 1 : 2));
    // And the next one gets through, whatever lies about.
    await writeCheckpoint(path, state(3));
    assert.deepEqual(await readCheckpoint(path), state(3));
    assert.deepEqual(await readdir(join(path, '..')), ['links.checkpoint']);
  });
}

test('writing a checkpoint makes the calls that the crashes are tried at, and no others', async (t) => {
  const disk = new FailingDisk();
  await writeCheckpoint(await checkpointPath(t), state(1), disk);
  assert.deepEqual(
    disk.calls,
    STEPS.map((step) => step.split(' ')[0]),
  );
});

function state(read: number): CheckpointState {
  return {
    format: CHECKPOINT_FORMAT,
    identity: 'x',
    inputs: [{ input: 'urls.txt', bytes: 10, hash: 'h' }],
    positions: {
      low: read,
      above: [[read + 2, read + 3]],
      last: {
        origin: { sequence: read - 1, input: 'urls.txt', line: read, offset: 5 },
        lineHash: 'l',
      },
      furthest: {
        origin: { sequence: read + 3, input: 'urls.txt', line: read + 4, offset: 50 },
        lineHash: 'm',
      },
    },
    outputs: { sinks: [{ length: 100, tail: 't' }], failures: { length: 3, tail: 'u' } },
    steps: [{ count: 3, hash: 'v' }, null, 7],
    stepFiles: ['dedupe', 'limit', 'dedupe-2'],
    totals: {
      read,
      linked: read,
      empty: 0,
      failed: 0,
      skipped: 0,
      rows: 10,
      bytes: 1000,
      failedByCode: { dns: 1 },
      skippedByReason: { duplicate: 2 },
    },
    elapsedMs: 12.5,
    isComplete: false,
    isDiscarded: false,
  };
}

async function checkpointPath(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'sluice-checkpoint-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  return join(folder, 'links.checkpoint');
}
