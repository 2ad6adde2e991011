import { z } from 'zod';
import { optionNotes } from '../core/stage/option-notes.ts';
import type { OptionsSchema } from '../core/stage.ts';

/** An option of a stage as people read it. Everything that is printed about options comes from here. */
export interface OptionDescription {
  readonly name: string;
  /** `duration`, `size`, `integer`, `number`, `boolean`, `string`, `list`, `map`, `one of a, b`, or several with `or`. */
  readonly type: string;
  /** As a user would write it: `30s`, not 30000; undefined where there is none. */
  readonly default: unknown;
  readonly isRequired: boolean;
  /** One sentence or a few. */
  readonly description: string;
  /** The values to choose from, where these are all. */
  readonly choices?: readonly string[];
  /** Values to show, where the schema's `meta` has `examples`. */
  readonly examples?: readonly unknown[];
  /** Whether it is the path of a file, or a list of paths, and what becomes of the file. */
  readonly file?: 'input' | 'output' | 'outputs';
}

/** The JSON Schema (draft 2020-12) of what a user may write in the place of a stage's options. */
export type JsonSchema = z.core.JSONSchema.BaseSchema;

/**
 * Gives the options of a schema in their order.
 *
 * The type of an option that JSON Schema has no word for is the `title` in the schema's `meta`, as `duration()` has it.
 */
export function describeOptions(schema: OptionsSchema): readonly OptionDescription[] {
  const { properties = {}, required = [] } = optionsJsonSchema(schema);
  return Object.entries(properties).map(([name, property]) => {
    const option = schema.shape[name];
    const { file } = option === undefined ? {} : optionNotes(option);
    return { ...describe(name, property, required.includes(name)), ...(file === undefined ? {} : { file }) };
  });
}

/** Gives the JSON Schema of a stage's options as they are written, before any conversion. */
export function optionsJsonSchema(schema: OptionsSchema): JsonSchema {
  const { $schema: _, ...jsonSchema } = z.toJSONSchema(schema, {
    io: 'input',
    unrepresentable: 'any',
    override: ({ zodSchema, jsonSchema: part }) => {
      // Of an option that is converted, zod leaves the examples out, which might be those of the outcome; ours never are.
      const { examples } = z.globalRegistry.get(zodSchema) ?? {};
      if (Array.isArray(examples)) part.examples = examples;
      // That integers are exact is nothing to tell anyone.
      if (part.maximum === Number.MAX_SAFE_INTEGER) delete part.maximum;
      if (part.minimum === Number.MIN_SAFE_INTEGER) delete part.minimum;
      // Our own notes; of them, JSON Schema knows that an option is deprecated.
      if (part['replacedBy'] !== undefined) part.deprecated = true;
      delete part['replacedBy'];
      delete part['file'];
      delete part['isAlwaysFile'];
    },
  });
  return jsonSchema;
}

function describe(name: string, property: z.core.JSONSchema._JSONSchema, isRequired: boolean): OptionDescription {
  if (typeof property === 'boolean') return { name, type: 'any', default: undefined, isRequired, description: '' };
  const { default: defaultValue, description = '' } = property;
  const choices = choicesOf(property);
  const base = { name, type: typeText(property), default: defaultValue, isRequired, description };
  return {
    ...base,
    ...(choices === undefined ? {} : { choices }),
    ...(property.examples === undefined ? {} : { examples: property.examples as readonly unknown[] }),
  };
}

function typeText(schema: z.core.JSONSchema._JSONSchema): string {
  if (typeof schema === 'boolean') return 'any';
  if (schema.title !== undefined) return schema.title;
  const choices = choicesOf(schema);
  if (choices !== undefined) return choices.length === 1 ? `${choices[0]}` : `one of ${choices.join(', ')}`;
  const forms = schema.anyOf ?? schema.oneOf;
  if (forms !== undefined) return [...new Set(forms.map(typeText))].join(' or ');
  const types = typeof schema.type === 'string' ? [schema.type] : (schema.type ?? ['any']);
  return types.map((type: string) => TYPE_NAMES[type] ?? type).join(' or ');
}

const TYPE_NAMES: Readonly<Record<string, string>> = { array: 'list', object: 'map' };

function choicesOf(schema: JsonSchema): readonly string[] | undefined {
  if (schema.const !== undefined) return [String(schema.const)];
  return schema.enum?.map(String);
}
