import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { ValidatorStore } from '../../../src/http/validators/validator-store.ts';

const DATE = 'Sun, 06 Nov 1994 08:49:37 GMT';

test('what is stored comes back as it was, for its line and URL only', () => {
  const store = new ValidatorStore();
  store.set('a.example', 'https://a.example/', { etag: 'W/"x\xe9"', lastModified: DATE });
  store.set('b.example', 'https://b.example/', { lastModified: DATE });
  store.set('c.example', 'https://c.example/', { etag: '"y"' });
  assert.deepEqual(store.get('a.example', 'https://a.example/'), { etag: 'W/"x\xe9"', lastModified: DATE });
  assert.deepEqual(store.get('b.example', 'https://b.example/'), { lastModified: DATE });
  assert.deepEqual(store.get('c.example', 'https://c.example/'), { etag: '"y"' });
  assert.equal(store.get('a.example', 'https://b.example/'), undefined);
  assert.equal(store.size, 3);
});

test('the last of a page counts', () => {
  const store = new ValidatorStore();
  store.set('a', 'https://a/', { etag: '"1"', lastModified: DATE });
  store.set('a', 'https://a/', { etag: '"2"' });
  assert.deepEqual(store.get('a', 'https://a/'), { etag: '"2"' });
  assert.equal(store.size, 1);
});

test('what could not be sent back as it came is not kept', () => {
  const store = new ValidatorStore();
  store.set('a', 'https://a/', {});
  store.set('b', 'https://b/', { lastModified: 'Sunday, 06-Nov-94 08:49:37 GMT' });
  store.set('c', 'https://c/', { etag: 'x'.repeat(256) });
  store.set('d', 'https://d/', { lastModified: 'never', etag: '' });
  assert.equal(store.size, 0);
});

test('any number of pages are told apart', () => {
  const store = new ValidatorStore();
  const tagOf = (index: number) => `"${index}${'-'.repeat(index % 200)}"`;
  for (let index = 0; index < 30_000; index += 1) store.set(`${index}`, 'https://a/', { etag: tagOf(index) });
  assert.equal(store.size, 30_000);
  for (let index = 0; index < 30_000; index += 1)
    assert.deepEqual(store.get(`${index}`, 'https://a/'), { etag: tagOf(index) });
});

test('any date is kept to the second', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 2 ** 32 - 1 }), (seconds) => {
      const store = new ValidatorStore();
      const lastModified = new Date(seconds * 1_000).toUTCString();
      store.set('a', 'https://a/', { lastModified });
      assert.deepEqual(store.get('a', 'https://a/'), { lastModified });
    }),
  );
});
