import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { type ExplainFormat, explainPipeline } from '../../../src/cli/commands/explain.ts';
import type { Pipeline } from '../../../src/pipeline/build.ts';
import { isError } from '../../../src/pipeline/checks/problems.ts';
import type { PipelineDocument } from '../../../src/pipeline/document/pipeline-document.ts';
import type { SetRequest } from '../../../src/pipeline/document/settings.ts';
import { definitions, env } from '../../helpers/pipelines/definitions.ts';
import { examineFile } from '../../helpers/pipelines/loading.ts';

/** A pipeline file as it was read. */
interface Loaded {
  readonly pipeline: Pipeline;
  readonly document: PipelineDocument;
}

function load(text: string, sets: readonly SetRequest[] = []): Loaded {
  const { pipeline, document, problems } = examineFile(text, { file: 'a.yaml', env, sets }, definitions);
  assert.deepEqual(problems.filter(isError), []);
  assert.ok(pipeline !== undefined && document !== undefined);
  return { pipeline, document };
}

function explain({ pipeline, document }: Loaded, format: ExplainFormat): string {
  return explainPipeline(pipeline, document, format);
}

/** The options that a pipeline's stages run with. */
function optionsOf({ source, steps, sinks, failures, pages, limit, maxFailures }: Pipeline): unknown {
  const options = [source, ...steps, ...sinks, failures, pages].map((choice) => choice?.options);
  return { options, limit, maxFailures };
}

const folder = new URL('../../fixtures/pipelines/good/', import.meta.url);
const secrets =
  'source: lines\nsteps: [fetch: { headers: { Authorization: secret1, x-api-key: secret2, Accept: plain }, proxy: "http://me:secret3@h/" }, links]';

test('as text, every default is filled in, and what is none says where it came from', () => {
  const text = explain(
    load('name: demo\nsource: lines\nsteps: [fetch: { timeout: 5s }, links]\nmaxFailures: 5%', [
      'steps.fetch.retries=1',
    ]),
    'text',
  );
  assert.equal(
    text,
    `name: demo # line 1
source:
  # gives URLs
  lines:
    path: "-"
steps:
  # takes URLs, gives pages
  - fetch:
      concurrency: 64
      retries: 1 # --set
      timeout: 5s # line 3
      maxBytes: 10MB
      headers: {}
      insecure: false
      notHtml: skip
  # takes pages, gives links
  - links:
      select: hrefs
sink:
  # takes rows
  tsv:
    path: "-"
    header: true
maxFailures: 5% # line 4
`,
  );
});

for (const format of ['text', 'json'] as const) {
  for (const name of readdirSync(folder).filter((file) => file.endsWith('.yaml'))) {
    test(`${name} explained as ${format} is a pipeline that runs with the same options`, () => {
      const text = readFileSync(new URL(name, folder), 'utf8');
      const loaded = load(text.replaceAll(/Authorization|user:\$\{WORD\}@/g, 'x'));
      const explained = explain(loaded, format);
      const again = load(format === 'json' ? JSON.stringify(JSON.parse(explained).pipeline) : explained);
      assert.deepEqual(optionsOf(again.pipeline), optionsOf(loaded.pipeline));
    });
  }
}

for (const format of ['text', 'json', 'mermaid'] as const) {
  test(`as ${format}, secrets are masked`, () => {
    const text = explain(load(secrets), format);
    assert.doesNotMatch(text, /secret/);
    assert.match(text, /plain/);
    assert.match(text, /:\/\/\*+@h/);
  });

  test(`as ${format}, control characters of the file are escaped`, () => {
    const text = explain(load('source: { lines: { path: "a\\e[31m\\u202e" } }\nsteps: [fetch, links]'), format);
    assert.doesNotMatch(text.replaceAll('\n', ''), /[\p{Cc}\p{Bidi_Control}]/u);
  });
}

test('as JSON, each option says where it came from', () => {
  const text = 'source: lines\nsteps:\n  - fetch: { retries: 1, timeout: "${NUMBER}s" }\n  - links\nsink: { tsv: {} }';
  const loaded = load(text, [
    { kind: 'environment', label: 'SLUICE_CONCURRENCY', path: 'steps.*.fetch.concurrency', value: 9 },
    'sink.tsv.path=x.tsv',
    { kind: 'flag', label: '--limit', path: 'limit', value: 5 },
  ]);
  const { options } = JSON.parse(explain(loaded, 'json'));
  const find = (path: string) => options.find((option: { readonly path: string }) => option.path === path);
  assert.deepEqual(find('steps[0].fetch.concurrency'), {
    path: 'steps[0].fetch.concurrency',
    value: 9,
    from: 'environment',
    place: 'SLUICE_CONCURRENCY',
  });
  assert.deepEqual(find('steps[0].fetch.timeout'), {
    path: 'steps[0].fetch.timeout',
    value: '5s',
    from: 'file',
    place: 'a.yaml:3:35',
    variables: ['NUMBER'],
  });
  const from = (path: string) => [find(path).from, find(path).place];
  assert.deepEqual(from('steps[0].fetch.retries'), ['file', 'a.yaml:3:23']);
  assert.deepEqual(from('steps[0].fetch.maxBytes'), ['default', undefined]);
  assert.deepEqual(from('sink.tsv.path'), ['--set', '--set sink.tsv.path=x.tsv']);
  assert.deepEqual(from('limit'), ['flag', '--limit']);
});

for (const format of ['text', 'json', 'mermaid'] as const) {
  test(`as ${format}, what came from a variable with a secret's name is masked wherever it stands`, () => {
    const file =
      'source: { lines: { path: "${API_TOKEN}" } }\nsteps: [fetch: { headers: { a: "x${API_TOKEN}" } }, links]';
    const options = { file: 'a.yaml', env: { API_TOKEN: 'swordfish' }, sets: [] };
    const { pipeline, document } = examineFile(file, options, definitions);
    assert.ok(pipeline !== undefined && document !== undefined);
    assert.doesNotMatch(explainPipeline(pipeline, document, format), /swordfish/);
  });
}

test('as mermaid, it is a flow chart with what was given', () => {
  const text = explain(
    load("source: { lines: { path: 'a\"b<c>\\n.txt' } }\nsteps: [fetch, links]\nfailures: { csv: { path: f.csv } }"),
    'mermaid',
  );
  assert.deepEqual(text.split('\n'), [
    'flowchart LR',
    '  stage0(["lines<br>path: a#34;b#60;c#62;#92;n.txt"])',
    '  stage1["fetch"]',
    '  stage0 -->|URLs| stage1',
    '  stage2["links"]',
    '  stage1 -->|pages| stage2',
    '  sink0[("tsv<br>path: -")]',
    '  stage2 -->|links| sink0',
    '  failures[("csv<br>path: f.csv")]',
    '  stage0 -.->|lines that fail| failures',
    '',
  ]);
});
