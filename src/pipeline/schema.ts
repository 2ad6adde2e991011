import type { StageDefinition } from '../core/stage.ts';
import type { PipelineTables } from './checks/outputs.ts';
import { DEFAULT_SINK, documentKeys } from './document-keys.ts';
import { type JsonSchema, optionsJsonSchema } from './options.ts';

/**
 * Gives the JSON Schema (draft 2020-12) of a pipeline file: titles, descriptions, defaults; each stage is a map with
 * exactly one key, its name.
 *
 * It refuses what a schema can refuse. That neighbours fit, that no two outputs write the same file and that variables
 * are set is for `check` to find.
 */
export function pipelineJsonSchema(registry: readonly StageDefinition[], tables: PipelineTables): JsonSchema {
  const { properties = {} } = optionsJsonSchema(documentKeys);
  const sink = (role: keyof PipelineTables) => stageSchema(registry, 'sink', tables[role]);
  const stages: Readonly<Record<string, JsonSchema>> = {
    source: stageSchema(registry, 'source', []),
    steps: { type: ['array', 'null'], items: stageSchema(registry, 'step', []), default: [] },
    sink: { ...sink('sink'), default: DEFAULT_SINK },
    failures: sink('failures'),
    pages: sink('pages'),
  };
  const keys = Object.entries(properties).map(([key, property]) => {
    const { description = '' } = property as JsonSchema;
    return [key, { description, ...(stages[key] ?? withReferences(property as JsonSchema)) }];
  });
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'Sluice pipeline',
    description: 'Where URLs come from, what happens to each, and where the rows go.',
    type: 'object',
    properties: Object.fromEntries(keys),
    required: ['source'],
    additionalProperties: false,
    $defs: { reference: REFERENCE },
  };
}

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
  columns: readonly string[],
): JsonSchema {
  const stages = registry.filter((definition) => definition.type === type);
  const schemas = stages.map((definition) => [definition.name, optionsSchema(definition, columns)] as const);
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

/** The options of a stage. `columns` are the names that its option of that name may have. */
function optionsSchema({ name, summary, options }: StageDefinition, columns: readonly string[]): JsonSchema {
  const { properties = {}, ...schema } = optionsJsonSchema(options);
  const entries = Object.entries(properties).map(([key, property]) => {
    const option = { ...(property as JsonSchema) };
    if (key === 'columns' && option.type === 'array' && columns.length > 0) {
      option.items = { type: 'string', enum: [...columns] };
    }
    return [key, withReferences(option)];
  });
  const isOptional = (schema.required ?? []).length === 0;
  return {
    ...schema,
    title: name,
    description: summary,
    ...(isOptional ? { type: ['object', 'null'] } : {}),
    properties: Object.fromEntries(entries),
  };
}

/** The schema, so that a text with a reference may stand wherever a text, a number or a boolean may. */
function withReferences(schema: JsonSchema): JsonSchema {
  const inner = withInnerReferences(schema);
  if (!needsReference(inner)) return inner;
  const { title, description, default: defaultValue, ...rules } = inner;
  const notes = Object.entries({ title, description, default: defaultValue }).filter(([, note]) => note !== undefined);
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
