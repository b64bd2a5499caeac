/** Imported first where a thread begins: has it load what the thread that started it loads. */
import { hookOverridden } from './hook';

hookOverridden();
