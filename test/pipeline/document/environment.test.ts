import assert from 'node:assert/strict';
import { test } from 'node:test';
import { shieldReferences, substitute, unshieldReferences } from '../../../src/pipeline/document/environment.ts';

const env = { NAME: 'value', EMPTY: '', NESTED: '${NAME}' };

test('a reference becomes the value of the variable', () => {
  assert.deepEqual(substitute('a ${NAME} b ${NAME}', env), {
    text: 'a value b value',
    variables: ['NAME', 'NAME'],
    problems: [],
  });
});

test('a default stands in for a variable that is unset or empty', () => {
  assert.equal(substitute('${UNSET:-a, b: c}', env).text, 'a, b: c');
  assert.equal(substitute('${EMPTY:-default}', env).text, 'default');
  assert.equal(substitute('${NAME:-default}', env).text, 'value');
  assert.equal(substitute('${UNSET:-}', env).text, '');
});

test('a variable that is empty and has no default is empty', () => {
  assert.deepEqual(substitute('<${EMPTY}>', env), { text: '<>', variables: ['EMPTY'], problems: [] });
});

test('two dollar signs make a literal reference', () => {
  assert.deepEqual(substitute('$${NAME} $NAME $', env), { text: '${NAME} $NAME $', variables: [], problems: [] });
});

test('a value is not searched for references again', () => {
  assert.equal(substitute('${NESTED}', env).text, '${NAME}');
});

test('a variable that is unset and has no default is a problem, also where an object would inherit it', () => {
  assert.equal(substitute('${UNSET} ${toString}', env).problems.length, 2);
});

test('what is no reference after all is a problem', () => {
  for (const text of ['${', '${}', '${1A}', '${A-b}', '${A', '${ A }']) {
    assert.equal(substitute(text, env).problems.length, 1, text);
  }
});

test('shielding keeps every position and is undone', () => {
  const yaml = 'a: { path: ${FILE:-x, y: [z] # }, b: "${FILE:-\\"}" }';
  const shielded = shieldReferences(yaml);
  assert.equal(shielded.length, yaml.length);
  assert.notEqual(shielded, yaml);
  assert.equal(unshieldReferences(shielded), yaml);
});
