import { ConfigError } from '../../core/errors.ts';
import type { SinkDefinition, StageDefinition } from '../../core/stage.ts';
import { extensionOf } from '../../formats/compression.ts';
import { documentFromFlags, type PipelineDocument } from '../../pipeline/document/pipeline-document.ts';
import type { Given } from './environment.ts';
import { type Flags, type FlagValues, listOf, numberOf, repeatableFlag, switchFlag, valueFlag } from './flags.ts';
import { documentValue, type StageFlag, stageFlags, yargsOption } from './stage-flags.ts';

const ALIASES: Readonly<Record<string, string>> = { concurrency: 'c', 'user-agent': 'A' };
const GROUPS: Readonly<Record<string, string>> = { fetch: 'Fetching:', links: 'Links:' };
/** Steps whose options are flags of their own. */
export const FLAG_STEPS = ['links', 'fetch'] as const;
/** The source whose options are flags of their own. */
export const FLAG_SOURCE = 'lines';
/**
 * `headers` is a table in a file and a repeatable `--header` here; `hosts` is one that holds secrets, for which a file is the place;
 * the `path` of the source is `--input`.
 */
const NO_FLAG = ['headers', 'hosts', 'path'];
/** What `--polite` stands for; each flag that is given goes before it. */
const POLITE = { robots: true, delay: '1s', perHost: 1 } as const;

/** The flags of `sluice links` that make its pipeline. Those of the steps come from the steps' definitions. */
export function linksFlags(registry: readonly StageDefinition[]): Flags {
  return { ...inputAndOutputFlags(registry), ...fetchFlags(), ...stepFlags(registry) };
}

function inputAndOutputFlags(registry: readonly StageDefinition[]): Flags {
  const sinks = sinkNames(registry);
  const group = 'Input and output:';
  return {
    input: repeatableFlag("File with one URL a line; '-' is standard input. Repeatable.", {
      group,
      alias: 'i',
      candidates: 'file',
    }),
    ...Object.fromEntries(
      flagsOf(registry, FLAG_SOURCE).map((flag) => [flag.name, yargsOption(flag, group, undefined)]),
    ),
    output: valueFlag("File for the rows; '-' is standard output.", {
      group,
      alias: 'o',
      defaultDescription: '-',
      candidates: 'file',
    }),
    format: valueFlag(`${sinks.join(', ')}; left out, by the output's extension.`, {
      group,
      alias: 'f',
      defaultDescription: 'tsv',
      candidates: sinks,
    }),
    columns: valueFlag('Columns of the rows.', { group, defaultDescription: 'source_url,parsed_url' }),
    'no-header': switchFlag('Leaves out the line that names the columns.', { group }),
    dedupe: switchFlag('Skips lines whose URL, but for its fragment, was there before.', { group }),
    'dedupe-memory': valueFlag('Most memory for what --dedupe has seen: 9 to 12 bytes a URL.', {
      group,
      defaultDescription: '1GB',
    }),
    failures: valueFlag('File for one row per failed URL (jsonl; csv, tsv by extension).', {
      group,
      candidates: 'file',
    }),
    pages: valueFlag('File for one row per page (jsonl; csv, tsv by extension).', { group, candidates: 'file' }),
  };
}

/** Those that stand for several options of `fetch`, or for one in another form. */
function fetchFlags(): Flags {
  const group = GROUPS['fetch'] ?? '';
  return {
    header: repeatableFlag("Header field to send, 'Name: value'. Repeatable.", { group, alias: 'H' }),
    polite: switchFlag('Obeys robots.txt, one request at a time on each host and their starts a second apart.', {
      group,
    }),
  };
}

function stepFlags(registry: readonly StageDefinition[]): Flags {
  return Object.fromEntries(
    FLAG_STEPS.flatMap((step) =>
      flagsOf(registry, step).map((flag) => [flag.name, yargsOption(flag, GROUPS[step] ?? '', ALIASES[flag.name])]),
    ),
  );
}

/**
 * The pipeline that `sluice links` with these flags stands for: the same document that a file would give.
 * `cwd` is where its paths start.
 *
 * Errors: ConfigError for flags that no pipeline can hold, such as a format that doesn't exist.
 */
export function linksDocument(
  urls: readonly string[],
  given: Given,
  registry: readonly StageDefinition[],
  cwd: string,
): PipelineDocument {
  const { values } = given;
  const labels = new Map<string, string>();
  const name: Name = (path, flag) => labels.set(path, given.labelOf(flag));
  const document: Record<string, unknown> = {
    source: sourceOf(urls, given, registry, name),
    steps: stepsOf(given, registry, name),
    sink: sinkOf(given, registry, name),
  };
  name('source.lines.path', 'input');
  urls.forEach((_url, index) => {
    labels.set(`source.urls.list.${index}`, `argument ${index + 1}`);
  });
  for (const role of ['failures', 'pages'] as const) {
    if (values[role] === undefined) continue;
    document[role] = reportOutput(String(values[role]), registry);
    name(role, role);
  }
  addRunKeys(document, values, name);
  return documentFromFlags(document, (path) => labels.get(path.map(String).join('.')), cwd);
}

/** A failures or pages output for a path: its format by the extension, else JSON lines. */
export function reportOutput(path: string, registry: readonly StageDefinition[]): Readonly<Record<string, unknown>> {
  return { [formatByExtension(path, registry) ?? 'jsonl']: { path } };
}

