import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import zlib from 'node:zlib';
import { startHostileServer, writeForever } from '../helpers/network/hostile-server.ts';
import { failureOf, fetchText, startClient } from '../helpers/network/http-client.ts';

const HEAD = 'HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n';
const TEXT = 'abcdefghij'.repeat(1_000);

describe('with truncate, of a body that is larger than maxBytes the part up to there is the page', () => {
  for (const [title, head, body] of [
    ['announced by its length', `${HEAD}Content-Length: ${TEXT.length}\r\n\r\n`, TEXT],
    ['that ends with the connection', `${HEAD}\r\n`, TEXT],
    ['compressed', `${HEAD}Content-Encoding: gzip\r\n\r\n`, zlib.gzipSync(TEXT)],
    ['compressed twice', `${HEAD}Content-Encoding: gzip, br\r\n\r\n`, zlib.brotliCompressSync(zlib.gzipSync(TEXT))],
  ] as const) {
    test(title, async (t) => {
      const server = await startHostileServer((socket) => {
        socket.write(head);
        socket.end(body);
      });
      t.after(server.close);
      const client = startClient(t, { truncate: true, maxBytes: 1_234 });
      const { text, page, opened } = await fetchText(client, `${server.origin}/`);
      assert.equal(text, TEXT.slice(0, 1_234));
      assert.equal(page.bytes, 1_234);
      assert.equal(opened, 1);
      assert.equal(client.inFlight, 0);
      await server.allClosed();
    });
  }

  test('that never ends: its connection is closed', async (t) => {
    const server = await startHostileServer((socket) => {
      socket.write(`${HEAD}\r\n`);
      writeForever(socket, TEXT);
    });
    t.after(server.close);
    const client = startClient(t, { truncate: true, maxBytes: 500_000 });
    const { page } = await fetchText(client, `${server.origin}/`);
    assert.equal(page.bytes, 500_000);
    assert.equal(client.inFlight, 0);
    await server.allClosed();
  });

  test('that is a bomb', async (t) => {
    const bomb = zlib.gzipSync(Buffer.alloc(20_000_000));
    const server = await startHostileServer((socket) =>
      socket.end(Buffer.concat([Buffer.from(`${HEAD}Content-Encoding: gzip\r\n\r\n`), bomb])),
    );
    t.after(server.close);
    const client = startClient(t, { truncate: true, maxBytes: 100_000 });
    assert.equal((await fetchText(client, `${server.origin}/`)).page.bytes, 100_000);
  });

  test('and decodes to little: what the first maxBytes decode to', async (t) => {
    // What can't be compressed grows a little.
    const noise = Buffer.from(Array.from({ length: 50_000 }, (_, index) => (index * index * 31) % 251));
    const stored = zlib.gzipSync(noise, { level: 0 });
    const server = await startHostileServer((socket) => {
      socket.write(`${HEAD}Content-Encoding: gzip\r\n\r\n`);
      socket.end(stored);
    });
    t.after(server.close);
    const client = startClient(t, { truncate: true, maxBytes: 40_000 });
    const { text, page } = await fetchText(client, `${server.origin}/`);
    assert.ok(page.bytes > 39_000 && page.bytes < 40_000, String(page.bytes));
    assert.equal(text, noise.toString('latin1', 0, page.bytes));
  });
});

test('with truncate, a body of exactly maxBytes is whole, and its connection is kept', async (t) => {
  const server = await startHostileServer((socket) =>
    socket.write(`${HEAD}Content-Length: ${TEXT.length}\r\n\r\n${TEXT}`),
  );
  t.after(server.close);
  const client = startClient(t, { truncate: true, maxBytes: TEXT.length });
  const { text } = await fetchText(client, `${server.origin}/`);
  assert.equal(text, TEXT);
  assert.equal(client.idleConnections, 1);
});

test('with truncate, a broken coding within the part is still a failure', async (t) => {
  const server = await startHostileServer((socket) => socket.end(`${HEAD}Content-Encoding: gzip\r\n\r\n${TEXT}`));
  t.after(server.close);
  const client = startClient(t, { truncate: true, maxBytes: 1_000_000 });
  assert.equal((await failureOf(client, `${server.origin}/`)).code, 'decode');
});
