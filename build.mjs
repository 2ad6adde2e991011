// Compiles src to dist: the command, made executable, its manual page, and the library with the types of its surface.
// Plain JavaScript, since it runs before anything is built.
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const fresh = `dist.${process.pid}`;
const old = `${fresh}.old`;

/** Removes the declarations that are not part of the library's surface: those that index.d.ts doesn't lead to. */
function keepTypesOf(folder) {
  const reached = new Set();
  const visit = (path) => {
    if (reached.has(path)) return;
    reached.add(path);
    for (const [, specifier] of readFileSync(path, 'utf8').matchAll(/(?:from|import\()\s*["'](\.[^"']*)["']/g)) {
      visit(join(dirname(path), specifier.replace(/\.[jt]s$/, '.d.ts')));
    }
  };
  visit(join(folder, 'index.d.ts'));
  for (const file of readdirSync(folder, { recursive: true })) {
    const path = join(folder, file);
    if (path.endsWith('.d.ts') && !reached.has(path)) rmSync(path);
  }
}

async function writeManPage(folder) {
  const load = (path) => import(`./${folder}/${path}`);
  const { commands } = await load('cli/commands.js');
  const { describeCommands } = await load('cli/reference/describe-commands.js');
  const { manPage } = await load('cli/reference/man-page.js');
  const { stageDefinitions } = await load('stages/registry.js');
  // https://reproducible-builds.org/specs/source-date-epoch/
  const epoch = process.env.SOURCE_DATE_EPOCH;
  const date = (epoch === undefined ? new Date() : new Date(Number(epoch) * 1000)).toISOString().slice(0, 10);
  writeFileSync(`${folder}/sluice.1`, manPage(describeCommands(commands, stageDefinitions), date));
}

const { status } = spawnSync('npx', ['tsc', '--project', 'tsconfig.build.json', '--noEmitOnError', '--outDir', fresh], {
  stdio: 'inherit',
});
if (status === 0) {
  chmodSync(`${fresh}/main.js`, 0o755);
  keepTypesOf(fresh);
  await writeManPage(fresh);
  // Swapped in whole, so that a program that is started meanwhile finds one build or the other.
  if (existsSync('dist')) renameSync('dist', old);
  renameSync(fresh, 'dist');
  rmSync(old, { recursive: true, force: true });
}
process.exitCode = status ?? 1;
