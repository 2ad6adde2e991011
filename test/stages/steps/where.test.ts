import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ColumnScope } from '../../../src/core/columns/columns.ts';
import { RecordError } from '../../../src/core/errors.ts';
import { skip } from '../../../src/core/outcome.ts';
import type { AnyRecord, Kind } from '../../../src/core/record.ts';
import { sourceScope } from '../../../src/pipeline/columns/record-columns.ts';
import { whereStep } from '../../../src/stages/steps/where.ts';
import { linksRecord, pageRecord, stageContext, urlRecord } from '../../helpers/pipelines/stages.ts';

test('a URL or a page goes on where the expression is true, and is skipped as filtered where not', async () => {
  const url = urlRecord(3);
  assert.equal(await run('url', 'line == 4', url), url);
  assert.deepEqual(await run('url', 'line != 4', url), skip('filtered'));
  const page = pageRecord(url);
  assert.equal(await run('page', 'status == 200 && source_url.endsWith("/3")', page), page);
  assert.deepEqual(await run('page', 'status > 200', page), skip('filtered'));
});

test('of links those stay for which the expression is true, in their order; a page without any is still a page', async () => {
  const record = linksRecord(urlRecord(0), 3);
  const kept = await run('links', 'parsed_url != "https://example.com/link/1"', record);
  assert.deepEqual(kept, { ...record, links: [record.links[0], record.links[2]] });
  assert.deepEqual(await run('links', 'false', record), { ...record, links: [] });
  assert.equal(await run('links', 'true', record), record);
});

test('columns of the input are there as input.NAME, with their own types', async () => {
  const record = { ...urlRecord(0), fields: { 'input.rank': 7, 'input.my key': 'x' } };
  assert.equal(await run('url', 'input.rank < 10 && input["my key"] == "x"', record), record);
});

test('an expression that has no value for a record fails it as expression, with the expression and why', () => {
  const record = { ...urlRecord(0), fields: {} };
  assert.throws(
    () => step('url', 'input.rank < 10').process(record as never),
    (error) => {
      assert.ok(error instanceof RecordError, String(error));
      assert.equal(error.code, 'expression');
      assert.match(error.message, /^input\.rank < 10: /);
      return true;
    },
  );
});

const mistakes: readonly (readonly [string, Kind, RegExp])[] = [
  ['status == 200', 'url', /^column status$/],
  ['statsu == 200', 'page', /^column statsu$/],
  ['status', 'page', /true or false, this one gives a whole number/],
  ['status == "200"', 'page', /./],
  ['status == ', 'page', /./],
  ['nope(source_url)', 'url', /nope/],
  ['input.x == 1', 'links', /no columns of its own/],
];

for (const [expression, kind, message] of mistakes) {
  test(`${expression} is told for ${kind} before anything runs`, () => {
    const plan = whereStep.columns?.({ expression }, sourceScope(kind, false), kind);
    const [problem, ...others] = plan?.problems ?? [];
    assert.deepEqual(others, []);
    assert.deepEqual(problem?.path, ['expression']);
    assert.match(problem?.message ?? `column ${problem?.unknownColumn}`, message);
  });
}

test('what it reads is known, so that it is gathered', () => {
  const plan = whereStep.columns?.({ expression: 'nofollow || input.a == 1' }, sourceScope('links', true), 'links');
  assert.deepEqual(plan?.reads, ['nofollow', 'input.a']);
  assert.ok(plan?.columns instanceof ColumnScope, 'the columns go on');
});

function step(kind: Kind, expression: string) {
  return whereStep.create({ expression }, { ...stageContext('/'), columns: sourceScope(kind, true) });
}

async function run(kind: Kind, expression: string, record: AnyRecord): Promise<unknown> {
  return await step(kind, expression).process(record as never);
}
