import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import type { HttpClient } from '../../../src/http/client.ts';
import type { ClientOptions } from '../../../src/http/client-options.ts';
import { proxiesFrom } from '../../../src/http/proxy/proxies.ts';
import { failureOf, fetchText, startClient } from '../../helpers/network/http-client.ts';
import { type ProxyOptions, startProxy, type TestProxy } from '../../helpers/network/proxy.ts';
import { type Route, type Site, startSite } from '../../helpers/network/site.ts';
import { localhostTls } from '../../helpers/network/tls-site.ts';

interface Relay {
  readonly site: Site;
  readonly proxy: TestProxy;
  readonly client: HttpClient;
}

/** A client that reaches a site by way of a proxy. `login` goes before the proxy's host. */
async function startRelay(
  t: TestContext,
  routes: Readonly<Record<string, Route>>,
  { login = '', ...options }: ProxyOptions & { readonly login?: string } = {},
  clientOptions: Partial<ClientOptions> = {},
): Promise<Relay> {
  const site = await startSite(routes);
  t.after(site.close);
  const proxy = await startProxy(options);
  t.after(proxy.close);
  const proxies = proxiesFrom(proxy.origin.replace('://', `://${login}`), {});
  return { site, proxy, client: startClient(t, { proxies, ...clientOptions }) };
}

describe('a proxy asked for http URLs', () => {
  test('gets the absolute URL, and the site what it would have got', async (t) => {
    const { site, proxy, client } = await startRelay(t, { '/a?b': 'page' });
    const { text, page } = await fetchText(client, `${site.origin}/a?b`);
    assert.equal(text, 'page');
    assert.equal(page.finalUrl, `${site.origin}/a?b`);
    const { host } = new URL(site.origin);
    assert.deepEqual(proxy.requests, [{ method: 'GET', target: `${site.origin}/a?b`, host, authorization: undefined }]);
    assert.equal(site.requests[0]?.host, host);
  });

  test('is kept connected to', async (t) => {
    const { site, proxy, client } = await startRelay(t, { '/1': 'one', '/2': 'two' });
    await fetchText(client, `${site.origin}/1`);
    await fetchText(client, `${site.origin}/2`);
    assert.equal(proxy.accepted, 1);
  });

  test('gets the credentials that are in its URL, and the site does not', async (t) => {
    const { site, proxy, client } = await startRelay(
      t,
      { '/': 'page' },
      { credentials: 'user:p@ss', login: 'user:p%40ss@' },
    );
    assert.equal((await fetchText(client, site.origin)).text, 'page');
    assert.equal(proxy.requests[0]?.authorization, `Basic ${Buffer.from('user:p@ss').toString('base64')}`);
    assert.equal(site.requests[0]?.headers['proxy-authorization'], undefined);
  });

  test('that wants credentials, or others, fails the line once, and says so', async (t) => {
    const { site, client } = await startRelay(
      t,
      {},
      { credentials: 'user:secret', login: 'user:wrong@' },
      { retries: 2 },
    );
    const failure = await failureOf(client, site.origin);
    assert.equal(failure.code, 'http-status');
    assert.equal(failure.facts.status, 407);
    assert.equal(failure.facts.attempts, 1);
    assert.match(failure.message, /it wants a user name and password/);
    assert.doesNotMatch(failure.message, /wrong/);
  });

  test('over TLS works the same', async (t) => {
    const { site, proxy, client } = await startRelay(
      t,
      { '/': 'page' },
      { tls: localhostTls },
      { ca: [localhostTls.cert.toString()] },
    );
    assert.equal((await fetchText(client, site.origin)).text, 'page');
    assert.equal(proxy.requests.length, 1);
  });

  test('resolves the names itself', async (t) => {
    const { site, proxy, client } = await startRelay(t, { '/': 'page' }, { leadsTo: '127.0.0.1' });
    assert.equal((await fetchText(client, `http://only-the-proxy-knows.test:${site.port}/`)).text, 'page');
    assert.equal(proxy.requests[0]?.host, `only-the-proxy-knows.test:${site.port}`);
  });

  test('answers the hops of a redirect, too', async (t) => {
    const { site, proxy, client } = await startRelay(t, {
      '/from': { status: 302, headers: { location: '/to' } },
      '/to': 'page',
    });
    assert.equal((await fetchText(client, `${site.origin}/from`)).text, 'page');
    assert.deepEqual(
      proxy.requests.map(({ target }) => target),
      [`${site.origin}/from`, `${site.origin}/to`],
    );
  });
});

describe('the address guard, with a proxy', () => {
  test('refuses URLs of private addresses, though the proxy itself is at one', async (t) => {
    const { proxy, client } = await startRelay(t, {}, {}, { allowPrivate: false });
    for (const host of ['127.0.0.1', '10.0.0.1', '[::1]', 'localhost', '2130706433', '169.254.169.254']) {
      assert.equal((await failureOf(client, `http://${host}/`)).code, 'blocked-address', host);
      assert.equal((await failureOf(client, `https://${host}/`)).code, 'blocked-address', host);
    }
    assert.equal(proxy.accepted, 0);
  });

  test('lets other names pass, for only the proxy knows where they lead', async (t) => {
    const { site, client } = await startRelay(t, { '/': 'page' }, { leadsTo: '127.0.0.1' }, { allowPrivate: false });
    assert.equal((await fetchText(client, `http://name.test:${site.port}/`)).text, 'page');
  });
});

test('a proxy that is not there fails the line with its name, without its credentials', async (t) => {
  const proxy = await startProxy();
  await proxy.close();
  const client = startClient(t, { proxies: proxiesFrom(proxy.origin.replace('://', '://user:secret@'), {}) });
  for (const url of ['http://a.test/', 'https://a.test/']) {
    const failure = await failureOf(client, url);
    assert.equal(failure.code, 'connect-refused');
    assert.equal(failure.message.startsWith(`${url}: no connection (proxy ${proxy.origin}: `), true, failure.message);
    assert.doesNotMatch(failure.message, /secret/);
  }
});

test('a proxy whose name does not exist is a dns failure that names it', async (t) => {
  const client = startClient(t, {
    proxies: proxiesFrom('http://proxy.localhost.invalid:1', {}),
    resolver: ['127.0.0.1:9'],
  });
  const failure = await failureOf(client, 'http://a.test/');
  assert.equal(failure.code, 'dns');
  assert.match(failure.message, /^proxy http:\/\/proxy\.localhost\.invalid:1: /);
});
