import assert from 'node:assert/strict';
import { test } from 'node:test';
import { schemaText } from '../../src/cli/commands/schema.ts';
import { tableColumns } from '../../src/pipeline/columns/output-columns.ts';
import type { JsonSchema } from '../../src/pipeline/options.ts';
import { pipelineJsonSchema } from '../../src/pipeline/schema.ts';
import { definitions } from '../helpers/pipelines/definitions.ts';

const schema = pipelineJsonSchema(definitions);

/** The part of the schema that the keys lead to. */
function part(...keys: (string | number)[]): JsonSchema {
  let current: unknown = schema;
  for (const key of keys) current = (current as Readonly<Record<string | number, unknown>>)[key];
  assert.ok(current, keys.join('.'));
  return current as JsonSchema;
}

const steps = ['properties', 'steps', 'items', 'anyOf', 0] as const;

test('the schema is one of draft 2020-12 and knows all keys of a pipeline', () => {
  assert.equal(schema.$schema, 'https://json-schema.org/draft/2020-12/schema');
  const stageKeys = ['source', 'steps', 'sink', 'failures', 'pages'];
  const keys = [
    'name',
    ...stageKeys,
    'summary',
    'skip',
    'limit',
    'checkpoint',
    'ordered',
    'shard',
    'workers',
    'maxFailures',
  ];
  assert.deepEqual(Object.keys(schema.properties ?? {}), keys);
  assert.deepEqual(schema.required, ['source']);
  assert.equal(schema.additionalProperties, false);
});

test('every key has a description', () => {
  for (const property of Object.values(schema.properties ?? {}))
    assert.match((property as JsonSchema).description ?? '', /\.$/);
});

test('a stage is a map with one key out of the names of its type', () => {
  const { minProperties, maxProperties, additionalProperties, properties = {} } = part(...steps);
  assert.deepEqual([minProperties, maxProperties, additionalProperties], [1, 1, false]);
  assert.deepEqual(Object.keys(properties), ['dedupe', 'fetch', 'links']);
});

test('a stage without required options may be a bare name or have no value', () => {
  assert.deepEqual(part('$defs', 'sink', 'anyOf', 1), { enum: ['tsv'] });
  assert.deepEqual(part(...steps, 'properties', 'fetch').type, ['object', 'null']);
  assert.equal(part('$defs', 'sink', 'anyOf', 0, 'properties', 'csv').type, 'object');
});

test('a stage has its title and summary, its options their descriptions and defaults', () => {
  const { title, description, additionalProperties } = part(...steps, 'properties', 'fetch');
  assert.deepEqual([title, additionalProperties], ['fetch', false]);
  assert.equal(description, 'Fetches each URL and passes the answer on as a page.');
  assert.deepEqual(part(...steps, 'properties', 'fetch', 'properties', 'concurrency'), {
    title: 'concurrency',
    default: 64,
    description: 'Requests in flight, over all hosts.',
    anyOf: [{ type: 'integer', exclusiveMinimum: 0 }, { $ref: '#/$defs/reference' }],
  });
});

test('an option that takes any text needs no form for references of its own', () => {
  assert.equal(part(...steps, 'properties', 'fetch', 'properties', 'headers', 'additionalProperties').type, 'string');
});

test('columns are those of the output that they are for', () => {
  for (const role of ['sink', 'failures', 'pages'] as const) {
    const sink = role === 'sink' ? ['$defs', 'sink'] : ['properties', role];
    const csv = [...sink, 'anyOf', 0, 'properties', 'csv', 'properties'];
    const columns = part(...csv, 'columns', 'items', 'anyOf', 0, 'anyOf', 0);
    assert.deepEqual(columns.enum, tableColumns[role]);
  }
});

test('as text it is JSON with a line feed at its end', () => {
  const text = schemaText(definitions);
  assert.deepEqual(JSON.parse(text), JSON.parse(JSON.stringify(schema)));
  assert.ok(text.endsWith('}\n'));
});
