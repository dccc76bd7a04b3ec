// Runs at the end of `npm ci`: sets up the git hook and builds the program, so that `bin/pvt.cjs` works at once.
// Neither may fail an installation: without git (a tarball) or without the dev dependencies there is nothing to do.
import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'

const quietly = (command, args) => {
  try {
    execFileSync(command, args, { stdio: ['ignore', 'ignore', 'inherit'], env: process.env })
  } catch (error) {
    process.stderr.write(`prepare: ${command} ${args.join(' ')}: ${error.message}\n`)
  }
}

if (existsSync('.git')) quietly('git', ['config', 'core.hooksPath', '.ci/hooks'])
if (existsSync('node_modules/.bin/esbuild')) quietly('npm', ['run', '--silent', 'build'])
