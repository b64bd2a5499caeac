/** A symbol that a hunk's added lines bring into being. */
export interface DefinedSymbol {
  readonly kind:
    'function' | 'prototype' | 'macro' | 'enumerator' | 'field' | 'parameter' | 'include';
  /** Fields and parameters with the struct or function in front: `zap_details.lazy_free`. */
  readonly name: string;
}

/** A call in a hunk's text. */
export interface SymbolCall {
  readonly name: string;
  /** How many arguments it passes. */
  readonly arguments: number;
}

/** What was read from the text of a hunk, or of a part of one, with a C parser. */
export interface DerivedSymbols {
  readonly defines: readonly DefinedSymbol[];
  /** Symbols whose definition the removed lines held. */
  readonly redefines: readonly string[];
  /** Names that the added lines use, in their order, without those that they declare. */
  readonly uses: readonly string[];
  /** Calls in the added lines, in their order. */
  readonly calls: readonly SymbolCall[];
  /** Calls in the removed lines. */
  readonly dropped: readonly SymbolCall[];
}
