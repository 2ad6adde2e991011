import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import type { FailureCode } from '../../../../src/core/failure-codes.ts';
import type { ClientOptions } from '../../../../src/http/client-options.ts';
import { failureOf, fetchText, readText, startClient } from '../../../helpers/network/http-client.ts';
import {
  type FrameScript,
  FrameType,
  frame,
  goawayFrame,
  pageHead,
  resetFrame,
  startFrameServer,
} from '../../../helpers/network/http2-frames.ts';
import { type Http2Site, startHttp2Site } from '../../../helpers/network/http2-site.ts';
import { localhostTls } from '../../../helpers/network/tls-site.ts';

const http2: Partial<ClientOptions> = { ca: [localhostTls.cert.toString()], http2: true };
const HTML = { ':status': 200, 'content-type': 'text/html' } as const;

const NO_ERROR = 0;
const PROTOCOL_ERROR = 1;
const REFUSED_STREAM = 7;
const CANCEL = 8;
const END_STREAM = 1;
const PIECE = Buffer.alloc(65_536, 'x');

describe('a page', () => {
  test('comes behind early hints', async (t) => {
    const site = await startHttp2Site((stream) => {
      stream.additionalHeaders({ ':status': 103, link: '</style.css>' });
      stream.respond(HTML);
      stream.end('page');
    });
    t.after(site.close);
    assert.equal((await fetchText(startClient(t, http2), `${site.origin}/`)).text, 'page');
  });

  test('comes whole with trailers, also when it is read late', async (t) => {
    let onSent = () => {};
    const sent = new Promise<void>((resolve) => {
      onSent = resolve;
    });
    const site = await startHttp2Site((stream) => {
      stream.respond(HTML, { waitForTrailers: true });
      stream.once('wantTrailers', () => {
        stream.sendTrailers({ 'x-sum': '1' });
        stream.session?.ping(onSent);
      });
      stream.end(Buffer.concat([PIECE, PIECE, PIECE]));
    });
    t.after(site.close);
    const page = await startClient(t, http2).fetch(new URL(`${site.origin}/`));
    // The client's answer to a ping: all that was sent before has arrived.
    await sent;
    assert.equal((await readText(page)).text.length, 3 * PIECE.length);
  });

  test('that is empty is a page', async (t) => {
    const site = await startHttp2Site((stream) => stream.respond(HTML, { endStream: true }));
    t.after(site.close);
    assert.equal((await fetchText(startClient(t, http2), `${site.origin}/`)).text, '');
  });

  test('is decoded', async (t) => {
    const site = await startHttp2Site((stream) => {
      stream.respond({ ...HTML, 'content-encoding': 'gzip' });
      stream.end(gzipSync('page'.repeat(100_000)));
    });
    t.after(site.close);
    assert.equal((await fetchText(startClient(t, http2), `${site.origin}/`)).page.bytes, 400_000);
  });

  test('comes behind a redirect, cookies of which are sent back', async (t) => {
    const site = await startHttp2Site((stream, { ':path': path, cookie }) => {
      if (path === '/') {
        stream.respond({ ':status': 302, location: '/next', 'set-cookie': ['a=1', 'b=2'] }, { endStream: true });
      } else {
        stream.respond(HTML);
        stream.end(cookie);
      }
    });
    t.after(site.close);
    const { text, response } = await fetchText(startClient(t, { ...http2, cookies: true }), `${site.origin}/`);
    assert.deepEqual([text, response.redirects.length, site.accepted], ['a=1; b=2', 1, 1]);
  });

  test('is received to its end when the server announces that it will close', async (t) => {
    const site = await startHttp2Site((stream) => {
      stream.respond(HTML);
      stream.write('first ');
      stream.session?.goaway(NO_ERROR, stream.id);
      stream.session?.ping(() => stream.end('last'));
    });
    t.after(site.close);
    const client = startClient(t, http2);
    assert.equal((await fetchText(client, `${site.origin}/1`)).text, 'first last');
    assert.equal((await fetchText(client, `${site.origin}/2`)).text, 'first last');
    assert.equal(site.accepted, 2);
  });
});

test('a page of no given length that ends in a reset without an error is whole: servers of Node end so', async (t) => {
  const server = await startFrameServer((socket, { stream }) => {
    socket.write(
      Buffer.concat([pageHead(stream), frame(FrameType.data, 0, stream, 'page'), resetFrame(stream, NO_ERROR)]),
    );
  });
  t.after(server.close);
  assert.equal((await fetchText(startClient(t, http2), `${server.origin}/`)).text, 'page');
});

