interface NotExpressed {
  readonly scenario?: string;
  /** `key` or `key.field`. */
  readonly path: RegExp;
  readonly reason: string;
}

/** Observed values that the model does not express, each with its reason. */
export const NOT_EXPRESSED: readonly NotExpressed[] = [
  {
    path: /\.(statm_resident_pages|VmRSS_kB|VmSwap_kB)$/,
    reason: 'sizes of the whole process: program text, libraries and stack are in them',
  },
  {
    path: /\.(pages_volatile|full_scans)$/,
    reason: 'how far ksmd had come when the program looked',
  },
  {
    scenario: 'nonlinear_dontneed_compare',
    path: /^expected_words$/,
    reason: "the observing program's own expectation, not a kernel's answer",
  },
  {
    path: /^write_result$/,
    reason: 'bytes that read(2) returned; the model has its copy into memory, not the call',
  },
  {
    scenario: 'mig_control',
    path: /^move_pages_to_node1\.(EAGAIN|EBUSY|ENOENT|other|other_example)$/,
    reason: 'a scenario keeps the status of the last page; where the pages are is compared',
  },
  {
    scenario: 'mig_control',
    path: /^nodes_(start|after)\.(ret|other)$/,
    reason: 'the look cannot fail, and gives every page a node or ENOENT',
  },
  {
    scenario: 'thp_whole',
    path: /^counters_after\.pgmigrate_success$/,
    reason: "to have 2 MB in one piece the real machine compacts memory, and moves others' pages",
  },
  {
    path: /^(MemFree_kB|hog_kB\(MemFree\+12MB\))$/,
    reason: 'sizes of the real machine',
  },
];
