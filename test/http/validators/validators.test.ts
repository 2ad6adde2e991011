import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type KnownValidators, NotModified, validatorsOf } from '../../../src/http/validators/validators.ts';
import { startHostileServer } from '../../helpers/network/hostile-server.ts';
import { fetchText, readText, startClient } from '../../helpers/network/http-client.ts';

const DATE = 'Sun, 06 Nov 1994 08:49:37 GMT';
const page = (fields: string, text: string) =>
  `HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n${fields}Content-Length: ${text.length}\r\n\r\n${text}`;
const conditionOf = (head: string | undefined) =>
  [...(head ?? '').matchAll(/^(if-[a-z-]+): (.*)\r$/gm)].map(([, name, value]) => `${name}: ${value}`);

describe('the validators of an answer', () => {
  test('are in the facts of its page', async (t) => {
    const server = await startHostileServer((socket) =>
      socket.write(page(`ETag: W/"1"\r\nLast-Modified: ${DATE}\r\n`, 'x')),
    );
    t.after(server.close);
    const { page: facts } = await fetchText(startClient(t), `${server.origin}/`);
    assert.equal(facts.etag, 'W/"1"');
    assert.equal(facts.lastModified, DATE);
  });

  test('are those that can be sent back', () => {
    assert.deepEqual(validatorsOf({ etag: '"a"', 'last-modified': 'yesterday' }), {
      etag: '"a"',
      lastModified: 'yesterday',
    });
    assert.deepEqual(validatorsOf({ etag: ['"a"', '"b"'], 'last-modified': 'x'.repeat(65) }), {});
    assert.deepEqual(validatorsOf({ etag: 'line\nbreak', 'last-modified': '' }), {});
    assert.deepEqual(validatorsOf({}), {});
  });
});

describe('a page that an earlier run knows', () => {
  test('is asked for under a condition, and not fetched where it holds', async (t) => {
    const server = await startHostileServer((socket) => socket.write('HTTP/1.1 304 Not Modified\r\nETag: "2"\r\n\r\n'));
    t.after(server.close);
    const client = startClient(t);
    const known = () => ({ etag: '"1"', lastModified: DATE });
    const error: unknown = await client.fetch(new URL(server.origin), known).catch((reason: unknown) => reason);
    assert.ok(error instanceof NotModified);
    assert.deepEqual(conditionOf(server.requests[0]?.head), ['if-none-match: "1"', `if-modified-since: ${DATE}`]);
    const { elapsedMs, ...facts } = error.facts;
    const expected = { finalUrl: `${server.origin}/`, status: 304, contentType: null, bytes: 0, attempts: 1 };
    assert.deepEqual(facts, { ...expected, etag: '"2"', lastModified: DATE });
    assert.equal(client.inFlight, 0);
  });

  test('is fetched where it has changed, also when its body has to be fetched again', async (t) => {
    const server = await startHostileServer((socket, { number }) => {
      if (number === 1) socket.end(page('', 'changed').slice(0, -2));
      else socket.write(page('', 'changed'));
    });
    t.after(server.close);
    const fetched = await startClient(t, { retries: 1 }).fetch(new URL(server.origin), () => ({ etag: '"1"' }));
    assert.equal((await readText(fetched)).text, 'changed');
    assert.deepEqual(
      server.requests.map(({ head }) => conditionOf(head)),
      [['if-none-match: "1"'], []],
    );
  });

  test('is asked for under its condition again after an attempt that failed', async (t) => {
    const server = await startHostileServer((socket, { number }) => {
      if (number === 1) socket.write('HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n');
      else socket.write('HTTP/1.1 304 Not Modified\r\n\r\n');
    });
    t.after(server.close);
    const fetching = startClient(t, { retries: 1 }).fetch(new URL(server.origin), () => ({ etag: '"1"' }));
    await assert.rejects(fetching, { name: 'NotModified' });
    assert.deepEqual(conditionOf(server.requests[1]?.head), ['if-none-match: "1"']);
  });

  test('behind a redirect is asked for under its own condition', async (t) => {
    const server = await startHostileServer((socket, { path }) => {
      if (path === '/') socket.write('HTTP/1.1 302 Found\r\nLocation: /b\r\nContent-Length: 0\r\n\r\n');
      else socket.write('HTTP/1.1 304 Not Modified\r\n\r\n');
    });
    t.after(server.close);
    const known: KnownValidators = (url) => (url === `${server.origin}/b` ? { etag: '"b"' } : undefined);
    await assert.rejects(startClient(t).fetch(new URL(server.origin), known), { name: 'NotModified' });
    assert.deepEqual(
      server.requests.map(({ head }) => conditionOf(head)),
      [[], ['if-none-match: "b"']],
    );
  });
});

test('a 304 that nobody asked for is a failure', async (t) => {
  const server = await startHostileServer((socket) => socket.write('HTTP/1.1 304 Not Modified\r\n\r\n'));
  t.after(server.close);
  await assert.rejects(
    startClient(t).fetch(new URL(server.origin), () => undefined),
    { code: 'http-status' },
  );
});
