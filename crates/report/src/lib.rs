//! Figures of a fit (SVG and PNG) and a one-page HTML report, with no system dependency.
