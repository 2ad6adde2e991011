import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ChainLink, chainProblems } from '../../../src/pipeline/checks/chain.ts';
import { definitions } from '../../helpers/pipelines/definitions.ts';

const locator = { locate: () => ({ place: 'x', namesOption: true, order: 0 }) };

/** The messages for a row of steps between a source and a sink. */
function messages(...steps: readonly string[]): readonly string[] {
  const chain: ChainLink[] = steps.map((name) => {
    const definition = definitions.find((candidate) => candidate.name === name);
    const { input, output } = definition?.type === 'step' ? definition : {};
    return { name, input, output, path: [] };
  });
  const ends: [ChainLink, ChainLink] = [
    { name: 'source', input: undefined, output: 'url', path: [] },
    { name: 'sink', input: 'links', output: undefined, path: [] },
  ];
  return chainProblems(locator, [ends[0], ...chain, ends[1]], definitions).map((problem) => problem.message);
}

test('stages that fit have no problem', () => {
  assert.deepEqual(messages('dedupe', 'dedupe', 'fetch', 'links'), []);
});

test('the steps that are missing are named, all of them', () => {
  assert.deepEqual(messages('dedupe', 'links'), ['x: links needs pages, but dedupe gives URLs: put fetch before it.']);
  assert.deepEqual(messages(), ['x: sink needs links, but source gives URLs: put fetch and links before it.']);
});

test('a step that comes too late is told where to go, and those after it are not blamed', () => {
  assert.deepEqual(messages('fetch', 'links', 'dedupe'), [
    'x: dedupe needs URLs, but links gives links: put it before fetch.',
  ]);
});

test('a step that nobody knows fits everything', () => {
  assert.deepEqual(messages('unknown', 'links'), []);
  assert.deepEqual(messages('fetch', 'unknown'), []);
});
