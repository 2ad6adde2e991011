import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { HttpClient } from '../../src/http/client.ts';
import { startDnsServer } from '../helpers/network/dns-server.ts';
import { fetchText, startClient } from '../helpers/network/http-client.ts';
import { held, startSite } from '../helpers/network/site.ts';

test('stopped, a client finishes what has a request in flight, and cancels what waits for its turn or for a name', async (t) => {
  const slow = held('page');
  const site = await startSite({ '/slow': slow });
  t.after(site.close);
  const dns = await startDnsServer({ 'silent.test': 'silence' });
  t.after(dns.close);
  const client = startClient(t, { concurrency: 2, resolver: [dns.address] });
  const inFlight = [1, 2].map((number) => fetchText(client, `${site.origin}/slow?${number}`));
  await site.requested(2);
  const waiting = [`${site.origin}/slow?3`, 'http://silent.test/'].map((url) => codeOf(client, url));
  await dns.hasBeenAsked();
  client.stop();
  assert.deepEqual(await Promise.all(waiting), ['cancelled', 'cancelled']);
  assert.equal(await codeOf(client, `${site.origin}/slow?4`), 'cancelled');
  assert.equal(await codeOf(client, 'http://other.test/'), 'cancelled');
  slow.release();
  for (const page of inFlight) assert.equal((await page).text, 'page');
  assert.equal(site.requests.length, 2);
  assert.deepEqual([...new Set(dns.asked)], ['silent.test']);
});

test('stopped, a client obeys robots.txt of what is in flight, and asks for no other', async (t) => {
  const robots = held('');
  const site = await startSite({ '/robots.txt': robots, '/': 'page' });
  t.after(site.close);
  const client = startClient(t, { robots: { maxCrawlDelayMs: 1_000 } });
  const first = codeOf(client, `${site.origin}/`);
  await site.requested(1, '/robots.txt');
  client.stop();
  robots.release();
  assert.equal(await first, 'cancelled');
  assert.deepEqual(
    site.requests.map(({ path }) => path),
    ['/robots.txt'],
  );
});

async function codeOf(client: HttpClient, url: string): Promise<string> {
  return await client.fetch(new URL(url)).then(
    () => 'a page',
    ({ code }) => code,
  );
}
