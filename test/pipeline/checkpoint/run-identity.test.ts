import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runIdentity } from '../../../src/pipeline/checkpoint/run-identity.ts';
import { stageDefinitions } from '../../../src/stages/registry.ts';
import { loadPipeline } from '../../helpers/pipelines/loading.ts';

const PIPELINE = `
source: { lines: { path: urls.txt } }
steps: [{ fetch: { timeout: 30s } }, { links: { select: hrefs } }]
sink: { tsv: { path: links.tsv } }
failures: { jsonl: { path: failures.jsonl } }
`;

const identity = identityWith();

for (const set of [
  'steps.0.fetch.concurrency=3',
  'steps.0.fetch.perHost=1',
  'steps.0.fetch.delay=1s',
  'steps.0.fetch.window=10',
  'limit=100',
  'maxFailures=5',
  'summary=totals.json',
  'name=another',
  'checkpoint=elsewhere.checkpoint',
]) {
  test(`${set} leaves a run the same`, () => assert.equal(identityWith(set), identity));
}

for (const set of [
  'source.lines.path=other.txt',
  'steps.0.fetch.timeout=10s',
  'steps.0.fetch.maxBytes=1MB',
  'steps.0.fetch.headers={"Authorization":"Bearer hush"}',
  'steps.0.fetch.hosts={"a.example":{"headers":{"Cookie":"a=b"}}}',
  'steps.1.links.select=anchors',
  'steps.1.links.schemes=any',
  'sink.tsv.path=other.tsv',
  'sink.tsv.columns=["parsed_url"]',
  'failures.jsonl.path=other.jsonl',
  'pages={"csv":{"path":"pages.csv"}}',
  'skip=5',
  'shard=1/3',
  'ordered=true',
]) {
  test(`${set} makes it another run`, () => assert.notEqual(identityWith(set), identity));
}

test('other failure codes to be read again make it another run', () => {
  const coded = (codes: string) => identityWith('source.lines.path=failures.csv', `source.lines.onlyCodes=${codes}`);
  assert.notEqual(coded('[dns]'), coded('[reset]'));
});

test('each shard is a run of its own', () => {
  assert.notEqual(identityWith('shard=1/3'), identityWith('shard=2/3'));
});

test('what is written out as it is by default changes nothing', () => {
  assert.equal(identityWith('ordered=false', 'skip=0', 'sink.tsv.header=true'), identity);
});

test('a secret is not to be seen in it', () => {
  assert.match(identityWith('steps.0.fetch.headers={"Authorization":"Bearer hush"}'), /^[\w-]{43}$/);
});

function identityWith(...sets: readonly string[]): string {
  const source = { file: 'links.yaml', env: {}, sets };
  return runIdentity(loadPipeline(PIPELINE, source, stageDefinitions));
}
