import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { parseDocument } from 'yaml';
import { schemaText } from '../../src/cli/commands/schema.ts';
import { shieldReferences, unshieldReferences } from '../../src/pipeline/document/environment.ts';
import { stageDefinitions } from '../../src/stages/registry.ts';
import { root } from '../helpers/files/samples.ts';

const committed = readFileSync(join(root, 'pipelines/schema.json'), 'utf8');
// In strict mode a keyword that the draft doesn't know is an error.
const validate = new Ajv2020({ strict: true, strictTuples: false, allowUnionTypes: true }).compile(
  JSON.parse(committed),
);

/** Mistakes that lie beyond a schema, by why they do. Those that are no YAML at all are not among them. */
const ONLY_CHECK: Readonly<Record<string, readonly string[]>> = {
  'a schema sees each stage by itself, not what the one before gives': [
    'neighbours-missing-step',
    'neighbours-no-links',
    'neighbours-no-steps',
    'neighbours-reversed',
    'neighbours-too-late',
    'neighbours-twice',
    'checkpoint-order',
    'checkpoint-stdout',
    'row-steps-misfit',
    'sinks-checkpoint',
    'workers-use',
  ],
  'a schema does not compare two values': ['overwrites-input', 'same-file', 'stdout-twice', 'workers-options'],
  'a schema sees one document': ['document-end', 'two-documents'],
  'a schema does not look at files': [
    'checkpoint-below-file',
    'column-of-input',
    'hosts-missing-file',
    'input-is-folder',
    'missing-input',
    'output-is-folder',
    'output-without-folder',
    'use-missing',
  ],
  'a schema knows neither expressions nor which columns there are at a place': [
    'columns-dropped',
    'columns-no-input',
    'columns-rename',
    'columns-renamed-away',
    'columns-set',
    'columns-set-order',
    'columns-too-early',
    'columns-where-syntax',
    'columns-where-type',
    'columns-where-unknown',
  ],
  'a schema does not know the environment': [
    'reference-malformed',
    'secret-variable',
    'unset-variable',
    'variable-of-wrong-type',
  ],
  'a schema does not know what is a header field': ['bad-headers'],
  'a schema sees values, not how the file spells them': ['key-not-text', 'not-utf8', 'reserved-character', 'zero-byte'],
};
const onlyCheck = Object.values(ONLY_CHECK).flat();

test('pipelines/schema.json is what sluice schema prints: npm run schema', () => {
  assert.equal(committed, schemaText(stageDefinitions));
});

describe('the schema refuses', () => {
  for (const name of namesIn('bad')) {
    const value = dataOf('bad', name);
    if (value === undefined) continue;
    const isBeyond = onlyCheck.includes(name);
    test(`${isBeyond ? 'not ' : ''}${name}.yaml`, () => assert.equal(validate(value), isBeyond));
  }

  test('all but those that only check can refuse, of which each is there', () => {
    const names = namesIn('bad');
    assert.deepEqual(
      onlyCheck.filter((name) => !names.includes(name)),
      [],
    );
  });
});

describe('the schema accepts', () => {
  for (const folder of ['good', 'warnings'] as const) {
    for (const name of namesIn(folder)) {
      test(`${folder}/${name}.yaml`, () => assert.ok(validate(dataOf(folder, name)), JSON.stringify(validate.errors)));
    }
  }

  for (const folder of ['pipelines', 'pipelines/templates']) {
    const names = readdirSync(join(root, folder));
    for (const file of names.filter((name) => name.endsWith('.yaml') && !name.endsWith('.test.yaml'))) {
      test(`${folder}/${file}, which names it in its first line`, () => {
        const text = readFileSync(join(root, folder, file), 'utf8');
        const schema = folder === 'pipelines' ? 'schema.json' : '../schema.json';
        assert.equal(text.split('\n')[0], `# yaml-language-server: $schema=${schema}`);
        assert.ok(validate(read(text)), JSON.stringify(validate.errors));
      });
    }
  }

  test('its own example', () => {
    for (const example of JSON.parse(committed).examples) assert.ok(validate(example), JSON.stringify(validate.errors));
  });
});

test('every option has a title and a description, and a default, choices or an example', () => {
  for (const definition of stageDefinitions) {
    const key = definition.type === 'step' ? 'steps' : definition.type;
    for (const [name, option] of Object.entries(optionsIn(JSON.parse(committed), key, definition.name))) {
      const place = `${definition.name}.${name}`;
      assert.equal(option['title'], name, place);
      assert.match(String(option['description']), /\.$/, place);
      const hints = ['default', 'examples', 'enum'].filter((hint) => hint in option);
      assert.notDeepEqual(hints, [], place);
    }
  }
});

type Schema = Readonly<Record<string, unknown>>;

/** The options of a stage: found wherever a part of the schema has the stage among its properties. */
function optionsIn(schema: Schema, key: string, stage: string): Readonly<Record<string, Schema>> {
  const { properties, $defs } = schema as { properties: Record<string, Schema>; $defs: Record<string, Schema> };
  const found = partNamed(key === 'sink' ? $defs['sink'] : properties[key], stage) ?? assert.fail(`no stage ${stage}`);
  const map = (found['anyOf'] as readonly Schema[] | undefined)?.find((form) => 'properties' in form) ?? found;
  return map['properties'] as Readonly<Record<string, Schema>>;
}

function partNamed(part: unknown, stage: string): Schema | undefined {
  if (typeof part !== 'object' || part === null) return undefined;
  const { properties } = part as { readonly properties?: Readonly<Record<string, Schema>> };
  if (properties?.[stage] !== undefined) return properties[stage];
  for (const inner of Object.values(part)) {
    const found = partNamed(inner, stage);
    if (found !== undefined) return found;
  }
  return undefined;
}

function namesIn(folder: string): readonly string[] {
  const files = readdirSync(join(root, 'test/fixtures/pipelines', folder));
  return files.filter((file) => file.endsWith('.yaml')).map((file) => file.replace(/\.yaml$/, ''));
}

function dataOf(folder: string, name: string): unknown {
  return read(readFileSync(join(root, 'test/fixtures/pipelines', folder, `${name}.yaml`), 'utf8'));
}

/** The file's data as an editor has it, references as they are written; undefined for what is no YAML. */
function read(text: string): unknown {
  const document = parseDocument(shieldReferences(text.replace(/^\uFEFF/, '')), {
    resolveKnownTags: false,
    logLevel: 'silent',
  });
  if (document.errors.length > 0) return undefined;
  try {
    return JSON.parse(unshieldReferences(JSON.stringify(document.toJS())));
  } catch {
    // Too many aliases, or one that means nothing.
    return undefined;
  }
}
