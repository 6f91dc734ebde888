'use strict';
/**
 * Runs before every npm script, on whatever Node the machine has (14.18 or newer), hence the plain old JavaScript. It makes
 * sure of two things: the dependencies are those of package-lock.json, and the next `node` of this script is a Node 24,
 * which comes as a dependency where the machine's own is older. When all is well it costs one hash.
 */
const { spawnSync } = require('node:child_process');
const { createHash } = require('node:crypto');
const fs = require('node:fs');
const path = require('node:path');

const OLDEST_NODE = 24;
/** An install that takes longer has died with its process id being used again. */
const LONGEST_INSTALL_MS = 15 * 60 * 1000;

const root = path.join(__dirname, '../..');
const modules = path.join(root, 'node_modules');
const stamp = path.join(modules, '.oms-installed');
const lock = path.join(root, 'data', 'install.lock');

const wanted = createHash('sha256')
  .update(`${process.platform} ${process.arch} ${read(path.join(root, 'package-lock.json'))}`)
  .digest('hex');

try {
  if (read(stamp) !== wanted) installOnce();
  if (major(process.version) < OLDEST_NODE) provideNode();
} catch (error) {
  say(error.message);
  process.exitCode = 1;
}

function installOnce() {
  takeLock();
  try {
    // Whoever held the lock before us may have done it.
    if (read(stamp) !== wanted) install();
  } finally {
    fs.unlinkSync(lock);
  }
}

function install() {
  if (!isAsLocked()) {
    say(fs.existsSync(modules) ? 'package-lock.json has changed: running npm ci' : 'first run: running npm ci');
    const wish = ['--include=dev', '--include=optional', '--loglevel=error'];
    let done = npm(['ci'].concat(wish));
    if (/\bEUSAGE\b/.test(done.output)) {
      // A registry that lacks a package for some other platform makes a lock file without it, which npm ci then refuses.
      say('npm ci finds package-lock.json incomplete: running npm install --no-save');
      done = npm(['install', '--no-save'].concat(wish));
    }
    if (done.status !== 0) throw new Error(`npm failed (exit code ${done.status}):\n${done.output.slice(0, 4000)}`);
  }
  provideNode();
  fs.writeFileSync(`${stamp}.${process.pid}`, wanted);
  fs.renameSync(`${stamp}.${process.pid}`, stamp);
}

function npm(args) {
  const own = process.env.npm_execpath || '';
  const command = /npm-cli\.c?js$/.test(own) ? [process.execPath, own] : ['npm'];
  const options = { cwd: root, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 };
  const { status, error, stdout, stderr } = spawnSync(command[0], command.slice(1).concat(args), options);
  if (error) throw error;
  return { status, output: `${stderr}${stdout}` };
}

/** npm writes down what it has installed, so an `npm install` by hand needs no second one by us. */
function isAsLocked() {
  try {
    const locked = JSON.parse(read(path.join(root, 'package-lock.json'))).packages;
    const installed = JSON.parse(read(path.join(modules, '.package-lock.json'))).packages;
    return Object.keys(locked).every((name) => {
      const here = installed[name];
      if (here) return here.version === locked[name].version && fs.existsSync(path.join(root, name, 'package.json'));
      return name === '' || (locked[name].optional === true && !isForHere(locked[name]));
    });
  } catch (_) {
    return false;
  }
}

/** Optional packages hold programs for one platform each. */
function isForHere({ os, cpu, libc }) {
  return !!os && os.includes(process.platform) && !!cpu && cpu.includes(process.arch) && !libc;
}

/** npm puts node_modules/.bin before the machine's own PATH, so `node` is ours from the next step on. */
function provideNode() {
  const bin = path.join(modules, '.bin');
  const others = (process.env.PATH || '').split(path.delimiter).filter((folder) => path.resolve(folder) !== bin);
  const own = version(path.join(bin, 'node'), process.env.PATH);
  if (own >= OLDEST_NODE) return;
  if (version('node', others.join(path.delimiter)) >= OLDEST_NODE) {
    // Made for another C library, perhaps.
    if (fs.existsSync(path.join(bin, 'node'))) fs.unlinkSync(path.join(bin, 'node'));
    return;
  }
  throw new Error(
    `Node ${OLDEST_NODE} or newer is needed; this is ${process.version} (${process.execPath}), and npm has none for ` +
      `${process.platform}-${process.arch} that runs here. Install one with your system's package manager.`,
  );
}

function version(node, searchPath) {
  const answer = spawnSync(node, ['--version'], { encoding: 'utf8', env: { PATH: searchPath } });
  return answer.status === 0 ? major(answer.stdout) : 0;
}

function major(text) {
  return Number(/^v(\d+)/.exec(text)[1]);
}

function takeLock() {
  fs.mkdirSync(path.dirname(lock), { recursive: true });
  for (let told = false; ; ) {
    try {
      fs.writeFileSync(lock, String(process.pid), { flag: 'wx' });
      return;
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
    }
    const holder = read(lock);
    if (holder && !isInstalling(Number(holder))) {
      // Renaming succeeds for one of those who found it abandoned; if it was renewed meanwhile, it goes back.
      const abandoned = `${lock}.${process.pid}`;
      try {
        fs.renameSync(lock, abandoned);
        if (read(abandoned) !== holder) fs.linkSync(abandoned, lock);
        fs.unlinkSync(abandoned);
      } catch (_) {}
      continue;
    }
    if (!told) say(`waiting for another npm ci in this folder (process ${holder})`);
    told = true;
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 200);
  }
}

function isInstalling(pid) {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (error.code !== 'EPERM') return false;
  }
  const written = fs.existsSync(lock) ? fs.statSync(lock).mtimeMs : 0;
  return Date.now() - written < LONGEST_INSTALL_MS;
}

function read(file) {
  try {
    return fs.readFileSync(file, 'utf8');
  } catch (_) {
    return undefined;
  }
}

function say(line) {
  process.stderr.write(`oms: ${line}\n`);
}
