import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { shardOf } from '../../../src/pipeline/run/shard.ts';

/** Of the authors' test suite (http://www.isthe.com/chongo/src/fnv/test_fnv.c), without the terminating NUL. */
const PUBLISHED: readonly (readonly [text: string, hash: number])[] = [
  ['', 0x811c_9dc5],
  ['a', 0xe40c_292c],
  ['b', 0xe70c_2de5],
  ['f', 0xe30c_2799],
  ['fo', 0x6222_e842],
  ['foo', 0xa9f3_7ed7],
  ['foob', 0x3f50_76ef],
  ['fooba', 0x39aa_a18a],
  ['foobar', 0xbf9c_f968],
];

test('the hash is 32-bit FNV-1a, by its published vectors', () => {
  for (const [text, hash] of PUBLISHED) assert.equal(shardOf(text, 2 ** 32), hash + 1, text);
});

test('every host is in exactly one of the shards', () => {
  fc.assert(
    fc.property(fc.domain(), fc.integer({ min: 1, max: 1000 }), (host, count) => {
      const shard = shardOf(host, count);
      assert.ok(Number.isInteger(shard) && shard >= 1 && shard <= count);
      assert.equal(shardOf(host, count), shard);
    }),
  );
});

test('hosts are spread evenly', () => {
  const counts = [0, 0, 0, 0];
  for (let host = 0; host < 10_000; host += 1) {
    const shard = shardOf(`www.host-${host}.example`, counts.length) - 1;
    counts[shard] = (counts[shard] ?? 0) + 1;
  }
  for (const count of counts) assert.ok(count > 2200 && count < 2800, `${counts}`);
});
