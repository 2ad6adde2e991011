import assert from 'node:assert/strict';
import { test } from 'node:test';
import { z } from 'zod';
import { duration } from '../../src/core/units.ts';
import { describeOptions } from '../../src/pipeline/options.ts';
import { stageDefinitions } from '../../src/stages/registry.ts';
import { definitions } from '../helpers/pipelines/definitions.ts';

test('an option is described as a user would write it', () => {
  const schema = z.strictObject({
    wait: duration().prefault('30s').describe('How long.'),
    list: z.array(z.string()).meta({ examples: [['a']] }),
    either: z.union([z.enum(['a', 'b']), z.array(z.string())]).optional(),
    on: z.boolean().default(false),
  });
  assert.deepEqual(describeOptions(schema), [
    { name: 'wait', type: 'duration', default: '30s', isRequired: false, description: 'How long.' },
    { name: 'list', type: 'list', default: undefined, isRequired: true, description: '', examples: [['a']] },
    { name: 'either', type: 'one of a, b or list', default: undefined, isRequired: false, description: '' },
    { name: 'on', type: 'boolean', default: false, isRequired: false, description: '' },
  ]);
});

test('choices are listed', () => {
  const [option] = describeOptions(z.strictObject({ when: z.enum(['never', 'always']) }));
  assert.deepEqual(option?.choices, ['never', 'always']);
  assert.equal(option?.type, 'one of never, always');
});

for (const definition of [...definitions, ...stageDefinitions]) {
  const options = describeOptions(definition.options);

  test(`the described defaults of ${definition.type} ${definition.name} are those that hold`, () => {
    const required = options.filter((option) => option.isRequired);
    const least = Object.fromEntries(required.map(({ name, examples }) => [name, examples?.[0] ?? leastValue(name)]));
    const defaults = options.filter((option) => option.default !== undefined);
    const written = Object.fromEntries(defaults.map((option) => [option.name, option.default]));
    assert.deepEqual(definition.options.parse({ ...least, ...written }), definition.options.parse(least));
  });
}

function leastValue(name: string): unknown {
  return name === 'list' ? ['x'] : 'x';
}

for (const definition of stageDefinitions) {
  test(`every option of ${definition.type} ${definition.name} has a type and a description`, () => {
    for (const { name, type, description } of describeOptions(definition.options)) {
      assert.doesNotMatch(type, /any/, name);
      assert.match(description, /^.+[.]$/s, name);
    }
  });
}
