import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { RecordError } from '../../../src/core/errors.ts';
import type { Step } from '../../../src/core/stage.ts';
import { examineWholeFile } from '../../../src/pipeline/load.ts';
import { stageDefinitions } from '../../../src/stages/registry.ts';
import { linksRecord, stageContext, urlRecord } from '../../helpers/stages.ts';

const fixtures = fileURLToPath(new URL('../../fixtures/steps/', import.meta.url));

test('a step in TypeScript takes its options and its place among ours', async () => {
  const step = await load(fixtures, { path: 'only-with.ts', options: { word: '/1' } });
  const done = await step.process(linksRecord(urlRecord(0), 3));
  assert.deepEqual('links' in done && done.links.map(({ url }) => url), ['https://example.com/link/1']);
});

test('what a step throws fails the record: by its code where it is a RecordError, as step where it is any other', async () => {
  const step = await load(fixtures, { path: 'only-with.ts', options: { word: 'x', refuse: '/7' } });
  const codeOf = async (sourceUrl: string) => {
    const error = await Promise.resolve()
      .then(() => step.process({ ...linksRecord(urlRecord(0), 1), sourceUrl }))
      .catch((thrown: unknown) => thrown);
    assert.ok(error instanceof RecordError, String(error));
    return [error.code, error.message];
  };
  assert.deepEqual(await codeOf('https://a.example/7'), ['robots', 'has /7']);
  assert.deepEqual(await codeOf('https://a.example/bug'), ['step', 'a bug of the step']);
});

test('its path alone may stand in the place of the options', async () => {
  const text = JSON.stringify({ source: 'lines', steps: ['fetch', 'links', { use: 'only-with.ts' }] });
  const options = { file: 'a.yaml', env: {}, sets: [], baseDirectory: fixtures };
  const { problems } = await examineWholeFile(text, options, stageDefinitions);
  assert.deepEqual(
    problems.map(({ path, text: what }) => `${path}: ${what}`),
    ['steps[2].use.options: is required.'],
  );
});

test('a wrong option of the step is told with its place', async () => {
  const { problems } = await examine(fixtures, { path: 'only-with.ts', options: { wrod: 'x' } });
  const texts = problems.map(({ path, text }) => `${path}: ${text}`);
  assert.ok(
    texts.some((text) => /options\.wrod: unknown option "wrod"/.test(text)),
    texts.join('\n'),
  );
});

test('a step that does not fit its neighbours is told', async () => {
  const text = JSON.stringify({ source: 'lines', steps: [{ use: { path: 'only-with.ts', options: { word: 'x' } } }] });
  const options = { file: 'a.yaml', env: {}, sets: [], baseDirectory: fixtures };
  const { problems } = await examineWholeFile(text, options, stageDefinitions);
  assert.ok(
    problems.some(({ message }) => /needs links, but lines gives URLs/.test(message)),
    JSON.stringify(problems),
  );
});

for (const [title, source, message] of [
  ['no file', undefined, /there is no such file/],
  ['a syntax error', 'export default {', /can't be loaded/],
  ['no default export', 'export const x = 1;', /a default export/],
  ['an export that is no step', 'export default { input: "url" };', /it lacks create, output, options/],
  ['a module that throws', 'throw new Error("not today");', /not today/],
] as const) {
  test(`${title} is told with the place in the pipeline file`, async (t) => {
    const folder = await scratchFolder(t);
    if (source !== undefined) await writeFile(join(folder, 'own.js'), source);
    const { problems, pipeline } = await examine(folder, { path: 'own.js' });
    assert.equal(pipeline, undefined);
    const [problem] = problems;
    assert.match(problem?.message ?? '', message);
    assert.match(problem?.message ?? '', /^a\.yaml:1:\d+: steps\[2\]\.use: /);
  });
}

async function load(folder: string, given: Readonly<Record<string, unknown>>): Promise<Step<'links', 'links'>> {
  const { pipeline, problems } = await examine(folder, given);
  assert.deepEqual(problems, []);
  const choice = pipeline?.steps[2] ?? assert.fail('no third step');
  return choice.definition.create(choice.options, stageContext(folder)) as unknown as Step<'links', 'links'>;
}

function examine(folder: string, given: Readonly<Record<string, unknown>>) {
  const text = JSON.stringify({ source: 'lines', steps: ['fetch', 'links', { use: given }] });
  return examineWholeFile(text, { file: 'a.yaml', env: {}, sets: [], baseDirectory: folder }, stageDefinitions);
}

async function scratchFolder(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'sluice-use-'));
  t.after(() => rm(folder, { recursive: true }));
  return folder;
}
