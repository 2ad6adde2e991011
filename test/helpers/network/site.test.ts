import assert from 'node:assert/strict';
import { request } from 'node:http';
import { connect } from 'node:net';
import { test } from 'node:test';
import { held, type Site, startSite } from './site.ts';

test('routes are looked up with their query first, then without; others are not found', async (t) => {
  const site = await startSite({ '/a': 'plain', '/a?x=1': 'with query' });
  t.after(site.close);
  assert.equal(await text(site, '/a'), 'plain');
  assert.equal(await text(site, '/a?x=1'), 'with query');
  assert.equal(await text(site, '/a?x=2'), 'plain');
  assert.equal((await fetch(`${site.origin}/b`)).status, 404);
});

test('an answer is sent with its own status and headers, and null takes a header away', async (t) => {
  const site = await startSite({
    '/': {
      status: 503,
      headers: { 'retry-after': '1', 'content-type': null, 'set-cookie': ['a=1', 'b=2'] },
      body: 'x',
    },
  });
  t.after(site.close);
  const response = await fetch(site.origin);
  assert.equal(response.status, 503);
  assert.equal(response.headers.get('retry-after'), '1');
  assert.equal(response.headers.get('content-type'), null);
  assert.deepEqual(response.headers.getSetCookie(), ['a=1', 'b=2']);
});

test('the log holds what was asked, in order', async (t) => {
  const site = await startSite((_, response) => response.end('ok'));
  t.after(site.close);
  await text(site, '/first');
  await fetch(`${site.origin}/second?q`, { method: 'POST', headers: { 'x-test': 'yes' } });
  assert.deepEqual(
    site.requests.map(({ method, path, host }) => [method, path, host]),
    [
      ['GET', '/first', `127.0.0.1:${site.port}`],
      ['POST', '/second?q', `127.0.0.1:${site.port}`],
    ],
  );
  assert.equal(site.requests[1]?.headers['x-test'], 'yes');
});

test('a held route answers when it is released', async (t) => {
  const gate = held('open');
  const site = await startSite({ '/gate': gate });
  t.after(site.close);
  const answers = [text(site, '/gate'), text(site, '/gate')];
  await site.requested(2, '/gate');
  assert.equal(gate.waiting, 2);
  assert.equal(site.openRequests, 2);
  gate.releaseOne();
  assert.equal(await Promise.race(answers), 'open');
  assert.equal(gate.waiting, 1);
  gate.release();
  assert.deepEqual(await Promise.all([...answers, text(site, '/gate')]), ['open', 'open', 'open']);
  await site.idle();
  assert.equal(site.maxConcurrent(), 2);
});

test('a request that its client breaks off leaves the held route and the count', async (t) => {
  const gate = held();
  const site = await startSite({ '/gate': gate });
  t.after(site.close);
  const client = request(`${site.origin}/gate`).on('error', () => {});
  client.end();
  await site.requested(1);
  client.destroy();
  await site.idle();
  assert.equal(gate.waiting, 0);
  assert.throws(() => gate.releaseOne(), /no request waits/);
});

test('concurrency is counted for each Host field', async (t) => {
  const gate = held();
  const site = await startSite({ '/': gate });
  t.after(site.close);
  const ask = (host: string) =>
    request(site.origin, { headers: { host } })
      .on('error', () => {})
      .end();
  for (const host of ['a.test', 'a.test', 'b.test']) ask(host);
  await site.requested(3);
  assert.deepEqual(
    [site.maxConcurrent('a.test'), site.maxConcurrent('b.test'), site.maxConcurrent('c.test')],
    [2, 1, 0],
  );
  assert.equal(site.maxConcurrent(), 3);
});

test('two sites share a port on two addresses', async (t) => {
  const first = await startSite({ '/': 'one' });
  t.after(first.close);
  const second = await startSite({ '/': 'two' }, { host: '127.0.0.2', port: first.port });
  t.after(second.close);
  assert.equal(await text(second, '/'), 'two');
  assert.equal(await text(first, '/'), 'one');
});

test('closing breaks off what is open, and may be done twice', async () => {
  const gate = held();
  const site = await startSite({ '/': gate });
  const answer = fetch(site.origin);
  await site.requested(1);
  assert.equal(site.openSockets, 1);
  await Promise.all([assert.rejects(answer), site.close()]);
  await site.close();
  assert.equal(site.openSockets, 0);
});

test('a connection that never sends a request is closed too', async () => {
  const site = await startSite({});
  const socket = connect(site.port, site.host);
  await new Promise((resolve) => socket.once('connect', resolve));
  const ended = new Promise((resolve) => socket.once('close', resolve));
  await site.close();
  await ended;
});

async function text(site: Site, path: string): Promise<string> {
  return (await fetch(site.origin + path)).text();
}
