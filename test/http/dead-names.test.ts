import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HttpClient } from '../../src/http/client.ts';
import { type DnsAnswer, startDnsServer } from '../helpers/network/dns-server.ts';
import { failureOf, fetchText, startClient, testClientOptions } from '../helpers/network/http-client.ts';
import { startSite } from '../helpers/network/site.ts';

test('a thousand names that never get an answer hold no slot, and the live ones behind them are fetched', async (t) => {
  const live = await startSite({ '/': 'page' });
  t.after(live.close);
  const { port } = new URL(live.origin);
  const dead = Array.from({ length: 1_000 }, (_, index) => `dead${index}.test`);
  const names: Record<string, DnsAnswer> = Object.fromEntries(dead.map((name) => [name, 'silence']));
  for (let index = 0; index < 50; index += 1) names[`live${index}.test`] = ['127.0.0.1'];
  const dns = await startDnsServer(names);
  t.after(dns.close);
  // One slot: a single dead name in it would keep all others waiting.
  const controller = new AbortController();
  const options = { ...testClientOptions, concurrency: 1, resolver: [dns.address], connectTimeoutMs: 60_000 };
  const client = new HttpClient(options, controller.signal);
  const failures = dead.map((name) => failureOf(client, `http://${name}/`));
  const pages = Array.from({ length: 50 }, (_, index) => fetchText(client, `http://live${index}.test:${port}/`));
  for (const { text } of await Promise.all(pages)) assert.equal(text, 'page');
  assert.equal(client.inFlight, 0);
  controller.abort();
  for (const { code } of await Promise.all(failures)) assert.ok(code === 'cancelled' || code === 'dns', code);
});

test('a name without an answer fails as dns after its attempts, with its time', async (t) => {
  const dns = await startDnsServer({ 'dead.test': 'silence' });
  t.after(dns.close);
  const client = startClient(t, { retries: 1, resolver: [dns.address], connectTimeoutMs: 30 });
  const { code, facts } = await failureOf(client, 'http://dead.test/');
  assert.equal(code, 'dns');
  assert.equal(facts.attempts, 2);
  assert.ok((facts.elapsedMs ?? 0) >= 60, String(facts.elapsedMs));
});
