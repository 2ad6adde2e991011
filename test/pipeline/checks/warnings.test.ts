import assert from 'node:assert/strict';
import { test } from 'node:test';
import { z } from 'zod';
import { defineStep } from '../../../src/core/stage.ts';
import { definitions } from '../../helpers/pipelines/definitions.ts';
import { examineFile } from '../../helpers/pipelines/loading.ts';

/** A step with an option on its way out, and one that has something to say of its options. */
const oldStep = defineStep({
  name: 'old',
  summary: 'Has an option that has a better one.',
  input: 'url',
  output: 'url',
  isIdempotent: true,
  options: z.strictObject({
    slow: z.boolean().optional().describe('The old one.').meta({ replacedBy: 'speed' }),
    speed: z.int().default(5),
  }),
  advise: ({ speed }, given) => (given.has('speed') ? [{ option: 'speed', text: `is ${speed}` }] : []),
  create: () => assert.fail('no run is meant'),
});

function warnings(steps: string): readonly string[] {
  const text = `source: lines\nsteps: [${steps}, fetch, links]`;
  const { pipeline, problems } = examineFile(text, { file: 'a.yaml', env: {}, sets: [] }, [...definitions, oldStep]);
  assert.ok(pipeline !== undefined, 'warnings keep no pipeline from running');
  return problems.map(({ severity, code, path, text }) => `${severity} ${code} ${path}: ${text}`);
}

test('a deprecated option says what to use instead', () => {
  assert.deepEqual(warnings('old: { slow: true }'), [
    'warning deprecated steps[0].old.slow: is deprecated: use speed.',
  ]);
});

test("a stage's own advice stands at its option", () => {
  assert.deepEqual(warnings('old: { speed: 6 }'), ['warning no-effect steps[0].old.speed: is 6.']);
});

test('an option that is written as its default means nothing', () => {
  assert.deepEqual(warnings('old: { speed: 5 }'), []);
});

test('a step right behind its like is useless, with other options it is not', () => {
  assert.deepEqual(warnings('old, old: {}'), [
    'warning useless-step steps[1].old: does again what steps[0].old has done: leave it out.',
  ]);
  assert.deepEqual(warnings('old, dedupe, old: { slow: }'), []);
});
