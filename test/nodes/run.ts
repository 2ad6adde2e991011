/**
 * Uses the package on other versions of Node: packs it, installs it in an empty folder, and there runs the command and a
 * program that imports the library. `npm run test:nodes -- 24 26` names the versions; left out, all that we promise.
 *
 * Each Node comes from the npm package `node`; without a registry nothing is tested, which is said. With `--suite`, the
 * whole test-suite is run on each as well. Ends with 1 when anything fails.
 */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { removeFolder, root, temporaryFolder } from '../helpers/files/samples.ts';
import { startSite } from '../helpers/network/site.ts';
import {
  CONSUMER,
  consumerOutput,
  type InstalledPackage,
  installPackage,
  writeConsumer,
} from '../helpers/processes/installed-package.ts';
import { type ProcessResult, runProcess } from '../helpers/processes/process.ts';

const VERSIONS = ['22', '24', '26'];
/** Getting a Node for the first time is a download of some 40 MB; the whole suite takes minutes. */
const PATIENCE_MS = 1_800_000;

const words = process.argv.slice(2);
const named = words.filter((word) => /^\d/.test(word));
const hasSuite = words.includes('--suite');
const folder = await temporaryFolder();
try {
  const installed = await installPackage(folder);
  if (installed === undefined) say('skipped: the npm registry is out of reach');
  else for (const version of named.length > 0 ? named : VERSIONS) await tryNode(version, installed);
} finally {
  await removeFolder(folder);
}

async function tryNode(version: string, installed: InstalledPackage): Promise<void> {
  const site = await startSite({ '/': '<a href="/x">x</a>' });
  const onNode = (args: readonly string[], cwd: string) =>
    runProcess('npx', ['-y', '-p', `node@${version}`, 'node', ...args], { cwd, timeoutMs: PATIENCE_MS });
  try {
    const { stdout } = await onNode(['-p', 'process.version'], folder);
    say(`Node ${stdout.trim()}`);
    const main = join(installed.folder, 'node_modules/sluice/dist/main.js');
    for (const [what, flags] of [
      ['the command', []],
      ['the command, with worker threads', ['--workers', '2']],
    ] as const) {
      const command = await onNode([main, '--allow-private', '-q', ...flags, site.origin], folder);
      tell(what, command, () =>
        assert.equal(command.stdout, `source_url\tparsed_url\n${site.origin}\t${site.origin}/x\n`),
      );
    }
    const library = await onNode([await writeConsumer(installed, 'consumer.mjs', CONSUMER), site.origin], folder);
    const expected = await consumerOutput(site.origin);
    tell('the library', library, () => assert.deepEqual(JSON.parse(library.stdout), expected));
    if (hasSuite) tell('the test-suite', await onNode(['--import', 'tsx', 'test/run.ts'], root), () => {});
  } finally {
    await site.close();
  }
}

/** Says whether a program did what was expected, and where it did not, all that it printed. */
function tell(what: string, { code, stdout, stderr }: ProcessResult, check: () => void): void {
  try {
    assert.equal(code, 0);
    check();
    say(`  ${what}: ok`);
  } catch (error) {
    say(`  ${what}: FAILED: ${(error as Error).message}\n${stdout}\n${stderr}`);
    process.exitCode = 1;
  }
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}
