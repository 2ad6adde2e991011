import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AnyRecord, Kind } from '../../../src/core/record.ts';
import { sourceScope } from '../../../src/pipeline/columns/record-columns.ts';
import { setStep } from '../../../src/stages/steps/set.ts';
import { linksRecord, stageContext, urlRecord } from '../../helpers/pipelines/stages.ts';

test('on links each link gets its own values, later expressions see those before them', async () => {
  const record = linksRecord(urlRecord(0), 2);
  const done = await run('links', { target: 'host(parsed_url)', both: 'target + " " + string(line)' }, record);
  assert.equal(done.kind, 'links');
  assert.deepEqual(done.kind === 'links' && done.links.map(({ fields }) => fields), [
    { target: 'example.com', both: 'example.com 1' },
    { target: 'example.com', both: 'example.com 1' },
  ]);
});

test('on URLs the values are the record’s, beside those that it has', async () => {
  const record = { ...urlRecord(0), fields: { 'input.a': 1 } };
  const done = await run('url', { depth: 'size(path(url))' }, record);
  assert.deepEqual(done.fields, { 'input.a': 1, depth: 2 });
});

test('a column that is set again is another one; the old value can be used for the new', () => {
  const plan = setStep.columns?.({ columns: { line: 'line * 2' } }, sourceScope('url', false), 'url');
  assert.deepEqual(plan?.problems, []);
  assert.deepEqual(plan?.reads, ['line']);
  assert.equal(plan?.columns.get('line')?.field, 'line');
  assert.equal(plan?.columns.get('line')?.type, 'int');
  const again = setStep.columns?.({ columns: { line: '"x"' } }, plan?.columns ?? sourceScope('url', false), 'url');
  assert.equal(again?.columns.get('line')?.type, 'string');
});

test('every mistake is told with the column that it is about', () => {
  const columns = { good: '1', bad: 'nope', 'input.x': '1', worse: '1 +' };
  const plan = setStep.columns?.({ columns }, sourceScope('url', false), 'url');
  assert.deepEqual(
    plan?.problems?.map(({ path }) => path.join('.')),
    ['columns.bad', 'columns.input.x', 'columns.worse'],
  );
});

async function run(kind: Kind, columns: Readonly<Record<string, string>>, record: AnyRecord): Promise<AnyRecord> {
  const step = setStep.create({ columns }, { ...stageContext('/'), columns: sourceScope(kind, true) });
  const done = await step.process(record as never);
  assert.ok(done.kind !== 'skip' && done.kind !== 'abandon', 'it goes on');
  return done;
}
