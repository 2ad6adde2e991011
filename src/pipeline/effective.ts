import type { StageDefinition } from '../core/stage.ts';
import type { Pipeline, StageChoice } from './build.ts';
import type { Path } from './checks/problems.ts';
import type { Origin, PipelineDocument } from './document/pipeline-document.ts';
import { isMap } from './document/plain-map.ts';
import type { MaxFailures } from './document-keys.ts';
import { describeOptions } from './options.ts';
import { MASK, maskSecrets } from './secrets.ts';

/** An option as the pipeline has it, or a key of the document. */
export interface EffectiveOption {
  /** Where it stands in the document as it is shown: `steps`, 1, `fetch`, `timeout`. */
  readonly path: readonly (string | number)[];
  /** As a user would write it (`30s`), secrets masked. */
  readonly value: unknown;
  /** Where it came from; undefined for a default. */
  readonly origin: Origin | undefined;
}

/** Gives the options of all stages in the order of their schemas, and the keys beside the stages; those without a value left out. */
export function effectiveOptions(pipeline: Pipeline, document: PipelineDocument): readonly EffectiveOption[] {
  const ofStages = stagesOf(pipeline).flatMap(({ path, choice }) => stageOptions(choice, document, path));
  const ofKeys = Object.entries(keysOf(pipeline)).map(([key, value]) => {
    return { path: [key], value: masked(value, [key], document), origin: document.origin([key]) };
  });
  return [...ofStages, ...ofKeys];
}

/** Gives the options of a stage in the order of its schema. `place` is where the stage stands in the document as it is shown. */
export function stageOptions(
  { definition, given, path }: StageChoice<StageDefinition>,
  document: PipelineDocument,
  place: readonly (string | number)[] = [],
): readonly EffectiveOption[] {
  return describeOptions(definition.options).flatMap(({ name, default: defaultValue }): readonly EffectiveOption[] => {
    const shown = [...place, definition.name, name];
    if (given[name] === undefined) {
      return defaultValue === undefined ? [] : [{ path: shown, value: defaultValue, origin: undefined }];
    }
    const own = [...path, name];
    // The sink that is there where nobody wrote one has options all the same.
    const isWritten = isMap(document.value) && document.value[String(path[0])] != null;
    const origin = isWritten ? document.origin(own) : undefined;
    return [{ path: shown, value: masked(given[name], own, document), origin }];
  });
}

/** The value with what is secret by its name, its form or the variable that it came from masked. */
function masked(value: unknown, path: Path, document: PipelineDocument): unknown {
  return maskVariables(maskSecrets(value, String(path.at(-1))), path, document);
}

function maskVariables(value: unknown, path: Path, document: PipelineDocument): unknown {
  if (Array.isArray(value)) return value.map((item, index) => maskVariables(item, [...path, index], document));
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value);
    return Object.fromEntries(entries.map(([key, child]) => [key, maskVariables(child, [...path, key], document)]));
  }
  return document.isSecret?.(path) === true ? MASK : value;
}

/**
 * Gives the pipeline as a document that would make it: every default filled in, secrets masked.
 * `${` in a value becomes `$${`, as it stands for itself.
 */
export function effectiveDocument(pipeline: Pipeline, document: PipelineDocument): Readonly<Record<string, unknown>> {
  const { name, source, steps, sinks, failures, pages } = pipeline;
  const entryOf = (choice: StageChoice<StageDefinition>) => {
    const options = stageOptions(choice, document).map(({ path, value }) => [path.at(-1), value] as const);
    return { [choice.definition.name]: Object.fromEntries(options) };
  };
  const { name: _, ...keys } = keysOf(pipeline);
  const shown = withoutUndefined({
    name,
    source: entryOf(source),
    steps: steps.map(entryOf),
    sink: sinks.length === 1 ? sinks.map(entryOf)[0] : sinks.map(entryOf),
    failures: failures && entryOf(failures),
    pages: pages && entryOf(pages),
    ...Object.fromEntries(Object.entries(keys).map(([key, value]) => [key, masked(value, [key], document)])),
  });
  return Object.fromEntries(Object.entries(shown).map(([key, value]) => [key, escapeReferences(value)]));
}

/** The keys of a pipeline beside its stages, as they are written. */
function keysOf(pipeline: Pipeline): Readonly<Record<string, unknown>> {
  const { name, summary, skip, limit, checkpoint, ordered, shard, workers, maxFailures } = pipeline;
  return withoutUndefined({
    name,
    summary,
    skip,
    limit,
    checkpoint,
    ordered,
    shard: shard && `${shard.index}/${shard.count}`,
    workers,
    maxFailures: maxFailures && maxFailuresText(maxFailures),
  });
}

function withoutUndefined(map: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(map).filter(([, value]) => value !== undefined));
}

/** The stages of a pipeline with the paths they have in its document, in the document's order. */
export function stagesOf(pipeline: Pipeline): readonly { path: readonly (string | number)[]; choice: StageChoice }[] {
  const { source, steps, sinks, failures, pages } = pipeline;
  return [
    { path: ['source'], choice: source },
    ...steps.map((choice, index) => ({ path: ['steps', index], choice })),
    ...sinks.map((choice, index) => ({ path: sinks.length === 1 ? ['sink'] : ['sink', index], choice })),
    ...(failures === undefined ? [] : [{ path: ['failures'], choice: failures }]),
    ...(pages === undefined ? [] : [{ path: ['pages'], choice: pages }]),
  ];
}

function maxFailuresText(maxFailures: MaxFailures): string | number {
  return 'count' in maxFailures ? maxFailures.count : `${maxFailures.percent}%`;
}

function escapeReferences(value: unknown): unknown {
  if (typeof value === 'string') return value.replaceAll('${', () => '$${');
  if (Array.isArray(value)) return value.map(escapeReferences);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, child]) => [key, escapeReferences(child)]));
}
