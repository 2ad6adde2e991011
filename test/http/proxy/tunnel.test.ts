import assert from 'node:assert/strict';
import { connect, type Socket } from 'node:net';
import { describe, type TestContext, test } from 'node:test';
import type { HttpClient } from '../../../src/http/client.ts';
import type { ClientOptions } from '../../../src/http/client-options.ts';
import { proxiesFrom } from '../../../src/http/proxy/proxies.ts';
import { startHostileServer } from '../../helpers/network/hostile-server.ts';
import { failureOf, fetchText, startClient } from '../../helpers/network/http-client.ts';
import { type ProxyOptions, startProxy, type TestProxy } from '../../helpers/network/proxy.ts';
import { localhostTls, startTlsSite } from '../../helpers/network/tls-site.ts';

const ca = [localhostTls.cert.toString()];

async function startProxied(
  t: TestContext,
  { login = '', ...options }: ProxyOptions & { readonly login?: string } = {},
  clientOptions: Partial<ClientOptions> = {},
): Promise<{ proxy: TestProxy; client: HttpClient }> {
  const proxy = await startProxy(options);
  t.after(proxy.close);
  const proxies = proxiesFrom(proxy.origin.replace('://', `://${login}`), {});
  return { proxy, client: startClient(t, { proxies, ca, ...clientOptions }) };
}

describe('an https URL by way of a proxy', () => {
  test('goes through a tunnel, which is used again', async (t) => {
    const site = await startTlsSite();
    t.after(site.close);
    const { proxy, client } = await startProxied(t);
    assert.equal((await fetchText(client, `${site.origin}/1`)).text, '/1');
    assert.equal((await fetchText(client, `${site.origin}/2`)).text, '/2');
    const { host } = new URL(site.origin);
    assert.deepEqual(proxy.requests, [{ method: 'CONNECT', target: host, host, authorization: undefined }]);
    assert.equal(site.accepted, 1);
  });

  test('is checked against the certificate of its own host', async (t) => {
    const site = await startTlsSite();
    t.after(site.close);
    const { client } = await startProxied(t, { leadsTo: '127.0.0.1' });
    const failure = await failureOf(client, `https://other.test:${site.port}/`);
    assert.equal(failure.code, 'tls');
    assert.match(failure.message, /other\.test/);
  });

  test('goes through a tunnel within TLS', async (t) => {
    const site = await startTlsSite();
    t.after(site.close);
    const { client } = await startProxied(t, { tls: localhostTls });
    assert.equal((await fetchText(client, `${site.origin}/page`)).text, '/page');
  });

  test('has the proxy told the credentials in its URL', async (t) => {
    const site = await startTlsSite();
    t.after(site.close);
    const { client } = await startProxied(t, { credentials: 'user:pass', login: 'user:pass@' });
    assert.equal((await fetchText(client, `${site.origin}/page`)).text, '/page');
  });
});

describe('a tunnel that does not come about', () => {
  test('for want of credentials fails once, and says so', async (t) => {
    const { proxy, client } = await startProxied(t, { credentials: 'user:secret' }, { retries: 2 });
    const failure = await failureOf(client, 'https://a.test/');
    assert.equal(failure.code, 'http-status');
    assert.deepEqual([failure.facts.status, failure.facts.attempts], [407, 1]);
    assert.equal(
      failure.message,
      `https://a.test/: the proxy ${proxy.origin} answered CONNECT with status 407, ` +
        'it wants a user name and password, which go into its URL, in front of the host',
    );
  });

  test('since the proxy reaches no one is tried again', async (t) => {
    let asked = 0;
    const onConnect = (socket: Socket) => {
      asked += 1;
      socket.end('HTTP/1.1 502 Bad Gateway\r\n\r\n');
    };
    const { client } = await startProxied(t, { onConnect }, { retries: 1 });
    const failure = await failureOf(client, 'https://a.test/');
    assert.deepEqual([failure.code, failure.facts.status, asked], ['http-status', 502, 2]);
  });

  const broken = {
    'an answer that is no HTTP': 'SSH-2.0-OpenSSH\r\n\r\n',
    'a header without an end': `HTTP/1.1 200 OK\r\n${'x: y\r\n'.repeat(5_000)}`,
    'a status that is none': 'HTTP/1.1 20 OK\r\n\r\n',
  };
  for (const [title, answer] of Object.entries(broken)) {
    test(`because of ${title} is a protocol failure, and the connection is closed`, async (t) => {
      const server = await startHostileServer((socket) => socket.write(answer));
      t.after(server.close);
      const client = startClient(t, { proxies: proxiesFrom(server.origin, {}) });
      const failure = await failureOf(client, 'https://a.test/');
      assert.equal(failure.code, 'protocol');
      assert.match(failure.message, new RegExp(`proxy ${server.origin}`));
      await server.allClosed();
    });
  }

  test('because the proxy hangs up is a refused connection', async (t) => {
    const { client } = await startProxied(t, { onConnect: (socket) => socket.destroy() });
    assert.equal((await failureOf(client, 'https://a.test/')).code, 'connect-refused');
  });

  test('in time is a connect time-out, and the connection is closed', async (t) => {
    const server = await startHostileServer(() => {});
    t.after(server.close);
    const client = startClient(t, { proxies: proxiesFrom(server.origin, {}), connectTimeoutMs: 100 });
    assert.equal((await failureOf(client, 'https://a.test/')).code, 'connect-timeout');
    await server.allClosed();
  });

  test('before an interim answer has passed comes about after it', async (t) => {
    const site = await startTlsSite();
    t.after(site.close);
    const onConnect = (socket: Socket) => {
      const upstream = connect(site.port, '127.0.0.1');
      upstream.on('error', () => {});
      socket.write('HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 200 ');
      setImmediate(() => {
        socket.write('OK\r\n\r\n');
        upstream.pipe(socket).pipe(upstream);
      });
    };
    const { client } = await startProxied(t, { onConnect });
    assert.equal((await fetchText(client, `${site.origin}/page`)).text, '/page');
  });
});
