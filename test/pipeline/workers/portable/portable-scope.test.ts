import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fieldColumn } from '../../../../src/core/columns/columns.ts';
import { sourceScope } from '../../../../src/pipeline/columns/record-columns.ts';
import { portableScope, scopeFrom } from '../../../../src/pipeline/workers/portable/portable-scope.ts';
import { linksRecord, urlRecord } from '../../../helpers/pipelines/stages.ts';

const scope = sourceScope('links', true)
  .with('section', fieldColumn('section', 'string', 'Set to x.'))
  .renamed(new Map([['parsed_url', 'link']]))
  .without(['status']);
const restored = scopeFrom(structuredClone(portableScope(scope)), 'links');

test('columns that were set, renamed and dropped are so in a worker thread', () => {
  assert.deepEqual(restored.names, scope.names);
  assert.equal(restored.hasInput, true);
  for (const name of scope.names) {
    const { read: _own, ...own } = scope.get(name) ?? assert.fail();
    const { read: _other, ...other } = restored.get(name) ?? assert.fail();
    assert.deepEqual(other, own);
  }
});

test('columns are read there as here', () => {
  const made = linksRecord(urlRecord(1), 1);
  const [link = assert.fail()] = made.links;
  const record = { ...made, fields: { section: 'boats', 'input.rank': 3 } };
  const read = (name: string) => (restored.get(name) ?? assert.fail(name)).read(record, link);
  assert.deepEqual(['link', 'section', 'input.rank', 'source_url'].map(read), [link.url, 'boats', 3, record.sourceUrl]);
});
