import assert from 'node:assert/strict';
import { test } from 'node:test';
import { foundText, nearestName, pathText, unknownName } from '../../../src/pipeline/checks/problems.ts';

const known = ['timeout', 'maxBytes', 'perHost', 'retries'];

test('a name with a letter too few, too many or wrong has a nearest one', () => {
  for (const name of ['timeot', 'timeoutt', 'tineout', 'timeotu'])
    assert.equal(nearestName(name, known), 'timeout', name);
});

test('case, hyphens and underscores make no difference', () => {
  for (const name of ['max-bytes', 'MAX_BYTES', 'maxbytes']) assert.equal(nearestName(name, known), 'maxBytes', name);
});

test('a name that has nothing to do with any has none', () => {
  for (const name of ['frequency', 'x', '', 'x'.repeat(1000)]) assert.equal(nearestName(name, known), undefined, name);
  assert.equal(nearestName('timeout', []), undefined);
});

test('without a near name, those that exist are listed', () => {
  assert.equal(unknownName('option', 'x', ['path', 'columns']), 'unknown option "x"; there are path, columns');
  assert.equal(unknownName('option', 'x', ['path']), 'unknown option "x"; there is only path');
  assert.equal(unknownName('option', 'x', []), 'unknown option "x"; there are none');
  assert.equal(unknownName('option', 'x', undefined), 'unknown option "x"');
});

test('a path is written with brackets and dots', () => {
  assert.equal(pathText(['steps', 1, 'fetch', 'headers', 'X-A']), 'steps[1].fetch.headers.X-A');
});

test('what was found is shown short and printable', () => {
  assert.equal(foundText('a\u001b"'), '"a\\x1B""');
  assert.equal(foundText('x'.repeat(100)), `"${'x'.repeat(59)}…"`);
  assert.deepEqual([null, undefined, -1, true, [], [1], {}].map(foundText), [
    'nothing',
    'nothing',
    '-1',
    'true',
    'an empty list',
    'a list',
    'a map',
  ]);
});
