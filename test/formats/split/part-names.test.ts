import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { namePattern, partPath, valuePath } from '../../../src/formats/split/part-names.ts';

test('parts are numbered, values that are safe names stand as they are', () => {
  assert.equal(partPath('a/links-{part}.tsv', 12), 'a/links-12.tsv');
  assert.equal(valuePath('{value}.tsv', 'www.example.com'), 'www.example.com.tsv');
});

test('two values never share a file, whatever they are, and none leads out of the folder', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (left, right) => {
      const [leftPath, rightPath] = [valuePath('x/{value}.csv', left), valuePath('x/{value}.csv', right)];
      assert.equal(leftPath === rightPath, left === right);
      assert.match(leftPath, /^x\/[a-z0-9_-][a-z0-9._-]*\.csv$/);
      assert.match(leftPath.slice(2), namePattern('{value}.csv'));
    }),
  );
});

test('a pattern matches its own files, and no others: what is unfinished may be of another output', () => {
  const pattern = namePattern('links-{part}.tsv.gz');
  for (const name of ['links-1.tsv.gz', 'links-12.tsv.gz']) assert.match(name, pattern);
  for (const name of ['links-1.tsv.gz.part', 'links-x.tsv.gz', 'links-1.tsv', 'old-links-1.tsv.gz', 'links-1xtsv.gz']) {
    assert.doesNotMatch(name, pattern);
  }
});
