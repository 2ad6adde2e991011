import assert from 'node:assert/strict';
import { test } from 'node:test';
import { skip } from '../../../src/core/outcome.ts';
import type { StepCheckpoint } from '../../../src/core/stage/step-state.ts';
import { limitStep } from '../../../src/stages/steps/limit.ts';
import { stageContext, urlRecord } from '../../helpers/pipelines/stages.ts';

test('the first URLs go on, the others are skipped as limit', () => {
  const step = create(2);
  const results = [0, 1, 2, 3].map((sequence) => step.process(urlRecord(sequence)));
  assert.deepEqual(results, [urlRecord(0), urlRecord(1), skip('limit'), skip('limit')]);
});

test('a run that is taken up counts on from the lines before the low-water mark, those behind it come again', async () => {
  let low = 0;
  const step = create(3, { state: undefined, path: '/unused', low: () => low });
  for (const sequence of [0, 1, 2]) step.process(urlRecord(sequence));
  low = 1;
  const state = await step.save?.(1);
  assert.equal(state, 1);
  const again = create(3, { state, path: '/unused', low: () => 1 });
  const results = [1, 2, 3].map((sequence) => again.process(urlRecord(sequence)));
  assert.deepEqual(results, [urlRecord(1), urlRecord(2), skip('limit')]);
});

function create(records: number, checkpoint?: StepCheckpoint) {
  return limitStep.create({ records }, stageContext('/'), checkpoint);
}
