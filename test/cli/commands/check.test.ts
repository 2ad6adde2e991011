import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { checkFiles } from '../../../src/cli/commands/check.ts';
import { definitions, env, tables } from '../../helpers/definitions.ts';

const folder = new URL('../../fixtures/pipelines/', import.meta.url);

function check(file: string): readonly string[] {
  const text = readFileSync(new URL(file, folder), 'utf8');
  return checkFiles([{ file: file.replace('good/', ''), text }], env, definitions, tables);
}

/** Each `NAME.yaml` is broken in the way that its name says, and has beside it what `check` has to say to it. */
const broken = readdirSync(folder).filter((name) => name.endsWith('.yaml'));

test('there are broken files to check', () => {
  assert.ok(broken.length >= 40);
});

for (const name of broken) {
  test(`${name} gives its expected messages`, () => {
    const expected = readFileSync(new URL(name.replace(/yaml$/, 'expected'), folder), 'utf8');
    assert.notEqual(expected, '');
    assert.deepEqual(check(name), expected.trimEnd().split('\n'));
  });
}

for (const name of readdirSync(new URL('good/', folder))) {
  test(`the good file ${name} has no problem`, () => {
    assert.deepEqual(check(`good/${name}`), []);
  });
}

test('the problems of several files come file after file', () => {
  const files = ['b.yaml', 'a.yaml'].map((file) => ({
    file,
    text: 'source: lines\nsteps: [fetch, links]\nx: 1\ny: 2',
  }));
  const places = checkFiles(files, env, definitions, tables).map((message) => message.split(': ')[0]);
  assert.deepEqual(places, ['b.yaml:3:1', 'b.yaml:4:1', 'a.yaml:3:1', 'a.yaml:4:1']);
});

test('a variable that is not set hides no other problem, and is told of once', () => {
  const text = 'source: lines\nsteps:\n  - fetch: { concurrency: ${A} }\n  - link\nsink: { csv: { path: ${B} } }';
  const messages = checkFiles([{ file: 'a.yaml', text }], {}, definitions, tables);
  assert.deepEqual(
    messages.map((message) => message.split(': ').slice(0, 2).join(' ')),
    ['a.yaml:3:27 steps[0].fetch.concurrency', 'a.yaml:4:5 steps[1]', 'a.yaml:5:22 sink.csv.path'],
  );
});
