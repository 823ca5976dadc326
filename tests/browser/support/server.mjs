// @ts-check
// The real server over a demo desk in a temporary folder, and the commands of the same program beside it.

import { execFile, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** The program under test. `run.sh` builds it and names it here. */
export const PROGRAM = process.env.NANSEN_BIN ?? new URL('../../../target/release/nansen', import.meta.url).pathname;

/** @param {string[]} args Runs the program; its exit code is no error (1, 3 and 4 are verdicts), except 2. */
export async function nansen(args, options = {}) {
  try {
    const { stdout, stderr } = await run(PROGRAM, args, { maxBuffer: 1 << 26, ...options });
    return { code: 0, stdout, stderr };
  } catch (error) {
    const { code, stdout = '', stderr = '' } = /** @type {any} */ (error);
    if (typeof code !== 'number' || code === 2) throw new Error(`nansen ${args.join(' ')}: ${stderr || error}`);
    return { code, stdout, stderr };
  }
}

/** @returns {Promise<number>} A port that nobody listens on. */
export function freePort() {
  return new Promise((done, fail) => {
    const probe = createServer();
    probe.once('error', fail);
    probe.listen(0, '127.0.0.1', () => {
      const { port } = /** @type {import('node:net').AddressInfo} */ (probe.address());
      probe.close(() => done(port));
    });
  });
}

/**
 * A demo desk: its papers as PDF in `folder`, its data in `home`.
 * @returns {Promise<{folder: string, home: string, remove: () => Promise<void>}>}
 */
export async function demoDesk() {
  const top = await mkdtemp(join(tmpdir(), 'nansen-browser-'));
  const folder = join(top, 'demo');
  await nansen(['demo', folder], { cwd: top });
  return { folder, home: join(folder, 'home'), remove: () => rm(top, { recursive: true, force: true }) };
}

/** An empty data folder, for a first start. */
export async function emptyHome() {
  const top = await mkdtemp(join(tmpdir(), 'nansen-browser-'));
  return { home: join(top, 'home'), remove: () => rm(top, { recursive: true, force: true }) };
}

/**
 * Starts `nansen serve` over a data folder and waits until it answers.
 * @param {string} home
 * @param {{port?: number, args?: string[], env?: Record<string, string>}} [options] `NANSEN_ASSETS` names a folder with
 *   the pages, instead of those in the program, for working on them.
 */
export async function serve(home, options = {}) {
  if (!existsSync(PROGRAM)) throw new Error(`no program at ${PROGRAM}; run tests/browser/run.sh, which builds it`);
  const port = options.port ?? (await freePort());
  const pages = process.env.NANSEN_ASSETS && !options.args?.includes('--assets') ? ['--assets', process.env.NANSEN_ASSETS] : [];
  const args = ['--home', home, 'serve', '--listen', `127.0.0.1:${port}`, ...pages, ...(options.args ?? [])];
  const child = spawn(PROGRAM, args, { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...options.env } });
  let said = '';
  child.stdout.on('data', (bytes) => (said += bytes));
  child.stderr.on('data', (bytes) => (said += bytes));
  let ended = /** @type {number | null} */ (null);
  child.on('exit', (code) => (ended = code ?? -1));
  const url = `http://127.0.0.1:${port}`;
  const end = Date.now() + 60_000;
  for (;;) {
    if (ended !== null) throw new Error(`nansen serve ended with ${ended}: ${said}`);
    if (await fetch(`${url}/health`).then((answer) => answer.ok, () => false)) break;
    if (Date.now() > end) throw new Error(`nansen serve did not answer: ${said}`);
    await new Promise((next) => setTimeout(next, 50));
  }
  return {
    url,
    port,
    /** What it printed so far; the one-time token of a first start is in it. */
    said: () => said,
    async stop() {
      if (ended !== null) return;
      const gone = new Promise((done) => child.once('exit', done));
      child.kill('SIGTERM');
      const hard = setTimeout(() => child.kill('SIGKILL'), 5_000);
      await gone;
      clearTimeout(hard);
    },
  };
}
