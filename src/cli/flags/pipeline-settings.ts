import { resolve } from 'node:path';
import type { StageDefinition } from '../../core/stage.ts';
import type { Problem } from '../../pipeline/checks/problems.ts';
import type { Override, SetRequest } from '../../pipeline/document/settings.ts';
import { environmentWarning, type Given } from './environment.ts';
import { type Flags, listOf, numberOf } from './flags.ts';
import {
  FLAG_SOURCE,
  FLAG_STEPS,
  flagsOf,
  formatByExtension,
  headersOf,
  linksFlags,
  reportOutput,
} from './links-document.ts';
import { runFlags, runKeyFlags, setFlag } from './run-flags.ts';
import { documentValue } from './stage-flags.ts';

/**
 * The flags whose variables count for a pipeline file: those of `run`, and those of `links`, which say of a list what
 * the file says of its own. On the command line, only the former are given for a file.
 */
export function settingFlags(registry: readonly StageDefinition[]): Flags {
  return { set: setFlag, ...linksFlags(registry), ...runKeyFlags, ...runFlags };
}

/**
 * What is set in a pipeline file from outside, the weakest first: variables, then `--set`, then flags.
 *
 * An option of a stage is set wherever the file has that stage, and nowhere else. Paths start at the working folder.
 */
export function pipelineSettings(
  given: Given,
  registry: readonly StageDefinition[],
  cwd: string,
): readonly SetRequest[] {
  // Only a variable can be about a stage: of the flags that are, a command that reads a file has none.
  const ofStages = given.variables.size === 0 ? [] : stageTargets(given, registry, cwd);
  const overrides = [...ofStages, ...keyTargets(given, cwd)].map(({ flag, ...target }): Override => {
    const kind = given.variables.has(flag) ? 'environment' : 'flag';
    return { kind, label: given.labelOf(flag), ...target };
  });
  const sets = (given.values['set'] as readonly string[] | undefined) ?? [];
  const ofKind = (kind: Override['kind']) => overrides.filter((override) => override.kind === kind);
  return [...ofKind('environment'), ...sets, ...ofKind('flag')];
}

/** Flags of `links` that say how a pipeline is made up, which a file says itself. */
const NOT_FOR_FILES = ['format', 'dedupe', 'polite'];

/** Gives a warning for each variable that has no effect on a pipeline file. */
export function pointlessVariables({ variables, labelOf }: Given): readonly Problem[] {
  return NOT_FOR_FILES.filter((flag) => variables.has(flag)).map((flag) =>
    environmentWarning(labelOf(flag), 'has no effect on a pipeline file', 'no-effect'),
  );
}

/** A place in the document that a flag sets. */
type Target = Pick<Override, 'path' | 'value' | 'isFallback'> & { readonly flag: string };

function stageTargets(given: Given, registry: readonly StageDefinition[], cwd: string): readonly Target[] {
  const { values } = given;
  const has = (flag: string) => values[flag] !== undefined;
  const pathOf = (flag: string) => inFolder(String(values[flag]), cwd);
  return [
    ...[...FLAG_STEPS, FLAG_SOURCE].flatMap((stage) => optionTargets(stage, given, registry, cwd)),
    ...(has('dedupe-memory')
      ? [{ flag: 'dedupe-memory', path: 'steps.*.dedupe.memory', value: values['dedupe-memory'] }]
      : []),
    ...(has('header') ? [{ flag: 'header', path: 'steps.*.fetch.headers', value: headersOf(given) }] : []),
    ...(has('input') ? [{ flag: 'input', path: 'source.lines.path', value: inputsOf(given, cwd) }] : []),
    ...(['failures', 'pages'] as const)
      .filter(has)
      .map((flag) => ({ flag, path: flag, value: reportOutput(pathOf(flag), registry) })),
    ...sinkTargets(given, registry, cwd),
  ];
}

function optionTargets(
  stage: string,
  { values }: Given,
  registry: readonly StageDefinition[],
  cwd: string,
): readonly Target[] {
  const place = stage === FLAG_SOURCE ? 'source' : 'steps.*';
  return flagsOf(registry, stage)
    .filter(({ name }) => values[name] !== undefined)
    .map((flag) => {
      const value = documentValue(flag, values[flag.name]);
      const isPath = flag.option.file !== undefined && typeof value === 'string';
      const path = `${place}.${stage}.${flag.option.name}`;
      return { flag: flag.name, path, value: isPath ? inFolder(value, cwd) : value };
    });
}

/** What is said of the rows' output counts for any sink that has such an option; where the file names none, one is made. */
function sinkTargets({ values }: Given, registry: readonly StageDefinition[], cwd: string): readonly Target[] {
  const { output, columns } = values;
  const targets: Target[] = [];
  const setAll = (flag: string, option: string, value: unknown) => {
    for (const { type, name, options } of registry) {
      if (type === 'sink' && option in options.shape) targets.push({ flag, path: `sink.${name}.${option}`, value });
    }
  };
  if (output !== undefined) {
    const path = inFolder(String(output), cwd);
    const sink = { [formatByExtension(path, registry) ?? 'tsv']: { path } };
    targets.push({ flag: 'output', path: 'sink', value: sink, isFallback: true });
    setAll('output', 'path', path);
  }
  if (columns !== undefined) setAll('columns', 'columns', listOf(String(columns)));
  if (values['no-header'] === true) setAll('no-header', 'header', false);
  return targets;
}

/** The keys of a pipeline file that have a flag of their name. */
function keyTargets({ values }: Given, cwd: string): readonly Target[] {
  return Object.entries(runKeyFlags).flatMap(([flag, { candidates }]) => {
    const given = values[flag];
    if (given === undefined) return [];
    const path = flag.replaceAll(/-(.)/g, (_, letter: string) => letter.toUpperCase());
    if (typeof given !== 'string') return [{ flag, path, value: given }];
    return [{ flag, path, value: candidates === 'file' ? inFolder(given, cwd) : numberOf(given) }];
  });
}

function inputsOf({ values }: Given, cwd: string): readonly string[] {
  return (values['input'] as readonly string[]).map((path) => inFolder(path, cwd));
}

/** A path that starts at the working folder and not at the file's; `-` stays a standard stream. */
function inFolder(path: string, cwd: string): string {
  return path === '-' ? path : resolve(cwd, path);
}
