/** include/linux/ksm.h: recognising KSM pages. */
import { kernel } from '../../state/kernel';
import { load, type Steps } from '../../machine/op';
import { Page } from './mm_types';
import { PAGE_MAPPING_ANON, PAGE_MAPPING_FLAGS, PAGE_MAPPING_KSM } from './mm';

/** include/linux/ksm.h PageKsm: the tag is exactly ANON|KSM; constant false without CONFIG_KSM. */
export function* PageKsm(page: Page): Steps<boolean> {
  if (!kernel.config.CONFIG_KSM) return false;
  const mapping = yield load(page + Page.mapping);
  return (mapping & PAGE_MAPPING_FLAGS()) === (PAGE_MAPPING_ANON | PAGE_MAPPING_KSM);
}
