import { readdirSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';

/** A pipeline to start from, and its tests. */
export interface Template {
  readonly name: string;
  /** A sentence: the second line of its file. */
  readonly summary: string;
  /** The text of the pipeline file. Its first line names the schema. */
  readonly pipeline: string;
  /** The text of its test file. */
  readonly test: string;
}

/** A file with sample data. */
export interface DataFile {
  readonly name: string;
  readonly content: Uint8Array;
}

/**
 * The folder of the templates: in this package, wherever the build has put this code. Adding a pipeline and its test file adds a
 * template; what else is there is data, which the templates name.
 */
const FOLDER = new URL('pipelines/templates/', import.meta.resolve('sluice/package.json'));
const PIPELINE = /^([^.]+)\.yaml$/;

/** Gives the names of the templates, sorted. */
export function templateNames(): readonly string[] {
  return namesIn(readdirSync(FOLDER));
}

/** Gives the templates, sorted by their names. */
export async function readTemplates(): Promise<readonly Template[]> {
  return await Promise.all(namesIn(await readdir(FOLDER)).map(readTemplate));
}

/** Gives the files with sample data that a template names. What is called after the template is what its run writes. */
export async function readDataOf({ name: own, pipeline }: Template): Promise<readonly DataFile[]> {
  const isData = (file: string) => !file.endsWith('.yaml') && !file.startsWith(`${own}.`) && pipeline.includes(file);
  const names = (await readdir(FOLDER)).filter(isData);
  return await Promise.all(names.map(async (name) => ({ name, content: await readFile(new URL(name, FOLDER)) })));
}

function namesIn(files: readonly string[]): readonly string[] {
  return files.flatMap((file) => PIPELINE.exec(file)?.[1] ?? []).sort();
}

async function readTemplate(name: string): Promise<Template> {
  const [pipeline, test] = await Promise.all([readText(`${name}.yaml`), readText(`${name}.test.yaml`)]);
  return { name, summary: pipeline.split('\n')[1]?.replace(/^# /, '') ?? '', pipeline, test };
}

function readText(file: string): Promise<string> {
  return readFile(new URL(file, FOLDER), 'utf8');
}
