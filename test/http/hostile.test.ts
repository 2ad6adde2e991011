import assert from 'node:assert/strict';
import type { Socket } from 'node:net';
import { describe, test } from 'node:test';
import { brotliCompressSync, deflateRawSync, gzipSync } from 'node:zlib';
import type { FailureCode } from '../../src/core/failure-codes.ts';
import type { ClientOptions } from '../../src/http/client-options.ts';
import { type Misbehaviour, startHostileServer, writeForever } from '../helpers/network/hostile-server.ts';
import { failureOf, fetchText, startClient } from '../helpers/network/http-client.ts';

interface Case {
  readonly title: string;
  readonly answer: Misbehaviour;
  /** The failure's code, or the page's text. */
  readonly expected: { readonly code: FailureCode; readonly message?: RegExp } | { readonly text: string };
  readonly options?: Partial<ClientOptions>;
}

const OK = 'HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n';
const HINTS = 'HTTP/1.1 103 Early Hints\r\nLink: </style.css>\r\n\r\n';

/** A body in gzip, or what the case calls so, as a complete answer. */
function encoded(socket: Socket, coding: string, body: Uint8Array): void {
  socket.write(`${OK}Content-Encoding: ${coding}\r\nContent-Length: ${body.length}\r\n\r\n`);
  socket.write(body);
}

function redirect(socket: Socket, location: string, status = 302): void {
  socket.write(`HTTP/1.1 ${status} Found\r\nLocation: ${location}\r\nContent-Length: 0\r\n\r\n`);
}

const headers: readonly Case[] = [
  { title: 'a close without an answer', answer: (socket) => socket.end(), expected: { code: 'reset' } },
  { title: 'a reset without an answer', answer: (socket) => socket.resetAndDestroy(), expected: { code: 'reset' } },
  {
    title: 'silence',
    answer: () => {},
    options: { headersTimeoutMs: 100 },
    expected: { code: 'headers-timeout' },
  },
  {
    title: 'half a status line, then silence',
    answer: (socket) => socket.write('HTTP/1.1 20'),
    options: { headersTimeoutMs: 100 },
    expected: { code: 'headers-timeout' },
  },
  {
    title: 'a close within the header',
    answer: (socket) => socket.end(`${OK}X-Half`),
    expected: { code: 'reset' },
  },
  {
    title: 'a header that drips without an end',
    answer: (socket) => {
      socket.write(OK);
      writeForever(socket, 'X-Drip: 1\r\n', 5);
    },
    options: { headersTimeoutMs: 100 },
    expected: { code: 'headers-timeout' },
  },
  {
    title: 'a header that pours without an end',
    answer: (socket) => {
      socket.write(OK);
      writeForever(socket, `X-Pour: ${'x'.repeat(8_000)}\r\n`);
    },
    expected: { code: 'protocol' },
  },
  {
    title: 'one header line without an end',
    answer: (socket) => {
      socket.write(`${OK}X-Long: `);
      writeForever(socket, 'x'.repeat(8_000));
    },
    expected: { code: 'protocol' },
  },
  { title: 'another protocol', answer: (socket) => socket.write('SSH-2.0-Server\r\n'), expected: { code: 'protocol' } },
  { title: 'a bare page', answer: (socket) => socket.end('<a href=x>x</a>'), expected: { code: 'protocol' } },
  {
    title: 'a NUL in a field',
    answer: (socket) => socket.write(`${OK}X-Bad: a\0b\r\n\r\n`),
    expected: { code: 'protocol' },
  },
  {
    title: 'a field without a colon',
    answer: (socket) => socket.write(`${OK}nonsense\r\n\r\n`),
    expected: { code: 'protocol' },
  },
  {
    title: 'two lengths that differ',
    answer: (socket) => socket.write(`${OK}Content-Length: 1\r\nContent-Length: 2\r\n\r\nab`),
    expected: { code: 'protocol' },
  },
  {
    title: 'a length that is no number',
    answer: (socket) => socket.write(`${OK}Content-Length: -1\r\n\r\n`),
    expected: { code: 'protocol' },
  },
  {
    title: 'a length beside chunks',
    answer: (socket) => socket.write(`${OK}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`),
    expected: { code: 'protocol' },
  },
  {
    title: 'a switch of protocols that nobody asked for',
    answer: (socket) => socket.write('HTTP/1.1 101 Switching\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n'),
    expected: { code: 'protocol' },
  },
  {
    title: 'early hints before the answer',
    answer: (socket) => socket.write(`${HINTS}${OK}Content-Length: 2\r\n\r\nok`),
    expected: { text: 'ok' },
  },
  {
    title: 'early hints, and a 100 that nobody asked for behind them',
    answer: (socket) => socket.write(`${HINTS}HTTP/1.1 100 Continue\r\n\r\n${OK}Content-Length: 2\r\n\r\nok`),
    expected: { text: 'ok' },
  },
  {
    title: 'early hints without an end',
    answer: (socket) => writeForever(socket, HINTS, 5),
    options: { headersTimeoutMs: 100 },
    expected: { code: 'headers-timeout' },
  },
  {
    title: 'an unknown status',
    answer: (socket) => socket.write('HTTP/1.1 999 Denied\r\nContent-Length: 0\r\n\r\n'),
    expected: { code: 'http-status' },
  },
  {
    title: 'a status without a reason',
    answer: (socket) => socket.write('HTTP/1.1 200\r\nContent-Length: 2\r\n\r\nok'),
    expected: { text: 'ok' },
  },
  {
    title: 'a field called __proto__',
    answer: (socket) => socket.write(`${OK}__proto__: x\r\nContent-Length: 2\r\n\r\nok`),
    expected: { text: 'ok' },
  },
];

