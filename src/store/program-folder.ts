/**
 * The folder of the program's code: `dist` when bundled, `src/store` in tests. The bundle is CommonJS and has
 * `__dirname`; esbuild empties `import.meta` there.
 */
export const programFolder = (): string => (typeof __dirname === 'string' ? __dirname : import.meta.dirname)
