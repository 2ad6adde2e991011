import assert from 'node:assert/strict';
import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { linkTarget } from '../../../src/formats/outputs/link-target.ts';

test('a path is followed through its links, whether or not something is there, from where each link is', async (t) => {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'sluice-links-')));
  t.after(() => rm(folder, { recursive: true }));
  const at = (name: string) => join(folder, name);
  await mkdir(at('disk'));
  await writeFile(at('disk/there'), '');
  await symlink('disk', at('folder'));
  await symlink('there', at('disk/to-there'));
  await symlink('../not-yet', at('disk/up'));
  await symlink(at('disk/up'), at('chain'));
  await symlink('circle-2', at('circle-1'));
  await symlink('circle-1', at('circle-2'));
  const targets = {
    'disk/there': at('disk/there'),
    nothing: at('nothing'),
    'folder/to-there': at('disk/there'),
    'folder/up': at('not-yet'),
    chain: at('not-yet'),
    'circle-1': at('circle-1'),
  };
  for (const [name, target] of Object.entries(targets)) assert.equal(await linkTarget(at(name)), target, name);
});
