import { parentPort, workerData } from 'node:worker_threads';
import { work } from './pipeline/workers/work.ts';
import { stageDefinitions } from './stages/registry.ts';

/** What a worker thread of a run begins with. */
if (parentPort === null) throw new Error('this module is for the worker threads that a run starts');
await work(parentPort, workerData, stageDefinitions);
