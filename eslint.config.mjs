import js from '@eslint/js';
import tseslint from 'typescript-eslint';

/** Folders that mirror the kernel's tree or hold its state: names there are the kernel's. */
const KERNEL = ['model/{mm,include,arch,fs,kernel,state}/**/*.ts'];

/** What a browser's global scope has, and a forgotten declaration would find there. */
const BROWSER = [
  ...['document', 'window', 'self', 'parent', 'top', 'location', 'history', 'navigator'],
  ...['name', 'event', 'status', 'length', 'origin', 'screen', 'open', 'close', 'find', 'print'],
  ...['stop', 'focus', 'blur', 'alert', 'confirm', 'prompt', 'external', 'frames', 'opener'],
];

const camelCase = { format: ['camelCase'], leadingUnderscore: 'allow' };

export default tseslint.config(
  { ignores: ['dist/', 'node_modules/', 'coverage/', 'patches/', 'docs/'] },
  js.configs.recommended,
  ...tseslint.configs.recommended,
  {
    rules: {
      eqeqeq: 'error',
      'no-restricted-exports': ['error', { restrictDefaultExports: { direct: true } }],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_' }],
    },
  },
  {
    files: ['**/*.{ts,tsx}'],
    languageOptions: { parserOptions: { projectService: true } },
    rules: {
      // A promise or a case that is forgotten would fail silently.
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/await-thenable': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
    },
  },
  {
    files: ['**/*.{ts,tsx}'],
    ignores: KERNEL,
    rules: {
      '@typescript-eslint/naming-convention': [
        'error',
        { selector: ['function', 'parameter', 'classMethod', 'classProperty'], ...camelCase },
        // Constants may shout; schema objects and the like are named as types are.
        {
          selector: 'variable',
          format: ['camelCase', 'UPPER_CASE', 'PascalCase'],
          leadingUnderscore: 'allow',
        },
        { selector: ['variable', 'parameter'], modifiers: ['destructured'], format: null },
        {
          selector: ['classProperty'],
          modifiers: ['static', 'readonly'],
          format: ['camelCase', 'UPPER_CASE'],
        },
        { selector: 'typeLike', format: ['PascalCase'] },
      ],
    },
  },
  {
    // A component's name begins as a type's does.
    files: ['**/*.tsx'],
    rules: {
      '@typescript-eslint/naming-convention': [
        'error',
        { selector: 'function', format: ['camelCase', 'PascalCase'] },
        { selector: 'typeLike', format: ['PascalCase'] },
      ],
    },
  },
  {
    // The page's types bring globals whose names are easily meant for something else.
    files: ['{model,scripts,specs}/**/*.{ts,tsx}'],
    ignores: ['model/**', 'scripts/html/app/**'],
    rules: { 'no-restricted-globals': ['error', ...BROWSER] },
  },
  {
    files: KERNEL,
    rules: {
      // A mirrored function is a generator because its callers await steps, even if it has none.
      'require-yield': 'off',
      // The kernel takes arguments that its configuration or the model leaves unread.
      '@typescript-eslint/no-unused-vars': ['error', { args: 'none' }],
    },
  },
  {
    // Where a task goes on has to follow from what the machine has seen it see.
    files: ['model/{mm,include,arch,fs,kernel}/**/*.ts', 'model/scenario/operations/**/*.ts'],
    rules: {
      'no-restricted-syntax': [
        'error',
        {
          selector: 'MemberExpression[property.name="arena"]',
          message: 'Words are read by ops and by calls of the machine.',
        },
      ],
    },
  },
  {
    // The model runs in a browser too, and a schedule must replay to the bit.
    files: ['model/**/*.ts'],
    rules: {
      'no-restricted-globals': [
        'error',
        ...['process', 'Buffer', 'require', '__dirname', '__filename'],
        ...BROWSER,
      ],
      'no-restricted-properties': [
        'error',
        { object: 'Math', property: 'random', message: 'Choices belong to the explorer.' },
        { object: 'Date', property: 'now', message: 'The model has no clock.' },
        { object: 'performance', property: 'now', message: 'The model has no clock.' },
      ],
    },
  },
  {
    files: ['specs/**/*.ts'],
    rules: {
      'no-restricted-syntax': [
        'error',
        {
          selector:
            'MemberExpression[property.name=/^(only|skip|todo|failing)$/][object.name=/^(it|test|describe)$/]',
          message: 'A spec runs always, or it does not exist.',
        },
      ],
    },
  },
  { files: ['*.config.*'], rules: { 'no-restricted-exports': 'off' } },
  { files: ['*.cjs'], languageOptions: { globals: { module: 'writable' } } },
);
