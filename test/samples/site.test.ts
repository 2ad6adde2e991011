import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { get, type IncomingMessage } from 'node:http';
import { after, before, test } from 'node:test';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { type SampleAnswer, type SampleSite, sampleAnswers, startSampleSite } from '../../samples/site.ts';

const samples = new URL('../../samples/', import.meta.url);
let site: SampleSite;
before(async () => {
  site = await startSampleSite({ port: 0 });
});
after(() => site.close());

for (const [path, answer] of Object.entries(sampleAnswers)) {
  test(`${path} answers as its table says`, async () => {
    const { response, body } = await fetchRaw(path);
    assert.deepEqual(headOf(response), expectedHead(answer));
    assert.deepEqual(decoded(body, answer), await fileOf(answer));
  });
}

test('a query is ignored when a page is looked up', async () => {
  const { body } = await fetchRaw('/visit/quiet-room.html?season=winter');
  assert.match(body.toString(), /The quiet room/);
});

test('a path that the table lacks is a 404', async () => {
  const { response, body } = await fetchRaw('/nowhere');
  assert.equal(response.statusCode, 404);
  assert.match(body.toString(), /Not found/);
});

test('a compressed page is smaller on the wire than its file', async () => {
  const { body } = await fetchRaw('/timeline.html');
  assert.ok(body.length < (await readFile(new URL('site/timeline.html', samples))).length);
});

test('the slow page arrives in pieces over half a second', async () => {
  const startedAt = performance.now();
  const { pieces } = await fetchRaw('/live/water-level.html');
  assert.ok(pieces >= 2, `${pieces} pieces`);
  assert.ok(performance.now() - startedAt >= 450);
});

test('the legacy pages are not valid UTF-8', async () => {
  for (const file of ['archive/faehre.html', 'archive/pochylnie.html']) {
    const bytes = await readFile(new URL(`site/${file}`, samples));
    assert.throws(() => new TextDecoder('utf-8', { fatal: true }).decode(bytes), file);
  }
});

test('a site that is closed while a page is dripping ends quietly', async () => {
  const shortLived = await startSampleSite({ port: 0 });
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    get(`${shortLived.origin}/live/water-level.html`, resolve).on('error', reject);
  });
  const brokenOff = new Promise((resolve) => response.on('error', resolve));
  response.resume();
  await shortLived.close();
  assert.equal(((await brokenOff) as NodeJS.ErrnoException).code, 'ECONNRESET');
});

test('the list asks for every kind of answer, and for nothing that the table lacks', async () => {
  const lines = (await readFile(new URL('urls.txt', samples), 'utf8')).split('\n');
  const urls = lines.filter((line) => line.startsWith('http://127.0.0.1:8080/'));
  const asked = urls.map((url) => sampleAnswers[new URL(url).pathname]);
  assert.equal(asked.includes(undefined), false);
  assert.deepEqual(new Set(asked.map((answer) => answer?.status)), new Set([200, 301, 302, 404]));
  assert.equal(new Set(urls).size, urls.length - 1, 'one line comes twice');
});

test('every link of the site that stays on it leads somewhere, but for the lost lock', async () => {
  const rows = (await readFile(new URL('expected/links.tsv', samples), 'utf8')).trim().split('\n').slice(1);
  const targets = rows.map((row) => new URL(row.split('\t')[1] ?? '')).filter(({ port }) => port === '8080');
  assert.ok(targets.length > 50);
  const dead = targets.filter(({ pathname }) => sampleAnswers[pathname]?.status !== 200 && !isRedirect(pathname));
  assert.deepEqual(new Set(dead.map(({ pathname }) => pathname)), new Set(['/locks/lost.html']));
});

/** Asks for a path as it is, and gives the answer with the bytes of the wire. */
async function fetchRaw(path: string): Promise<{ response: IncomingMessage; body: Buffer; pieces: number }> {
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    get(`${site.origin}${path}`, { agent: false }, resolve).on('error', reject);
  });
  const pieces: Buffer[] = [];
  for await (const piece of response) pieces.push(piece);
  return { response, body: Buffer.concat(pieces), pieces: pieces.length };
}

function headOf({ statusCode, headers }: IncomingMessage) {
  const { 'content-type': type, 'content-encoding': coding, location } = headers;
  return { status: statusCode, type, coding, location };
}

function expectedHead({ status, contentType, coding, location }: SampleAnswer) {
  return { status, type: contentType, coding, location };
}

function decoded(body: Buffer, { coding }: SampleAnswer): Buffer {
  if (coding === undefined) return body;
  return coding === 'br' ? brotliDecompressSync(body) : gunzipSync(body);
}

function fileOf({ file }: SampleAnswer): Promise<Buffer> {
  return file === undefined ? Promise.resolve(Buffer.alloc(0)) : readFile(new URL(`site/${file}`, samples));
}

function isRedirect(path: string): boolean {
  return sampleAnswers[path]?.location !== undefined;
}
