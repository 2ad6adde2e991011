import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { lockCheckpoint } from '../../../src/pipeline/checkpoint/checkpoint-lock.ts';

test('the lock names its holder, and is gone when it is given back', async (t) => {
  const path = await checkpointPath(t);
  const release = await lockCheckpoint(path, owner(7));
  assert.equal(await readFile(`${path}.lock`, 'utf8'), '7\n');
  await release();
  assert.deepEqual(await readdir(join(path, '..')), []);
});

test('another process that lives keeps its lock', async (t) => {
  const path = await checkpointPath(t);
  await lockCheckpoint(path, owner(7));
  await assert.rejects(lockCheckpoint(path, owner(8, [7])), {
    code: 'CHECKPOINT_IN_USE',
    message: /in use by process 7\. If that is no sluice, remove .*links\.checkpoint\.lock\.$/,
  });
  assert.equal(await readFile(`${path}.lock`, 'utf8'), '7\n');
  assert.deepEqual(await readdir(join(path, '..')), ['links.checkpoint.lock']);
});

for (const [what, content] of [
  ['of a process that has died', '7\n'],
  ['of an earlier process with our own id', '8\n'],
  ['without a holder', ''],
  ['with something else in it', 'held\n'],
  ['of process 0, which would be every process of our group', '0\n'],
] as const) {
  test(`a lock ${what} is taken over`, async (t) => {
    const path = await checkpointPath(t);
    await writeFile(`${path}.lock`, content);
    await lockCheckpoint(path, owner(8, [0, 8]));
    assert.equal(await readFile(`${path}.lock`, 'utf8'), '8\n');
  });
}

test('of many processes that begin at once, one gets the lock', async (t) => {
  const path = await checkpointPath(t);
  const everybody = Array.from({ length: 20 }, (_, index) => 100 + index);
  const ends = await Promise.allSettled(everybody.map((id) => lockCheckpoint(path, owner(id, everybody))));
  assert.equal(ends.filter(({ status }) => status === 'fulfilled').length, 1);
});

test('a folder that is not there is told with the path of the lock', async (t) => {
  const path = join(await checkpointPath(t), 'links.checkpoint');
  await assert.rejects(lockCheckpoint(path, owner(1)), { code: 'SINK_FAILED', message: /links\.checkpoint\.lock: / });
});

/** A process, and those that live beside it. */
function owner(processId: number, alive: readonly number[] = []) {
  return { processId, isAlive: (other: number) => alive.includes(other) };
}

async function checkpointPath(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'sluice-lock-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  return join(folder, 'links.checkpoint');
}
