import type { Options } from 'yargs';
import { ConfigError } from '../core/errors.ts';
import type { SinkDefinition, StageDefinition } from '../core/stage.ts';
import { withoutCompression } from '../formats/compression.ts';
import { documentFromFlags, type PipelineDocument } from '../pipeline/document/file.ts';
import {
  documentValue,
  type Flags,
  type FlagValues,
  listOf,
  numberOf,
  repeatableFlag,
  type StageFlag,
  stageFlags,
  switchFlag,
  valueFlag,
  yargsOption,
} from './flags.ts';

const ALIASES: Readonly<Record<string, string>> = { concurrency: 'c', 'user-agent': 'A' };
const GROUPS: Readonly<Record<string, string>> = { fetch: 'Fetching:', links: 'Links:' };
/** Steps whose options are flags of their own. */
const FLAG_STEPS = ['links', 'fetch'] as const;
/** `headers` is a table in a file and a repeatable `--header` here; `hosts` is one that holds secrets, for which a file is the place. */
const NO_FLAG = ['headers', 'hosts'];
/** What `--polite` stands for; each flag that is given goes before it. */
const POLITE = { robots: true, delay: '1s', perHost: 1 } as const;

/** The flags of `sluice links` that make its pipeline. Those of the steps come from the steps' definitions. */
export function linksFlags(registry: readonly StageDefinition[]): Flags {
  const sinks = sinkNames(registry);
  const group = 'Input and output:';
  const flags: Record<string, Options> = {
    input: repeatableFlag("File with one URL a line; '-' is standard input. Repeatable.", { group, alias: 'i' }),
    output: valueFlag("File for the rows; '-' is standard output.", { group, alias: 'o', defaultDescription: '-' }),
    format: valueFlag(`${sinks.join(', ')}; left out, by the output's extension.`, {
      group,
      alias: 'f',
      defaultDescription: 'tsv',
    }),
    columns: valueFlag('Columns of the rows.', { group, defaultDescription: 'source_url,parsed_url' }),
    'no-header': switchFlag('Leaves out the line that names the columns.', { group }),
    dedupe: switchFlag('Skips input lines whose URL was there before.', { group }),
    failures: valueFlag('File for one row per failed URL (jsonl; csv, tsv by extension).', { group }),
    pages: valueFlag('File for one row per page (jsonl; csv, tsv by extension).', { group }),
    header: repeatableFlag("Header field to send, 'Name: value'. Repeatable.", {
      group: GROUPS['fetch'] ?? '',
      alias: 'H',
    }),
    polite: switchFlag('Obeys robots.txt, one request at a time on each host and their starts a second apart.', {
      group: GROUPS['fetch'] ?? '',
    }),
  };
  for (const step of FLAG_STEPS) {
    for (const flag of flagsOf(registry, step)) {
      flags[flag.name] = yargsOption(flag, GROUPS[step] ?? '', ALIASES[flag.name]);
    }
  }
  return flags;
}

/**
 * The pipeline that `sluice links` with these flags stands for: the same document that a file would give.
 *
 * Errors: ConfigError for flags that no pipeline can hold, such as a format that doesn't exist.
 */
export function linksDocument(
  urls: readonly string[],
  values: FlagValues,
  registry: readonly StageDefinition[],
): PipelineDocument {
  const flagNames = new Map<string, string>();
  const name = (path: string, flag: string) => flagNames.set(path, `--${flag}`);
  const steps: Record<string, unknown>[] = values['dedupe'] === true ? [{ dedupe: {} }] : [];
  for (const step of ['fetch', 'links'] as const) {
    const place = `steps.${steps.length}.${step}`;
    const options: Record<string, unknown> = step === 'fetch' && values['polite'] === true ? { ...POLITE } : {};
    for (const flag of flagsOf(registry, step)) {
      if (values[flag.name] === undefined) continue;
      options[flag.option.name] = documentValue(flag, values[flag.name]);
      name(`${place}.${flag.option.name}`, flag.name);
    }
    if (step === 'fetch' && values['header'] !== undefined) {
      options['headers'] = headersOf(values['header'] as readonly string[]);
      name(`${place}.headers`, 'header');
    }
    steps.push({ [step]: options });
  }
  const document: Record<string, unknown> = {
    source: sourceOf(urls, values),
    steps,
    sink: sinkOf(values, registry, name),
  };
  name('source.lines.path', 'input');
  for (const role of ['failures', 'pages'] as const) {
    if (values[role] === undefined) continue;
    const path = String(values[role]);
    document[role] = { [formatByExtension(path, registry) ?? 'jsonl']: { path } };
    name(role, role);
  }
  addRunKeys(document, values, name);
  return documentFromFlags(document, (path) => flagOfNearest(path, flagNames));
}

