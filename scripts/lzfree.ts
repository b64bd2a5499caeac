import { oneLine, UsageError } from './cli/errors';
import { editFiles, loadEdits } from './edit/given-edits';

// In a checkout npm runs this in the package's folder; paths are meant from where the user stands.
// In a script of another package, which has lzfree installed, they are meant from that one's folder.
const { npm_lifecycle_event: event, INIT_CWD: from } = process.env;
const isOwnScript = __filename.endsWith('.ts') && (event === 'lzfree' || event === 'review');
if (isOwnScript && from !== undefined) process.chdir(from);

/** Edits come first: they change what is loaded. */
async function run(): Promise<void> {
  try {
    await loadEdits(editFiles(process.argv.slice(2)));
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    process.stderr.write(`${oneLine(`lzfree: ${error.message}`)}\n`);
    process.exitCode = error.exitCode;
    return;
  }
  const { runProcess } = await import('./cli/run-process');
  const { commands } = await import('./commands');
  await runProcess(commands);
}

void run();