const bodies: readonly Case[] = [
  {
    title: 'a body shorter than its length',
    answer: (socket) => socket.end(`${OK}Content-Length: 100\r\n\r\nshort`),
    expected: { code: 'reset' },
  },
  {
    title: 'a body that ends with the connection',
    answer: (socket) => socket.end(`${OK}\r\nall of it`),
    expected: { text: 'all of it' },
  },
  {
    title: 'a body that ends with the connection, in HTTP/1.0',
    answer: (socket) => socket.end('HTTP/1.0 200 OK\r\n\r\nall of it'),
    expected: { text: 'all of it' },
  },
  {
    title: 'a reset within the body',
    answer: (socket) => socket.write(`${OK}Content-Length: 100\r\n\r\nhalf`, () => socket.resetAndDestroy()),
    expected: { code: 'reset' },
  },
  {
    title: 'a body that stops',
    answer: (socket) => socket.write(`${OK}Content-Length: 100\r\n\r\nhalf`),
    options: { idleTimeoutMs: 100 },
    expected: { code: 'idle-timeout' },
  },
  {
    title: 'a body that drips without an end',
    answer: (socket) => {
      socket.write(`${OK}\r\n`);
      writeForever(socket, 'x', 5);
    },
    options: { timeoutMs: 200 },
    expected: { code: 'deadline' },
  },
  {
    title: 'a body that pours without an end',
    answer: (socket) => {
      socket.write(`${OK}\r\n`);
      writeForever(socket, 'x'.repeat(16_384));
    },
    expected: { code: 'too-large' },
  },
  {
    title: 'chunks that pour without an end',
    answer: (socket) => {
      socket.write(`${OK}Transfer-Encoding: chunked\r\n\r\n`);
      writeForever(socket, `3e8\r\n${'x'.repeat(1_000)}\r\n`);
    },
    expected: { code: 'too-large' },
  },
  {
    title: 'an announced body that is too large, of which nothing comes',
    answer: (socket) => socket.write(`${OK}Content-Length: 99999999999\r\n\r\n`),
    expected: { code: 'too-large' },
  },
  {
    title: 'a chunk size that is no number',
    answer: (socket) => socket.write(`${OK}Transfer-Encoding: chunked\r\n\r\nzz\r\n`),
    expected: { code: 'protocol' },
  },
  {
    title: 'a chunk size beyond all numbers',
    answer: (socket) => socket.write(`${OK}Transfer-Encoding: chunked\r\n\r\n${'f'.repeat(40)}\r\n`),
    expected: { code: 'protocol' },
  },
  {
    title: 'a close between chunks',
    answer: (socket) => socket.end(`${OK}Transfer-Encoding: chunked\r\n\r\n2\r\nok\r\n`),
    expected: { code: 'reset' },
  },
  {
    title: 'a chunk extension without an end',
    answer: (socket) => {
      socket.write(`${OK}Transfer-Encoding: chunked\r\n\r\n2;`);
      writeForever(socket, 'x'.repeat(1_000), 5);
    },
    options: { idleTimeoutMs: 100, timeoutMs: 1_000 },
    expected: { code: 'idle-timeout' },
  },
  {
    title: 'trailers',
    answer: (socket) => socket.write(`${OK}Transfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\nX-After: 1\r\n\r\n`),
    expected: { text: 'ok' },
  },
  {
    title: 'trailers without an end',
    answer: (socket) => {
      socket.write(`${OK}Transfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n`);
      writeForever(socket, `X-After: ${'x'.repeat(8_000)}\r\n`);
    },
    expected: { code: 'protocol' },
  },
  {
    title: 'bytes behind the body',
    answer: (socket) => socket.write(`${OK}Content-Length: 2\r\n\r\nok and much more`),
    expected: { text: 'ok' },
  },
  {
    title: 'a body byte by byte',
    answer: (socket) => {
      socket.setNoDelay(true);
      for (const byte of `${OK}Content-Length: 2\r\n\r\nok`) socket.write(byte);
    },
    expected: { text: 'ok' },
  },
  {
    title: 'no body where none may be',
    answer: (socket) => socket.write('HTTP/1.1 204 No Content\r\nContent-Type: image/png\r\n\r\n'),
    expected: { text: '' },
  },
  {
    title: 'a body, and its length, where none may be',
    answer: (socket) => socket.write('HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\nhello'),
    expected: { text: '' },
  },
  {
    title: 'a reset of the content that does not say where it ends',
    answer: (socket) => socket.write('HTTP/1.1 205 Reset Content\r\n\r\n'),
    expected: { text: '' },
  },
];

