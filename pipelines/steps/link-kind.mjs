// A program for the step exec, used by ../front-pages.yaml: it reads a JSON object a line, and answers each with a line.
// Any language will do; what matters is that each line is answered at once, in the order of the lines.
import { createInterface } from 'node:readline';

const KINDS = [
  ['page', /(?:\/|\.x?html?)$/i],
  ['picture', /\.(?:avif|gif|ico|jpe?g|png|svg|webp)$/i],
  ['document', /\.(?:docx?|pdf|txt)$/i],
];

for await (const line of createInterface({ input: process.stdin })) {
  const { parsed_url } = JSON.parse(line);
  const { pathname } = new URL(parsed_url);
  const kind = KINDS.find(([, pattern]) => pattern.test(pathname))?.[0] ?? 'other';
  // `null` would leave the row out.
  process.stdout.write(`${JSON.stringify({ kind })}\n`);
}
