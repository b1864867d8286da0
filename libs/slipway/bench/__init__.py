"""What the suite costs, measured side by side with limits and peers; see docs/benchmarks.md."""
