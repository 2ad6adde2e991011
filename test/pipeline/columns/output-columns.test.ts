import assert from 'node:assert/strict';
import { it } from 'node:test';
import { RecordError } from '../../../src/core/errors.ts';
import {
  columnsOf,
  linkChoice,
  linkRows,
  type OutputRole,
  reportChoice,
  rowMaker,
  tableColumns,
} from '../../../src/pipeline/columns/output-columns.ts';
import { sourceScope } from '../../../src/pipeline/columns/record-columns.ts';
import { reportColumns, sinkColumns } from '../../helpers/pipelines/columns.ts';
import { linksRecord, pageFacts, urlRecord } from '../../helpers/pipelines/stages.ts';

const roles: readonly OutputRole[] = ['sink', 'failures', 'pages'];
const record = urlRecord(4);

it('the columns have the names that people rely on', () => {
  assert.deepEqual(tableColumns, {
    sink: [
      ...['source_url', 'parsed_url', 'tag', 'attribute', 'final_url', 'status', 'position', 'rel', 'nofollow', 'text'],
      ...['title', 'hreflang', 'type', 'media', 'internal', 'base_url', 'fetched_at', 'content_type'],
      ...['bytes', 'line'],
    ],
    failures: ['source_url', 'code', 'status', 'attempts', 'ms', 'message', 'line'],
    pages: [
      'source_url',
      'final_url',
      'outcome',
      'status',
      'content_type',
      'bytes',
      'links',
      'attempts',
      'ms',
      'line',
      'etag',
      'last_modified',
    ],
  });
});

it('the default columns of links are source_url and parsed_url, those of the others are all', () => {
  assert.deepEqual(linkChoice(sourceScope('links', false)).defaults, ['source_url', 'parsed_url']);
  assert.deepEqual(reportChoice('failures', true).defaults, tableColumns.failures);
  assert.deepEqual(reportChoice('pages', true).defaults, tableColumns.pages);
});

it('each column has a sentence for the reference', () => {
  for (const role of roles) {
    assert.deepEqual(
      columnsOf(role).map(({ name }) => name),
      tableColumns[role],
    );
    for (const { summary } of columnsOf(role)) assert.match(summary, /^.+\.$/);
  }
});

it("a link's row has its values in the order of the columns, and the page's links keep their order", () => {
  const links = linksRecord(record, 2);
  assert.deepEqual(linkRows(sinkColumns('parsed_url', 'source_url', 'parsed_url'))(links), [
    ['https://example.com/link/0', 'https://example.com/4', 'https://example.com/link/0'],
    ['https://example.com/link/1', 'https://example.com/4', 'https://example.com/link/1'],
  ]);
  assert.deepEqual(linkRows(sinkColumns(...tableColumns.sink))(linksRecord(record, 1)), [
    [
      ...['https://example.com/4', 'https://example.com/link/0', 'a', 'href', 'https://example.com/4', 200, null, null],
      ...[false, null, null, null, null, null, true, 'https://example.com/4', null],
      ...['text/html', 100, 5],
    ],
  ]);
  assert.deepEqual(linkRows(sinkColumns('source_url'))(linksRecord(record, 0)), []);
});

it("a link's details fill the columns of their names, and true, false and numbers stay what they are", () => {
  const details = {
    ...{ rel: 'me\tNoFollow', title: 'T', hreflang: 'de', type: 'text/html', media: 'print', text: 'words' },
  };
  const link = { url: 'mailto:a@example.com', element: 'a', attribute: 'href', position: 7, details };
  const page = { ...linksRecord(record), links: [link], baseUrl: 'https://example.com/b/', fetchedAtMs: 1_000 };
  assert.deepEqual(linkRows(sinkColumns(...tableColumns.sink.slice(6)))(page), [
    [
      ...[7, 'me\tNoFollow', true, 'words', 'T', 'de', 'text/html', 'print', false],
      ...['https://example.com/b/', '1970-01-01T00:00:01.000Z', 'text/html', 100, 5],
    ],
  ]);
  const other = { ...page, links: [{ ...link, details: { ...details, rel: 'nofollower no follow' } }] };
  assert.deepEqual(linkRows(sinkColumns('nofollow'))(other), [[false]]);
});

it('the row of a failure tells what is known, and null where no status came', () => {
  const row = rowMaker(reportColumns('failures', tableColumns.failures));
  const status = new RecordError('http-status', 'it answered 404', {
    facts: pageFacts({ status: 404, elapsedMs: 5.6 }),
  });
  assert.deepEqual(row({ record, error: status, facts: status.facts }), [
    'https://example.com/4',
    'http-status',
    404,
    1,
    6,
    'it answered 404',
    5,
  ]);
  const unknown = new RecordError('invalid-url', 'no URL');
  assert.deepEqual(row({ record, error: unknown, facts: {} }), [
    'https://example.com/4',
    'invalid-url',
    null,
    0,
    0,
    'no URL',
    5,
  ]);
});

it('the row of a page tells what is known, and null for the rest', () => {
  const row = rowMaker(reportColumns('pages', tableColumns.pages));
  assert.deepEqual(row({ record, outcome: 'linked', facts: pageFacts({ elapsedMs: 1.4, etag: '"1"' }), links: 3 }), [
    'https://example.com/4',
    'https://example.com/',
    'linked',
    200,
    'text/html',
    100,
    3,
    1,
    1,
    5,
    '"1"',
    null,
  ]);
  assert.deepEqual(row({ record, outcome: 'failed', facts: { attempts: 2 }, links: 0 }), [
    'https://example.com/4',
    null,
    'failed',
    null,
    null,
    null,
    0,
    2,
    0,
    5,
    null,
    null,
  ]);
});
