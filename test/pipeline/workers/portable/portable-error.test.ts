import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ConfigError, RecordError, StageError } from '../../../../src/core/errors.ts';
import {
  errorFrom,
  failureFrom,
  portableError,
  portableFailure,
} from '../../../../src/pipeline/workers/portable/portable-error.ts';

const throughClone = (error: unknown) => errorFrom(structuredClone(portableError(error)));

test('a mistake of the user comes back with each of its problems', () => {
  const error = throughClone(new ConfigError(['a.yaml:1:1: one', 'a.yaml:2:1: two']));
  assert.ok(error instanceof ConfigError);
  assert.deepEqual(error.problems, ['a.yaml:1:1: one', 'a.yaml:2:1: two']);
});

test('a stage that could not go on comes back with its code', () => {
  const error = throughClone(new StageError('SOURCE_UNREADABLE', 'x.txt: gone'));
  assert.ok(error instanceof StageError);
  assert.deepEqual([error.code, error.message], ['SOURCE_UNREADABLE', 'x.txt: gone']);
});

test('a bug comes back with the stack of its thread', () => {
  const bug = new TypeError('x is not a function');
  const error = throughClone(bug);
  assert.deepEqual([error.message, error.stack], [bug.message, bug.stack]);
  assert.equal(throughClone('thrown text').message, 'thrown text');
});

test('a failure comes back with its code and what is known of the page', () => {
  const facts = { finalUrl: 'https://example.com/', status: 404, contentType: null, attempts: 2 };
  const failure = failureFrom(
    structuredClone(portableFailure(new RecordError('http-status', 'answered with 404', { facts }))),
  );
  assert.ok(failure instanceof RecordError);
  assert.deepEqual([failure.code, failure.message, failure.facts], ['http-status', 'answered with 404', facts]);
});
