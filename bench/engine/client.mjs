// The fetch engine alone: asks for every URL of a list as the step `fetch` does, and counts the bytes of the bodies.
// node client.mjs JOB; the job and the report that is written to its `report` are described in engine-run.ts.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';

const READ_MEMORY_EVERY = 1_000;
/** For sockets that were closed to be gone. */
const SETTLE_MS = 200;

const job = JSON.parse(process.argv[2]);
const { HttpClient } = await import(job.engine);
const urls = readFileSync(job.list, 'utf8').trimEnd().split('\n');
const stop = new AbortController();
const client = new HttpClient(job.client, stop.signal);
const report = { pages: 0, bytes: 0, failures: {}, elapsedMs: 0, readings: [], descriptorsLeft: 0 };
const descriptorsBefore = openDescriptors();
const startedAt = performance.now();
let next = 0;

const counter = {
  write: (chunk) => {
    report.bytes += chunk.length;
  },
  end: () => undefined,
};
const openCounter = () => counter;

async function runLane() {
  while (next < urls.length && !stop.signal.aborted) {
    const url = new URL(urls[next++]);
    try {
      const { body } = await client.fetch(url);
      await body.read(openCounter);
      countPage();
    } catch (error) {
      if (error.code === undefined) throw error;
      report.failures[error.code] = (report.failures[error.code] ?? 0) + 1;
    }
  }
}

function countPage() {
  report.pages += 1;
  report.elapsedMs = performance.now() - startedAt;
  if (job.readsMemory && report.pages % READ_MEMORY_EVERY === 0) {
    report.readings.push({
      pages: report.pages,
      rssBytes: process.memoryUsage.rss(),
      descriptors: openDescriptors() - descriptorsBefore,
    });
  }
  if (report.pages === job.enough) stop.abort();
}

function openDescriptors() {
  return job.readsMemory ? readdirSync('/proc/self/fd').length : 0;
}

await Promise.all(Array.from({ length: job.window }, runLane));
client.close();
if (job.readsMemory) await delay(SETTLE_MS);
report.descriptorsLeft = openDescriptors() - descriptorsBefore;
writeFileSync(job.report, JSON.stringify(report));
