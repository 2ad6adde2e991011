import type { StageDefinition } from '../core/stage.ts';
import type { Pipeline, StageChoice } from './build.ts';
import type { MaxFailures } from './document-keys.ts';
import { describeOptions } from './options.ts';
import { maskSecrets } from './secrets.ts';

/** An option as the pipeline has it. */
export interface EffectiveOption {
  readonly name: string;
  /** As a user would write it (`30s`), secrets masked. */
  readonly value: unknown;
  readonly isDefault: boolean;
}

/** Gives the options of a stage in the schema's order, those without a value left out. */
export function effectiveOptions({ definition, given }: StageChoice<StageDefinition>): readonly EffectiveOption[] {
  return describeOptions(definition.options).flatMap(({ name, default: defaultValue }) => {
    const isDefault = given[name] === undefined;
    const value = isDefault ? defaultValue : maskSecrets(given[name], name);
    return value === undefined ? [] : [{ name, value, isDefault }];
  });
}

/**
 * Gives the pipeline as a document that would make it: every default filled in, secrets masked.
 * `${` in a value becomes `$${`, as it stands for itself.
 */
export function effectiveDocument(pipeline: Pipeline): Readonly<Record<string, unknown>> {
  const { name, source, steps, sink, failures, pages, summary, limit, maxFailures, checkpoint, ordered, shard } =
    pipeline;
  const document = {
    name,
    source: stageEntry(source),
    steps: steps.map(stageEntry),
    sink: stageEntry(sink),
    failures: failures && stageEntry(failures),
    pages: pages && stageEntry(pages),
    summary,
    limit,
    checkpoint,
    ordered,
    shard: shard && `${shard.index}/${shard.count}`,
    maxFailures: maxFailures && maxFailuresText(maxFailures),
  };
  return Object.fromEntries(
    Object.entries(document).flatMap(([key, value]) => (value === undefined ? [] : [[key, escapeReferences(value)]])),
  );
}

/** The stages of a pipeline with the paths they have in its document, in the document's order. */
export function stagesOf(pipeline: Pipeline): readonly { path: readonly (string | number)[]; choice: StageChoice }[] {
  const { source, steps, sink, failures, pages } = pipeline;
  return [
    { path: ['source'], choice: source },
    ...steps.map((choice, index) => ({ path: ['steps', index], choice })),
    { path: ['sink'], choice: sink },
    ...(failures === undefined ? [] : [{ path: ['failures'], choice: failures }]),
    ...(pages === undefined ? [] : [{ path: ['pages'], choice: pages }]),
  ];
}

function stageEntry(choice: StageChoice<StageDefinition>): Readonly<Record<string, unknown>> {
  const options = effectiveOptions(choice).map(({ name, value }) => [name, value] as const);
  return { [choice.definition.name]: Object.fromEntries(options) };
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
