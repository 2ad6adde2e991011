// Makes dist of src: the command, its manual page, and the library with the types of its surface.
// Plain JavaScript, since it runs before anything is built.
import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import * as esbuild from 'esbuild';

/**
 * What is started or imported by itself: each becomes NAME.js in dist. What they share becomes chunks beside them, so that a step of
 * a user's that imports `sluice` gets the classes of the running command; what is imported by `import()` is a chunk of its own.
 */
const ENTRIES = ['src/main.ts', 'src/worker.ts', 'src/index.ts'];

const { dependencies, optionalDependencies } = JSON.parse(readFileSync('package.json', 'utf8'));
/** What is loaded on use stays a package. Not so zod, which is a dependency for its types: they are part of ours. */
const PACKAGES = Object.keys({ ...dependencies, ...optionalDependencies }).filter((name) => name !== 'zod');

/** Files of packages, by the end of their paths, and what stands in their place. All are of yargs, which writes our help: English, in ASCII. */
const REPLACED = [
  // It would look for translations in a folder near its own file; near a bundle, that may be anyone's.
  {
    file: 'y18n/build/lib/platform-shims/node.js',
    contents:
      "import { resolve } from 'path'; import { format } from 'util'; export default { fs: {}, exists: () => false, format, resolve };",
  },
  // It sets up what it takes to measure emoji, in a tenth of the time of a start.
  { file: 'string-width/index.js', contents: 'export default (text) => text.length;' },
];

const replacing = {
  name: 'replacing',
  setup: ({ onLoad }) => {
    for (const { file, contents } of REPLACED) {
      const filter = new RegExp(`[\\\\/]${file.replaceAll('/', '[\\\\/]').replaceAll('.', '\\.')}$`);
      onLoad({ filter }, () => ({ contents }));
    }
  },
};

const OPTIONS = {
  bundle: true,
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  external: PACKAGES,
  plugins: [replacing],
  // The CommonJS packages within require modules of Node's. The name must be none of ours.
  banner: {
    js: "import { createRequire as $createRequire } from 'node:module'; const require = $createRequire(import.meta.url);",
  },
  logLevel: 'warning',
};

const fresh = `dist.${process.pid}`;
const old = `${fresh}.old`;

/** Checks the types, and writes the declarations of the library's surface: those that index.d.ts leads to. False where types are wrong. */
function writeTypes(folder) {
  const all = join(folder, 'types');
  const args = ['tsc', '--project', 'tsconfig.build.json', '--noEmitOnError', '--outDir', all];
  if (spawnSync('npx', args, { stdio: 'inherit' }).status !== 0) return false;
  const reached = new Set(['index.d.ts']);
  // Also those that are found on the way.
  for (const path of reached) {
    const text = readFileSync(join(all, path), 'utf8');
    for (const [, specifier] of text.matchAll(/(?:from|import\()\s*["'](\.[^"']*)["']/g)) {
      reached.add(join(dirname(path), specifier.replace(/\.[jt]s$/, '.d.ts')));
    }
  }
  for (const path of reached) cpSync(join(all, path), join(folder, path));
  rmSync(all, { recursive: true });
  return true;
}

/** Writes the programs. Gives the paths of the files whose code is in them. */
async function writePrograms(folder) {
  const { metafile } = await esbuild.build({
    ...OPTIONS,
    entryPoints: ENTRIES,
    entryNames: '[name]',
    outdir: folder,
    splitting: true,
    metafile: true,
  });
  chmodSync(`${folder}/main.js`, 0o755);
  const inputs = Object.values(metafile.outputs).flatMap((output) => Object.entries(output.inputs));
  return inputs.flatMap(([path, { bytesInOutput }]) => (bytesInOutput > 0 ? [path] : []));
}

/** Writes the licences of the packages whose code is in the programs, each with its version: they ask for that. */
function writeLicences(folder, inputs) {
  const roots = inputs.flatMap((path) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0] ?? []);
  const texts = [...new Set(roots)].sort().map((root) => {
    const { name, version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
    const files = readdirSync(root).filter((file) => /^(?:licen[cs]e|notice)/i.test(file));
    if (files.length === 0) throw new Error(`${root} has no licence`);
    return [`${name} ${version}`, ...files.map((file) => readFileSync(join(root, file), 'utf8').trim())].join('\n\n');
  });
  writeFileSync(`${folder}/THIRD-PARTY-LICENSES.txt`, `${texts.join(`\n\n${'-'.repeat(80)}\n\n`)}\n`);
}

async function writeManPage(folder) {
  const program = `${folder}/man-page.js`;
  const contents = `
    export { commands } from './src/cli/commands.ts';
    export { describeCommands } from './src/cli/reference/describe-commands.ts';
    export { manPage } from './src/cli/reference/man-page.ts';
    export { stageDefinitions } from './src/stages/registry.ts';`;
  await esbuild.build({ ...OPTIONS, stdin: { contents, resolveDir: '.' }, outfile: program });
  const { commands, describeCommands, manPage, stageDefinitions } = await import(`./${program}`);
  rmSync(program);
  // https://reproducible-builds.org/specs/source-date-epoch/
  const epoch = process.env.SOURCE_DATE_EPOCH;
  const date = (epoch === undefined ? new Date() : new Date(Number(epoch) * 1000)).toISOString().slice(0, 10);
  writeFileSync(`${folder}/sluice.1`, manPage(await describeCommands(commands, stageDefinitions), date));
}

try {
  if (writeTypes(fresh)) {
    writeLicences(fresh, await writePrograms(fresh));
    await writeManPage(fresh);
    // Swapped in whole, so that a program that is started meanwhile finds one build or the other.
    if (existsSync('dist')) renameSync('dist', old);
    renameSync(fresh, 'dist');
  } else {
    process.exitCode = 1;
  }
} finally {
  for (const folder of [fresh, old]) rmSync(folder, { recursive: true, force: true });
}
