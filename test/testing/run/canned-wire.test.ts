import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import type { WireAnswer } from '../../../src/core/wire.ts';
import type { CannedAnswer, CannedAnswers } from '../../../src/testing/document/test-file.ts';
import { CannedWire } from '../../../src/testing/run/canned-wire.ts';
import { VirtualClock } from '../../../src/testing/run/virtual-clock.ts';

const URL_A = 'https://a.example/';

describe('an answer', () => {
  it('has the length and type of a page unless others are given', async (t) => {
    const { ask } = wireOf(t, [[URL_A, page('x')]]);
    assert.deepEqual((await ask(URL_A)).headers, {
      'content-type': 'text/html; charset=utf-8',
      'content-length': '1',
    });
    const others = { 'Content-Type': 'text/plain', 'Set-Cookie': ['a=1', 'b=2'] };
    const { ask: askOther } = wireOf(t, [[URL_A, { ...page('x'), headers: others }]]);
    assert.deepEqual((await askOther(URL_A)).headers, {
      'content-type': 'text/plain',
      'content-length': '1',
      'set-cookie': ['a=1', 'b=2'],
    });
  });

  it('without a body says nothing of a type', async (t) => {
    const { ask } = wireOf(t, [[URL_A, { ...page(''), status: 304, body: undefined }]]);
    assert.deepEqual((await ask(URL_A)).headers, { 'content-length': '0' });
  });

  it('comes in pieces that make up its body', async (t) => {
    const body = 'x'.repeat(40_000);
    const { ask } = wireOf(t, [[URL_A, page(body)]]);
    const pieces = await piecesOf(await ask(URL_A));
    assert.ok(pieces.length > 1);
    assert.equal(pieces.join(''), body);
  });

  it('comes after its delay, by the clock', async (t) => {
    const { ask, clock } = wireOf(t, [[URL_A, { ...page('x'), delay: 60_000 }]]);
    await ask(URL_A);
    assert.equal(clock.now(), 60_000);
  });

  it('of a list is the next one for each URL, and the last one stays', async (t) => {
    const { ask } = wireOf(t, [['https://*', { ...page(''), status: 503 }, page('')]]);
    const statuses: number[] = [];
    for (const url of [URL_A, 'https://b.example/', URL_A, URL_A]) statuses.push((await ask(url)).status);
    assert.deepEqual(statuses, [503, 503, 200, 200]);
  });

  it('that is truncated breaks off behind its body; one that stalls ends with the signal alone', async (t) => {
    const { ask } = wireOf(t, [[URL_A, { ...page('x'), failure: 'truncated' }]]);
    await assert.rejects(piecesOf(await ask(URL_A)), { code: 'ECONNRESET' });
    const stalled = wireOf(t, [[URL_A, { ...page('x'), failure: 'stalled' }]]);
    const controller = new AbortController();
    const pieces = piecesOf(await stalled.ask(URL_A, controller.signal));
    controller.abort(new Error('enough'));
    await assert.rejects(pieces, { message: 'enough' });
  });
});

describe('a URL', () => {
  it('is matched as a whole: the characters of a pattern, * aside, stand for themselves', async (t) => {
    const { ask } = wireOf(t, [['https://a.example/x?y=1+1*', page('')]]);
    assert.equal((await ask('https://a.example/x?y=1+1&z')).status, 200);
    for (const url of ['https://a.example/x', 'https://aaexample/x?y=1+1', 'https://a.example/x?y=11']) {
      await assert.rejects(ask(url), { code: 'connect-refused' });
    }
  });

  it('may be written without its last slash, with its default port and with a fragment', async (t) => {
    const { ask } = wireOf(t, [['https://A.example:443#top', page('')]]);
    assert.equal((await ask(URL_A)).status, 200);
  });

  it('without an answer is named once, with the nearest one that has an answer', async (t) => {
    const { ask, wire } = wireOf(t, [['https://a.example/lamps', page('')]]);
    for (const url of ['https://a.example/lamp', 'https://a.example/lamp', 'https://quite.other.example/']) {
      await assert.rejects(ask(url));
    }
    assert.deepEqual(wire.unanswered, [
      'no answer for GET https://a.example/lamp; did you mean https://a.example/lamps?',
      'no answer for GET https://quite.other.example/',
    ]);
  });
});

it('answers that nothing asks for are told, also those at the end of a list', async (t) => {
  const { ask, wire } = wireOf(t, [
    [URL_A, page(''), page('')],
    ['https://b.example/', page('')],
    ['https://c.example/*', page('')],
  ]);
  await ask(URL_A);
  await ask('https://b.example/');
  assert.deepEqual(wire.unused, [`of 2 answers for ${URL_A}, 1 asked for`, 'nothing asks for https://c.example/*']);
});

it('requests are noted in their order, with their fields', async (t) => {
  const { ask, wire } = wireOf(t, [['*', page('')]]);
  await ask('https://b.example/');
  await ask(URL_A);
  assert.deepEqual(wire.requests, [
    { url: 'https://b.example/', headers: { accept: 'x' } },
    { url: URL_A, headers: { accept: 'x' } },
  ]);
});

function page(body: string): CannedAnswer {
  return { status: 200, headers: {}, body: Buffer.from(body), delay: 0 };
}

function wireOf(t: TestContext, list: readonly (readonly [url: string, ...answers: CannedAnswer[]])[]) {
  const clock = new VirtualClock(0);
  t.after(() => clock.close());
  const answers = list.map(([url, ...given]): CannedAnswers => ({ url, answers: given }));
  const wire = new CannedWire(answers, clock);
  const ask = (url: string, signal = new AbortController().signal) =>
    wire.answer({ url, headers: { accept: 'x' }, signal, connected: () => {} });
  return { wire, clock, ask };
}

async function piecesOf({ body }: WireAnswer): Promise<readonly string[]> {
  const pieces: string[] = [];
  for await (const piece of body) pieces.push(Buffer.from(piece).toString());
  return pieces;
}
