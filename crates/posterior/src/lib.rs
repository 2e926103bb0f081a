//! Named posterior draws: summaries, intervals, diagnostics, and files that ArviZ opens.
