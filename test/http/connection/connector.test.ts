import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type LookupFunction, type Socket } from 'node:net';
import { describe, type TestContext, test } from 'node:test';
import { Worker } from 'node:worker_threads';
import { type ConnectorOptions, createConnector } from '../../../src/http/connection/connector.ts';
import { startHostileServer } from '../../helpers/network/hostile-server.ts';

/** A lookup that knows one answer, as our resolver's: all addresses at once. */
function leadingTo(...addresses: readonly string[]): LookupFunction {
  return (_hostname, _options, callback) =>
    callback(
      null,
      addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
    );
}

function open(port: number, options: Partial<ConnectorOptions>, protocol = 'http:'): Promise<Socket> {
  const connector = createConnector({ lookup: leadingTo(), insecure: false, ...options });
  const target = { hostname: 'name.test', host: `name.test:${port}`, protocol, port: String(port) };
  return new Promise((resolve, reject) => {
    connector(target, undefined, (...[error, socket]) => (error === null ? resolve(socket) : reject(error)));
  });
}

/**
 * A port of an address where connections are neither taken nor refused, as where packets are dropped: a listener whose
 * thread sleeps and whose queue is full.
 */
async function startBlackHole(t: TestContext, host: string, port: number): Promise<void> {
  const state = new SharedArrayBuffer(4);
  const worker = new Worker(
    `const { parentPort, workerData } = require('node:worker_threads');
    const server = require('node:net').createServer().listen({ ...workerData.place, backlog: 1 }, () => {
      parentPort.postMessage('listening');
      Atomics.wait(new Int32Array(workerData.state), 0, 0);
      server.close();
      process.exit();
    });`,
    { eval: true, workerData: { state, place: { host, port } } },
  );
  const fillers: Socket[] = [];
  t.after(async () => {
    for (const socket of fillers) socket.destroy();
    Atomics.store(new Int32Array(state), 0, 1);
    Atomics.notify(new Int32Array(state), 0);
    await worker.terminate();
  });
  await once(worker, 'message');
  // Linux queues one more than the backlog; the next one stays without an answer.
  for (let count = 0; count < 4; count += 1) {
    const socket = connect(port, host).on('error', () => {});
    fillers.push(socket);
    if (count < 2) await once(socket, 'connect');
  }
}

describe('a name with several addresses', () => {
  test('is connected to at the first that takes the connection', async (t) => {
    const server = await startHostileServer(() => {});
    t.after(server.close);
    const socket = await open(server.port, { lookup: leadingTo('127.0.0.2', '127.0.0.1') });
    assert.equal(socket.remoteAddress, '127.0.0.1');
    socket.destroy();
  });

  test('is connected to in time, though the first gives no answer', async (t) => {
    const server = await startHostileServer(() => {});
    t.after(server.close);
    await startBlackHole(t, '127.0.0.2', server.port);
    const startedAt = performance.now();
    const socket = await open(server.port, { lookup: leadingTo('127.0.0.2', '127.0.0.1') });
    const elapsedMs = performance.now() - startedAt;
    assert.equal(socket.remoteAddress, '127.0.0.1');
    socket.destroy();
    assert.equal(elapsedMs > 100 && elapsedMs < 2_000, true, `${elapsedMs} ms`);
  });

  test('of both families is connected to, though IPv6 leads nowhere', async (t) => {
    const server = await startHostileServer(() => {});
    t.after(server.close);
    const socket = await open(server.port, { lookup: leadingTo('::1', '127.0.0.1') });
    assert.equal(socket.remoteAddress, '127.0.0.1');
    socket.destroy();
  });

  test('none of which takes the connection fails with the code of the first', async () => {
    const server = await startHostileServer(() => {});
    await server.close();
    await assert.rejects(open(server.port, { lookup: leadingTo('127.0.0.2', '127.0.0.1') }), { code: 'ECONNREFUSED' });
  });
});

describe('an address that is refused once it has been reached', () => {
  for (const protocol of ['http:', 'https:']) {
    test(`gets not a byte of ${protocol}`, async (t) => {
      let bytes = 0;
      const server = createServer((socket) => {
        socket.on('error', () => {});
        socket.on('data', (chunk) => {
          bytes += chunk.length;
        });
      });
      server.listen(0, '127.0.0.1');
      await once(server, 'listening');
      t.after(() => server.close());
      const reached: string[] = [];
      const refusal = (address: string) => {
        reached.push(address);
        return 'is not to be reached';
      };
      const accepted = once(server, 'connection');
      const { port } = server.address() as AddressInfo;
      const opening = open(port, { lookup: leadingTo('127.0.0.1'), refusal }, protocol);
      await assert.rejects(opening, { code: 'blocked-address', message: /127\.0\.0\.1, which is not to be reached/ });
      const [socket]: Socket[] = await accepted;
      if (socket?.closed === false) await once(socket, 'close');
      assert.deepEqual(reached, ['127.0.0.1']);
      assert.equal(bytes, 0);
    });
  }
});
