import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HandOver } from '../../src/library/hand-over.ts';

test('items are given in order, those that wait and those to come, until it is closed', async () => {
  const handOver = new HandOver<{ n: number }>(2);
  handOver.add({ n: 1 });
  const given: number[] = [];
  const reading = (async () => {
    for await (const { n } of handOver.items()) given.push(n);
  })();
  for (const n of [2, 3]) {
    await Promise.resolve();
    handOver.add({ n });
  }
  handOver.close();
  await reading;
  assert.deepEqual(given, [1, 2, 3]);
});

test('there is room while fewer wait than the limit, and again when one is taken', async () => {
  const handOver = new HandOver<object>(2);
  assert.equal(handOver.room(), undefined);
  handOver.add({});
  assert.equal(handOver.room(), undefined);
  handOver.add({});
  const [one, other] = [handOver.room(), handOver.room()];
  assert.notEqual(one, undefined);
  assert.equal(one, other);
  await handOver.items().next();
  await one;
  assert.equal(handOver.room(), undefined);
});

test('nobody waits for room once it is closed', async () => {
  const handOver = new HandOver<object>(1);
  handOver.add({});
  const room = handOver.room();
  handOver.close();
  await room;
  assert.equal(handOver.room(), undefined);
  assert.equal(handOver.isClosed, true);
});
