import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { partOf, workerOf } from '../../src/core/worker-share.ts';
import { shardOf } from '../../src/pipeline/run/shard.ts';

test('the parts of all threads add up to the total, and differ by one at most', () => {
  const isProperty = fc.property(fc.nat(10_000), fc.integer({ min: 1, max: 64 }), (total, count) => {
    const parts = Array.from({ length: count }, (_, index) => partOf(total, { index, count }));
    assert.equal(
      parts.reduce((sum, part) => sum + part, 0),
      total,
    );
    assert.ok(Math.max(...parts) - Math.min(...parts) <= 1);
  });
  fc.assert(isProperty);
});

test('a thread that is alone has all', () => {
  assert.equal(partOf(64, undefined), 64);
});

test('every host belongs to one of the threads, always the same one', () => {
  const isProperty = fc.property(fc.string(), fc.integer({ min: 1, max: 64 }), (host, count) => {
    const index = workerOf(host, count);
    assert.ok(Number.isInteger(index) && index >= 0 && index < count);
    assert.equal(workerOf(host, count), index);
  });
  fc.assert(isProperty);
});

test('hosts spread evenly over the threads, those of one shard as well', () => {
  const hosts = Array.from({ length: 20_000 }, (_, index) => `www.example-${index}.com`);
  const ofShard = hosts.filter((host) => shardOf(host, 4) === 1);
  for (const list of [hosts, ofShard]) {
    for (const count of [2, 4, 7]) {
      const sizes = new Array<number>(count).fill(0);
      for (const host of list) sizes[workerOf(host, count)] = (sizes[workerOf(host, count)] ?? 0) + 1;
      for (const size of sizes) assert.ok(Math.abs(size / (list.length / count) - 1) < 0.1, `${sizes}`);
    }
  }
});
