import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseDocument } from 'yaml';
import { readPlainScalar } from '../../../src/pipeline/document/plain-scalar.ts';
import { readYaml, type YamlValue } from '../../../src/pipeline/document/yaml-value.ts';

function read(text: string, env: Readonly<Record<string, string>> | undefined = {}): YamlValue {
  return readYaml(parseDocument(text, { uniqueKeys: false }), env);
}

function texts(text: string): readonly string[] {
  return read(text).problems.map((problem) => problem.text);
}

test('a plain scalar is read by the core schema of YAML 1.2', () => {
  for (const [text, value] of [
    ['64', 64],
    ['-1.5e3', -1500],
    ['0x1F', 31],
    ['0o17', 15],
    ['true', true],
    ['NULL', null],
    ['', null],
    ['~', null],
    ['30s', '30s'],
    ['yes', 'yes'],
    ['1_000', '1_000'],
    [' 5', ' 5'],
  ] as const) {
    assert.deepEqual(readPlainScalar(text), value, text);
  }
  assert.equal(readPlainScalar('.inf'), Number.POSITIVE_INFINITY);
});

test('a key that is there twice is a problem at its second place', () => {
  const { problems, value } = read('a: 1\nb: 2\na: 3');
  assert.deepEqual(problems, [
    { path: ['a'], offset: 10, code: 'duplicate-key', text: 'this key is there twice in its map' },
  ]);
  assert.deepEqual(value, { a: 3, b: 2 });
});

test('fifty levels are read, one more is not', () => {
  assert.deepEqual(texts(`${'['.repeat(51)}${']'.repeat(51)}`), []);
  assert.deepEqual(texts(`${'['.repeat(52)}${']'.repeat(52)}`), ['nested too deeply']);
});

test('ten thousand values through aliases are read, one more is not', () => {
  const list = `a: &a [${'1,'.repeat(98)}]\nb: [${'*a,'.repeat(101)}]`;
  assert.deepEqual(texts(list), []);
  assert.deepEqual(texts(`${list}\nc: &c 1\nd: *c`), []);
  assert.deepEqual(texts(`${list}\nc: *a`), ['the aliases stand for more than 10000 values']);
});

test('aliases of aliases are counted each time they are used', () => {
  const bomb = [
    'a: &a [1,1,1,1,1,1,1,1,1,1]',
    ...['ba', 'cb', 'dc', 'ed'].map((pair) => `${pair[0]}: &${pair[0]} [${`*${pair[1]},`.repeat(10)}]`),
  ];
  assert.deepEqual(texts(bomb.join('\n')), ['the aliases stand for more than 10000 values']);
});

test('a file with too many values is not read to its end', () => {
  const { isComplete, problems } = read(`[${'1,'.repeat(60_000)}]`);
  assert.equal(isComplete, false);
  assert.deepEqual(
    problems.map((problem) => problem.text),
    ['the file has more than 50000 values'],
  );
});

test('an alias inside its own anchor is a problem', () => {
  assert.deepEqual(texts('a: &a [*a]'), ['no value with the anchor &a ends before this alias']);
});

test('without an environment, references stand for themselves', () => {
  assert.deepEqual(readYaml(parseDocument('a: ${X}'), undefined).value, { a: '${X}' });
});
