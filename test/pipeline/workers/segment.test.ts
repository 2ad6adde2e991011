import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { StepDefinition } from '../../../src/core/stage.ts';
import { givesLinks, kindBefore, workerSegment } from '../../../src/pipeline/workers/segment.ts';
import { stageDefinitions } from '../../../src/stages/registry.ts';

function stepsOf(...names: readonly string[]): readonly StepDefinition[] {
  return names.map((name) => {
    const found = stageDefinitions.find((definition) => definition.type === 'step' && definition.name === name);
    return found?.type === 'step' ? found : assert.fail(`no step is ${name}`);
  });
}

/** The names of a segment's steps, and whether it gives links. */
function segmentOf(...names: readonly string[]) {
  const steps = stepsOf(...names);
  const segment = workerSegment(steps);
  return segment && [...names.slice(segment.first, segment.end), givesLinks(steps, segment)];
}

test('worker threads fetch, and do what follows as far as it can be done there', () => {
  assert.deepEqual(segmentOf('dedupe', 'fetch', 'links'), ['fetch', 'links', true]);
  assert.deepEqual(segmentOf('where', 'fetch', 'where', 'links', 'set', 'where', 'exec', 'where'), [
    'fetch',
    'where',
    'links',
    'set',
    'where',
    true,
  ]);
});

test('a step that stays in one thread ends them, also where pages are still to be read', () => {
  assert.deepEqual(segmentOf('fetch', 'use', 'links'), ['fetch', false]);
  assert.deepEqual(segmentOf('fetch', 'links', 'limit', 'links'), ['fetch', 'links', true]);
});

test('where nothing is fetched there is nothing for them to do', () => {
  assert.equal(segmentOf('links'), undefined);
  assert.equal(segmentOf(), undefined);
});

test('the kind of record before a step is what the ones before it make of URLs', () => {
  const steps = stepsOf('fetch', 'where', 'links', 'set');
  assert.deepEqual(
    [0, 1, 2, 3, 4].map((index) => kindBefore(steps, index)),
    ['url', 'page', 'page', 'links', 'links'],
  );
});
