import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { ConfigError } from '../../src/core/errors.ts';
import type { Pipeline } from '../../src/pipeline/build.ts';
import { documentFromFlags } from '../../src/pipeline/document/pipeline-document.ts';
import { definitions, env } from '../helpers/pipelines/definitions.ts';
import { buildPipeline, parsePipelineFile } from '../helpers/pipelines/loading.ts';

function build(text: string): Pipeline {
  return buildPipeline(parsePipelineFile(text, { file: 'a.yaml', env, sets: [] }), definitions);
}

function names({ source, steps, sinks }: Pipeline): readonly string[] {
  return [source, ...steps, ...sinks].map((choice) => choice.definition.name);
}

test('a file becomes its stages, with options checked and converted', () => {
  const text = readFileSync(new URL('../fixtures/pipelines/good/full.yaml', import.meta.url), 'utf8');
  const pipeline = build(text);
  assert.deepEqual(names(pipeline), ['lines', 'dedupe', 'fetch', 'links', 'tsv']);
  assert.deepEqual(pipeline.steps[1]?.options, {
    concurrency: 5,
    retries: 2,
    timeout: 90_000,
    delay: 0,
    maxBytes: 10_485_760,
    headers: { Accept: 'text/html', Authorization: 'Bearer many' },
    proxy: 'http://user:many@proxy.example:3128/',
    insecure: false,
    notHtml: 'skip',
  });
  assert.equal(pipeline.name, 'links of the week');
  assert.equal(pipeline.failures?.definition.name, 'jsonl');
  assert.deepEqual(pipeline.pages?.options, { path: 'pages.csv', columns: ['final_url'] });
  assert.equal(pipeline.summary, '-');
  assert.equal(pipeline.limit, 1000);
  assert.deepEqual(pipeline.maxFailures, { percent: 5 });
});

test('a choice keeps what was given and where its options stand', () => {
  const { steps } = build('source: lines\nsteps: [fetch: { timeout: 5s, proxy: }, links]');
  assert.deepEqual(steps[0]?.given, { timeout: '5s' });
  assert.deepEqual(steps[0]?.path, ['steps', 0, 'fetch']);
});

test('without a sink, rows go to standard output as TSV', () => {
  const { sinks } = build('source: lines\nsteps: [fetch, links]');
  assert.deepEqual(
    sinks.map(({ definition, options }) => [definition.name, options]),
    [['tsv', { path: '-', header: true }]],
  );
});

test('keys that are not there are not in the pipeline either', () => {
  const pipeline = build('source: lines\nsteps: [fetch, links]\nlimit:\nsummary:');
  assert.deepEqual(Object.keys(pipeline), ['name', 'source', 'steps', 'scopes', 'used', 'sinks']);
});

test('a stage without options can be a name, a key without value, or an empty map', () => {
  for (const step of ['dedupe', 'dedupe:', 'dedupe: {}']) {
    const { steps } = build(`source: lines\nsteps:\n  - ${step}\n  - fetch\n  - links`);
    assert.deepEqual(steps[0]?.options, {}, step);
  }
});

test('failures may be a number of lines', () => {
  assert.deepEqual(build('source: lines\nsteps: [fetch, links]\nmaxFailures: 0').maxFailures, { count: 0 });
  assert.deepEqual(build('source: lines\nsteps: [fetch, links]\nmaxFailures: 0.5%').maxFailures, { percent: 0.5 });
});

test('a problem with a flag names the flag and not the path', () => {
  const value = { source: { lines: {} }, steps: [{ fetch: { timeout: 'x', retries: 99 } }, { links: {} }] };
  const document = documentFromFlags(value, (path) => (path.at(-1) === 'timeout' ? '--timeout' : undefined));
  assert.throws(
    () => buildPipeline(document, definitions),
    (error) => {
      assert.ok(error instanceof ConfigError);
      assert.deepEqual(error.problems, [
        'command line: steps[0].fetch.retries: expected a number of at most 10, got 99.',
        '--timeout: expected a duration such as 30s, got "x".',
      ]);
      return true;
    },
  );
});

test('a problem with a value that was set names the flag', () => {
  const sets = ['steps.fetch.timeout=5x', 'pages={csv: {columns: [nope]}}'];
  const document = parsePipelineFile('source: lines\nsteps: [fetch, links]', { file: 'a.yaml', env, sets });
  assert.throws(() => buildPipeline(document, definitions), {
    problems: [
      '--set steps.fetch.timeout=5x: expected a duration such as 30s, got "5x".',
      '--set pages={…}: pages.csv.path: is required.',
    ],
  });
});

test('a password in a URL that is refused is not shown', () => {
  const text = 'source: lines\nsteps: [fetch: { proxy: "x http://me:secret@h" }, links]';
  assert.throws(
    () => build(text),
    (error) => error instanceof ConfigError && /"x http:\/\/\*+@h"/.test(error.message),
  );
});

test('a secret of the wrong type is not shown', () => {
  const text = 'source: lines\nsteps: [fetch: { headers: { Cookie: 12345 } }, links]';
  assert.throws(
    () => build(text),
    (error) => error instanceof ConfigError && !error.message.includes('12345'),
  );
});
