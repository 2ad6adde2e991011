import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parse, stringify } from 'yaml';
import { readTestFile } from '../../../src/testing/document/test-file.ts';
import { updateFile } from '../../../src/testing/document/update-file.ts';
import type { Observation } from '../../../src/testing/run/run-case.ts';

const COLUMNS = ['page', 'link'];

test('of a list of rows, those that are right stay as they are written, with their comments', () => {
  const text = `# Top.
cases:
  - name:   one   # odd spacing
    expected:   # of it
      rows:
        # Before b.
        - {link: "b"}   # Behind b.
        # Before x.
        - { link: x }
        # Before c.
        - link: c
      # Last.
      unordered:   false
# End.
`;
  const expected = text
    .replace('        # Before x.\n        - { link: x }\n', '')
    .replace('{link: "b"}   #', '{ link: "b" } #')
    .replace('link: c\n', 'link: c\n        - { link: d }\n');
  assert.equal(update(text, ['b', 'c', 'd']), expected);
});

test('a case that expects nothing is given what came, behind its last key', () => {
  const text = 'cases:\n- name: one\n  input: [] # none\n\n- name: two\n';
  const added = '  expected:\n    rows:\n      - { page: p, link: a }\n    exitCode: 0\n';
  assert.equal(update(text, ['a']), text.replace('# none\n', `# none\n${added}`));
});

test('a case on one line stays on one line', () => {
  assert.equal(
    update('cases: [{ name: one, expected: { rows: [], exitCode: 9 } }]\n', ['a']),
    'cases: [{ name: one, expected: { rows: [ { page: p, link: a } ], exitCode: 0 } }]\n',
  );
  assert.equal(update('cases: [{ name: one }]\n', []), 'cases: [{ name: one, expected: { rows: [], exitCode: 0 } }]\n');
});

test('what another case shares by an alias is not changed for that one', () => {
  const text = `cases:
  - { name: one, expected: { contains: [{ link: q }], exitCode: 9 } }
  - name: two
    expected: &shared { rows: [{ link: a }], exitCode: 0 }
  - name: three
    expected: *shared
`;
  const updated = parse(update(text, ['b'], 2));
  assert.deepEqual(updated.cases[1].expected.rows, [{ link: 'a' }]);
  assert.deepEqual(updated.cases[2].expected, { rows: [{ link: 'b' }], exitCode: 0 });
});

test('a row that another case stands on does not go', () => {
  const text = `cases:
  - name: one
    expected: { rows: [&row { link: q }] }
  - name: two
    expected: { contains: [*row] }
`;
  assert.throws(() => update(text, ['a']), /anchor that is used elsewhere/);
});

test('what contains names stays, and so does all of a case that lacks an answer', () => {
  const text = 'cases:\n  - name: one\n    expected: { contains: [{ link: q }], exitCode: 9 }\n';
  assert.equal(update(text, ['a']), text.replace('9', '0'));
  assert.equal(update(text, ['a'], 0, { unanswered: ['no answer'] }), text);
});

test('lines end as those of the file do', () => {
  const text = 'cases:\r\n  - name: one\r\n    input: []\r\n';
  assert.ok(!/[^\r]\n/.test(update(text, ['a'])));
});

test('a file that was updated has nothing left to update, whatever its rows hold', () => {
  const value = fc.oneof(
    fc.string({ unit: 'grapheme' }),
    fc.constantFrom('${x}', '# a', "it's", '- a', ': ', '\t', '*x', '&x', '1'),
  );
  const rows = fc.array(value, { maxLength: 5 });
  fc.assert(
    fc.property(rows, rows, fc.boolean(), fc.boolean(), (before, found, isFlow, isList) => {
      const expected = { rows: before.map((link) => (isList ? ['p', link] : { link })), exitCode: 1 };
      const written = stringify(
        { cases: [{ name: 'one', expected }] },
        { flowCollectionPadding: isList, collectionStyle: isFlow ? 'flow' : 'any' },
      );
      const text = written.replaceAll('${', () => '$${');
      const updated = update(text, found);
      assert.deepEqual(
        casesOf(updated)[0]?.expected?.rows,
        found.map((link) => (isList && before.length > 0 ? ['p', link] : rowOf(before, link))),
      );
      assert.equal(update(updated, found), updated);
    }),
  );
});

/** Of no row that was expected the columns are known: all are written. */
function rowOf(before: readonly string[], link: string): object {
  return before.length === 0 ? { page: 'p', link } : { link };
}

/** Updates a case to a run that gave these links of a page. */
function update(text: string, links: readonly string[], index = 0, others: Partial<Observation> = {}): string {
  const testCase = casesOf(text)[index];
  assert.ok(testCase !== undefined);
  const empty = { columns: COLUMNS, rows: [] };
  const observation: Observation = {
    rows: { columns: COLUMNS, rows: links.map((link) => ['p', link]) },
    failures: empty,
    pages: empty,
    requests: [],
    summary: {},
    exitCode: 0,
    unanswered: [],
    unused: [],
    error: undefined,
    ...others,
  };
  return updateFile(text, [{ testCase, observation }]);
}

function casesOf(text: string) {
  const { file, problems } = readTestFile(text, { file: 'a.test.yaml', folder: '.', env: {} });
  assert.deepEqual(problems, []);
  return file?.cases ?? [];
}
