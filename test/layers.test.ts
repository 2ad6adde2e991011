import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { describe, it } from 'node:test';

/** A source file: its path below `src`, with `/`, and its text. */
interface SourceFile {
  readonly path: string;
  readonly text: string;
}

/** From top to bottom: an import leads further down, or stays within its folder. */
const LAYERS: readonly (readonly string[])[] = [
  ['main.ts', 'worker.ts', 'index.ts'],
  ['cli', 'library'],
  ['testing'],
  ['pipeline'],
  ['stages'],
  ['http', 'html', 'formats', 'expressions'],
  ['core'],
];
const REGISTRY = 'stages/registry.ts';
/** What may import the registry. */
const REGISTRY_USERS = ['main.ts', 'worker.ts', 'index.ts', 'cli', 'library'];
/** The package's public surface: the one file that re-exports the others. */
const SURFACE = 'index.ts';
/** The files that touch `process`, for the program and for the library. */
const PROCESS_FILES = ['main.ts', 'library/host-process.ts'];
const MAX_LINES = 250;

describe('src', () => {
  const files = readSource();

  it('is not empty, and what it imports is seen', () => {
    assert.equal(files.length > 50, true);
    const main = files.find(({ path }) => path === 'main.ts') ?? assert.fail('no main.ts');
    assert.equal(importsOf(main).includes('cli/command-line.ts'), true);
  });

  holds('imports only point down the layers', upwardImports);
  holds('has no circles', circles);
  holds('has one file that imports stages, the registry, which only the top layers import', stageImports);
  holds('has two files that touch process: the program and the library have one each', processUses);
  holds("has no index files that re-export the others, but for the package's surface", reexports);
  holds(`has no file above ${MAX_LINES} lines`, longFiles);

  function holds(title: string, problemsOf: (files: readonly SourceFile[]) => readonly string[]): void {
    it(title, () => assert.deepEqual(problemsOf(files), []));
  }
});

describe('the checks find', () => {
  it('an import that points up, or across', () => {
    finds(upwardImports, { 'core/a.ts': "import { b } from '../http/b.ts';", 'http/b.ts': '' });
    finds(upwardImports, { 'http/a.ts': "import type { B } from '../html/b.ts';", 'html/b.ts': '' });
    finds(upwardImports, { 'pipeline/a.ts': "const cli = await import('../cli/b.ts');", 'cli/b.ts': '' });
    finds(upwardImports, { 'cli/a.ts': "import '../main.ts';", 'main.ts': '' });
    finds(upwardImports, { 'library/a.ts': "import { b } from '../cli/b.ts';", 'cli/b.ts': '' });
    finds(upwardImports, { 'other/a.ts': '' });
    passes(upwardImports, {
      'cli/a.ts': "import { b } from '../core/b.ts';\nimport fs from 'node:fs';",
      'core/b.ts': '',
    });
    passes(upwardImports, { 'cli/x/a.ts': "import { b } from '../b.ts';", 'cli/b.ts': '' });
    passes(upwardImports, { 'core/a.ts': "// as in import { b } from '../http/b.ts';" });
  });

  it('an import over several lines', () => {
    finds(upwardImports, { 'core/a.ts': "import {\n  b,\n  c,\n} from '../http/b.ts';", 'http/b.ts': '' });
  });

  it('a circle of any length', () => {
    finds(circles, { 'core/a.ts': "import './b.ts';", 'core/b.ts': "import type { A } from './a.ts';" });
    finds(circles, { 'a.ts': "import './b.ts';", 'b.ts': "import './c.ts';", 'c.ts': "import './b.ts';" });
    finds(circles, { 'a.ts': "import './a.ts';" });
    passes(circles, { 'a.ts': "import './b.ts';\nimport './c.ts';", 'b.ts': "import './c.ts';", 'c.ts': '' });
  });

  it('a stage that another file than the registry imports', () => {
    const stage = { 'stages/sinks/csv.ts': '' };
    finds(stageImports, { ...stage, 'stages/sinks/tsv.ts': "import { csvSink } from './csv.ts';" });
    finds(stageImports, { ...stage, 'cli/a.ts': "import { csvSink } from '../stages/sinks/csv.ts';" });
    finds(stageImports, { [REGISTRY]: '', 'pipeline/a.ts': "import { stages } from '../stages/registry.ts';" });
    passes(stageImports, { ...stage, [REGISTRY]: "import { csvSink } from './sinks/csv.ts';" });
    passes(stageImports, { [REGISTRY]: '', 'cli/a.ts': "import { stages } from '../stages/registry.ts';" });
  });

  it('the global process, and not a method of that name', () => {
    finds(processUses, { 'core/a.ts': 'const { env } = process;' });
    finds(processUses, { 'core/a.ts': "process.on('exit', end);" });
    finds(processUses, { 'core/a.ts': 'globalThis.process;' });
    finds(processUses, { 'core/a.ts': "import { env } from 'node:process';" });
    finds(processUses, { 'core/a.ts': "write(process['stdout']);" });
    passes(processUses, { 'main.ts': 'process.exitCode = 1;' });
    passes(processUses, { 'library/host-process.ts': 'const { env } = process;' });
    passes(processUses, { 'core/a.ts': 'step.process(record); const step = { process: (record) => record };' });
    passes(processUses, { 'core/a.ts': "// process.env\nconst text = 'process.env';" });
  });

  it('an index file, by its name or its content', () => {
    finds(reexports, { 'core/index.ts': '' });
    finds(reexports, { 'core/a.ts': "/** All of it. */\nexport * from './b.ts';\n" });
    finds(reexports, { 'core/a.ts': "export type { B,\n C } from './b.ts';" });
    passes(reexports, { 'core/a.ts': "export type { B } from './b.ts';\nexport const a = 1;" });
    passes(reexports, { 'index.ts': "export * from './core/b.ts';" });
    passes(reexports, { 'core/a.ts': "export const from = 'core';\nexport { a };" });
  });

  it('a file that is too long', () => {
    finds(longFiles, { 'core/a.ts': 'a;\n'.repeat(MAX_LINES + 1) });
    passes(longFiles, { 'core/a.ts': 'a;\n'.repeat(MAX_LINES) });
  });

  type Check = (files: readonly SourceFile[]) => readonly string[];
  const sources = (texts: Readonly<Record<string, string>>) =>
    Object.entries(texts).map(([path, text]) => ({ path, text }));
  function finds(check: Check, texts: Readonly<Record<string, string>>): void {
    assert.equal(check(sources(texts)).length, 1, JSON.stringify(texts));
  }
  function passes(check: Check, texts: Readonly<Record<string, string>>): void {
    assert.deepEqual(check(sources(texts)), [], JSON.stringify(texts));
  }
});

