import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { describe, test } from 'node:test';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { parse } from 'yaml';
import { testJsonSchema } from '../../../src/testing/document/test-schema.ts';
import { root } from '../../helpers/files/samples.ts';

const schema = testJsonSchema();
// In strict mode a keyword that the draft doesn't know is an error.
const validate = new Ajv2020({ strict: true, strictTuples: false, allowUnionTypes: true }).compile(schema);
const folder = join(root, 'pipelines');

test('what is committed is what the program prints', () => {
  assert.deepEqual(
    JSON.parse(readFileSync(join(folder, 'test-schema.json'), 'utf8')),
    JSON.parse(JSON.stringify(schema)),
  );
});

describe('the schema accepts', () => {
  const files = ['.', 'templates'].flatMap((place) =>
    readdirSync(join(folder, place)).map((name) => join(place, name)),
  );
  for (const file of files.filter((name) => name.endsWith('.test.yaml'))) {
    test(`${file}, which names it in its first line`, () => {
      const text = readFileSync(join(folder, file), 'utf8');
      const schemaFile = relative(dirname(file), 'test-schema.json');
      assert.equal(text.split('\n')[0], `# yaml-language-server: $schema=${schemaFile}`);
      assert.ok(validate(parse(text)), JSON.stringify(validate.errors));
    });
  }
});

describe('the schema refuses', () => {
  const mistakes: Readonly<Record<string, object>> = {
    'a file without cases': { cases: [] },
    'a case without a name': { cases: [{ input: [] }] },
    'a misspelt key of a case': { cases: [{ name: 'x', inputs: [] }] },
    'a misspelt key of an answer': { cases: [{ name: 'x', answers: { '*': { stauts: 404 } } }] },
    'a misspelt failure': { cases: [{ name: 'x', answers: { '*': [{ failure: 'refusd' }] } }] },
    'a delay without a unit': { cases: [{ name: 'x', answers: { '*': { delay: 3 } } }] },
    'a misspelt expectation': { cases: [{ name: 'x', expected: { rowz: [] } }] },
    'a misspelt total': { cases: [{ name: 'x', expected: { summary: { reed: 1 } } }] },
  };
  for (const [title, file] of Object.entries(mistakes)) {
    test(title, () => assert.equal(validate(file), false));
  }
});
