import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { startDnsServer } from '../helpers/network/dns-server.ts';
import { startSite } from '../helpers/network/site.ts';
import { runProcess } from '../helpers/processes/process.ts';

const PROGRAM = fileURLToPath(new URL('../fixtures/few-descriptors.ts', import.meta.url));
const LOOK_UP_PROGRAM = fileURLToPath(new URL('../fixtures/no-descriptors.ts', import.meta.url));

test('running out of file descriptors costs a line time, but neither an attempt nor the line, and its host nothing', async (t) => {
  const names = Array.from({ length: 24 }, (_, index) => `/${index}`);
  const site = await startSite(Object.fromEntries(names.map((name) => [name, `page ${name}`])));
  t.after(site.close);
  const urls = names.map((name) => `${site.origin}${name}`);
  const { code, stdout, stderr } = await runProcess(process.execPath, ['--import', 'tsx', PROGRAM, ...urls]);
  assert.equal(stderr, '');
  assert.equal(code, 0);
  assert.deepEqual(stdout.split('\n'), [...names.map((name) => `page ${name} 1`), '']);
});

test("a name that can't be asked for, as no file descriptor is left, costs neither an attempt nor the line", async (t) => {
  const site = await startSite({ '/': 'here' });
  t.after(site.close);
  const names = ['a.test', 'b.test', 'c.test'];
  const dns = await startDnsServer(Object.fromEntries(names.map((name) => [name, ['127.0.0.1']])));
  t.after(dns.close);
  const { port } = new URL(site.origin);
  const urls = names.map((name) => `http://${name}:${port}/`);
  const args = ['--import', 'tsx', LOOK_UP_PROGRAM, dns.address, site.origin, ...urls];
  const { code, stdout, stderr } = await runProcess(process.execPath, args);
  assert.equal(stderr, '');
  assert.equal(code, 0);
  assert.deepEqual(stdout.split('\n'), [...names.map(() => 'here 1'), '']);
});
