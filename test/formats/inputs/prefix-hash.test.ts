import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { it, type TestContext } from 'node:test';
import fc from 'fast-check';
import { type Prefix, PrefixHash, rereadPrefix } from '../../../src/formats/inputs/prefix-hash.ts';

const pieces = fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 8 });

it('knows what was read at any time, whatever the pieces', () => {
  fc.assert(
    fc.property(pieces, (parts) => {
      const hash = new PrefixHash();
      for (const [index, part] of parts.entries()) {
        hash.update(Buffer.from(part));
        assert.deepEqual(hash.prefix, prefixOf(Buffer.concat(parts.slice(0, index + 1))));
      }
      assert.equal(hash.isExpected, true);
    }),
  );
});

it('tells an input that begins as expected from another, as soon as so much has been read and not before', () => {
  fc.assert(
    fc.property(pieces, fc.nat(), fc.boolean(), (parts, dice, isOther) => {
      const whole = Buffer.concat(parts);
      const expected = Buffer.from(whole.subarray(0, dice % (whole.length + 1)));
      if (isOther && expected.length > 0)
        expected[dice % expected.length] = (expected[dice % expected.length] ?? 0) ^ 1;
      const isSame = !isOther || expected.length === 0;
      const hash = new PrefixHash(prefixOf(expected));
      for (const part of parts) {
        hash.update(Buffer.from(part));
        assert.equal(hash.isExpected, hash.prefix.bytes >= expected.length ? isSame : undefined);
      }
      assert.deepEqual(hash.prefix, prefixOf(whole));
    }),
  );
});

it('a file that begins as it did gives the hash to go on with from any byte', async (t) => {
  const path = await scratchPath(t);
  // More than one read.
  const whole = Buffer.alloc(3_000_000, 'https://example.com/\n');
  await writeFile(path, whole);
  for (const [bytes, at] of [
    [0, 0],
    [whole.length, 0],
    [whole.length, 1],
    [whole.length, 1_048_576],
    [whole.length, 2_500_001],
    [2_000_000, 2_000_000],
  ] as const) {
    const hash = await rereadPrefix(path, prefixOf(whole.subarray(0, bytes)), { at });
    assert.deepEqual(hash?.prefix, prefixOf(whole.subarray(0, at)));
    hash?.update(whole.subarray(at));
    assert.deepEqual(hash?.prefix, prefixOf(whole));
  }
});

it('a file that is another or shorter gives none', async (t) => {
  const path = await scratchPath(t);
  await writeFile(path, 'abcd');
  assert.equal(await rereadPrefix(path, prefixOf(Buffer.from('abX'))), undefined);
  assert.equal(await rereadPrefix(path, prefixOf(Buffer.from('abcde'))), undefined);
  assert.equal(await rereadPrefix(path, prefixOf(Buffer.from('abc')), { at: 4 }), undefined);
});

it('a file is not read to its end once the signal has aborted', async (t) => {
  const path = await scratchPath(t);
  const whole = Buffer.alloc(3_000_000, 'https://example.com/\n');
  await writeFile(path, whole);
  const controller = new AbortController();
  const reread = rereadPrefix(path, prefixOf(whole), { signal: controller.signal });
  controller.abort();
  await assert.rejects(reread, { name: 'AbortError' });
});

it('takes the rest of a file once, though a chunk of it is still on its way', async (t) => {
  const content = Buffer.alloc(3000, 'abc');
  const path = await scratchPath(t);
  await writeFile(path, content);
  let arrive = () => {};
  const arrived = new Promise<void>((resolve) => (arrive = resolve));
  const hash = new PrefixHash();
  const chunks = hash.through(
    (async function* () {
      yield content.subarray(0, 1000);
      await arrived;
      yield content.subarray(1000, 2000);
    })(),
  );
  await chunks.next();
  const next = chunks.next();
  const rest = hash.readUpTo(content.length, path);
  arrive();
  assert.equal((await next).done, true);
  await rest;
  assert.deepEqual(hash.prefix, prefixOf(content));
});

function prefixOf(bytes: Uint8Array): Prefix {
  return { bytes: bytes.length, hash: createHash('sha256').update(bytes).digest('base64url') };
}

async function scratchPath(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'sluice-prefix-'));
  t.after(() => rm(folder, { recursive: true }));
  return join(folder, 'list.txt');
}
