import assert from 'node:assert/strict';
import { test } from 'node:test';
import { z } from 'zod';
import { duration, size, timeLimit } from '../../src/core/units.ts';

test('a duration is given in milliseconds', () => {
  for (const [text, ms] of [
    ['500ms', 500],
    ['30s', 30_000],
    ['1.5m', 90_000],
    ['2h', 7_200_000],
    ['0', 0],
  ] as const) {
    assert.equal(duration().parse(text), ms);
  }
  assert.equal(duration().parse(0), 0);
});

test('a duration without unit, below zero or beyond what a timer can wait is refused', () => {
  for (const value of [5, '5', -1, '-1s', '1 s', '600h', 's', '', null, true, '1e3s']) {
    assert.equal(duration().safeParse(value).success, false, String(value));
  }
});

test('a time limit is a duration that leaves some time', () => {
  assert.equal(timeLimit().parse('1ms'), 1);
  for (const value of [0, '0', '0s', '0.1ms']) {
    assert.equal(
      timeLimit().safeParse(value).error?.issues[0]?.message,
      'expected a duration of more than 0, such as 30s',
    );
  }
  assert.equal(timeLimit().safeParse(30).error?.issues[0]?.message, 'expected a duration such as 30s');
});

test('a size is given in bytes, with decimal and binary units', () => {
  assert.equal(size().parse('10MB'), 10_000_000);
  assert.equal(size().parse('10MiB'), 10_485_760);
  assert.equal(size().parse('1.5kB'), 1500);
});

test('a size without unit, of nothing or too large to count is refused', () => {
  for (const value of [10, '10', '0B', '-1B', '0.1B', '99999999999GB', '10mb']) {
    assert.equal(size().safeParse(value).success, false, String(value));
  }
});

test('in the JSON Schema both go by their names', () => {
  const schema = z.strictObject({ wait: duration(), room: size() });
  const { properties } = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });
  assert.deepEqual(
    Object.values(properties ?? {}).map((property) => typeof property === 'object' && property.title),
    ['duration', 'size'],
  );
});
