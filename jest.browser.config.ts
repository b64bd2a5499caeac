/** @jest-config-loader esbuild-register */
import config from './jest.config';

// A browser takes its time to start, and one at a time is enough.
export default { ...config, testMatch: ['**/*.browser.ts'], testTimeout: 120_000, maxWorkers: 1 };
