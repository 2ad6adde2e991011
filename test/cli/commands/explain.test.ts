import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { explainPipeline } from '../../../src/cli/commands/explain.ts';
import type { Pipeline } from '../../../src/pipeline/build.ts';
import { loadPipeline } from '../../../src/pipeline/load.ts';
import { definitions, env, tables } from '../../helpers/definitions.ts';

function load(text: string): Pipeline {
  return loadPipeline(text, { file: 'a.yaml', env, sets: [] }, definitions, tables);
}

/** The options that a pipeline's stages run with. */
function optionsOf({ source, steps, sink, failures, pages, limit, maxFailures }: Pipeline): unknown {
  const options = [source, ...steps, sink, failures, pages].map((choice) => choice?.options);
  return { options, limit, maxFailures };
}

const folder = new URL('../../fixtures/pipelines/good/', import.meta.url);
const secrets =
  'source: lines\nsteps: [fetch: { headers: { Authorization: secret1, x-api-key: secret2, Accept: plain }, proxy: "http://me:secret3@h/" }, links]';

test('as text, every default is filled in and marked', () => {
  const text = explainPipeline(
    load('name: demo\nsource: lines\nsteps: [fetch: { timeout: 5s }, links]\nmaxFailures: 5%'),
    'text',
  );
  assert.equal(
    text,
    `name: demo
source:
  # gives URLs
  lines:
    path: "-" # default
steps:
  # takes URLs, gives pages
  - fetch:
      concurrency: 64 # default
      retries: 2 # default
      timeout: 5s
      maxBytes: 10MB # default
      headers: {} # default
      insecure: false # default
      notHtml: skip # default
  # takes pages, gives links
  - links:
      select: hrefs # default
sink:
  # takes rows
  tsv:
    path: "-"
    header: true # default
maxFailures: 5%
`,
  );
});

for (const format of ['text', 'json'] as const) {
  for (const name of readdirSync(folder)) {
    test(`${name} explained as ${format} is a pipeline that runs with the same options`, () => {
      const pipeline = load(readFileSync(new URL(name, folder), 'utf8').replaceAll(/Authorization|user:secret@/g, 'x'));
      assert.deepEqual(optionsOf(load(explainPipeline(pipeline, format))), optionsOf(pipeline));
    });
  }
}

for (const format of ['text', 'json', 'mermaid'] as const) {
  test(`as ${format}, secrets are masked`, () => {
    const text = explainPipeline(load(secrets), format);
    assert.doesNotMatch(text, /secret/);
    assert.match(text, /plain/);
    assert.match(text, /me:\*+@h/);
  });

  test(`as ${format}, control characters of the file are escaped`, () => {
    const text = explainPipeline(load('source: { lines: { path: "a\\e[31m\\u202e" } }\nsteps: [fetch, links]'), format);
    assert.doesNotMatch(text.replaceAll('\n', ''), /[\p{Cc}\p{Bidi_Control}]/u);
  });
}

test('as mermaid, it is a flow chart with what was given', () => {
  const text = explainPipeline(
    load("source: { lines: { path: 'a\"b<c>.txt' } }\nsteps: [fetch, links]\nfailures: { csv: { path: f.csv } }"),
    'mermaid',
  );
  assert.deepEqual(text.split('\n'), [
    'flowchart LR',
    '  stage0(["lines<br>path: a#34;b#60;c#62;.txt"])',
    '  stage1["fetch"]',
    '  stage0 -->|URLs| stage1',
    '  stage2["links"]',
    '  stage1 -->|pages| stage2',
    '  sink[("tsv<br>path: -")]',
    '  stage2 -->|links| sink',
    '  failures[("csv<br>path: f.csv")]',
    '  stage0 -.->|lines that fail| failures',
    '',
  ]);
});
