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
const DISK_BYTES = 1_000_000;

/** A run whose outputs don't find room. */
interface FullDisk {
  readonly name: string;
  readonly lines: number;
  /** Beside these there is room for a part of the rows only. */
  readonly ballastBytes: number;
  /** Those that stand before the flags that all have. */
  readonly args: readonly string[];
}

/** Whose checkpoints bring many files and a database's log to the disk, at a moment when any of them may be the one that fails. */
const MANY_FILES = {
  source: { lines: { path: '../list.txt' } },
  steps: [
    { fetch: { allowPrivate: true } },
    'links',
    { set: { columns: { rest: 'int(extract(parsed_url, "[0-9]+$")) % 60' } } },
  ],
  sink: [{ split: { path: 'links-by-{value}.tsv', column: 'rest' } }, { sqlite: { path: 'links.sqlite' } }],
  failures: { jsonl: { path: 'failures.jsonl' } },
};

const OF_LIST = ['--allow-private', '-i', '../list.txt', '--failures', 'failures.jsonl', '-o'];

const fullDisks: readonly FullDisk[] = [
  { name: 'rows', lines: LINES, ballastBytes: 960_000, args: [...OF_LIST, 'links.tsv'] },
  // Compressed rows are much smaller.
  { name: 'compressed rows', lines: 4 * LINES, ballastBytes: 960_000, args: [...OF_LIST, 'links.tsv.gz'] },
  {
    name: 'many files and a database',
    lines: LINES,
    ballastBytes: 700_000,
    args: ['run', 'pipeline.json'],
  },
];

let site: TortureSite;
before(async () => {
  site = await startTortureSite();
});
after(() => site?.close());

for (const { name, lines, ballastBytes, args } of fullDisks) {
  test(`a full disk stops the run with advice; with room again, the same command ends it as if nothing had been: ${name}`, async (t) => {
    const folder = await temporaryFolder();
    const disk = await smallDisk(join(folder, 'disk'));
    t.after(async () => {
      if (disk !== undefined) spawnSync('umount', [disk], { stdio: 'ignore' });
      await removeFolder(folder);
    });
    if (disk === undefined) return t.skip('this place lets nobody mount a small disk');
    const whole = join(folder, 'undisturbed');
    await mkdir(whole);
    await writeFile(join(folder, 'list.txt'), tortureList(site.origins, lines));
    for (const place of [whole, disk]) await writeFile(join(place, 'pipeline.json'), JSON.stringify(MANY_FILES));
    const undisturbed = await runSluice([...args, '--summary', 'summary.json'], { cwd: whole });
    assert.equal(undisturbed.code, 0, undisturbed.stderr);

    await writeFile(join(disk, 'ballast'), Buffer.alloc(ballastBytes));
    const checkpoint = ['--checkpoint', 'run.checkpoint', '--checkpoint-interval', '20ms'];
    const onDisk = [...args, '--summary', join(folder, 'disk-summary.json'), ...checkpoint];
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
