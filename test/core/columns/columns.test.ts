import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  type Column,
  ColumnScope,
  fieldColumn,
  inputColumnName,
  nameInInput,
} from '../../../src/core/columns/columns.ts';
import { linksRecord, urlRecord } from '../../helpers/pipelines/stages.ts';

const column: Column = { type: 'string', summary: 'A column.', read: (record) => record.sourceUrl, builtIn: 'a' };

test('a column of the input is called input.NAME, and input alone or another name is none', () => {
  assert.equal(inputColumnName('my column'), 'input.my column');
  assert.equal(nameInInput('input.my column'), 'my column');
  for (const name of ['input', 'input.', 'my column']) assert.equal(nameInInput(name), undefined);
});

test('a scope has every column of an input that has columns, and none of one that has none', () => {
  assert.equal(new ColumnScope().get('input.x'), undefined);
  const record = { ...urlRecord(1), fields: { 'input.x': 7 } };
  assert.equal(new ColumnScope(new Map(), true).get('input.x')?.read(record), 7);
  assert.deepEqual(new ColumnScope(new Map(), true).names, []);
});

test('a renamed column is found by its new name in its old place, one of the input behind the others', () => {
  const scope = new ColumnScope(
    new Map([
      ['a', column],
      ['b', column],
    ]),
    true,
  );
  const renamed = scope.renamed(
    new Map([
      ['a', 'x'],
      ['input.k', 'key'],
    ]),
  );
  assert.deepEqual(renamed.names, ['x', 'b', 'key']);
  assert.equal(renamed.get('a'), undefined);
  assert.equal(renamed.get('x')?.builtIn, 'a');
  assert.equal(renamed.get('key')?.field, 'input.k');
});

test('a column is dropped, and one of the same name replaces it', () => {
  const scope = new ColumnScope(new Map([['a', column]]));
  assert.deepEqual(scope.without(['a']).names, []);
  assert.equal(scope.with('a', fieldColumn('a', 'int', 'Mine.')).get('a')?.type, 'int');
});

test("a field's value is the link's own before the record's, and null where neither has it", () => {
  const { read } = fieldColumn('f', 'int', 'Mine.');
  const record = { ...linksRecord(urlRecord(1), 1), fields: { f: 1 } };
  const [link] = record.links;
  assert.ok(link !== undefined, 'the page has a link');
  assert.equal(read(record, { ...link, fields: { f: 2 } }), 2);
  assert.equal(read(record, link), 1);
  assert.equal(read(urlRecord(1)), null);
});

test('a free field is one in which no other column is kept, also not one under another name', () => {
  const scope = new ColumnScope(new Map([['renamed', fieldColumn('mine', 'int', 'Mine.')]]));
  assert.equal(scope.freeField('other'), 'other');
  assert.equal(scope.freeField('mine'), "mine'");
});
