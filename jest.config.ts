/** @jest-config-loader esbuild-register */
import type { Config } from 'jest';

const config: Config = {
  roots: ['<rootDir>/specs'],
  testMatch: ['**/*.spec.ts'],
  // By default one core stays idle, which on two cores is half of the machine.
  maxWorkers: '100%',
  // A slow machine is no reason to fail: a spec that explores may take its time.
  testTimeout: 60_000,
  transform: {
    '^.+\\.tsx$': [
      '@swc/jest',
      {
        jsc: {
          target: 'es2022',
          parser: { syntax: 'typescript', tsx: true },
          transform: { react: { runtime: 'automatic', importSource: 'preact' } },
        },
        module: { type: 'commonjs' },
      },
    ],
    '^.+\\.[cm]?[jt]s$': [
      '@swc/jest',
      { jsc: { target: 'es2022', parser: { syntax: 'typescript' } }, module: { type: 'commonjs' } },
    ],
  },
  // Most current libraries ship ES modules only; jest runs CommonJS, so they are transformed too. The
  // compilers and the formatter are CommonJS already, and large.
  transformIgnorePatterns: ['/node_modules/(typescript|@ts-morph|ts-morph|prettier|esbuild)/'],
};

export default config;
