import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import nodeModule from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { ConfigError, RecordError, StageError } from '../../../src/core/errors.ts';
import type { Step } from '../../../src/core/stage.ts';
import { examineWholeFile } from '../../../src/pipeline/load.ts';
import { stageDefinitions } from '../../../src/stages/registry.ts';
import { linksRecord, stageContext, urlRecord } from '../../helpers/pipelines/stages.ts';

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

test('codes and reasons of its own have a colon in them; others are told, and fail the record as step', async (t) => {
  const folder = await folderWith(
    t,
    `() => ({ process: (record) => {
      const [what, code] = record.sourceUrl.split(' ');
      if (what === 'skip') return skip(code);
      throw new RecordError(code, 'sold');
    } })`,
  );
  const step = await load(folder, { path: 'own.js' });
  const outcomeOf = async (sourceUrl: string) => {
    try {
      const result = await step.process({ ...linksRecord(urlRecord(0), 1), sourceUrl });
      return 'reason' in result ? result.reason : result;
    } catch (error) {
      assert.ok(error instanceof RecordError, String(error));
      return `${error.code}: ${error.message}`;
    }
  };
  assert.equal(await outcomeOf('skip shop:sold-out'), 'shop:sold-out');
  assert.equal(await outcomeOf('skip filtered'), 'filtered');
  assert.match(
    String(await outcomeOf('skip sold-out')),
    /^step: the reason .*: "sold-out" is none of sluice's; .* colon/,
  );
  assert.equal(await outcomeOf('fail shop:paywall'), 'shop:paywall: sold');
  assert.equal(await outcomeOf('fail dns'), 'dns: sold');
  for (const code of ['paywall', 'Shop:paywall', 'shop:', 'toString', `shop:${'x'.repeat(99)}`]) {
    assert.match(
      String(await outcomeOf(`fail ${code}`)),
      /^step: sold \(its code: .* is none of sluice's; .*\)$/,
      code,
    );
  }
});

test('a step has a hundred codes of its own, and no more', async (t) => {
  const process = "({ sourceUrl }) => { throw new RecordError('shop:' + sourceUrl, 'no') }";
  const step = await load(await folderWith(t, `() => ({ process: ${process} })`), { path: 'own.js' });
  const codeOf = async (sourceUrl: string) => {
    const thrown: unknown = await Promise.resolve()
      .then(() => step.process({ ...linksRecord(urlRecord(0), 1), sourceUrl }))
      .catch((error: unknown) => error);
    return thrown instanceof RecordError ? thrown.code : thrown;
  };
  for (let code = 0; code < 100; code += 1) assert.equal(await codeOf(`c${code}`), `shop:c${code}`);
  assert.equal(await codeOf('c100'), 'step');
  assert.equal(await codeOf('c99'), 'shop:c99');
});

test('a change of a module that it imports makes another version of it, which is loaded; so does its own version', async (t) => {
  const folder = await scratchFolder(t);
  const write = async (word: string, version: string) => {
    await writeFile(join(folder, 'word.js'), `export const word = '${word}';`);
    const text = `import { defineStep, z } from 'sluice'; import { word } from './word.js';
      const process = (record) => ({ ...record, links: record.links.filter(({ url }) => url.includes(word)) });
      const options = z.strictObject({});
      export default defineStep({ input: 'links', output: 'links', options, ${version} create: () => ({ process }) });`;
    await writeFile(join(folder, 'own.js'), text);
    const { pipeline } = await examine(folder, { path: 'own.js' });
    const { definition, options } = pipeline?.steps[2] ?? assert.fail('no third step');
    const step = definition.create(options, stageContext(folder)) as unknown as Step<'links', 'links'>;
    const done = await step.process(linksRecord(urlRecord(0), 3));
    return { version: definition.version, links: 'links' in done && done.links.map(({ url }) => url.at(-1)) };
  };
  const one = await write('/1', '');
  const two = await write('/2', '');
  assert.deepEqual([one.links, two.links], [['1'], ['2']]);
  assert.notEqual(one.version, two.version);
  assert.deepEqual(await write('/1', ''), one);
  const versions = [await write('/1', "version: 'a',"), await write('/1', "version: 'b',")];
  assert.notEqual(versions[0]?.version?.slice(-1), versions[1]?.version?.slice(-1));
});

test('the hooks that load modules are registered once, however many are loaded', async (t) => {
  const folder = await folderWith(t, '() => ({ process: (record) => record })');
  await load(folder, { path: 'own.js' });
  const registered: string[] = [];
  for (const name of ['register', 'registerHooks']) {
    const original: unknown = Reflect.get(nodeModule, name);
    if (typeof original !== 'function') continue;
    const counting = (...values: unknown[]): unknown => {
      registered.push(name);
      return Reflect.apply(original, nodeModule, values);
    };
    Reflect.set(nodeModule, name, counting);
    t.after(() => Reflect.set(nodeModule, name, original));
  }
  t.after(() => nodeModule.syncBuiltinESMExports());
  nodeModule.syncBuiltinESMExports();
  await writeFile(join(folder, 'other.js'), await readFile(join(folder, 'own.js')));
  await load(folder, { path: 'other.js' });
  assert.deepEqual(registered, []);
});

for (const extension of ['ts', 'js']) {
  test(`a step in .${extension} is loaded where no package.json says what it is, or a wrong one`, async (t) => {
    for (const type of [undefined, 'commonjs', 'module']) {
      const folder = await mkdtemp(join(tmpdir(), 'test-use-'));
      t.after(() => rm(folder, { recursive: true }));
      if (type !== undefined) await writeFile(join(folder, 'package.json'), JSON.stringify({ type }));
      await writeFile(join(folder, `word.${extension}`), "export const word = '/1';\n");
      const text = `import { defineStep, z } from 'sluice';
        import { word } from './word.${extension}';
        const process = (record) => ({ ...record, links: record.links.filter(({ url }) => url.includes(word)) });
        const options = z.strictObject({});
        export default defineStep({ input: 'links', output: 'links', options, create: () => ({ process }) });`;
      await writeFile(join(folder, `own.${extension}`), text);
      const step = await load(folder, { path: `own.${extension}` });
      const done = await step.process(linksRecord(urlRecord(0), 3));
      assert.deepEqual('links' in done && done.links.map(({ url }) => url), ['https://example.com/link/1'], type);
    }
  });
}

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

for (const [title, process, message] of [
  ['nothing', '() => {}', /gives undefined: expected a record of the kind links/],
  ['nothing, later', 'async () => {}', /gives undefined/],
  ['a record of another kind', "(record) => ({ ...record, kind: 'url' })", /kind url/],
  ['a record that it has not made of the given one', "() => ({ kind: 'links', links: [] })", /kind links/],
  ['links that are none', '(record) => ({ ...record, links: [{ href: "x" }] })', /kind links/],
  ['a list', '(record) => [record]', /gives a list/],
  ['an iterator', 'function* (record) { yield record; }', /gives an object/],
] as const) {
  test(`a step that gives ${title} fails the record`, async (t) => {
    const step = await load(await folderWith(t, `() => ({ concurrency: 1, process: ${process} })`), { path: 'own.js' });
    await assert.rejects(
      async () => step.process(linksRecord(urlRecord(0), 1)),
      (error) => error instanceof RecordError && error.code === 'step' && message.test(error.message),
    );
  });
}

for (const [title, create, message] of [
  ['nothing', '() => {}', /own\.js: create gives undefined/],
  ['a promise', 'async () => ({ concurrency: 1, process: (record) => record })', /a promise/],
  ['no process', '() => ({ concurrency: 1 })', /the function process/],
  ['a concurrency of 0', '() => ({ concurrency: 0, process: (record) => record })', /concurrency is 0/],
  ['an error', "() => { throw new Error('not so'); }", /create throws: not so/],
] as const) {
  test(`a create that gives ${title} is a mistake of the user's`, async (t) => {
    const folder = await folderWith(t, create);
    await assert.rejects(
      load(folder, { path: 'own.js' }),
      (error) => error instanceof ConfigError && message.test(error.message),
    );
  });
}

test('a step without a concurrency has one of 1', async (t) => {
  const step = await load(await folderWith(t, '() => ({ process: (record) => record })'), { path: 'own.js' });
  assert.equal(step.concurrency, 1);
});

for (const method of ['open', 'close'] as const) {
  test(`what ${method} throws stops the run, with the name of the module`, async (t) => {
    const text = `() => ({ process: (record) => record, ${method}() { throw new Error('no model'); } })`;
    const step = await load(await folderWith(t, text), { path: 'own.js' });
    await assert.rejects(
      async () => step[method]?.(),
      (error) => error instanceof StageError && error.message === `own.js: ${method} throws: no model`,
    );
  });
}

/** A folder with the module of a step of links, which has this `create`. */
async function folderWith(t: TestContext, create: string): Promise<string> {
  const folder = await scratchFolder(t);
  const text = `import { defineStep, RecordError, skip, z } from 'sluice';
    export default defineStep({ input: 'links', output: 'links', options: z.strictObject({}), create: ${create} });`;
  await writeFile(join(folder, 'own.js'), text);
  return folder;
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