test('a page of 50 MB that nobody reads is stopped at the server, and comes whole afterwards', async (t) => {
  const total = 800 * PIECE.length;
  let sent = 0;
  const site = await startHttp2Site((stream) => {
    stream.respond(HTML);
    const writeMore = () => {
      for (let isRoom = true; isRoom && sent < total; ) {
        sent += PIECE.length;
        isRoom = stream.write(PIECE);
      }
      if (sent === total) stream.end();
    };
    stream.on('drain', writeMore);
    writeMore();
  });
  t.after(site.close);
  const client = startClient(t, { ...http2, maxBytes: total, timeoutMs: 60_000 });
  const { body } = await client.fetch(new URL(`${site.origin}/`));
  await stalled(site, () => sent);
  // The window, what was handed on before it was closed, and what the server has written ahead.
  assert.equal(sent < 262_144 + 3 * PIECE.length, true, `${sent} bytes were sent`);
  const { result } = await body.read(() => {
    let read = 0;
    return { write: (chunk) => (read += chunk.length), end: () => read };
  });
  assert.equal(result, total);
});

const endOfStream = (stream: number) => frame(FrameType.data, END_STREAM, stream);
const cancel = (stream: number) => resetFrame(stream, CANCEL);

interface Case {
  readonly title: string;
  readonly script: FrameScript;
  readonly code: FailureCode;
  /** What Node 22 and later tell of it, which is another code. */
  readonly newerCode?: FailureCode;
  readonly options?: Partial<ClientOptions>;
}

const IS_NEWER = Number.parseInt(process.versions.node, 10) >= 22;
const half = (stream: number) => Buffer.concat([pageHead(stream), frame(FrameType.data, 0, stream, 'half')]);
const cases: readonly Case[] = [
  {
    title: 'a stream that is refused',
    script: (socket, { stream }) => socket.write(resetFrame(stream, REFUSED_STREAM)),
    code: 'reset',
  },
  {
    title: 'a reset within the body',
    script: (socket, { stream }) => socket.write(Buffer.concat([half(stream), resetFrame(stream, CANCEL)])),
    code: 'reset',
  },
  {
    title: 'a reset without an error before the Content-Length',
    script: (socket, { stream }) =>
      socket.write(
        Buffer.concat([
          pageHead(stream, { 'content-length': '10' }),
          frame(FrameType.data, 0, stream, 'half'),
          resetFrame(stream, NO_ERROR),
        ]),
      ),
    code: 'reset',
  },
  {
    title: 'a reset without an error before the answer',
    script: (socket, { stream }) => socket.write(resetFrame(stream, NO_ERROR)),
    code: 'reset',
  },
  {
    title: 'a connection that ends within the body',
    script: (socket, { stream }) => socket.end(half(stream)),
    code: 'reset',
  },
  {
    title: 'a connection that ends before the answer',
    script: (socket) => socket.end(),
    code: 'reset',
  },
  {
    title: 'a GOAWAY that does not count the request in',
    script: (socket) => socket.write(goawayFrame(0, NO_ERROR)),
    code: 'reset',
  },
  {
    title: 'a GOAWAY for an error',
    script: (socket, { stream }) => socket.end(goawayFrame(stream, PROTOCOL_ERROR)),
    code: 'protocol',
  },
  {
    title: 'less than the Content-Length',
    script: (socket, { stream }) =>
      socket.write(
        Buffer.concat([
          pageHead(stream, { 'content-length': '10' }),
          frame(FrameType.data, END_STREAM, stream, 'half'),
        ]),
      ),
    code: 'protocol',
  },
  // Node 20 tells nothing of what its parser gives up on: the time-outs do.
  {
    title: 'a header that does not decompress',
    script: (socket, { stream }) => socket.write(frame(FrameType.headers, 0x4, stream, '\xff\xff\xff\xff\xff\xff\xff')),
    options: { headersTimeoutMs: 100 },
    code: 'headers-timeout',
    newerCode: 'protocol',
  },
  {
    title: 'another protocol',
    script: (socket) => socket.write('HTTP/1.1 200 OK\r\n\r\n'),
    options: { headersTimeoutMs: 100 },
    code: 'headers-timeout',
    newerCode: 'protocol',
  },
  {
    title: 'silence',
    script: () => {},
    options: { headersTimeoutMs: 100 },
    code: 'headers-timeout',
  },
  {
    title: 'a body that pauses',
    script: (socket, { stream }) => socket.write(half(stream)),
    options: { idleTimeoutMs: 100 },
    code: 'idle-timeout',
  },
  {
    title: 'a body without an end',
    script: (socket, { stream }) => {
      socket.write(pageHead(stream));
      const timer = setInterval(() => socket.write(frame(FrameType.data, 0, stream, '.')), 5);
      socket.once('close', () => clearInterval(timer));
    },
    options: { timeoutMs: 150 },
    code: 'deadline',
  },
  {
    title: 'pings without an answer',
    script: (socket) => {
      const timer = setInterval(() => socket.write(frame(FrameType.ping, 0, 0, '12345678')), 5);
      socket.once('close', () => clearInterval(timer));
    },
    options: { headersTimeoutMs: 100 },
    code: 'headers-timeout',
  },
];