function upwardImports(files: readonly SourceFile[]): string[] {
  return files.flatMap((file) => {
    const from = layerOf(file.path);
    if (from === -1) return [`${file.path} is in no layer`];
    const isAllowed = (path: string) => layerOf(path) > from || folderOf(path) === folderOf(file.path);
    return importsOf(file).flatMap((path) => (isAllowed(path) ? [] : [`${file.path} imports ${path}`]));
  });
}

/** One line for each file that closes a circle. */
function circles(files: readonly SourceFile[]): string[] {
  const graph = new Map(files.map((file) => [file.path, importsOf(file)]));
  const found: string[] = [];
  const done = new Set<string>();
  const visit = (path: string, trail: readonly string[]): void => {
    if (trail.includes(path)) {
      found.push([...trail.slice(trail.indexOf(path)), path].join(' -> '));
    } else if (!done.has(path)) {
      for (const next of graph.get(path) ?? []) visit(next, [...trail, path]);
      done.add(path);
    }
  };
  for (const path of graph.keys()) visit(path, []);
  return found;
}

function stageImports(files: readonly SourceFile[]): string[] {
  return files.flatMap((file) => {
    const mayImport = (path: string) => {
      if (!path.startsWith('stages/')) return true;
      if (path === REGISTRY) return REGISTRY_USERS.includes(folderOf(file.path));
      return file.path === REGISTRY;
    };
    return importsOf(file).flatMap((path) => (mayImport(path) ? [] : [`${file.path} imports ${path}`]));
  });
}

/** A step has a method `process`; the global is what a member is taken of, or what is taken apart. */
const PROCESS_USE = /(?<![.\w$#])process\s*(?:\.|\?\.|\[)|=\s*process\b(?!\s*\()|\bglobalThis\s*\.\s*process\b/;

function processUses(files: readonly SourceFile[]): string[] {
  return files.flatMap(({ path, text }) => {
    const code = codeOf(text);
    const isUsed = PROCESS_USE.test(code.replace(STRING, "''")) || /from\s*'(?:node:)?process'/.test(code);
    return isUsed && !PROCESS_FILES.includes(path) ? [`${path} uses process`] : [];
  });
}

const REEXPORT = /^export\s+(?:type\s+)?(?:\*|\{[^}]*\})[^;\n]*\bfrom\s*'[^']*';?/gm;

/** An index file by its name, or by its content: re-exports and nothing else. */
function reexports(files: readonly SourceFile[]): string[] {
  return files.flatMap(({ path, text }) => {
    const code = codeOf(text);
    const isNothingElse = code.search(REEXPORT) !== -1 && code.replace(REEXPORT, '').trim() === '';
    const isIndex = posix.basename(path) === 'index.ts' || isNothingElse;
    return isIndex && path !== SURFACE ? [`${path} re-exports`] : [];
  });
}

function longFiles(files: readonly SourceFile[]): string[] {
  const linesOf = (text: string) => text.split('\n').length - 1;
  return files.flatMap(({ path, text }) => (linesOf(text) > MAX_LINES ? [`${path} has ${linesOf(text)} lines`] : []));
}

/** Index into the layers, or -1. */
function layerOf(path: string): number {
  return LAYERS.findIndex((folders) => folders.includes(folderOf(path)));
}

/** The first part of the path: the folder below `src`, or the file that stands there itself. */
function folderOf(path: string): string {
  return path.split('/', 1)[0] ?? path;
}

const IMPORT = /(?:^|[\s;(])(?:import|export)\b(?:[^'";]*?\bfrom)?\s*\(?\s*'(\.[^']*)'/g;

/** The files below `src` that a file imports, types, dynamic imports and re-exports included. */
function importsOf({ path, text }: SourceFile): string[] {
  const found = [...codeOf(text).matchAll(IMPORT)];
  return found.map(([, specifier = '']) => posix.join(posix.dirname(path), specifier));
}

const STRING = /'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"/g;
const STRING_OR_COMMENT = new RegExp(`${STRING.source}|/\\*[\\s\\S]*?\\*/|//[^\\n]*`, 'g');

/** The text without its comments. */
function codeOf(text: string): string {
  return text.replace(STRING_OR_COMMENT, (found) => (found.startsWith('/') ? ' ' : found));
}

function readSource(): SourceFile[] {
  const folder = new URL('../src/', import.meta.url);
  const paths = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.ts'));
  return paths.map((path) => ({
    path: path.replaceAll('\\', '/'),
    text: readFileSync(new URL(path.replaceAll('\\', '/'), folder), 'utf8'),
  }));
}
