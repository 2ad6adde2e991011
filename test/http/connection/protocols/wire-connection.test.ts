import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { test } from 'node:test';
import type { Wire, WireAnswer, WireRequest } from '../../../../src/core/wire.ts';
import { WireConnection } from '../../../../src/http/connection/protocols/wire-connection.ts';

const ORIGIN = 'https://a.example';

test('a request goes to the wire as it is, and its answer to the handler in order', async () => {
  const asked: WireRequest[] = [];
  const { events, handler, ended } = recorder();
  const connection = new WireConnection(ORIGIN, wireOf(asked, ['one', 'two']));
  connection.dispatch({ path: '/a?b', headers: ['User-Agent', 'x'] }, handler);
  assert.deepEqual(events, []);
  await ended;
  assert.deepEqual(events, ['start', 'head 200', 'one', 'two', 'end']);
  assert.deepEqual([asked[0]?.url, asked[0]?.headers], [`${ORIGIN}/a?b`, { 'user-agent': 'x' }]);
});

test('no piece is asked for while it is paused', async () => {
  const { events, handler, ended } = recorder();
  let pieces = 0;
  async function* body() {
    for (const text of ['one', 'two']) {
      await Promise.resolve();
      pieces += 1;
      yield Buffer.from(text);
    }
  }
  const connection = new WireConnection(ORIGIN, {
    answer: ({ connected }) => {
      connected();
      return Promise.resolve({ status: 200, headers: {}, body: body() });
    },
  });
  const onResponseStart = (controller: unknown, status: number) => {
    handler.onResponseStart(controller, status);
    connection.pause();
  };
  connection.dispatch({ path: '/', headers: [] }, { ...handler, onResponseStart });
  await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual([events, pieces], [['start', 'head 200'], 0]);
  connection.resume();
  // Never from within the call.
  assert.equal(events.length, 2);
  await ended;
  assert.deepEqual([events.at(-1), pieces], ['end', 2]);
});

test('what the wire throws is told to the handler', async () => {
  const { events, handler, ended } = recorder();
  const connection = new WireConnection(ORIGIN, { answer: () => Promise.reject(new Error('refused')) });
  connection.dispatch({ path: '/', headers: [] }, handler);
  await ended;
  assert.deepEqual(events, ['error refused']);
});

test('once destroyed, it tells the wire, and the handler learns of nothing more', async () => {
  const asked: WireRequest[] = [];
  const { events, handler } = recorder();
  const connection = new WireConnection(ORIGIN, wireOf(asked, ['one']));
  connection.dispatch({ path: '/', headers: [] }, handler);
  connection.destroy();
  await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual([connection.isClosed, asked[0]?.signal.aborted], [true, true]);
  assert.deepEqual(events, ['start']);
});

function wireOf(asked: WireRequest[], pieces: readonly string[]): Wire {
  return {
    answer: async (request) => {
      asked.push(request);
      await new Promise((resolve) => queueMicrotask(() => resolve(undefined)));
      request.connected();
      return answerOf(pieces);
    },
  };
}

function answerOf(pieces: readonly string[]): WireAnswer {
  return { status: 200, headers: {}, body: Readable.from(pieces.map((piece) => Buffer.from(piece))) };
}

function recorder() {
  const events: string[] = [];
  let end = () => {};
  const ended = new Promise<void>((resolve) => {
    end = resolve;
  });
  const handler = {
    onRequestStart: () => void events.push('start'),
    onResponseStart: (_controller: unknown, status: number) => void events.push(`head ${status}`),
    onResponseData: (_controller: unknown, chunk: Uint8Array) => void events.push(Buffer.from(chunk).toString()),
    onResponseEnd: () => {
      events.push('end');
      end();
    },
    onResponseError: (_controller: unknown, error: Error) => {
      events.push(`error ${error.message}`);
      end();
    },
  };
  return { events, handler, ended };
}
