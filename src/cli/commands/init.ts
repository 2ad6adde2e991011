import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { dirname, join, relative, resolve } from 'node:path';
import { ConfigError, StageError } from '../../core/errors.ts';
import type { StageDefinition } from '../../core/stage.ts';
import { unknownName } from '../../pipeline/checks/problems.ts';
import { TEST_SUFFIX } from '../../testing/document/test-suffix.ts';
import type { CommandCode } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { type FlagValues, switchFlag, valueFlag } from '../flags/flags.ts';
import type { Io } from '../io.ts';
import { readDataOf, readTemplates, type Template, templateNames } from '../templates.ts';
import { schemaText, testSchemaText } from './schema.ts';

/** `sluice init`: writes a commented pipeline to start from, its tests, and what both need. Never overwrites. */
export const initCommand: CommandCode = {
  flags: () => ({
    template: valueFlag('The pipeline to start from; --list names them.', {
      defaultDescription: DEFAULT_TEMPLATE,
      candidates: templateNames,
    }),
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

const DEFAULT_TEMPLATE = 'hrefs';
/** Where an installed package has its schemas, from the folder that has `node_modules`. */
const INSTALLED_SCHEMAS = join('node_modules', 'sluice', 'pipelines');
const PIPELINE_SCHEMA = 'schema.json';
const TEST_SCHEMA = 'test-schema.json';
/** In front of the name of a schema that is written beside the pipeline. */
const SCHEMA_PREFIX = 'sluice.';
/** The program in a comment, as a command to be copied. */
const COMMAND = /(?<=^#.*(?: {3}|`|: ))sluice(?= [a-z-])/gm;

function listText(templates: readonly Template[]): string {
  const width = Math.max(...templates.map(({ name }) => name.length));
  return templates.map(({ name, summary }) => `${name.padEnd(width)}  ${summary}\n`).join('');
}

/** Writes the pipeline, and what goes with it as far as that isn't there. Gives what is to be said. */
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
  const [file, testFile] = [`${name}.yaml`, `${name}${TEST_SUFFIX}`];
  const installed = installedSchemas(io.cwd);
  const home: Home =
    installed === undefined
      ? { call: 'sluice', schemaPrefix: SCHEMA_PREFIX }
      : { call: 'npx sluice', schemaPrefix: `${installed}/` };
  const { pipeline, test } = adapted(template, name, home);
  if (!(await written(join(io.cwd, file), pipeline))) {
    throw new ConfigError(`${file} is there already, and is left as it is. Another name: sluice init NAME.`);
  }
  const data = await readDataOf(template);
  const companions = [
    { name: testFile, content: test },
    ...(installed === undefined ? await schemas(registry) : []),
    ...data,
  ];
  const made = [file];
  for (const companion of companions) {
    if (await written(join(io.cwd, companion.name), companion.content)) made.push(companion.name);
  }
  const samples = data.map((one) => one.name).filter((one) => made.includes(one));
  return nextSteps({ file, testFile, made, samples, call: home.call });
}

/** How things are called from the folder that is written to. */
interface Home {
  readonly call: 'sluice' | 'npx sluice';
  /** What stands in front of the name of a schema. */
  readonly schemaPrefix: string;
}

/** The name without an extension. Errors: ConfigError for one that would be no plain file name. */
function pipelineName(given: string): string {
  const name = given.replace(/\.ya?ml$/, '');
  // A pipeline of that name would be taken for a test file.
  if (/^[\p{L}\p{N}_][\p{L}\p{N}_.-]*$/u.test(name) && !`${name}.yaml`.endsWith(TEST_SUFFIX)) return name;
  throw new ConfigError(
    `expected a name of letters, digits, "-", "_" and ".", such as ${DEFAULT_TEMPLATE}, got ${JSON.stringify(given)}.`,
  );
}

/**
 * The folder with the schemas of the package that is installed for this folder, relative to it: looked for in each folder above,
 * as Node does (https://nodejs.org/api/modules.html#loading-from-node_modules-folders). They change with the package.
 * Undefined where none is: sluice is installed for the whole machine then, or only for this call.
 */
function installedSchemas(cwd: string): string | undefined {
  for (let folder = resolve(cwd); ; folder = dirname(folder)) {
    const schemas = join(folder, INSTALLED_SCHEMAS);
    if (existsSync(join(schemas, PIPELINE_SCHEMA))) return relative(cwd, schemas).replaceAll('\\', '/');
    if (dirname(folder) === folder) return undefined;
  }
}

/**
 * The template's texts with the pipeline's own name: as `name`, and at the start of its files' names; with the schemas where they
 * are, by paths from the file, as editors take them; and with commands as they are called here.
 */
function adapted(
  { name, pipeline, test }: Template,
  newName: string,
  { call, schemaPrefix }: Home,
): Pick<Template, 'pipeline' | 'test'> {
  const adapt = (text: string) =>
    text
      .replace(/\$schema=\.\.\/(\S+)/, (_, schema: string) => `$schema=${schemaPrefix}${schema}`)
      .replace(/^name: .*$/m, () => `name: ${newName}`)
      .replaceAll(new RegExp(`(?<![\\w./-])${name}(?=\\.[a-z])`, 'g'), () => newName)
      .replaceAll(COMMAND, () => call);
  return { pipeline: adapt(pipeline), test: adapt(test) };
}

async function schemas(registry: readonly StageDefinition[]) {
  return [
    { name: SCHEMA_PREFIX + PIPELINE_SCHEMA, content: schemaText(registry) },
    { name: SCHEMA_PREFIX + TEST_SCHEMA, content: await testSchemaText() },
  ];
}

/** Writes a file that isn't there yet; false where one is. Errors: StageError. */
async function written(path: string, content: string | Uint8Array): Promise<boolean> {
  try {
    await writeFile(path, content, { flag: 'wx' });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw new StageError('SINK_FAILED', `${path}: can't be written: ${(error as Error).message}`, { cause: error });
  }
}

interface Made {
  readonly file: string;
  readonly testFile: string;
  readonly made: readonly string[];
  /** Files with sample data that were written. */
  readonly samples: readonly string[];
  /** How the program is called. */
  readonly call: string;
}

function nextSteps({ file, testFile, made, samples, call }: Made): string {
  const steps = [
    [`${call} check ${file}`, 'is the file right?'],
    [`${call} test ${testFile}`, 'does it do what it should? without the network'],
    [`${call} explain ${file}`, 'how will it run?'],
    [`${call} run ${file}`, ''],
  ] as const;
  const width = Math.max(...steps.map(([step]) => step.length));
  return [
    `wrote ${made.join(', ')}`,
    '',
    'Next:',
    ...samples.map((sample) => `  ${sample} is a sample: put your own in its place`),
    ...steps.map(([step, what]) => `  ${step.padEnd(what === '' ? 0 : width + 2)}${what}`),
    '',
  ].join('\n');
}
