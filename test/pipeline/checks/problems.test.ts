import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  foundText,
  inOrder,
  messagesInOrder,
  nearestName,
  pathText,
  problemIn,
  throwProblems,
  unknownName,
} from '../../../src/pipeline/checks/problems.ts';

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

const inFile = { place: 'a.yaml:2:3', position: { line: 2, column: 3 }, namesOption: false, order: 9 };
const byFlag = { place: '--limit', namesOption: true, order: 0 };

test('a problem says place, path and what is wrong; a warning says that it is one', () => {
  assert.equal(problemIn(inFile, ['limit'], 'is wrong').message, 'a.yaml:2:3: limit: is wrong.');
  const warning = problemIn(inFile, ['limit'], 'is odd', { severity: 'warning' });
  assert.equal(warning.message, 'a.yaml:2:3: warning: limit: is odd.');
  assert.equal(problemIn(byFlag, ['limit'], 'is wrong').message, '--limit: is wrong.');
});

test('the text of a problem is without its place, unless that is no place in a file', () => {
  assert.equal(problemIn(inFile, ['limit'], 'is wrong').text, 'is wrong.');
  assert.equal(problemIn(byFlag, ['limit'], 'is wrong').text, '--limit: is wrong.');
});

test('problems come by place, each once', () => {
  const problems = [problemIn(inFile, [], 'b'), problemIn(byFlag, [], 'a'), problemIn(inFile, [], 'b')];
  assert.deepEqual(
    inOrder(problems).map(({ text }) => text),
    ['--limit: a.', 'b.'],
  );
});

test('of more than a hundred, the rest is a number', () => {
  const problems = Array.from({ length: 102 }, (_, index) => problemIn({ ...inFile, order: index }, [], `p${index}`));
  assert.deepEqual(messagesInOrder(problems).slice(99), ['a.yaml:2:3: p99.', 'and 2 more problems.']);
});

test('warnings are nothing to throw', () => {
  const warning = problemIn(inFile, [], 'odd', { severity: 'warning' });
  assert.doesNotThrow(() => throwProblems([warning]));
  assert.throws(() => throwProblems([warning, problemIn(inFile, [], 'wrong')]), { problems: ['a.yaml:2:3: wrong.'] });
});
