/**
 * `npm run site`: serves the sample site on http://127.0.0.1:8080/, where `samples/urls.txt` expects it, until it is interrupted.
 *
 * The port can be given: `npm run site -- 8081`.
 */
import { startSampleSite } from './site.ts';

const site = await startSampleSite({ port: Number(process.argv[2] ?? 8080) });
process.stderr.write(`the sample site is at ${site.origin}/ (interrupt with ^C)\n`);
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void site.close());
