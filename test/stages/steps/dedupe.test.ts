import assert from 'node:assert/strict';
import { it } from 'node:test';
import { skip } from '../../../src/core/outcome.ts';
import { dedupeStep } from '../../../src/stages/steps/dedupe.ts';
import { stageContext, urlRecord } from '../../helpers/stages.ts';

it('the first line of a URL goes on as it is, later ones are skipped as duplicates', () => {
  const step = create();
  const record = urlRecord(0);
  assert.equal(step.process(record), record);
  assert.deepEqual(step.process({ ...record, origin: { ...record.origin, sequence: 1 } }), skip('duplicate'));
  const other = urlRecord(1);
  assert.equal(step.process(other), other);
});

it('lines that differ only in how they write the URL are one; other paths, queries and fragments are others', () => {
  const step = create();
  const isNew = (href: string) =>
    'origin' in Object(step.process({ ...urlRecord(0), sourceUrl: href, url: new URL(href) }));
  assert.deepEqual(
    [
      'https://example.com',
      'https://EXAMPLE.com:443/',
      'http://example.com/',
      'https://example.com/?',
      'https://example.com/#a',
      'https://example.com/a/../',
    ].map(isNew),
    [true, false, true, true, true, false],
  );
});

it('what one run has seen is not known to the next', () => {
  const record = urlRecord(0);
  assert.equal(create().process(record), record);
  assert.equal(create().process(record), record);
});

it('records are taken one after the other, so that the first in the input is the one that stays', () => {
  assert.equal(create().concurrency, 1);
});

function create() {
  return dedupeStep.create(dedupeStep.options.parse({}), stageContext('/'));
}
