import assert from 'node:assert/strict';
import { type FileHandle, mkdtemp, open, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import {
  type CheckpointDisk,
  makeCheckpointFolder,
  readCheckpoint,
  writeCheckpoint,
} from '../../../src/pipeline/checkpoint/checkpoint-file.ts';
import type { CheckpointState } from '../../../src/pipeline/checkpoint/checkpoint-state.ts';

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
  ['half a checkpoint', '{"format":1,"ident'],
  ['another format', JSON.stringify({ ...state(1), format: 2 })],
  ['a file of somebody else', 'https://example.com/\n'],
] as const) {
  test(`${what} is refused and stays as it is`, async (t) => {
    const path = await checkpointPath(t);
    await writeFile(path, text);
    await assert.rejects(readCheckpoint(path), { code: 'CHECKPOINT_MISMATCH' });
    assert.equal(await readFile(path, 'utf8'), text);
  });
}

test('the folder of a checkpoint is made', async (t) => {
  const path = join(await checkpointPath(t), 'deep', 'links.checkpoint');
  await makeCheckpointFolder(path);
  await writeCheckpoint(path, state(1));
  assert.deepEqual(await readCheckpoint(path), state(1));
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
  const disk = new FailingDisk(Number.POSITIVE_INFINITY);
  await writeCheckpoint(await checkpointPath(t), state(1), disk);
  assert.equal(disk.calls, STEPS.length);
});

/** A disk that fails from the given call on, as a process that is killed there would leave it. */
class FailingDisk implements CheckpointDisk {
  calls = 0;
  readonly #failsAt: number;

  constructor(failsAt: number) {
    this.#failsAt = failsAt;
  }

  readonly open = async (path: string, flags: string): Promise<FileHandle> => {
    this.#count();
    const handle = await open(path, flags);
    const counted =
      <Arguments extends unknown[], Result>(method: (...given: Arguments) => Promise<Result>) =>
      async (...given: Arguments) => {
        this.#count();
        return await method.apply(handle, given);
      };
    return {
      writeFile: counted(handle.writeFile),
      sync: counted(handle.sync),
      // Closed for real in any case: a process that is killed holds nothing open either.
      close: async () => {
        await handle.close();
        this.#count();
      },
    } as FileHandle;
  };

  readonly rename = async (from: string, to: string): Promise<void> => {
    this.#count();
    await rename(from, to);
  };

  #count(): void {
    const call = this.calls;
    this.calls += 1;
    if (call >= this.#failsAt) throw Object.assign(new Error('EIO: i/o error'), { code: 'EIO' });
  }
}

function state(read: number): CheckpointState {
  return {
    format: 1,
    identity: 'x',
    inputs: [{ input: 'urls.txt', head: { bytes: 10, hash: 'h', size: 20 } }],
    positions: {
      low: read,
      above: [[read + 2, read + 3]],
      last: {
        origin: { sequence: read - 1, input: 'urls.txt', line: read, offset: 5 },
        sourceUrl: 'http://a.example/',
      },
    },
    outputs: { sink: { length: 100, tail: 't' }, failures: { length: 3, tail: 'u' } },
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
  };
}

async function checkpointPath(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'sluice-checkpoint-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  return join(folder, 'links.checkpoint');
}
