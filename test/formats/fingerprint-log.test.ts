import assert from 'node:assert/strict';
import { appendFile, copyFile, mkdtemp, open, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import fc from 'fast-check';
import type { Fingerprint } from '../../src/core/hashes/fingerprint.ts';
import { FingerprintLog, type LogDisk, type LogState } from '../../src/formats/fingerprint-log.ts';
import { FailingDisk } from '../helpers/files/failing-disk.ts';

test('what was saved is read back in order, however it was saved', async (t) => {
  const path = await logPath(t);
  const parts = fc.array(fc.nat(300), { maxLength: 8 });
  const isProperty = fc.asyncProperty(parts, async (sizes) => {
    await rm(path, { force: true });
    const log = new FingerprintLog(path);
    let [count, state] = [0, await log.save()];
    for (const size of sizes) {
      appendTo(log, count, count + size);
      count += size;
      state = await log.save();
      assert.equal(state.count, count);
    }
    assert.deepEqual(await contentOf(path, state), fingerprints(0, count));
  });
  await fc.assert(isProperty, { numRuns: 30 });
});

test('a run that goes on has the state of one that was never ended', async (t) => {
  const path = await logPath(t);
  const log = new FingerprintLog(path);
  appendTo(log, 0, 10);
  const state = await log.save();
  const next = new FingerprintLog(path);
  await next.load(state, () => {});
  for (const each of [log, next]) appendTo(each, 10, 30);
  assert.deepEqual(await next.save(), await log.save());
});

test('what is appended while a save is under way belongs to the next one', async (t) => {
  const path = await logPath(t);
  const log = new FingerprintLog(path);
  appendTo(log, 0, 5);
  const first = log.save();
  appendTo(log, 5, 20_000);
  const second = log.save();
  const states = [await first, await second];
  assert.deepEqual(
    states.map(({ count }) => count),
    [5, 20_000],
  );
  for (const state of states) assert.deepEqual(await contentOf(path, state), fingerprints(0, state.count));
});

test('8 bytes a fingerprint, the low word first, little endian', async (t) => {
  const path = await logPath(t);
  const log = new FingerprintLog(path);
  log.append({ low: 0x0403_0201, high: 0xf807_0605 });
  await log.save();
  assert.equal((await readFile(path)).toString('hex'), '01020304050607f8');
});

test('a log is full at 1 MiB that is not on the disk', async (t) => {
  const log = new FingerprintLog(await logPath(t));
  appendTo(log, 0, 2 ** 17 - 1);
  assert.equal(log.isFull, false);
  appendTo(log, 0, 1);
  assert.equal(log.isFull, true);
  await log.save();
  assert.equal(log.isFull, false);
});

/** What somebody may do to a log of ten fingerprints, and what is said of it. */
const damages: Readonly<Record<string, { readonly text: RegExp; damage(path: string): Promise<void> }>> = {
  'that is gone': { text: /it is gone/, damage: (path) => rm(path) },
  'that was shortened': { text: /fewer than the 80 bytes/, damage: (path) => truncate(path, 79) },
  'of another run': {
    text: /changed by someone else/,
    damage: async (path) => {
      const other = new FingerprintLog(path);
      appendTo(other, 100, 200);
      await other.save();
    },
  },
  'in which one bit is another': {
    text: /changed by someone else/,
    damage: async (path) => {
      const bytes = await readFile(path);
      bytes[41] = (bytes[41] ?? 0) ^ 1;
      await writeFile(path, bytes);
    },
  },
};

for (const [what, { text, damage }] of Object.entries(damages)) {
  test(`a log ${what} is refused, and stays as it is`, async (t) => {
    const path = await logPath(t);
    const log = new FingerprintLog(path);
    appendTo(log, 0, 10);
    const state = await log.save();
    await damage(path);
    const before = await readFile(path).catch(() => null);
    const refused = new FingerprintLog(path).load(state, () => {});
    await assert.rejects(refused, { code: 'CHECKPOINT_MISMATCH', message: text });
    assert.deepEqual(await readFile(path).catch(() => null), before);
  });
}

for (const state of [null, 3, {}, { count: -1, hash: '' }, { count: 1.5, hash: '' }]) {
  test(`a checkpoint whose state is ${JSON.stringify(state)} is refused`, async (t) => {
    const log = new FingerprintLog(await logPath(t));
    await assert.rejects(
      log.load(state, () => {}),
      { code: 'CHECKPOINT_MISMATCH' },
    );
  });
}

test('what stands behind the state is passed over, and cut off by the next save', async (t) => {
  const path = await logPath(t);
  const log = new FingerprintLog(path);
  appendTo(log, 0, 10);
  const state = await log.save();
  await appendFile(path, 'torn');
  const next = new FingerprintLog(path);
  await next.load(state, () => {});
  assert.equal((await readFile(path)).length, 84);
  appendTo(next, 10, 11);
  await next.save();
  assert.equal((await readFile(path)).length, 88);
});

test('a log that somebody shortens during the run stops it', async (t) => {
  const path = await logPath(t);
  const log = new FingerprintLog(path);
  appendTo(log, 0, 10);
  await log.save();
  await truncate(path, 8);
  appendTo(log, 10, 11);
  await assert.rejects(log.save(), { code: 'CHECKPOINT_MISMATCH', message: /shortened by someone else/ });
});

/** The calls of the first save, and those of one that goes on behind what a killed run has left. */
const FIRST = ['open', 'write', 'sync', 'close', 'open', 'sync', 'close'];
const LATER = ['open', 'stat', 'truncate', 'write', 'sync', 'close'];

for (const [what, start, calls] of [
  ['the first save', 0, FIRST],
  ['a later save', 10, LATER],
] as const) {
  test(`${what} makes the calls that the crashes are tried at, and no others`, async (t) => {
    const disk = new FailingDisk();
    await saveMore(await logPath(t), start, disk);
    assert.deepEqual(disk.calls, calls);
  });

  for (const [index, call] of calls.entries()) {
    test(`${what}, failed at "${call}" (call ${index + 1}): what was saved before is whole, also after a power cut, and the next try succeeds`, async (t) => {
      const path = await logPath(t);
      const disk = new FailingDisk(index);
      const { log, before } = await saveMore(path, start, disk);
      await copyFile(path, `${path}.copy`).catch(() => {});
      assert.deepEqual(await contentOf(`${path}.copy`, before), fingerprints(0, start));
      // The process may live on, with a disk that works again.
      disk.heal();
      const state = await log.save();
      assert.deepEqual(await contentOf(path, state), fingerprints(0, start + 20));
      const cut = new FailingDisk(index);
      await rm(path, { force: true });
      await saveMore(path, start, cut);
      await cut.cutPower();
      assert.deepEqual(await contentOf(path, before), fingerprints(0, start));
    });
  }
}

const realDisk: LogDisk = { open };

/** A log with `start` fingerprints saved, to which 20 more are to be saved through `disk`, behind what a killed run has left. */
async function saveMore(path: string, start: number, disk: LogDisk) {
  const earlier = new FingerprintLog(path);
  appendTo(earlier, 0, start);
  const before = await earlier.save();
  await appendFile(path, 'of a killed run');
  // Reading back is not what fails here.
  let isLoaded = false;
  const log = new FingerprintLog(path, { open: (...given) => (isLoaded ? disk : realDisk).open(...given) });
  await log.load(before, () => {});
  isLoaded = true;
  appendTo(log, start, start + 20);
  await log.save().catch((error: unknown) => assert.equal((error as { code?: string }).code, 'SINK_FAILED'));
  return { log, before };
}

function appendTo(log: FingerprintLog, start: number, end: number): void {
  for (const fingerprint of fingerprints(start, end)) log.append(fingerprint);
}

function fingerprints(start: number, end: number): readonly Fingerprint[] {
  return Array.from({ length: end - start }, (_, index) => ({
    low: start + index + 1,
    high: 2 ** 32 - 1 - index - start,
  }));
}

async function contentOf(path: string, state: LogState): Promise<readonly Fingerprint[]> {
  const found: Fingerprint[] = [];
  await new FingerprintLog(path).load(state, (words) => {
    for (let word = 0; word < words.length; word += 2) {
      found.push({ low: words[word] ?? Number.NaN, high: words[word + 1] ?? Number.NaN });
    }
  });
  return found;
}

async function logPath(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'sluice-log-'));
  t.after(() => rm(folder, { recursive: true }));
  return join(folder, 'run.checkpoint.dedupe');
}
