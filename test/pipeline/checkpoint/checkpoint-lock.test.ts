import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { lockCheckpoint } from '../../../src/pipeline/checkpoint/checkpoint-lock.ts';
import { type ProcessPlace, placeOf } from '../../../src/pipeline/checkpoint/process-place.ts';

const HERE = { host: 'here', machine: 'm', boot: 'b', startedAt: '100' };

test('the lock names its holder, and is gone when it is given back', async (t) => {
  const path = await checkpointPath(t);
  const release = await lockCheckpoint(path, owner(7), places());
  const { key, ...holder } = JSON.parse(await readFile(`${path}.lock`, 'utf8'));
  assert.deepEqual([holder, typeof key], [{ processId: 7, ...HERE }, 'string']);
  await release();
  assert.deepEqual(await readdir(join(path, '..')), []);
});

test('another process that lives keeps its lock', async (t) => {
  const path = await checkpointPath(t);
  await lockCheckpoint(path, owner(7), places());
  const before = await readFile(`${path}.lock`, 'utf8');
  await assert.rejects(lockCheckpoint(path, owner(8, [7]), places()), {
    code: 'CHECKPOINT_IN_USE',
    message: /in use by process 7\. If that is no sluice, remove .*links\.checkpoint\.lock\.$/,
  });
  assert.equal(await readFile(`${path}.lock`, 'utf8'), before);
  assert.deepEqual(await readdir(join(path, '..')), ['links.checkpoint.lock']);
});

test('a second run in the process that has the lock is refused as well', async (t) => {
  const path = await checkpointPath(t);
  await lockCheckpoint(path, owner(7), places());
  await assert.rejects(lockCheckpoint(path, owner(7, [7]), places()), { code: 'CHECKPOINT_IN_USE' });
});

for (const [what, place] of [
  ['on another host', { ...HERE, host: 'there' }],
  ['on another machine of the same name', { ...HERE, machine: 'n' }],
] as const) {
  test(`a holder ${what} keeps its lock: whether it lives can't be known`, async (t) => {
    const path = await checkpointPath(t);
    await lockCheckpoint(path, owner(7), places({ 7: place }));
    await assert.rejects(lockCheckpoint(path, owner(8), places()), {
      code: 'CHECKPOINT_IN_USE',
      message:
        /in use by process 7 on "\w+"\. .*whether it still runs; if it does not, remove .*links\.checkpoint\.lock\.$/,
    });
  });
}

test('the lock of a process whose id another has by now is taken over', async (t) => {
  const path = await checkpointPath(t);
  await lockCheckpoint(path, owner(7), places());
  await lockCheckpoint(path, owner(8, [7]), places({ 7: { ...HERE, startedAt: '200' } }));
  assert.equal(await holderIn(path), 8);
});

test('the lock of an earlier process with our own id is taken over', async (t) => {
  const path = await checkpointPath(t);
  await lockCheckpoint(path, owner(1), places());
  await lockCheckpoint(path, owner(1, [1]), places({ 1: { ...HERE, startedAt: '200' } }));
  assert.equal(await holderIn(path), 1);
});

test('a lock from before the machine was restarted is taken over, whoever has the id and the time now', async (t) => {
  const path = await checkpointPath(t);
  await lockCheckpoint(path, owner(7), places());
  const restarted = { ...HERE, boot: 'c' };
  await lockCheckpoint(path, owner(8, [7]), places({ 7: restarted, 8: restarted }));
  assert.equal(await holderIn(path), 8);
});

test('where nothing but its id is known of a process, its id has to do', async (t) => {
  const unknown = { host: 'here', machine: null, boot: null, startedAt: null };
  const everywhere = places({ 7: unknown, 8: unknown, 9: unknown });
  const path = await checkpointPath(t);
  await lockCheckpoint(path, owner(7), everywhere);
  await assert.rejects(lockCheckpoint(path, owner(8, [7]), everywhere), { code: 'CHECKPOINT_IN_USE' });
  await lockCheckpoint(path, owner(8), everywhere);
  await lockCheckpoint(path, owner(8, [8]), everywhere);
});

for (const [what, content] of [
  ['without a holder', ''],
  ['with something else in it', 'held\n'],
  ['with a bare number in it', '8\n'],
  ['of process 0, which would be every process of our group', JSON.stringify({ processId: 0, ...HERE, key: 'k' })],
] as const) {
  test(`a lock ${what} is taken over`, async (t) => {
    const path = await checkpointPath(t);
    await writeFile(`${path}.lock`, content);
    await lockCheckpoint(path, owner(8, [0, 8]), places());
    assert.equal(await holderIn(path), 8);
  });
}

for (const [what, ...stale] of [
  ['no lock'],
  ['a stale one', '.lock'],
  ['a stale one, which a process was taking over when it died', '.lock', '.lock.takeover'],
]) {
  test(`of many processes that begin at once, one gets the lock: ${what}`, async (t) => {
    for (let round = 0; round < 4; round += 1) {
      const path = await checkpointPath(t);
      for (const extension of stale) await writeFile(path + extension, '');
      const everybody = Array.from({ length: 12 }, (_, index) => 100 + index);
      const ends = await Promise.allSettled(
        everybody.map((id) => lockCheckpoint(path, owner(id, everybody), places())),
      );
      assert.equal(ends.filter(({ status }) => status === 'fulfilled').length, 1);
      assert.deepEqual(await readdir(join(path, '..')), ['links.checkpoint.lock']);
    }
  });
}

test('a lock that is no longer ours stays when ours is given back', async (t) => {
  const path = await checkpointPath(t);
  const release = await lockCheckpoint(path, owner(7), places());
  await rm(`${path}.lock`);
  await lockCheckpoint(path, owner(8), places());
  await release();
  assert.equal(await holderIn(path), 8);
});

test('a folder that is not there is told with the path of the lock', async (t) => {
  const path = join(await checkpointPath(t), 'links.checkpoint');
  await assert.rejects(lockCheckpoint(path, owner(1)), { code: 'SINK_FAILED', message: /links\.checkpoint\.lock: / });
});

test('a process is known by when it started, for as long as it lives', async (t) => {
  if (!existsSync('/proc/self/stat')) return t.skip('no /proc here');
  const ours = await placeOf(process.pid);
  assert.match(ours.startedAt ?? '', /^\d+$/);
  assert.deepEqual(await placeOf(process.pid), ours);
  // The name of a program may look like the fields behind it.
  const child = spawn(
    process.execPath,
    ['-e', 'process.title = "a) R 1 (b"; process.stdin.resume(); console.log("up")'],
    {
      stdio: ['pipe', 'pipe', 'inherit'],
    },
  );
  await once(child.stdout, 'data');
  const theirs = await placeOf(child.pid ?? 0);
  assert.ok(Number(theirs.startedAt) >= Number(ours.startedAt));
  assert.deepEqual({ ...theirs, startedAt: null }, { ...ours, startedAt: null });
  child.stdin.end();
  await once(child, 'exit');
  assert.equal((await placeOf(child.pid ?? 0)).startedAt, null);
});

/** A process, and those that live beside it. */
function owner(processId: number, alive: readonly number[] = []) {
  return { processId, isAlive: (other: number) => alive.includes(other) };
}

/** The places of some processes; all others are here, and started at the same time. */
function places(known: Readonly<Record<number, ProcessPlace>> = {}) {
  return async (processId: number) => known[processId] ?? HERE;
}

async function holderIn(path: string): Promise<number> {
  return JSON.parse(await readFile(`${path}.lock`, 'utf8')).processId;
}

async function checkpointPath(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'sluice-lock-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  return join(folder, 'links.checkpoint');
}
