import { type JsonSchema, optionsJsonSchema } from '../../pipeline/options.ts';
import { answerKeys, caseKeys, expectedKeys, testFileKeys } from './test-keys.ts';

/** Gives the JSON Schema (draft 2020-12) of a test file. */
export function testJsonSchema(): JsonSchema {
  const file = optionsJsonSchema(testFileKeys);
  const one = optionsJsonSchema(caseKeys);
  const answer: JsonSchema = { anyOf: [{ type: 'string' }, optionsJsonSchema(answerKeys)] };
  const list: JsonSchema = { type: 'array', items: answer, minItems: 1 };
  const answers: JsonSchema = {
    ...part(one, 'answers'),
    additionalProperties: { anyOf: [answer, list] },
  };
  const expected: JsonSchema = { ...part(one, 'expected'), ...optionsJsonSchema(expectedKeys) };
  const testCase: JsonSchema = { ...one, properties: { ...one.properties, answers, expected } };
  const cases: JsonSchema = { ...part(file, 'cases'), items: testCase };
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'Tests of a Sluice pipeline',
    description: 'Runs of a pipeline with canned answers, and what is to come of them.',
    ...file,
    properties: { ...file.properties, cases },
  };
}

function part({ properties = {} }: JsonSchema, name: string): JsonSchema {
  return properties[name] as JsonSchema;
}
