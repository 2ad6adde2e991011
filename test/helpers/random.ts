/** Gives a whole number from 0 up to but not including `limit`. */
export type Random = (limit: number) => number;

/** Gives random numbers; the same ones for the same seed (mulberry32). */
export function randomNumbers(seed: number): Random {
  let state = seed >>> 0;
  return (limit) => {
    state = (state + 0x6d2b_79f5) >>> 0;
    let mix = Math.imul(state ^ (state >>> 15), state | 1);
    mix ^= mix + Math.imul(mix ^ (mix >>> 7), mix | 61);
    return ((mix ^ (mix >>> 14)) >>> 0) % limit;
  };
}
