import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { OrderedRows } from '../../../src/pipeline/accounts/ordered-rows.ts';
import { Positions } from '../../../src/pipeline/accounts/positions.ts';
import { Gate, linksRecord, quiet, urlRecord } from '../../helpers/pipelines/stages.ts';

const WINDOW = 1024;
const never = new AbortController().signal;

describe('pages', () => {
  it('come in the order of the input, whatever the order in which lines end, and none is lost', () => {
    const fates = fc.array(fc.constantFrom('page', 'failed'), { minLength: 1, maxLength: 80 });
    fc.assert(
      fc.property(fates, fc.infiniteStream(fc.nat()), (mix, dice) => {
        const { positions, ordered, settled } = start(mix.length);
        const left = mix.map((_, line) => line);
        while (left.length > 0) {
          const [line = 0] = left.splice((dice.next().value ?? 0) % left.length, 1);
          if (mix[line] === 'page') ordered.page(linksRecord(urlRecord(line)));
          else {
            positions.done(line);
            ordered.advance();
          }
        }
        const pages = mix.flatMap((fate, line) => (fate === 'page' ? [line] : []));
        assert.deepEqual(settled, pages);
        assert.equal(positions.low, mix.length);
      }),
    );
  });

  it('have room when all outputs that were written to have it', async () => {
    const gate = new Gate();
    const { ordered, settled } = start(2, () => gate.opened);
    assert.equal(ordered.page(linksRecord(urlRecord(1))), undefined, 'it waits for its turn, and for no output');
    let hasRoom = false;
    const room = Promise.resolve(ordered.page(linksRecord(urlRecord(0)))).then(() => {
      hasRoom = true;
    });
    assert.deepEqual(settled, [0, 1]);
    await quiet();
    assert.equal(hasRoom, false);
    gate.open();
    await room;
  });
});

describe('the window', () => {
  it('is 1,024 lines that are not done', () => {
    const { positions, ordered } = start(WINDOW - 1);
    assert.equal(ordered.room(never), undefined);
    positions.read(urlRecord(WINDOW - 1).origin, 'line');
    assert.notEqual(ordered.room(never), undefined);
    positions.done(0);
    assert.equal(ordered.room(never), undefined);
  });

  it('moves with the page whose turn it is, and not with those that wait for it', async () => {
    const { ordered } = start(WINDOW);
    let hasRoom = false;
    const room = ordered.room(never)?.then(() => {
      hasRoom = true;
    });
    ordered.page(linksRecord(urlRecord(1)));
    await quiet();
    assert.equal(hasRoom, false);
    ordered.page(linksRecord(urlRecord(0)));
    await room;
    assert.equal(hasRoom, true);
  });

  it('is not used up by lines that are skipped behind one that is not done', () => {
    const { positions, ordered } = start(1);
    for (let line = 1; line < 5 * WINDOW; line += 1) {
      assert.equal(ordered.room(never), undefined, `line ${line} may be read`);
      positions.read(urlRecord(line).origin, 'line');
      positions.done(line);
      ordered.advance();
    }
  });

  it('holds nobody after an abort', async () => {
    const { ordered } = start(WINDOW);
    const controller = new AbortController();
    const room = ordered.room(controller.signal);
    assert.notEqual(room, undefined);
    controller.abort();
    await room;
    assert.equal(ordered.room(controller.signal), undefined);
  });
});

/** So many lines, all of which have been read; `settled` has those whose rows were written. */
function start(lines: number, room: () => void | Promise<void> = () => {}) {
  const positions = new Positions();
  for (let line = 0; line < lines; line += 1) positions.read(urlRecord(line).origin, 'line');
  const settled: number[] = [];
  const ordered = new OrderedRows(positions, ({ origin }) => {
    settled.push(origin.sequence);
    positions.done(origin.sequence);
    return room();
  });
  return { positions, ordered, settled };
}
