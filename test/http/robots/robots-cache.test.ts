import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RobotsCache } from '../../../src/http/robots/robots-cache.ts';

const kept = (size: number, expiresAtMs = 1_000) => ({ size, expiresAtMs });

test('what is kept is known until it expires, and then forgotten', () => {
  const cache = new RobotsCache({ maxOrigins: 10, maxSize: 100 });
  const value = kept(1);
  cache.set('a', value);
  assert.equal(cache.get('a', 999), value);
  assert.equal(cache.get('b', 999), undefined);
  assert.equal(cache.get('a', 1_000), undefined);
  assert.equal(cache.count, 0);
});

test('beyond the number of origins, the one goes that was not asked for longest', () => {
  const cache = new RobotsCache({ maxOrigins: 2, maxSize: 100 });
  cache.set('a', kept(1));
  cache.set('b', kept(1));
  cache.get('a', 0);
  cache.set('c', kept(1));
  assert.deepEqual(
    ['a', 'b', 'c'].filter((origin) => cache.get(origin, 0) !== undefined),
    ['a', 'c'],
  );
});

test('beyond the size of all together, as many go as it takes', () => {
  const cache = new RobotsCache({ maxOrigins: 10, maxSize: 100 });
  for (const origin of ['a', 'b', 'c']) cache.set(origin, kept(30));
  cache.set('d', kept(70));
  assert.deepEqual(
    ['a', 'b', 'c', 'd'].filter((origin) => cache.get(origin, 0) !== undefined),
    ['c', 'd'],
  );
});

test('what is kept anew takes the place of the earlier, and of its size', () => {
  const cache = new RobotsCache({ maxOrigins: 10, maxSize: 100 });
  for (let round = 0; round < 10; round += 1) cache.set('a', kept(60));
  cache.set('b', kept(40));
  assert.equal(cache.count, 2);
});

test('of 200,000 origins as many are kept as is allowed', () => {
  const cache = new RobotsCache({ maxOrigins: 1_000, maxSize: 100_000 });
  for (let number = 0; number < 200_000; number += 1) cache.set(`http://host-${number}.example`, kept(10));
  assert.equal(cache.count, 1_000);
});
