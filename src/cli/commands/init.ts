import { existsSync } from 'node:fs';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join, relative, resolve } from 'node:path';
import { ConfigError, StageError } from '../../core/errors.ts';
import type { StageDefinition } from '../../core/stage.ts';
import { unknownName } from '../../pipeline/checks/problems.ts';
import type { Command } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { type FlagValues, switchFlag, valueFlag } from '../flags.ts';
import type { Io } from '../io.ts';
import { schemaText } from './schema.ts';

/** `sluice init`: writes a commented pipeline to start from. Never overwrites. */
export const initCommand: Command = {
  name: 'init',
  summary: 'Writes a commented pipeline file to start from.',
  positional: {
    name: 'name',
    description: 'What the pipeline is called: NAME.yaml is written here. Left out: what the template is called.',
    isRequired: false,
    isList: false,
    candidates: [],
  },
  flags: () => ({
    template: valueFlag('The pipeline to start from.', { defaultDescription: DEFAULT_TEMPLATE }),
    list: switchFlag('Lists the templates.'),
  }),
  examples: [
    ['sluice init audit --template seo-audit', 'writes audit.yaml'],
    ['sluice init --list', ''],
  ],
  run: async ({ positionals, values, io, registry }) => {
    const templates = await readTemplates();
    io.stdout.write(
      values['list'] === true ? listText(templates) : await init(positionals[0], values, templates, io, registry),
    );
    return exitCodes.ok;
  },
};

/** The folder of the templates: adding a file adds a template. It is as far away from here in `src` as in `dist`. */
const TEMPLATES = new URL('../../../pipelines/templates/', import.meta.url);
const DEFAULT_TEMPLATE = 'hrefs';
/** Where an installed package has its schema, from the folder that has `node_modules`. */
const INSTALLED_SCHEMA = join('node_modules', 'sluice', 'pipelines', 'schema.json');
/** A schema that is written beside the pipeline. */
const SCHEMA_FILE = 'sluice.schema.json';
const LIST_FILE = 'urls.txt';
const LIST = `# One URL a line. Blank lines, and lines that start with #, are passed over; without a scheme, it is https.
https://example.com/
`;

/** A pipeline to start from. Its first line names the schema, its second says what it does. */
interface Template {
  readonly name: string;
  readonly summary: string;
  readonly text: string;
}

async function readTemplates(): Promise<readonly Template[]> {
  const files = (await readdir(TEMPLATES)).filter((file) => file.endsWith('.yaml')).sort();
  const texts = await Promise.all(files.map((file) => readFile(new URL(file, TEMPLATES), 'utf8')));
  return files.map((file, index) => {
    const text = texts[index] ?? '';
    return { name: file.replace(/\.yaml$/, ''), summary: text.split('\n')[1]?.replace(/^# /, '') ?? '', text };
  });
}

function listText(templates: readonly Template[]): string {
  const width = Math.max(...templates.map(({ name }) => name.length));
  return templates.map(({ name, summary }) => `${name.padEnd(width)}  ${summary}\n`).join('');
}

/** Writes the pipeline, and what it needs as far as that isn't there. Gives what is to be said. */
async function init(
  given: string | undefined,
  values: FlagValues,
  templates: readonly Template[],
  io: Io,
  registry: readonly StageDefinition[],
): Promise<string> {
  const wanted = String(values['template'] ?? DEFAULT_TEMPLATE);
  const template = templates.find((candidate) => candidate.name === wanted);
  if (template === undefined) {
    const names = templates.map((candidate) => candidate.name);
    throw new ConfigError(`--template: ${unknownName('template', wanted, names)}`);
  }
  const name = pipelineName(given ?? template.name);
  const file = `${name}.yaml`;
  const installed = installedSchema(io.cwd);
  const text = named(template, name, installed ?? SCHEMA_FILE);
  if (!(await written(join(io.cwd, file), text))) {
    throw new ConfigError(`${file} is there already, and is left as it is. Another name: sluice init NAME.`);
  }
  const made = [file];
  if (installed === undefined && (await written(join(io.cwd, SCHEMA_FILE), schemaText(registry)))) {
    made.push(SCHEMA_FILE);
  }
  if (text.includes(LIST_FILE) && (await written(join(io.cwd, LIST_FILE), LIST))) made.push(LIST_FILE);
  return [
    `wrote ${made.join(', ')}`,
    '',
    'Next:',
    ...(made.includes(LIST_FILE) ? [`  put your URLs into ${LIST_FILE}`] : []),
    `  sluice check ${file}      is the file right?`,
    `  sluice explain ${file}    how will it run?`,
    `  sluice run ${file}`,
    '',
  ].join('\n');
}

/** The name without an extension. Errors: ConfigError for one that would be no plain file name. */
function pipelineName(given: string): string {
  const name = given.replace(/\.ya?ml$/, '');
  if (/^[\p{L}\p{N}_][\p{L}\p{N}_.-]*$/u.test(name)) return name;
  throw new ConfigError(
    `expected a name of letters, digits, "-", "_" and ".", such as ${DEFAULT_TEMPLATE}, got ${JSON.stringify(given)}.`,
  );
}

/** The template's text with the pipeline's own name: as `name`, and at the start of its files' names. */
function named({ name, text }: Template, newName: string, schema: string): string {
  return text
    .replace(/\$schema=\S+/, () => `$schema=${schema}`)
    .replace(/^name: .*$/m, () => `name: ${newName}`)
    .replaceAll(new RegExp(`(?<![\\w./-])${name}(?=\\.[a-z])`, 'g'), () => newName);
}

/**
 * The schema of the package that is installed for the folder, relative to it: looked for in each folder above, as Node does
 * (https://nodejs.org/api/modules.html#loading-from-node_modules-folders). It changes with the package.
 * Undefined where none is: sluice is installed for the whole machine then, or only for this call.
 */
function installedSchema(cwd: string): string | undefined {
  for (let folder = resolve(cwd); ; folder = dirname(folder)) {
    const path = join(folder, INSTALLED_SCHEMA);
    if (existsSync(path)) return relative(cwd, path).replaceAll('\\', '/');
    if (dirname(folder) === folder) return undefined;
  }
}

/** Writes a file that isn't there yet; false where one is. Errors: StageError. */
async function written(path: string, text: string): Promise<boolean> {
  try {
    await writeFile(path, text, { flag: 'wx' });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw new StageError('SINK_FAILED', `${path}: can't be written: ${(error as Error).message}`, { cause: error });
  }
}
