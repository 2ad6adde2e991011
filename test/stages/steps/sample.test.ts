import assert from 'node:assert/strict';
import { test } from 'node:test';
import { skip } from '../../../src/core/outcome.ts';
import { sampleStep } from '../../../src/stages/steps/sample.ts';
import { linksRecord, stageContext, urlRecord } from '../../helpers/pipelines/stages.ts';

const urls = Array.from({ length: 10_000 }, (_, sequence) => urlRecord(sequence));

test('about the share is kept, what is not is skipped as sample', () => {
  const step = create({ share: '5%' });
  const results = urls.map((record) => step.process(record));
  const kept = results.filter((result) => 'origin' in (result as object)).length;
  assert.ok(kept > 400 && kept < 600, `${kept} of 10,000`);
  assert.ok(
    results.some((result) => JSON.stringify(result) === JSON.stringify(skip('sample'))),
    'others are skipped',
  );
});

test('two runs keep the same, another seed keeps others, a larger share keeps those of a smaller one', () => {
  const kept = (options: Record<string, unknown>) => {
    const step = create(options);
    return new Set(urls.filter((record) => step.process(record) === record));
  };
  assert.deepEqual(kept({ share: '5%' }), kept({ share: '5%' }));
  assert.notDeepEqual(kept({ share: '5%' }), kept({ share: '5%', seed: 'x' }));
  const more = kept({ share: '10%' });
  assert.ok(
    [...kept({ share: '5%' })].every((record) => more.has(record)),
    'a larger share has them all',
  );
});

test('by host all URLs of a host stay or go together; 100% keeps all, 0% none', () => {
  const step = create({ share: '50%', by: 'host' });
  assert.equal(new Set(urls.map((record) => step.process(record) === record)).size, 1);
  assert.equal(urls.filter((record) => create({ share: '100%' }).process(record) === record).length, urls.length);
  assert.equal(urls.filter((record) => create({ share: '0%' }).process(record) === record).length, 0);
});

test('of links those are kept whose URL is', () => {
  const record = linksRecord(urlRecord(0), 1000);
  const kept = create({ share: '10%' }).process(record);
  assert.ok('links' in (kept as object), 'the page goes on');
  const { links } = kept as typeof record;
  assert.ok(links.length > 60 && links.length < 140, `${links.length} of 1,000`);
});

function create(options: Readonly<Record<string, unknown>>) {
  return sampleStep.create(sampleStep.options.parse(options), stageContext('/'));
}
