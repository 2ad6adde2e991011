/** How time passes for what waits: a run's requests, their time-outs and the turns of hosts. */
export interface Clock {
  /** Milliseconds from any beginning, never going back. */
  now(): number;
  /** Milliseconds since 1970 began, in UTC. */
  timeOfDay(): number;
  /** Calls back once, in `ms` milliseconds or later. Gives what calls that off. */
  after(ms: number, callback: () => void): () => void;
  /** Calls back every `ms` milliseconds until that is called off. It keeps no process alive. */
  every(ms: number, callback: () => void): () => void;
  /**
   * Tells of work that takes time of its own, on another thread or in another process, until what it gives is called; once.
   * A time that leaps from one wait to the next must not leap over that.
   */
  hold(): () => void;
  /** 0 to 1: how much of a wait of a random length is waited. */
  random(): number;
}

/** The time that everyone has. */
export const systemClock: Clock = {
  now: () => performance.now(),
  timeOfDay: () => Date.now(),
  after: (ms, callback) => {
    const timer = setTimeout(callback, ms);
    return () => clearTimeout(timer);
  },
  every: (ms, callback) => {
    const timer = setInterval(callback, ms).unref();
    return () => clearInterval(timer);
  },
  hold: () => released,
  random: () => Math.random(),
};

/** Nothing was held. */
function released(): void {}
