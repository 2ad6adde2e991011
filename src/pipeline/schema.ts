import type { StageDefinition } from '../core/stage.ts';
import { type OutputRole, tableColumns } from './columns/output-columns.ts';
import { DEFAULT_SINK, documentKeys } from './document-keys.ts';
import { type JsonSchema, optionsJsonSchema } from './options.ts';

/**
 * Gives the JSON Schema (draft 2020-12) of a pipeline file: titles, descriptions, defaults, examples; each stage is a
 * map with exactly one key, its name.
 *
 * It refuses what a schema can refuse. That neighbours fit, that no two outputs write the same file and that variables
 * are set is for `check` to find.
 */
export function pipelineJsonSchema(registry: readonly StageDefinition[]): JsonSchema {
  const { properties = {} } = optionsJsonSchema(documentKeys);
  const sink = (role: OutputRole) => stageSchema(registry, 'sink', role);
  const stages: Readonly<Record<string, JsonSchema>> = {
    source: stageSchema(registry, 'source'),
    steps: { type: 'array', items: stageSchema(registry, 'step'), default: [] },
    sink: { anyOf: [SINK, { type: 'array', items: SINK, minItems: 1 }], default: DEFAULT_SINK },
    failures: sink('failures'),
    pages: sink('pages'),
  };
  const keys = Object.entries(properties).map(([key, property]) => {
    const { description = '' } = property as JsonSchema;
    return [key, { description, ...(stages[key] ?? withReferences(property as JsonSchema)), title: key }];
  });
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'Sluice pipeline',
    description: 'Where URLs come from, what happens to each, and where the rows go.',
    type: 'object',
    properties: Object.fromEntries(keys),
    required: ['source'],
    additionalProperties: false,
    examples: [EXAMPLE],
    $defs: { reference: REFERENCE, sink: sink('sink') },
  };
}

/** A sink may stand alone or in a list. */
const SINK: JsonSchema = { $ref: '#/$defs/sink' };

const EXAMPLE = {
  source: { lines: { path: 'urls.txt' } },
  steps: ['dedupe', { fetch: { timeout: '10s' } }, 'links'],
  sink: { tsv: { path: 'links.tsv' } },
  failures: { jsonl: { path: 'failures.jsonl' } },
};

const REFERENCE: JsonSchema = {
  title: 'environment variable',
  description: 'A text in which the environment variable that is named in braces is replaced by its value.',
  type: 'string',
  pattern: '\\$\\{',
};

/** A stage of a type: a map with its name as the only key, or the name alone where no option is required. */
function stageSchema(
  registry: readonly StageDefinition[],
  type: StageDefinition['type'],
  role?: OutputRole,
): JsonSchema {
  const stages = registry.filter((definition) => definition.type === type);
  const schemas = stages.map((definition) => [definition.name, optionsSchema(definition, role)] as const);
  const bareNames = schemas.flatMap(([name, { required = [] }]) => (required.length === 0 ? [name] : []));
  const map = {
    type: 'object',
    properties: Object.fromEntries(schemas),
    minProperties: 1,
    maxProperties: 1,
    additionalProperties: false,
  } as const;
  return bareNames.length === 0 ? map : { anyOf: [map, { enum: bareNames }] };
}

/** The options of a stage; `role` is what a sink's rows are. A main option may stand in the place of them all. */
function optionsSchema({ name, summary, options, mainOption }: StageDefinition, role?: OutputRole): JsonSchema {
  const { properties = {}, ...schema } = optionsJsonSchema(options);
  const entries = Object.entries(properties).map(([key, property]) => {
    const option = { ...(property as JsonSchema) };
    if (key === 'columns' && option.type === 'array' && role !== undefined) option.items = columnSchema(role);
    return [key, { ...withReferences(option), title: key }] as const;
  });
  const isOptional = (schema.required ?? []).length === 0;
  const map: JsonSchema = {
    ...schema,
    ...(isOptional ? { type: ['object', 'null'] } : {}),
    properties: Object.fromEntries(entries),
  };
  const main = entries.find(([key]) => key === mainOption)?.[1];
  return { title: name, description: summary, ...(main === undefined ? map : { anyOf: [main, map] }) };
}

/** A column of an output. Those of links may come from steps, so that any name may be right; editors offer the known ones. */
function columnSchema(role: OutputRole): JsonSchema {
  const other: JsonSchema = role === 'sink' ? { type: 'string' } : { type: 'string', pattern: '^input\\.' };
  const name: JsonSchema = { anyOf: [{ enum: [...tableColumns[role]] }, other] };
  const renamed: JsonSchema = { type: 'object', additionalProperties: { type: 'string' }, minProperties: 1 };
  return { anyOf: [name, renamed] };
}

/** The schema, so that a text with a reference may stand wherever a text, a number or a boolean may. */
function withReferences(schema: JsonSchema): JsonSchema {
  const inner = withInnerReferences(schema);
  if (!needsReference(inner)) return inner;
  const { description, default: defaultValue, examples, deprecated, ...rules } = inner;
  const notes = Object.entries({ description, default: defaultValue, examples, deprecated }).filter(
    ([, note]) => note !== undefined,
  );
  const forms = rules.anyOf !== undefined && Object.keys(rules).length === 1 ? rules.anyOf : [rules];
  return { ...Object.fromEntries(notes), anyOf: [...forms, { $ref: '#/$defs/reference' }] };
}

function withInnerReferences(schema: JsonSchema): JsonSchema {
  const copy = { ...schema };
  const items = asSchema(schema.items);
  const values = asSchema(schema.additionalProperties);
  if (items !== undefined) copy.items = withReferences(items);
  if (values !== undefined) copy.additionalProperties = withReferences(values);
  return copy;
}

function asSchema(value: unknown): JsonSchema | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonSchema) : undefined;
}

/** True unless any text will do already, or it is a list or a map: what is put in gives no structure. */
function needsReference({ type, ...rules }: JsonSchema): boolean {
  if (type === 'array' || type === 'object') return false;
  return type !== 'string' || Object.keys(rules).length > 0;
}
