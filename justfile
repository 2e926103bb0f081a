# The commands of this repository. `just` lists them; https://just.systems explains the file.

# List the recipes.
default:
    @just --list

# Everything that CI checks, in CI's own script.
check:
    .ci/run

# Unit, integration and documentation tests.
test:
    .ci/run test

# Fail on code that rustfmt would change. (`cargo fmt --all` changes it.)
fmt:
    .ci/run fmt

# Lints, warnings as errors.
clippy:
    .ci/run clippy

# The documentation, warnings as errors.
doc:
    .ci/run doc

# The rules of ARCHITECTURE.md that a script can check.
invariants:
    .ci/run invariants

# Licences, banned and duplicate crates, sources. Needs cargo-deny; not part of `check`.
deny:
    cargo deny check licenses bans sources

# The main job: `just run`, or with options, `just run --help`.
run *options:
    cargo run --release -- {{options}}

# The criterion benches, all or those whose name contains `filter`.
bench filter="":
    cargo bench -p elbo-benches -- {{filter}}