describe('a server that misbehaves:', () => {
  for (const { title, script, options, newerCode, code: olderCode } of cases) {
    const code = IS_NEWER ? (newerCode ?? olderCode) : olderCode;
    test(`${title} is ${code}`, async (t) => {
      const server = await startFrameServer(script);
      t.after(server.close);
      assert.equal((await failureOf(startClient(t, { ...http2, ...options }), `${server.origin}/`)).code, code);
    });
  }

  test('half a page that is fetched again is a page', async (t) => {
    const server = await startFrameServer((socket, { stream, number }) => {
      const isFirst = number === 1;
      const end = isFirst ? resetFrame(stream, CANCEL) : frame(FrameType.data, END_STREAM, stream, ' and half');
      socket.write(Buffer.concat([half(stream), end]));
    });
    t.after(server.close);
    const { text, page } = await fetchText(startClient(t, { ...http2, retries: 1 }), `${server.origin}/`);
    assert.deepEqual([text, page.attempts], ['half and half', 2]);
  });
});

describe('a page that was stopped for a while', () => {
  const sizes = { 'less than the window': 12, 'all of the window': 16 };
  for (const [title, pieces] of Object.entries(sizes)) {
    for (const [end, isWhole] of [
      [endOfStream, true],
      [cancel, false],
    ] as const) {
      test(`and of which ${title} has come is ${isWhole ? 'whole' : 'broken by a reset'}`, async (t) => {
        let onSent = () => {};
        const sent = new Promise<void>((resolve) => {
          onSent = resolve;
        });
        const server = await startFrameServer((socket, { stream }) => {
          const piece = frame(FrameType.data, 0, stream, Buffer.alloc(16_384, 'x'));
          const all = Array.from({ length: pieces }, () => piece);
          socket.write(Buffer.concat([pageHead(stream), ...all, end(stream)]), onSent);
        });
        t.after(server.close);
        const page = await startClient(t, http2).fetch(new URL(`${server.origin}/`));
        await sent;
        for (let turn = 0; turn < 20; turn += 1) await new Promise(setImmediate);
        const read = readText(page);
        if (isWhole) assert.equal((await read).text.length, pieces * 16_384);
        else await assert.rejects(read, { code: 'reset' });
      });
    }
  }
});

describe('a kept session that is dead costs no attempt:', () => {
  const whole = (stream: number) =>
    Buffer.concat([pageHead(stream), frame(FrameType.data, END_STREAM, stream, 'page')]);
  const endings: Readonly<Record<string, FrameScript>> = {
    'its server closes it when it is asked': (socket) => socket.destroy(),
    'its server refuses by GOAWAY': (socket) => socket.end(goawayFrame(1, NO_ERROR)),
    'its server refuses the stream': (socket, { stream }) => socket.write(resetFrame(stream, REFUSED_STREAM)),
  };
  for (const [title, ending] of Object.entries(endings)) {
    test(title, async (t) => {
      const server = await startFrameServer((socket, request) => {
        if (request.number === 2) ending(socket, request);
        else socket.write(whole(request.stream));
      });
      t.after(server.close);
      const client = startClient(t, http2);
      await fetchText(client, `${server.origin}/1`);
      const { text, page } = await fetchText(client, `${server.origin}/2`);
      assert.deepEqual([text, page.attempts, server.accepted()], ['page', 1, 2]);
    });
  }

  test('one that was closed while it was idle is forgotten', async (t) => {
    const site = await startHttp2Site();
    t.after(site.close);
    const client = startClient(t, http2);
    await fetchText(client, `${site.origin}/1`);
    for (const session of site.sessions) session.close();
    while (client.idleConnections > 0) await new Promise(setImmediate);
    assert.equal((await fetchText(client, `${site.origin}/2`)).page.attempts, 1);
  });
});

test('a body that is given up is closed at the server', async (t) => {
  const site = await startHttp2Site((stream) => {
    stream.respond(HTML);
    const writeMore = () => {
      while (!stream.destroyed && stream.write(PIECE));
    };
    stream.on('drain', writeMore);
    writeMore();
  });
  t.after(site.close);
  const { body } = await startClient(t, http2).fetch(new URL(`${site.origin}/`));
  body.release();
  while (site.sessions.size > 0) await new Promise(setImmediate);
});

/** Resolves when the server has sent nothing more for some round trips, though its client is there. */
async function stalled({ sessions }: Http2Site, sent: () => number): Promise<void> {
  const [session] = sessions;
  for (let before = -1, quiet = 0; quiet < 5; quiet = sent() === before ? quiet + 1 : 0) {
    before = sent();
    await new Promise<void>((resolve) => session?.ping(() => resolve()));
  }
}
