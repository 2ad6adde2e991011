import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { pageOfLinks } from '../helpers/network/link-site.ts';
import { type Site, startSite } from '../helpers/network/site.ts';
import { startSluice } from '../helpers/processes/cli.ts';
import type { LiveProcess } from '../helpers/processes/process.ts';

const PAGES_A_BATCH = 200;
const WARM_UP_BATCHES = 3;
const BATCHES = 8;
/** A page of 64 KB: what follows the warm-up is ten times as much as memory may grow by. */
const PAGE = `<p>${'text '.repeat(8000)}</p>${pageOfLinks(500)}`;
const MAX_GROWTH_BYTES = 10e6;
/** A heap that can't hold what would be kept by mistake: such a run ends here, not with a figure to argue about. */
const SMALL_HEAP = ['--max-old-space-size=64', '--max-semi-space-size=1'];

const isWithoutProc = existsSync('/proc/self/status') ? false : 'there is no /proc to read the memory from';

test('memory does not grow with the number of pages', { skip: isWithoutProc }, async (t) => {
  const site = await startSite({ '/page': PAGE });
  t.after(site.close);
  const args = ['-q', '--allow-private', '-c', '16', '--per-host', '16', '-o', '/dev/null'];
  const sluice = startSluice(args, { nodeArguments: SMALL_HEAP, timeoutMs: 60_000 });
  t.after(sluice.stop);
  await fetchBatches(sluice, site, WARM_UP_BATCHES);
  const before = await residentBytes(sluice);
  await fetchBatches(sluice, site, BATCHES);
  const growth = (await residentBytes(sluice)) - before;
  const fetched = BATCHES * PAGES_A_BATCH * PAGE.length;
  assert.ok(fetched > 10 * MAX_GROWTH_BYTES);
  assert.ok(growth < MAX_GROWTH_BYTES, `${growth} bytes more after ${fetched} bytes of pages`);
  sluice.end();
  assert.equal((await sluice.exit()).code, 0);
});

/** Batch after batch, so that each is short enough to be waited for. */
async function fetchBatches(sluice: LiveProcess, site: Site, count: number): Promise<void> {
  for (let batch = 0; batch < count; batch += 1) {
    const expected = site.requests.length + PAGES_A_BATCH;
    await sluice.write(`${site.origin}/page\n`.repeat(PAGES_A_BATCH));
    await site.requested(expected);
    await site.idle();
  }
}

async function residentBytes({ pid }: LiveProcess): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]) * 1024;
}
