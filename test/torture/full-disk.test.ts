import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { removeFolder, temporaryFolder } from '../helpers/files/samples.ts';
import { runSluice } from '../helpers/processes/cli.ts';
import { assertSameOutcome, outcomeOf } from './outputs.ts';
import { startTortureSite, type TortureSite, tortureList } from './torture-site.ts';

const LINES = 200;
/** Beside the ballast there is room for a part of the rows only. */
const DISK_BYTES = 1_000_000;
const BALLAST_BYTES = 960_000;

let site: TortureSite;
before(async () => {
  site = await startTortureSite();
});
after(() => site?.close());

for (const output of ['links.tsv', 'links.tsv.gz']) {
  test(`a full disk stops the run with advice; with room again, the same command ends it as if nothing had been: ${output}`, async (t) => {
    const folder = await temporaryFolder();
    const disk = await smallDisk(join(folder, 'disk'));
    t.after(async () => {
      if (disk !== undefined) spawnSync('umount', [disk], { stdio: 'ignore' });
      await removeFolder(folder);
    });
    if (disk === undefined) return t.skip('this place lets nobody mount a small disk');
    const whole = join(folder, 'undisturbed');
    await mkdir(whole);
    // Compressed rows are much smaller.
    const lines = output.endsWith('.gz') ? 4 * LINES : LINES;
    await writeFile(join(folder, 'list.txt'), tortureList(site.origins, lines));
    const common = ['--allow-private', '-i', join(folder, 'list.txt'), '-o', output, '--summary'];
    const args = [...common, 'summary.json', '--failures', 'failures.jsonl'];
    assert.equal((await runSluice(args, { cwd: whole })).code, 0);

    await writeFile(join(disk, 'ballast'), Buffer.alloc(BALLAST_BYTES));
    const checkpoint = ['--checkpoint', 'run.checkpoint', '--checkpoint-interval', '20ms'];
    const onDisk = [...common, join(folder, 'disk-summary.json'), '--failures', 'failures.jsonl', ...checkpoint];
    const stopped = await runSluice(onDisk, { cwd: disk });
    assert.equal(stopped.code, 3, stopped.stderr);
    assert.match(stopped.stderr, /^sluice: .*\(ENOSPC\)/m);
    assert.match(stopped.stderr, /Free some space, then run the command again\./);
    assert.match(stopped.stderr, /run the same command again to go on from here/);

    await rm(join(disk, 'ballast'));
    const finished = await runSluice(onDisk, { cwd: disk });
    assert.equal(finished.code, 0, finished.stderr);
    assert.match(finished.stderr, /went on behind \d/);
    await writeFile(join(disk, 'summary.json'), await readFile(join(folder, 'disk-summary.json')));
    assertSameOutcome(await outcomeOf(disk, undefined), await outcomeOf(whole, undefined));
  });
}

/** A file system of so few bytes at `path`, for the caller to unmount; undefined where nobody may mount one. */
async function smallDisk(path: string): Promise<string | undefined> {
  await mkdir(path);
  const options = ['-t', 'tmpfs', '-o', `size=${DISK_BYTES}`, 'tmpfs'];
  return spawnSync('mount', [...options, path], { stdio: 'ignore' }).status === 0 ? path : undefined;
}
