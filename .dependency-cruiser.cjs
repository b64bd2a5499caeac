/** Folders that mirror the kernel's tree, where files need each other as the kernel's files do. */
const KERNEL = '^model/(mm|include|arch|fs|kernel|state)/';

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    {
      name: 'no-cycles',
      comment: 'Only the files that mirror the kernel may import each other in a circle.',
      severity: 'error',
      from: {},
      to: { circular: true, via: { pathNot: KERNEL } },
    },
    {
      name: 'explorer-knows-nothing',
      comment: 'The explorer must be usable, and testable, with programs of three lines.',
      severity: 'error',
      from: { path: '^model/explorer/' },
      to: { pathNot: '^model/explorer/' },
    },
    {
      name: 'kernel-knows-no-caller',
      comment: 'The modelled kernel does not know who schedules it or what is asked of it.',
      severity: 'error',
      from: { path: [KERNEL, '^model/(machine|features)/'] },
      to: { path: '^(model/(explorer|scenario|outcome|diff|review)|scripts|specs)/' },
    },
    {
      name: 'model-stands-alone',
      comment: 'The model runs in a browser page too.',
      severity: 'error',
      from: { path: '^model/' },
      to: { path: '^(scripts|specs)/' },
    },
    {
      name: 'model-without-node',
      comment: 'The model runs in a browser page too.',
      severity: 'error',
      from: { path: '^model/' },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'scripts-without-specs',
      comment: 'The package ships the scenarios and tables of specs/, and none of its code.',
      severity: 'error',
      from: { path: '^scripts/' },
      to: { path: '^specs/', pathNot: '[.]json$' },
    },
    {
      name: 'no-orphans',
      comment: 'A file that nothing imports and that imports nothing is left over.',
      severity: 'error',
      from: { orphan: true, pathNot: '\\.spec\\.ts$' },
      to: {},
    },
    {
      name: 'resolvable',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
    {
      name: 'declared',
      comment: 'What is imported must be named in package.json.',
      severity: 'error',
      from: {},
      to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown'] },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['node', 'import', 'require'],
    },
  },
};
