import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Link } from '../../../src/core/record.ts';
import { normalizeStep } from '../../../src/stages/steps/normalize.ts';
import { linksRecord, stageContext, urlRecord } from '../../helpers/pipelines/stages.ts';

test('of a URL what is fetched changes, and the line as given stays', () => {
  const record = {
    ...urlRecord(0),
    sourceUrl: 'a.example/?utm_source=x#y',
    url: new URL('https://a.example/?utm_source=x#y'),
  };
  const done = create().process(record);
  assert.deepEqual(done, { ...record, url: new URL('https://a.example/') });
  const plain = urlRecord(1);
  assert.equal(create().process(plain), plain);
});

test('links that become the same are one, the first; what was the same before stays as often as it was', () => {
  const link = (url: string): Link => ({ url, element: 'a', attribute: 'href' });
  const links = ['https://a.example/#1', 'https://a.example/#2', 'https://b.example/', 'https://b.example/'].map(link);
  const done = create().process({ ...linksRecord(urlRecord(0)), links });
  assert.deepEqual('links' in done ? done.links.map(({ url }) => url) : [], [
    'https://a.example/',
    'https://b.example/',
    'https://b.example/',
  ]);
});

function create(options: Readonly<Record<string, unknown>> = {}) {
  const step = normalizeStep.create(normalizeStep.options.parse(options), stageContext('/'));
  return { process: (record: Parameters<typeof step.process>[0]) => step.process(record) as typeof record };
}
