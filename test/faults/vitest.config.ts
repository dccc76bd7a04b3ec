import { resolve } from 'node:path'
import { defineConfig } from 'vitest/config'

/** Tests that take minutes: they kill, starve and cut off the program. `npm run test:faults`. */
export default defineConfig({
  root: resolve(import.meta.dirname, '..', '..'),
  test: {
    include: ['test/faults/**/*.test.ts'],
    globalSetup: ['test/support/postgres-server.ts'],
    testTimeout: 240_000,
    hookTimeout: 60_000,
  },
})
