import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AnswerCache, type NameAnswer } from '../../../src/http/dns/answer-cache.ts';

const answer: NameAnswer = { addresses: [], untilMs: 0, failures: 0, nextMs: 0 };

test('the cache keeps so many names, and the one that was set first goes first', () => {
  const cache = new AnswerCache(2);
  for (const name of ['a', 'b', 'a', 'c']) cache.set(name, answer);
  assert.equal(cache.size, 2);
  assert.equal(cache.get('b'), undefined);
  assert.equal(cache.get('a'), answer);
  assert.equal(cache.get('c'), answer);
});
