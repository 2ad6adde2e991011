import assert from 'node:assert/strict';
import { test } from 'node:test';
import { proxiesFrom } from '../../../../src/http/proxy/proxies.ts';
import { failureOf, fetchText, startClient } from '../../../helpers/network/http-client.ts';
import { startHttp2Site } from '../../../helpers/network/http2-site.ts';
import { startProxy } from '../../../helpers/network/proxy.ts';
import { startSite } from '../../../helpers/network/site.ts';
import { localhostTls, startTlsSite } from '../../../helpers/network/tls-site.ts';

const ca = [localhostTls.cert.toString()];

test('HTTP/2 is spoken where it is wanted and the server chooses it', async (t) => {
  const site = await startHttp2Site();
  t.after(site.close);
  const { text, page } = await fetchText(startClient(t, { ca, http2: true }), `${site.origin}/page?a=1`);
  assert.deepEqual([text, page.status, page.contentType], ['/page?a=1', 200, 'text/html']);
  assert.deepEqual(site.versions, ['2.0']);
});

test('HTTP/1.1 is spoken unless HTTP/2 is wanted', async (t) => {
  const site = await startHttp2Site();
  t.after(site.close);
  assert.equal((await fetchText(startClient(t, { ca }), `${site.origin}/page`)).text, '/page');
  assert.deepEqual(site.versions, ['1.1']);
});

test('a server without HTTP/2 is spoken to in HTTP/1.1, on the connection that was opened for the question', async (t) => {
  const site = await startTlsSite();
  t.after(site.close);
  const client = startClient(t, { ca, http2: true });
  assert.equal((await fetchText(client, `${site.origin}/1`)).text, '/1');
  assert.equal((await fetchText(client, `${site.origin}/2`)).text, '/2');
  assert.equal(site.accepted, 1);
});

test('plain http stays HTTP/1.1', async (t) => {
  const site = await startSite({ '/': 'page' });
  t.after(site.close);
  assert.equal((await fetchText(startClient(t, { http2: true }), `${site.origin}/`)).text, 'page');
});

test('a connection over HTTP/2 carries one request at a time, and is used again', async (t) => {
  const site = await startHttp2Site();
  t.after(site.close);
  const client = startClient(t, { ca, http2: true });
  for (let index = 1; index <= 20; index += 1) await fetchText(client, `${site.origin}/${index}`);
  assert.equal(site.accepted, 1);
  await Promise.all(['a', 'b', 'c'].map((path) => fetchText(client, `${site.origin}/${path}`)));
  assert.equal(site.accepted, 3);
  assert.equal(client.idleConnections, 3);
});

test('the fields of a request are those of HTTP/1.1, without what is about the connection', async (t) => {
  let seen: Record<string, unknown> = {};
  const site = await startHttp2Site((stream, headers) => {
    seen = { ...headers };
    stream.respond({ ':status': 200, 'content-type': 'text/html' });
    stream.end();
  });
  t.after(site.close);
  const headers = { 'Proxy-Connection': 'keep-alive', 'X-Own': 'own' };
  await fetchText(startClient(t, { ca, http2: true, headers }), `https://user:pass@127.0.0.1:${site.port}/`);
  assert.deepEqual(Object.fromEntries(Object.entries(seen)), {
    ':method': 'GET',
    ':scheme': 'https',
    ':authority': `127.0.0.1:${site.port}`,
    ':path': '/',
    'user-agent': 'sluice-test',
    accept: seen['accept'],
    'accept-encoding': seen['accept-encoding'],
    'x-own': 'own',
    authorization: `Basic ${Buffer.from('user:pass').toString('base64')}`,
  });
});

test('HTTP/2 goes through the tunnel of a proxy', async (t) => {
  const site = await startHttp2Site();
  t.after(site.close);
  const proxy = await startProxy();
  t.after(proxy.close);
  const client = startClient(t, { ca, http2: true, proxies: proxiesFrom(proxy.origin, {}) });
  assert.equal((await fetchText(client, `${site.origin}/page`)).text, '/page');
  assert.deepEqual([site.versions, proxy.accepted], [['2.0'], 1]);
});

test('a certificate that nobody vouches for fails as without HTTP/2', async (t) => {
  const site = await startHttp2Site();
  t.after(site.close);
  assert.equal((await failureOf(startClient(t, { http2: true }), `${site.origin}/`)).code, 'tls');
});

test('an idle session is closed with the client', async (t) => {
  const site = await startHttp2Site();
  t.after(site.close);
  const client = startClient(t, { ca, http2: true });
  await fetchText(client, `${site.origin}/`);
  assert.equal(site.sessions.size, 1);
  client.close();
  while (site.sessions.size > 0) await new Promise(setImmediate);
});
