// The floor: fetches every URL of a list with undici and reads each body to its end, but looks for nothing in it.
// node bare-undici.mjs LIST OUT; writes the number of bytes to OUT.
import { readFileSync, writeFileSync } from 'node:fs';
import { request } from 'undici';

const CONCURRENCY = 64;

const [list, out] = process.argv.slice(2);
const urls = readFileSync(list, 'utf8').trimEnd().split('\n');
let next = 0;
let bytes = 0;

function readBody(body) {
  return new Promise((resolve, reject) => {
    body.on('data', (chunk) => {
      bytes += chunk.length;
    });
    body.on('end', resolve);
    body.on('error', reject);
  });
}

async function runLane() {
  while (next < urls.length) {
    const { body } = await request(urls[next++]);
    await readBody(body);
  }
}

await Promise.all(Array.from({ length: CONCURRENCY }, runLane));
writeFileSync(out, `${bytes}\n`);
