import assert from 'node:assert/strict';
import { test } from 'node:test';
import { z } from 'zod';
import { duration } from '../../../src/core/units.ts';
import { issueProblems } from '../../../src/pipeline/checks/issues.ts';

const locator = { locate: () => ({ place: 'x', namesOption: true, order: 0 }) };

/** What is said of a value that a schema refuses. */
function texts(schema: z.ZodType, value: unknown): readonly string[] {
  const issues = schema.safeParse(value).error?.issues ?? [];
  const problems = issueProblems(issues, { locator, path: [], value, schemas: [schema], noun: 'option' });
  return problems.map((problem) => problem.message.replace(/^x: /, ''));
}

test('a rule about several options stands alone, also where they were left out', () => {
  const schema = z
    .strictObject({ concurrency: z.int().default(64), window: z.int().default(32) })
    .refine(({ concurrency, window }) => window >= concurrency, {
      path: ['window'],
      error: 'must be at least concurrency',
    });
  assert.deepEqual(texts(schema, {}), ['must be at least concurrency.']);
  assert.deepEqual(texts(schema, { window: 5 }), ['must be at least concurrency.']);
});

test('an option of any type that is missing is required', () => {
  const schema = z.strictObject({
    text: z.string(),
    choice: z.enum(['a', 'b']),
    wait: duration(),
    either: z.union([z.string(), z.array(z.string())]),
  });
  assert.deepEqual(texts(schema, {}), Array(4).fill('is required.'));
});

test('where a form of a union fits, what is wrong inside it is said', () => {
  const schema = z.union([z.string(), z.array(z.strictObject({ name: z.string() }))]);
  assert.deepEqual(texts(schema, [{ name: 'a' }, { name: 5 }]), ['expected text, got 5.']);
  assert.deepEqual(texts(schema, 5), ['expected text, or a list, got 5.']);
});

for (const [where, make, value] of [
  ['a map', (inner) => inner, (inner) => inner],
  ['a map with free keys', (inner) => z.record(z.string(), inner), (inner) => ({ 'a.example': inner })],
  ['a list', (inner) => z.array(inner), (inner) => [inner]],
  ['one of several forms', (inner) => z.union([z.string(), z.array(z.union([inner, z.int()]))]), (inner) => [inner]],
  ['what has a default, or is converted', (inner) => inner.optional().prefault({}).transform(String), (inner) => inner],
] as const satisfies readonly Place[]) {
  test(`an unknown name in ${where} is told with the one that was meant, or with those that there are`, () => {
    const inner = z.strictObject({ window: z.int().optional(), door: z.int().optional() });
    const schema = z.strictObject({ outer: make(inner) });
    assert.deepEqual(texts(schema, { outer: value({ windwo: 1 }) }), [
      'unknown option "windwo"; did you mean "window"?',
    ]);
    assert.deepEqual(texts(schema, { outer: value({ roof: 1 }) }), ['unknown option "roof"; there are window, door.']);
  });
}

type Place = readonly [string, (inner: z.ZodObject) => z.ZodType, (inner: object) => unknown];

test('a message of our own is kept', () => {
  const schema = z.string().regex(/^\d+$/, { error: 'expected some digits' });
  assert.deepEqual(texts(schema, 'x'), ['expected some digits, got "x".']);
});

test('no more issues are looked at than are shown, and one', () => {
  assert.equal(texts(z.array(z.string()), Array(500).fill(1)).length, 101);
});
