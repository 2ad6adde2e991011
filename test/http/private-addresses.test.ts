import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import { describe, type TestContext, test } from 'node:test';
import { createConnector } from '../../src/http/connection/connector.ts';
import { startDnsServer } from '../helpers/network/dns-server.ts';
import { failureOf, fetchText, startClient } from '../helpers/network/http-client.ts';

/** Ways to write loopback: decimal, octal, hexadecimal, shortened, in IPv6, in other scripts, by name. */
const LOOPBACK = `127.0.0.1 127.1 127.0.1 127.0.0.1. 2130706433 0x7f000001 0x7f.0.0.1 0X7F.1 0177.0.0.1 017700000001 0177.1
  127.0.0.2 127.255.255.254 0 0x0 00 0.0.0.0 0.1.2.3 user:pass@127.0.0.1 %31%32%37.0.0.1 １２７.０.０.１ ①②⑦.⓪.⓪.① 127。0。0。1
  [::] [::1] [0:0:0:0:0:0:0:1] [0::0001] [::ffff:127.0.0.1] [::FFFF:7F00:1] [::127.0.0.1] [::ffff:0:127.0.0.1]
  [64:ff9b::127.0.0.1] [64:ff9b::7f00:1] [64:ff9b:1::7f00:1] [2002:7f00:1::] localhost LOCALHOST localhost. a.localhost a.b.localhost.`;

/** Addresses of other special-purpose ranges. */
const OTHERS = `10.0.0.1 172.16.0.1 172.31.255.255 192.168.1.1 192.168.257 0300.0250.1.1 100.64.0.1 100.127.255.255 169.254.169.254
  2852039166 0xa9fea9fe 0xa9.254.0251.254 192.0.0.1 192.0.2.1 192.88.99.1 198.18.0.1 198.19.255.255 198.51.100.1 203.0.113.1
  224.0.0.1 239.255.255.255 240.0.0.1 255.255.255.255 4294967295 [fc00::1] [fd00:ec2::254] [fe80::1] [fec0::1] [ff02::1]
  [2001:db8::1] [3fff::1] [100::1] [2001::1] [2001:2::1] [2001:10::1] [5f00::1] [4000::1] [::ffff:10.0.0.1] [::ffff:a9fe:a9fe]
  [64:ff9b::192.168.1.1] [2002:a9fe:a9fe::1] [::10.0.0.1]`;

const FORMS = `${LOOPBACK} ${OTHERS}`.split(/\s+/);

/** Listens where nobody may come, and counts who does. */
async function startTrap(t: TestContext): Promise<{ readonly port: number; readonly connections: () => number }> {
  let connections = 0;
  const server = createTcpServer((socket) => {
    connections += 1;
    socket.destroy();
  });
  t.after(() => server.close());
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { port: (server.address() as AddressInfo).port, connections: () => connections };
}

/** A server on an address that the tests allow, at the trap's port. */
async function startGate(t: TestContext, port: number, answer: Parameters<typeof createServer>[1]): Promise<Server> {
  const server = createServer(answer);
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  server.listen(port, GATE);
  await once(server, 'listening');
  return server;
}

const GATE = '127.0.0.3';
const guarded = { allowPrivate: false, allowAddresses: [GATE] };

test('there are sixty forms and more, and each is a URL', () => {
  assert.ok(FORMS.length >= 60, String(FORMS.length));
  for (const form of FORMS) assert.ok(URL.canParse(`http://${form}/`), form);
});

describe('never reached is a private address that is', () => {
  test('in the line itself', async (t) => {
    const { port, connections } = await startTrap(t);
    const client = startClient(t, { allowPrivate: false });
    for (const scheme of ['http', 'https']) {
      for (const form of FORMS) {
        assert.equal((await failureOf(client, `${scheme}://${form}:${port}/`)).code, 'blocked-address', form);
      }
    }
    assert.equal(connections(), 0);
  });

  test('in a redirect', async (t) => {
    const { port, connections } = await startTrap(t);
    await startGate(t, port, (request, response) => {
      const form = FORMS[Number(request.url?.slice(1))];
      response.writeHead(302, {
        location: encodeURI(`http://${form}:${port}/`)
          .replaceAll('%25', '%')
          .replaceAll(/%5[BD]/g, decodeURIComponent),
      });
      response.end();
    });
    const client = startClient(t, guarded);
    for (const index of FORMS.keys()) {
      const { code } = await failureOf(client, `http://${GATE}:${port}/${index}`);
      assert.equal(code, 'blocked-address', FORMS[index]);
    }
    assert.equal(connections(), 0);
  });

  test('what a name resolves to, alone, among others, or the next time', async (t) => {
    const { port, connections } = await startTrap(t);
    await startGate(t, port, (_, response) => response.writeHead(200, { 'content-type': 'text/html' }).end('page'));
    const dns = await startDnsServer({
      'one.test': ['127.0.0.1'],
      'many.test': ['127.0.0.1', '10.0.0.1', '169.254.169.254'],
      'mixed.test': ['127.0.0.1', GATE, '127.0.0.2'],
      'rebinding.test': [[GATE], ['127.0.0.1']],
    });
    t.after(dns.close);
    const client = startClient(t, { ...guarded, resolver: [dns.address] });
    for (const name of ['one.test', 'many.test', 'localhost']) {
      assert.equal((await failureOf(client, `http://${name}:${port}/`)).code, 'blocked-address', name);
    }
    for (const name of ['mixed.test', 'rebinding.test', 'rebinding.test']) {
      assert.equal((await fetchText(client, `http://${name}:${port}/`)).text, 'page', name);
    }
    assert.equal(connections(), 0);
  });

  test('denied, though private ones are allowed', async (t) => {
    const { port, connections } = await startTrap(t);
    const dns = await startDnsServer({ 'one.test': ['127.0.0.1'] });
    t.after(dns.close);
    const options = { allowPrivate: true, denyAddresses: ['127.0.0.1', '::1'], resolver: [dns.address] };
    const client = startClient(t, options);
    for (const host of ['127.0.0.1', '0x7f.1', '[::ffff:127.0.0.1]', 'localhost', 'one.test']) {
      assert.equal((await failureOf(client, `http://${host}:${port}/`)).code, 'blocked-address', host);
    }
    assert.equal(connections(), 0);
  });
});

for (const protocol of ['http:', 'https:']) {
  test(`a socket that gets there all the same is closed before a byte is sent (${protocol})`, async (t) => {
    const received: Buffer[] = [];
    const server = createTcpServer((socket) =>
      socket.on('error', () => {}).on('data', (chunk) => received.push(chunk)),
    );
    t.after(() => server.close());
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const connect = createConnector({
      lookup: (_, __, callback) => callback(null, [{ address: '127.0.0.1', family: 4 }]),
      refusal: (address) => `is ${address}`,
      insecure: false,
    });
    const port = String((server.address() as AddressInfo).port);
    const connected = once(server, 'connection');
    const error = await new Promise<unknown>((resolve) => {
      connect({ hostname: 'a.test', protocol, port }, undefined, (...[failure]) => resolve(failure));
    });
    assert.ok(error instanceof Error && 'code' in error);
    assert.equal(error.code, 'blocked-address');
    const [socket] = await connected;
    if (!socket.closed) await once(socket, 'close');
    assert.deepEqual(received, []);
  });
}
