/** The benchmark programs; they live with the benchmark, which the specs may use and not the reverse. */
export * from '../../scripts/bench/programs';
