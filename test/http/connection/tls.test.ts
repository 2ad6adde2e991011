import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer as createHttpsServer } from 'node:https';
import { type AddressInfo, createServer as createTcpServer, type Socket } from 'node:net';
import { describe, type TestContext, test } from 'node:test';
import { createServer, type TlsOptions } from 'node:tls';
import { failureOf, fetchText, startClient } from '../../helpers/network/http-client.ts';
import { localhostTls, startTlsSite } from '../../helpers/network/tls-site.ts';

const ca = [localhostTls.cert.toString()];

/** The origin of a server that completes no handshake with us. */
async function startTlsServer(t: TestContext, options: TlsOptions): Promise<string> {
  const server = createServer({ ...localhostTls, ...options });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  return `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

describe('ca', () => {
  test('names authorities that are trusted', async (t) => {
    const site = await startTlsSite();
    t.after(site.close);
    assert.equal((await fetchText(startClient(t, { ca }), `${site.origin}/page`)).text, '/page');
  });

  test('leaves the name in the certificate to be checked', async (t) => {
    const site = await startTlsSite();
    t.after(site.close);
    const failure = await failureOf(startClient(t, { ca }), `https://sub.localhost:${site.port}/`);
    assert.equal(failure.code, 'tls');
    assert.match(failure.message, /no TLS connection \(Host: sub\.localhost\. is not in the cert's altnames/);
  });
});

describe('a TLS failure says in short what is the matter:', () => {
  test('a certificate that nobody vouches for, and what to do', async (t) => {
    const site = await startTlsSite();
    t.after(site.close);
    const url = `${site.origin}/`;
    const failure = await failureOf(startClient(t), url);
    assert.equal(failure.code, 'tls');
    assert.equal(failure.message, `${url}: no TLS connection (self-signed certificate; see ca and insecure)`);
  });

  test('a server that speaks plain HTTP, and what to do', async (t) => {
    const url = `https://127.0.0.1:${await startPlainServer(t)}/`;
    const failure = await failureOf(startClient(t), url);
    assert.equal(failure.code, 'tls');
    assert.equal(
      failure.message,
      `${url}: no TLS connection (wrong version number; it seems to be plain HTTP: try http://)`,
    );
  });

  test('a version of TLS that is too old', async (t) => {
    const origin = await startTlsServer(t, {
      minVersion: 'TLSv1',
      maxVersion: 'TLSv1.1',
      ciphers: 'DEFAULT@SECLEVEL=0',
    });
    const failure = await failureOf(startClient(t), `${origin}/`);
    assert.equal(failure.code, 'tls');
    assert.equal(failure.message, `${origin}/: no TLS connection (tlsv1 alert protocol version)`);
  });
});

test('a kept connection that the server has closed meanwhile costs no attempt', async (t) => {
  const served = new WeakSet<Socket>();
  const server = createHttpsServer(localhostTls, ({ socket, url }, response) => {
    if (served.has(socket)) {
      socket.destroy();
      return;
    }
    served.add(socket);
    response.writeHead(200, { 'content-type': 'text/html' }).end(url);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const client = startClient(t, { ca, retries: 0 });
  const origin = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  assert.equal((await fetchText(client, `${origin}/1`)).text, '/1');
  const second = await fetchText(client, `${origin}/2`);
  assert.deepEqual([second.text, second.page.attempts], ['/2', 1]);
});

/** The port of a server that answers whatever it is sent as an HTTP server answers what is no HTTP. */
async function startPlainServer(t: TestContext): Promise<number> {
  const server = createTcpServer((socket) => {
    socket.on('error', () => {});
    socket.end('HTTP/1.1 400 Bad Request\r\n\r\n');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  return (server.address() as AddressInfo).port;
}