const page = Buffer.from('<a href=x>x</a>'.repeat(1_000));
/** Empty stored blocks (RFC 1951, 3.2.4): a stream that decodes to nothing. */
const emptyBlocks = Buffer.alloc(65_535, Buffer.from([0, 0, 0, 0xff, 0xff]));

const encodings: readonly Case[] = [
  {
    title: 'gzip that is none',
    answer: (socket) => encoded(socket, 'gzip', Buffer.from('<a href=x>x</a>')),
    expected: { code: 'decode' },
  },
  {
    title: 'gzip that is cut off',
    answer: (socket) => encoded(socket, 'gzip', gzipSync(page).subarray(0, -20)),
    expected: { code: 'decode' },
  },
  {
    title: 'gzip that is cut off within its header',
    answer: (socket) => encoded(socket, 'gzip', gzipSync(page).subarray(0, 7)),
    expected: { code: 'decode' },
  },
  {
    title: 'gzip with a damaged block',
    answer: (socket) => {
      const damaged = gzipSync(Buffer.from(Array.from({ length: 5_000 }, (_, index) => (index * index) % 251)));
      damaged.fill(0xff, 30, 60);
      encoded(socket, 'gzip', damaged);
    },
    expected: { code: 'decode' },
  },
  {
    title: 'garbage behind gzip',
    answer: (socket) => encoded(socket, 'gzip', Buffer.concat([gzipSync('page'), Buffer.from('garbage')])),
    expected: { text: 'page' },
  },
  {
    title: 'several gzip members',
    answer: (socket) => encoded(socket, 'gzip', Buffer.concat([gzipSync('one '), gzipSync('two')])),
    expected: { text: 'one two' },
  },
  {
    title: 'bare deflate',
    answer: (socket) => encoded(socket, 'deflate', deflateRawSync('page')),
    expected: { text: 'page' },
  },
  {
    title: 'an empty body that calls itself gzip',
    answer: (socket) => encoded(socket, 'gzip', Buffer.alloc(0)),
    expected: { text: '' },
  },
  {
    title: 'brotli that is cut off',
    answer: (socket) => encoded(socket, 'br', brotliCompressSync(page).subarray(0, -5)),
    expected: { code: 'decode' },
  },
  {
    title: 'an unknown coding',
    answer: (socket) => encoded(socket, 'compress', Buffer.from('x')),
    expected: { code: 'decode' },
  },
  {
    title: 'six codings in a row',
    answer: (socket) => encoded(socket, Array(6).fill('gzip').join(), Buffer.from('x')),
    expected: { code: 'decode' },
  },
  {
    title: 'a gzip bomb',
    answer: (socket) => encoded(socket, 'gzip', gzipSync(Buffer.alloc(5_000_000))),
    expected: { code: 'too-large' },
  },
  {
    title: 'a brotli bomb',
    answer: (socket) => encoded(socket, 'br', brotliCompressSync(Buffer.alloc(5_000_000))),
    expected: { code: 'too-large' },
  },
  {
    title: 'a bomb within a bomb',
    answer: (socket) => encoded(socket, 'gzip, gzip', gzipSync(gzipSync(Buffer.alloc(5_000_000)))),
    expected: { code: 'too-large' },
  },
  {
    title: 'compressed nothing without an end',
    answer: (socket) => {
      socket.write(`${OK}Content-Encoding: gzip\r\n\r\n`);
      socket.write(Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3]));
      writeForever(socket, emptyBlocks);
    },
    expected: { code: 'too-large' },
  },
];

