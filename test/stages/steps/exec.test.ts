import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { ConfigError, StageError } from '../../../src/core/errors.ts';
import type { LinksRecord } from '../../../src/core/record.ts';
import { sourceScope } from '../../../src/pipeline/columns/record-columns.ts';
import { execStep } from '../../../src/stages/steps/exec.ts';
import { linksRecord, stageContext, urlRecord } from '../../helpers/pipelines/stages.ts';

/** A program in Node that answers each line with what `answer`, the body of a function of `row`, gives. */
function program(answer: string, more = ''): string[] {
  const script = `const read = require('readline').createInterface({ input: process.stdin });
    read.on('line', (line) => { const row = JSON.parse(line); const answer = (() => { ${answer} })();
    if (answer !== undefined) console.log(typeof answer === 'string' ? answer : JSON.stringify(answer)); }); ${more}`;
  return [process.execPath, '-e', script];
}

test('each row gets the columns that the program answers with, in its own order, page by page', async (t) => {
  const step = await start(t, {
    command: program('return { n: row.parsed_url.at(-1), list: [1] }'),
    columns: ['n', 'list'],
  });
  const pages = await Promise.all([3, 0, 2].map((links, page) => step.process(linksRecord(urlRecord(page), links))));
  assert.deepEqual(
    pages.map((page) => 'links' in page && page.links.map(({ fields }) => fields)),
    [
      [
        { n: '0', list: '[1]' },
        { n: '1', list: '[1]' },
        { n: '2', list: '[1]' },
      ],
      [],
      [
        { n: '0', list: '[1]' },
        { n: '1', list: '[1]' },
      ],
    ],
  );
});

test('a row that is answered with null is left out', async (t) => {
  const step = await start(t, { command: program("return row.parsed_url.endsWith('1') ? null : {}") });
  const page = await step.process(linksRecord(urlRecord(0), 3));
  assert.deepEqual('links' in page && page.links.map(({ url }) => url.at(-1)), ['0', '2']);
});

test('thousands of rows go through, more than a pipe holds', async (t) => {
  const step = await start(t, { command: program('return { long: row.parsed_url.repeat(20) }'), columns: ['long'] });
  const page = await step.process(linksRecord(urlRecord(0), 5000));
  assert.equal('links' in page && page.links.length, 5000);
});

for (const [title, command, message] of [
  ['ends early', program('process.exit(3)'), /ended with code 3/],
  ['says why it fails', program("console.error('no such key'); process.exit(1)"), /no such key/],
  ['answers with more lines than it is given', program("return '{}\\n{}\\n{}'"), /more lines than it was given/],
  ['answers with what is no object', program("return '[]'"), /expected a JSON object or null/],
  ['does not answer in time', program('return undefined'), /no answer came within 300 ms.*buffer/],
] as const) {
  test(`a program that ${title} stops the run with the reason`, async (t) => {
    const step = await start(t, { command, timeout: '300ms' });
    const ask = async () => {
      await step.process(linksRecord(urlRecord(0), 1));
      await step.process(linksRecord(urlRecord(1), 1));
    };
    await assert.rejects(ask, (error) => {
      assert.ok(error instanceof StageError, String(error));
      assert.equal(error.code, 'COMMAND_FAILED');
      assert.match(error.message, message);
      return true;
    });
  });
}

test('a program that there is not is told before anything is done', async () => {
  const step = create({ command: ['/no/such/program'] });
  await assert.rejects(Promise.resolve(step.open?.()), ConfigError);
});

test('a program that does not end with its input is ended', async () => {
  const step = create({ command: program('return {}', 'setInterval(() => {}, 1000);') });
  await step.open?.();
  await step.process(linksRecord(urlRecord(0), 1));
  await step.close?.();
});

test('columns that it gets must be there', () => {
  const given = execStep.options.parse({ command: ['cat'], input: ['parsed_url', 'nope'] });
  const plan = execStep.columns?.(given, sourceScope('links', false), 'links');
  assert.deepEqual(plan?.problems, [{ path: ['input', 1], unknownColumn: 'nope' }]);
});

function create(options: Readonly<Record<string, unknown>>) {
  const context = { ...stageContext('/tmp'), columns: sourceScope('links', false) };
  return execStep.create(execStep.options.parse(options), context);
}

async function start(t: TestContext, options: Readonly<Record<string, unknown>>) {
  const step = create(options);
  await step.open?.();
  t.after(() => step.close?.());
  return { process: (record: LinksRecord) => Promise.resolve(step.process(record)) };
}
