import type { SinkDefinition, SourceDefinition, StageDefinition, StepDefinition } from '../core/stage.ts';
import { issueProblems } from './checks/issues.ts';
import {
  foundText,
  type Locator,
  type Path,
  type Problem,
  type ProblemDetails,
  problemAt,
  unknownName,
} from './checks/problems.ts';
import { isMap, type PlainMap, withoutNulls } from './document/plain-map.ts';

/** A stage of a pipeline with its options. */
export interface StageChoice<Definition extends StageDefinition = StageDefinition> {
  readonly definition: Definition;
  /** The options as the user wrote them. */
  readonly given: Readonly<Record<string, unknown>>;
  /** The options as `definition.create` takes them: checked, converted, every default filled in. */
  readonly options: Record<string, unknown>;
  /** Where the options stand in the document: `steps[1].fetch`. */
  readonly path: Path;
}

/** The definition of each type of stage. */
export interface StageTypes {
  readonly source: SourceDefinition;
  readonly step: StepDefinition;
  readonly sink: SinkDefinition;
}

/** What stands in the place of a stage. */
export interface StagePlace<Type extends keyof StageTypes> {
  readonly type: Type;
  readonly path: Path;
  /** A map with one key, the stage's name, and its options; the name alone where there are none. */
  readonly value: unknown;
}

/** A stage as far as it could be chosen. `choice` is undefined where there are problems. */
export interface Chosen<Definition extends StageDefinition = StageDefinition> {
  /** The stage that is named, also where its options are wrong; undefined where there is none of that name. */
  readonly definition: Definition | undefined;
  readonly choice: StageChoice<Definition> | undefined;
  readonly problems: readonly Problem[];
}

/** Gives the names of the stages of a type, in the registry's order. */
export function stageNames(registry: readonly StageDefinition[], type: keyof StageTypes): readonly string[] {
  return registry.filter((definition) => definition.type === type).map((definition) => definition.name);
}

/** Finds the stage that a place of the document names, and reads its options. */
export function chooseStage<Type extends keyof StageTypes>(
  { type, path, value }: StagePlace<Type>,
  registry: readonly StageDefinition[],
  locator: Locator,
): Chosen<StageTypes[Type]> {
  const names = stageNames(registry, type);
  const entry = nameAndOptions(value);
  if (entry === undefined) return refusal(locator, path, shapeText(type, value, names), { code: 'wrong-type' });
  const { name, options } = entry;
  const isOfType = (candidate: StageDefinition): candidate is StageTypes[Type] =>
    candidate.type === type && candidate.name === name;
  const definition = registry.find(isOfType);
  if (definition !== undefined) return readOptions(loadedFor(definition, options), options, [...path, name], locator);
  const other = registry.find((candidate) => candidate.name === name);
  const text = other === undefined ? unknownName(type, name, names) : `${name} is a ${other.type}, not a ${type}`;
  const place = isMap(value) ? [...path, name] : path;
  return refusal(locator, place, text, { code: 'unknown-stage', part: isMap(value) ? 'key' : 'value' });
}

/** Gives the options of a stage as a map, also where the main one stands alone; undefined for what can't be options. */
export function optionsMap({ mainOption }: StageDefinition, written: unknown): PlainMap | undefined {
  if (isMap(written)) return written;
  return mainOption === undefined ? undefined : { [mainOption]: written };
}

/** The definition that was found for a stage as it is written, where its own only says where to look. */
function loadedFor<Definition extends StageDefinition>(definition: Definition, options: unknown): Definition {
  const given = optionsMap(definition, options);
  if (definition.type !== 'step' || given === undefined) return definition;
  return (definition.loaded?.(given) as Definition | undefined) ?? definition;
}

function refusal(locator: Locator, path: Path, text: string, details: ProblemDetails) {
  return { definition: undefined, choice: undefined, problems: [problemAt(locator, path, text, details)] };
}

function nameAndOptions(value: unknown): { readonly name: string; readonly options: unknown } | undefined {
  if (typeof value === 'string') return { name: value, options: {} };
  const entries = isMap(value) ? Object.entries(value) : [];
  const [entry] = entries;
  return entry !== undefined && entries.length === 1 ? { name: entry[0], options: entry[1] ?? {} } : undefined;
}

/** Says why a value can't be a stage. Several keys are mostly options that stand beside their stage, not below it. */
function shapeText(type: string, value: unknown, names: readonly string[]): string {
  const keys = isMap(value) ? Object.keys(value) : [];
  if (keys.length === 0) {
    const found = isMap(value) ? 'an empty map' : foundText(value);
    return `expected a ${type} such as ${names[0] ?? type}: {}, got ${found}`;
  }
  const stages = keys.filter((key) => names.includes(key));
  const advice =
    stages.length === 1
      ? `the options of ${stages[0]} must be indented below it`
      : `each ${type} is a map with one key, its name`;
  return `expected one ${type}, got ${keys.map(foundText).join(', ')}: ${advice}`;
}

function readOptions<Definition extends StageDefinition>(
  definition: Definition,
  value: unknown,
  path: Path,
  locator: Locator,
): Chosen<Definition> {
  const options = optionsMap(definition, value);
  if (options === undefined) {
    const text = `expected the options of ${definition.name} as a map, got ${foundText(value)}`;
    return { definition, choice: undefined, problems: [problemAt(locator, path, text, { code: 'wrong-type' })] };
  }
  const given = withoutNulls(options, definition.options.shape);
  const result = definition.options.safeParse(given);
  if (result.success) return { definition, choice: { definition, given, options: result.data, path }, problems: [] };
  const checked = { locator, path, value: given, schemas: [definition.options], noun: 'option' } as const;
  return { definition, choice: undefined, problems: issueProblems(result.error.issues, checked) };
}
