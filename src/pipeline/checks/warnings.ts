import { isDeepStrictEqual } from 'node:util';
import { optionNotes } from '../../core/stage/option-notes.ts';
import type { StageDefinition } from '../../core/stage.ts';
import { extensionOf } from '../../formats/compression.ts';
import type { PipelineDocument } from '../document/pipeline-document.ts';
import type { Shard } from '../run/shard.ts';
import { isSecretName, maskSecrets } from '../secrets.ts';
import type { StageChoice } from '../stage-choice.ts';
import { type Path, type Problem, type ProblemCode, pathText, problemAt, quoted } from './problems.ts';

/** What is looked at: the stages that could be made, and the keys of the document as far as they are valid. */
export interface Reviewed {
  readonly stages: readonly StageChoice[];
  readonly keys: { readonly shard?: Shard | undefined; readonly checkpoint?: string | undefined } | undefined;
}

/** Gives a warning for each thing in a pipeline that may run, and hardly does what was meant. */
export function pipelineWarnings(
  document: PipelineDocument,
  { stages, keys }: Reviewed,
  registry: readonly StageDefinition[],
): readonly Problem[] {
  const warnings = [
    ...stages.flatMap((stage) => [
      ...deprecations(stage),
      ...adviceOf(stage),
      ...misleadingNames(stage, registry),
      ...plainSecrets(document, stage),
      ...(keys?.checkpoint === undefined ? inputsTwice(stage) : []),
    ]),
    ...uselessSteps(stages),
    ...uselessShard(keys?.shard),
  ];
  return warnings.map(({ path, code, text }) => problemAt(document, path, text, { code, severity: 'warning' }));
}

interface Warning {
  readonly path: Path;
  readonly code: ProblemCode;
  readonly text: string;
}

function deprecations({ definition, given, path }: StageChoice): readonly Warning[] {
  return Object.keys(given).flatMap((name): readonly Warning[] => {
    const option = definition.options.shape[name];
    const { replacedBy } = option === undefined ? {} : optionNotes(option);
    if (replacedBy === undefined) return [];
    return [{ path: [...path, name], code: 'deprecated', text: `is deprecated: use ${replacedBy}` }];
  });
}

function adviceOf({ definition, options, given, path }: StageChoice): readonly Warning[] {
  // Whoever writes a default down, `explain` for one, means nothing by it.
  const isChosen = (name: string) =>
    !isDeepStrictEqual(definition.options.shape[name]?.safeParse(undefined).data, options[name]);
  const chosen = new Set(Object.keys(given).filter(isChosen));
  const advice = definition.advise?.(options as never, chosen) ?? [];
  return advice.map(({ option, text }) => ({ path: [...path, option].flat(), code: 'no-effect', text }));
}

/** `csv: { path: links.tsv }`. */
function misleadingNames(stage: StageChoice, registry: readonly StageDefinition[]): readonly Warning[] {
  const { definition } = stage;
  if (definition.type !== 'sink') return [];
  return pathOptions(stage, 'output').flatMap(({ path, file }): readonly Warning[] => {
    const extension = extensionOf(file);
    if (definition.extensions.length === 0 || definition.extensions.includes(extension)) return [];
    // The first one is the format's own; others, such as .txt, may stand for anything.
    const other = registry.find((candidate) => candidate.type === 'sink' && candidate.extensions[0] === extension);
    if (other === undefined) return [];
    const text = `${quoted(file)} is named like the output of ${other.name}, but ${definition.name} writes it`;
    return [{ path, code: 'misleading-name', text }];
  });
}

function inputsTwice(stage: StageChoice): readonly Warning[] {
  const uses = pathOptions(stage, 'input');
  return uses.flatMap(({ path, file }, index): readonly Warning[] => {
    const isFirst = uses.findIndex((use) => use.file === file) === index;
    return isFirst ? [] : [{ path, code: 'input-twice', text: `${quoted(file)} is read twice` }];
  });
}

/** The files that a stage's options name, and where. */
function pathOptions({ definition, options, path }: StageChoice, note: 'input' | 'output') {
  return Object.entries(definition.options.shape).flatMap(([name, option]) => {
    const value = options[name];
    if (optionNotes(option).file !== note) return [];
    if (typeof value === 'string') return [{ path: [...path, name], file: value }];
    const list: readonly unknown[] = Array.isArray(value) ? value : [];
    return list.map((file, index) => ({ path: [...path, name, index], file: String(file) }));
  });
}

/** A pipeline file is kept and shared; a secret isn't. */
function plainSecrets(document: PipelineDocument, { given, path }: StageChoice): readonly Warning[] {
  return leaves(given, []).flatMap(({ keys, text }): readonly Warning[] => {
    const name = String(keys.findLast((key) => typeof key === 'string') ?? '');
    const isSecret = keys.some((key) => isSecretName(String(key))) || maskSecrets(text, name) !== text;
    const place = [...path, ...keys];
    const { kind, variables } = document.origin(place);
    if (!isSecret || kind !== 'file' || variables.length > 0 || text.startsWith('file:')) return [];
    const advice = 'a secret stands in the file: keep it in an environment variable, and write ${NAME} here';
    return [{ path: place, code: 'plain-secret', text: advice }];
  });
}

function leaves(value: unknown, keys: Path): readonly { readonly keys: Path; readonly text: string }[] {
  if (typeof value === 'string') return [{ keys, text: value }];
  if (Array.isArray(value)) return value.flatMap((item, index) => leaves(item, [...keys, index]));
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, child]) => leaves(child, [...keys, key]));
}

function uselessSteps(stages: readonly StageChoice[]): readonly Warning[] {
  return stages.flatMap((stage, index): readonly Warning[] => {
    const before = stages[index - 1];
    const { definition, options, path } = stage;
    if (definition.type !== 'step' || definition.isIdempotent !== true || before?.definition !== definition) return [];
    if (!isDeepStrictEqual(before.options, options)) return [];
    return [{ path, code: 'useless-step', text: `does again what ${pathText(before.path)} has done: leave it out` }];
  });
}

function uselessShard(shard: Shard | undefined): readonly Warning[] {
  return shard?.count === 1 ? [{ path: ['shard'], code: 'no-effect', text: '1/1 is the whole list' }] : [];
}
