import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { explainPipeline } from '../../../src/cli/commands/explain.ts';
import { withoutEnvironment } from '../../../src/cli/flags/environment.ts';
import { linksDocument, linksFlags } from '../../../src/cli/flags/links-document.ts';
import type { Pipeline } from '../../../src/pipeline/build.ts';
import type { PipelineDocument } from '../../../src/pipeline/document/pipeline-document.ts';
import { stageDefinitions } from '../../../src/stages/registry.ts';
import { buildPipeline, examineFile, loadPipeline } from '../../helpers/pipelines/loading.ts';
import { callSluice } from '../../helpers/processes/command-line.ts';

function documentOf(values: Record<string, unknown>): PipelineDocument {
  return linksDocument(['http://a.example/'], withoutEnvironment(values), stageDefinitions, '/');
}

function pipelineOf(values: Record<string, unknown>): Pipeline {
  return buildPipeline(documentOf(values), stageDefinitions);
}

function fetchOptionsOf(values: Record<string, unknown>): Record<string, unknown> {
  const fetch = pipelineOf(values).steps.find(({ definition }) => definition.name === 'fetch');
  return fetch?.options ?? assert.fail('no step fetch');
}

describe('--polite', () => {
  test('obeys robots.txt, a second and one request at a time on each host', () => {
    const { robots, delay, perHost } = fetchOptionsOf({ polite: true });
    assert.deepEqual({ robots, delay, perHost }, { robots: true, delay: 1_000, perHost: 1 });
  });

  test('leaves everything else as it is', () => {
    const { robots, delay, perHost, ...others } = fetchOptionsOf({ polite: true });
    const { robots: _robots, delay: _delay, perHost: _perHost, ...usual } = fetchOptionsOf({});
    assert.deepEqual(others, usual);
  });

  test('comes behind each flag that is given', () => {
    const { robots, delay, perHost } = fetchOptionsOf({ polite: true, 'per-host': '3' });
    assert.deepEqual({ robots, delay, perHost }, { robots: true, delay: 1_000, perHost: 3 });
    assert.equal(fetchOptionsOf({ polite: true, delay: '5s' })['delay'], 5_000);
  });

  test('is no option of a step', () => {
    assert.equal('polite' in linksFlags(stageDefinitions), true);
    assert.doesNotMatch(explainPipeline(pipelineOf({ polite: true }), documentOf({ polite: true }), 'text'), /polite/);
  });
});

test('tables of headers and of hosts are no flags', () => {
  const flags = Object.keys(linksFlags(stageDefinitions));
  assert.deepEqual(
    flags.filter((name) => name === 'headers' || name === 'hosts'),
    [],
  );
});

describe('a table of hosts', () => {
  const text = (hosts: string) => `source: lines\nsteps: [fetch: { hosts: { ${hosts} } }, links]\n`;
  const options = { file: 'a.yaml', env: { KEY: 'secret1' }, sets: [] };

  for (const format of ['text', 'json', 'mermaid'] as const) {
    test(`is explained as ${format} without its secrets`, () => {
      const file = text("auth.example: { headers: { X-Any: '${KEY}' }, auth: 'me:secret2', delay: 7s }");
      const { pipeline, document } = examineFile(file, options, stageDefinitions);
      assert.ok(pipeline !== undefined && document !== undefined);
      const shown = explainPipeline(pipeline, document, format);
      assert.doesNotMatch(shown, /secret\d|me:/);
      assert.match(shown, /auth\.example[\s\S]*7s/);
    });
  }

  for (const [hosts, problem] of [
    [
      "'http://a/': {}",
      'a.yaml:2:40: steps[0].fetch.hosts.http://a/: is not a host, host:port or *.domain, without the default ports 80 and 443.',
    ],
    ['a: { dela: 1s }', 'a.yaml:2:32: steps[0].fetch.hosts.a.dela: unknown option "dela"; did you mean "delay"?'],
    ['a: { perHost: 0 }', 'a.yaml:2:41: steps[0].fetch.hosts.a.perHost: expected a number more than 0, got 0.'],
  ] as const) {
    test(`with ${hosts} is refused where it stands`, () => {
      assert.throws(() => loadPipeline(text(hosts), options, stageDefinitions), { problems: [problem] });
    });
  }
});

test('the summary of - goes to standard output', async () => {
  const { code, stdout } = await callSluice(['-q', '--output', '/dev/null', '--summary', '-']);
  assert.equal(code, 0);
  assert.equal(JSON.parse(stdout).complete, true);
});

for (const [args, message] of [
  [['-o', 'same.tsv', '--failures', 'same.tsv'], '--failures: writes to "same.tsv", and so does --output: '],
  [['-i', 'a.txt', '-o', 'a.txt'], '--output: would overwrite "a.txt", which --input reads.'],
  [['http://a.example/', ''], 'argument 2: expected some text, got "".'],
] as const) {
  test(`the message about ${args.join(' ')} names what was typed`, async () => {
    const { code, stderr } = await callSluice(args);
    assert.equal(code, 2);
    assert.ok(stderr.startsWith(`sluice: ${message}`), stderr);
  });
}
