// Compiles src to dist and makes the command executable. Plain JavaScript, since it runs before anything is built.
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, renameSync, rmSync } from 'node:fs';

const fresh = `dist.${process.pid}`;
const old = `${fresh}.old`;
const { status } = spawnSync('npx', ['tsc', '--project', 'tsconfig.build.json', '--noEmitOnError', '--outDir', fresh], {
  stdio: 'inherit',
});
if (status === 0) {
  chmodSync(`${fresh}/main.js`, 0o755);
  // Swapped in whole, so that a program that is started meanwhile finds one build or the other.
  if (existsSync('dist')) renameSync('dist', old);
  renameSync(fresh, 'dist');
  rmSync(old, { recursive: true, force: true });
}
process.exitCode = status ?? 1;