const redirects: readonly Case[] = [
  {
    title: 'a redirect whose body never ends',
    answer: (socket, { path }) => {
      if (path !== '/') socket.write(`${OK}Content-Length: 2\r\n\r\nok`);
      else socket.write('HTTP/1.1 302 Found\r\nLocation: /next\r\nContent-Length: 9\r\n\r\nslow');
    },
    expected: { text: 'ok' },
  },
  {
    title: 'a redirect with an endless body',
    answer: (socket, { path }) => {
      if (path !== '/') {
        socket.write(`${OK}Content-Length: 2\r\n\r\nok`);
        return;
      }
      socket.write('HTTP/1.1 302 Found\r\nLocation: /next\r\n\r\n');
      writeForever(socket, 'x'.repeat(16_384));
    },
    expected: { text: 'ok' },
  },
  {
    title: 'a redirect without a location',
    answer: (socket) => socket.write('HTTP/1.1 301 Moved\r\nContent-Length: 0\r\n\r\n'),
    expected: { code: 'bad-redirect' },
  },
  {
    title: 'a redirect to what is no URL',
    answer: (socket) => redirect(socket, 'http://[::bad/'),
    expected: { code: 'bad-redirect' },
  },
  {
    title: 'a redirect to a script',
    answer: (socket) => redirect(socket, 'javascript:alert(1)'),
    expected: { code: 'unsupported-scheme' },
  },
  {
    title: 'a redirect to a file',
    answer: (socket) => redirect(socket, 'file:///etc/passwd'),
    expected: { code: 'unsupported-scheme' },
  },
  { title: 'a redirect to itself', answer: (socket) => redirect(socket, '/'), expected: { code: 'redirect-loop' } },
  {
    title: 'a circle of redirects',
    answer: (socket, { path }) => redirect(socket, path === '/b' ? '/' : '/b'),
    expected: { code: 'redirect-loop' },
  },
  {
    title: 'redirects without an end',
    answer: (socket, { number }) => redirect(socket, `/${number}`),
    expected: { code: 'too-many-redirects' },
  },
  {
    title: 'a redirect to a closed port',
    answer: (socket) => redirect(socket, 'http://127.0.0.1:1/'),
    expected: { code: 'connect-refused' },
  },
];

for (const [topic, cases] of Object.entries({ headers, bodies, encodings, redirects })) {
  describe(`hostile ${topic}`, { concurrency: 8 }, () => {
    for (const { title, answer, expected, options } of cases) {
      test(`${title}: ${'code' in expected ? expected.code : 'a page'}`, async (t) => {
        const server = await startHostileServer(answer);
        t.after(server.close);
        const client = startClient(t, options);
        const url = `${server.origin}/`;
        if ('code' in expected) {
          const failure = await failureOf(client, url);
          assert.equal(failure.code, expected.code, failure.message);
        } else {
          assert.equal((await fetchText(client, url)).text, expected.text);
        }
      });
    }
  });
}