/** Says by which flag a place of the document is called in messages. */
type Name = (path: string, flag: string) => void;

/** Adds what a pipeline has beside its stages: `summary`, `limit`, `checkpoint` and so on. */
function addRunKeys(document: Record<string, unknown>, values: FlagValues, name: Name): void {
  const keys = { skip: 'skip', limit: 'limit', 'max-failures': 'maxFailures', workers: 'workers' };
  for (const [flag, key] of Object.entries({ ...keys, ...SAME_NAME })) {
    const given = values[flag];
    if (given === undefined) continue;
    document[key] = Object.hasOwn(keys, flag) ? numberOf(String(given)) : given;
    name(key, flag);
  }
}

/** Keys that are flags of the same name and the same value. */
const SAME_NAME = { summary: 'summary', checkpoint: 'checkpoint', ordered: 'ordered', shard: 'shard' };

/** The flags that stand for the options of a source or a step. */
export function flagsOf(registry: readonly StageDefinition[], stage: string): readonly StageFlag[] {
  const definition = registry.find((candidate) => candidate.type !== 'sink' && candidate.name === stage);
  return definition === undefined ? [] : stageFlags(definition, NO_FLAG);
}

function sourceOf(
  urls: readonly string[],
  { values, labelOf }: Given,
  registry: readonly StageDefinition[],
  name: Name,
): Record<string, unknown> {
  const flags = flagsOf(registry, FLAG_SOURCE).filter((flag) => values[flag.name] !== undefined);
  const inputs = (values['input'] as readonly string[] | undefined) ?? [];
  if (urls.length > 0) {
    const ofInput = inputs.length > 0 ? 'input' : flags[0]?.name;
    if (ofInput === undefined) return { urls: { list: urls } };
    throw new ConfigError(`${labelOf(ofInput)}: URLs are given as arguments too; give either those or --input.`);
  }
  const options: Record<string, unknown> = { path: inputs.length === 0 ? '-' : inputs };
  for (const flag of flags) {
    options[flag.option.name] = documentValue(flag, values[flag.name]);
    name(`source.${FLAG_SOURCE}.${flag.option.name}`, flag.name);
  }
  return { [FLAG_SOURCE]: options };
}

function stepsOf(given: Given, registry: readonly StageDefinition[], name: Name): readonly Record<string, unknown>[] {
  const { values } = given;
  const memory = values['dedupe-memory'];
  const dedupe = memory === undefined ? {} : { memory };
  const steps: Record<string, unknown>[] = values['dedupe'] === true ? [{ dedupe }] : [];
  name('steps.0.dedupe.memory', 'dedupe-memory');
  for (const step of ['fetch', 'links'] as const) {
    const place = `steps.${steps.length}.${step}`;
    const options: Record<string, unknown> = step === 'fetch' && values['polite'] === true ? { ...POLITE } : {};
    for (const flag of flagsOf(registry, step)) {
      if (values[flag.name] === undefined) continue;
      options[flag.option.name] = documentValue(flag, values[flag.name]);
      name(`${place}.${flag.option.name}`, flag.name);
    }
    if (step === 'fetch' && values['header'] !== undefined) {
      options['headers'] = headersOf(given);
      name(`${place}.headers`, 'header');
    }
    steps.push({ [step]: options });
  }
  return steps;
}

function sinkOf({ values, labelOf }: Given, registry: readonly StageDefinition[], name: Name): Record<string, unknown> {
  const path = String(values['output'] ?? '-');
  const format = String(values['format'] ?? formatByExtension(path, registry) ?? 'tsv');
  const sink = registry.find((definition) => definition.type === 'sink' && definition.name === format);
  if (sink === undefined) {
    throw new ConfigError(
      `${labelOf('format')}: expected one of ${sinkNames(registry).join(', ')}, got ${JSON.stringify(format)}.`,
    );
  }
  const options: Record<string, unknown> = { path };
  name(`sink.${format}.path`, 'output');
  if (values['columns'] !== undefined) options['columns'] = listOf(String(values['columns']));
  name(`sink.${format}.columns`, 'columns');
  // A format that never has a header does as it is told anyway.
  if (values['no-header'] === true && 'header' in sink.options.shape) options['header'] = false;
  name(`sink.${format}.header`, 'no-header');
  return { [format]: options };
}

/** The names of the sinks, in the registry's order. */
function sinkNames(registry: readonly StageDefinition[]): readonly string[] {
  return registry.filter((definition) => definition.type === 'sink').map((definition) => definition.name);
}

/** The sink that a file's extension chooses; undefined where there is none. */
export function formatByExtension(path: string, registry: readonly StageDefinition[]): string | undefined {
  const extension = extensionOf(path);
  const isOf = (definition: StageDefinition): definition is SinkDefinition =>
    definition.type === 'sink' && definition.extensions.includes(extension);
  return registry.find(isOf)?.name;
}

/** The header fields that `--header` names. Errors: ConfigError. */
export function headersOf({ values, labelOf }: Given): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const text of values['header'] as readonly string[]) {
    const colon = text.indexOf(':');
    if (colon < 1) {
      // The value is not repeated: it may be a secret.
      throw new ConfigError(`${labelOf('header')}: expected 'Name: value', got a text without a colon.`);
    }
    headers[text.slice(0, colon).trim()] = text.slice(colon + 1).trim();
  }
  return headers;
}