/** Adds what a pipeline has beside its stages: `summary`, `limit`, `checkpoint` and so on. */
function addRunKeys(
  document: Record<string, unknown>,
  values: FlagValues,
  name: (path: string, flag: string) => void,
): void {
  const keys = { limit: 'limit', 'max-failures': 'maxFailures' };
  for (const [flag, key] of Object.entries({ ...keys, ...SAME_NAME })) {
    const given = values[flag];
    if (given === undefined) continue;
    document[key] = Object.hasOwn(keys, flag) ? numberOf(String(given)) : given;
    name(key, flag);
  }
}

/** Keys that are flags of the same name and the same value. */
const SAME_NAME = { summary: 'summary', checkpoint: 'checkpoint', ordered: 'ordered', shard: 'shard' };

function flagsOf(registry: readonly StageDefinition[], step: string): readonly StageFlag[] {
  const definition = registry.find((candidate) => candidate.type === 'step' && candidate.name === step);
  return definition === undefined ? [] : stageFlags(definition, NO_FLAG);
}

function sourceOf(urls: readonly string[], values: FlagValues): Record<string, unknown> {
  const inputs = (values['input'] as readonly string[] | undefined) ?? [];
  if (urls.length === 0) return { lines: { path: inputs.length === 0 ? '-' : inputs } };
  if (inputs.length > 0)
    throw new ConfigError('--input: URLs are given as arguments too; give either those or --input.');
  return { urls: { list: urls } };
}

function sinkOf(
  values: FlagValues,
  registry: readonly StageDefinition[],
  name: (path: string, flag: string) => void,
): Record<string, unknown> {
  const path = String(values['output'] ?? '-');
  const format = String(values['format'] ?? formatByExtension(path, registry) ?? 'tsv');
  const sink = registry.find((definition) => definition.type === 'sink' && definition.name === format);
  if (sink === undefined) {
    throw new ConfigError(
      `--format: expected one of ${sinkNames(registry).join(', ')}, got ${JSON.stringify(format)}.`,
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

function sinkNames(registry: readonly StageDefinition[]): readonly string[] {
  return registry.filter((definition) => definition.type === 'sink').map((definition) => definition.name);
}

function formatByExtension(path: string, registry: readonly StageDefinition[]): string | undefined {
  const extension = /\.([^./\\]+)$/.exec(withoutCompression(path))?.[1]?.toLowerCase() ?? '';
  const isOf = (definition: StageDefinition): definition is SinkDefinition =>
    definition.type === 'sink' && definition.extensions.includes(extension);
  return registry.find(isOf)?.name;
}

function headersOf(given: readonly string[]): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const text of given) {
    const colon = text.indexOf(':');
    if (colon < 1) {
      // The value is not repeated: it may be a secret.
      throw new ConfigError("--header: expected 'Name: value', got a text without a colon.");
    }
    headers[text.slice(0, colon).trim()] = text.slice(colon + 1).trim();
  }
  return headers;
}

function flagOfNearest(path: readonly PropertyKey[], flagNames: ReadonlyMap<string, string>): string | undefined {
  for (let length = path.length; length > 0; length -= 1) {
    const flag = flagNames.get(path.slice(0, length).map(String).join('.'));
    if (flag !== undefined) return flag;
  }
  return undefined;
}
