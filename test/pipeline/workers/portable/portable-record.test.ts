import assert from 'node:assert/strict';
import { test } from 'node:test';
import { releaseRecord, type UrlRecord } from '../../../../src/core/record.ts';
import {
  portableRecord,
  portableUrl,
  recordFrom,
  urlFrom,
} from '../../../../src/pipeline/workers/portable/portable-record.ts';
import { linksRecord, pageRecord, urlRecord } from '../../../helpers/pipelines/stages.ts';

const plain = urlRecord(7);
const withFields: UrlRecord = { ...plain, fields: { 'input.category': 'boats', 'input.rank': null } };

for (const [title, record] of [
  ['a URL', plain],
  ['a URL with columns of the input', withFields],
  ['a URL with credentials', { ...plain, url: new URL('https://user:secret@example.com/%zz?q=ä#f') }],
] as const) {
  test(`${title} is the same in a worker thread`, () => {
    assert.deepEqual(urlFrom(structuredClone(portableUrl(record))), record);
  });
}

test('links come back as they were, with the fields that steps have set', () => {
  const record = {
    ...linksRecord(plain, 3),
    fields: { section: 'boats' },
    baseUrl: 'https://a.example/',
    fetchedAtMs: 5,
  };
  assert.deepEqual(recordFrom(structuredClone(portableRecord(record)), plain), record);
});

test('links without fields come back without', () => {
  const record = linksRecord(plain, 0);
  assert.deepEqual(recordFrom(structuredClone(portableRecord(record)), withFields), record);
});

test('a page that has left comes back with its head, and without a body', async () => {
  const page = pageRecord(plain);
  const back = recordFrom(structuredClone(portableRecord(page)), plain);
  assert.ok(back.kind === 'page');
  assert.deepEqual([back.response, back.sourceUrl, back.origin], [page.response, page.sourceUrl, page.origin]);
  releaseRecord(back);
  await assert.rejects(
    back.body.read(() => assert.fail('nothing is there to be read')),
    /not to be read/,
  );
});
