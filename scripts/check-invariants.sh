#!/usr/bin/env bash
# Checks the rules of ARCHITECTURE.md that text and the crate graph can show. Prints one line a rule; fails if any is broken.
#
# Needs bash, awk, grep, find and cargo. Builds nothing. To change a rule, change it here and in ARCHITECTURE.md.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

broken=0

# rule <sentence> <what breaks it, one finding a line; empty when the rule holds>
rule() {
    if [ -z "$2" ]; then
        printf 'ok      %s\n' "$1"
    else
        printf 'BROKEN  %s\n' "$1"
        printf '%s\n' "$2" | sed 's/^/        /'
        broken=$((broken + 1))
    fi
}

# code <extended regular expression> <path>...: file:line:text of matching Rust lines, comments cut off.
code() {
    local pattern=$1
    shift
    find "$@" -name '*.rs' -print0 | sort -z | xargs -0 awk -v pattern="$pattern" '
        { text = $0; sub(/\/\/.*/, "", text); if (text ~ pattern) print FILENAME ":" FNR ":" $0 }'
}

libraries=()
for folder in crates/*/; do
    if [ "$folder" != crates/elbo/ ]; then
        libraries+=("${folder}src")
    fi
done
sources=(crates/*/src benches/src)

# --- The crate graph -------------------------------------------------------------------------------------------

# Each line: package, direct normal dependency. All features, so that an optional arrow counts too.
arrows=$(cargo tree --workspace --edges normal --depth 1 --prefix depth --all-features |
    awk '/^0/ { from = substr($1, 2) } /^1/ { print from, substr($1, 2) }' | sort -u)
if [ -z "$arrows" ]; then
    echo "cargo tree showed no dependencies; its output is not what this script reads" >&2
    exit 2
fi

# The floor of each crate: an arrow goes from a higher floor to a lower one.
upward=$(awk '
    BEGIN {
        floor["elbo-tensor-ad"] = 0; floor["elbo-posterior"] = 0
        floor["elbo-distributions"] = 1; floor["elbo-datasets"] = 1; floor["elbo-report"] = 1
        floor["elbo-model"] = 2
        floor["elbo-vi"] = 3; floor["elbo-mcmc"] = 3
        floor["elbo-bnn"] = 4
        floor["elbo"] = 5
        floor["elbo-benches"] = 6
    }
    $1 !~ /^elbo/ { next }
    !($1 in floor) { print $1 " has no floor: give it one here and in ARCHITECTURE.md"; next }
    ($2 in floor) && floor[$2] >= floor[$1] { print $1 " -> " $2 }
' <<<"$arrows")
rule "arrows between crates only go down" "$upward"

# only <crates that may, as an extended regular expression> <dependency> <who breaks it>
only() {
    awk -v may="^($1)\$" -v dependency="^($2)\$" '$1 ~ /^elbo/ && $2 ~ dependency && $1 !~ may { print $1 " -> " $2 }' <<<"$arrows"
}
rule "only tensor-ad depends on faer" "$(only elbo-tensor-ad faer)"
rule "only report depends on a plotting crate" "$(only elbo-report 'kuva|plotters')"
rule "only mcmc depends on nuts-rs" "$(only elbo-mcmc nuts-rs)"
rule "progress bars, signals and the command line belong to the binary" "$(only elbo 'clap|indicatif|ctrlc')"
rule "there is no randomness in tensor-ad" \
    "$(awk '$1 == "elbo-tensor-ad" && $2 ~ /^(rand|rand_.*|getrandom|fastrand)$/ { print $1 " -> " $2 }' <<<"$arrows")"
rule "posterior depends on no crate of the house" \
    "$(awk '$1 == "elbo-posterior" && $2 ~ /^elbo/ { print $1 " -> " $2 }' <<<"$arrows")"
rule "inference does not depend on distributions or networks" \
    "$(awk '$1 ~ /^elbo-(vi|mcmc)$/ && $2 ~ /^elbo-(distributions|bnn)$/ { print $1 " -> " $2 }' <<<"$arrows")"

# --- The seams -------------------------------------------------------------------------------------------------

rule "vi and mcmc never name Model" \
    "$(code '(^|[^A-Za-z0-9_])Model([^A-Za-z0-9_]|$)' crates/vi/src crates/mcmc/src)"
rule "only kernels/dense/ and interop/ name faer" \
    "$(code '(^|[^A-Za-z0-9_-])faer([^A-Za-z0-9_]|$)' "${sources[@]}" | grep -vE '^crates/tensor-ad/src/(kernels/dense|interop)/[a-z]*.rs:' || true)"
rule "only tensor-ad's kernels/, vi and the benches name pulp" \
    "$(code 'pulp' crates/*/src | grep -vE '^crates/(tensor-ad/src/kernels|vi/src)/' || true)"

# A primitive that is not named in one of these files was caught by a wildcard there.
ad=crates/tensor-ad/src
unnamed=""
# named <enum> <the file in op/ that declares it> <file>...
named() {
    local enum=$1 declared=$2 variants variant file
    shift 2
    variants=$(awk -v head="pub enum $enum {" '
        $0 == head { on = 1; next }
        on && /^}/ { exit }
        on && match($0, /^    [A-Z][A-Za-z0-9]*/) { print substr($0, 5, RLENGTH - 4) }' "$ad/op/$declared")
    if [ -z "$variants" ]; then
        unnamed+="$ad/op/$declared: no variant of enum $enum was found"$'\n'
    fi
    for file in "$@"; do
        if [ ! -f "$ad/$file" ]; then
            unnamed+="$ad/$file is not there"$'\n'
            continue
        fi
        for variant in $variants; do
            grep -qE "(^|[^A-Za-z0-9_])$enum::$variant([^A-Za-z0-9_]|\$)" "$ad/$file" ||
                unnamed+="$ad/$file does not name $enum::$variant"$'\n'
        done
    done
}
named Op mod.rs op/mod.rs expr/shape_rule.rs graph/sizes.rs graph/intern.rs graph/simplify.rs graph/display.rs grad/rules.rs batch/rules.rs plan/fuse.rs plan/schedule.rs plan/cost.rs plan/lower_whole.rs reference/evaluate.rs check/forward.rs conformance/primitives.rs
named Unary unary.rs grad/elementwise.rs graph/algebra.rs plan/kernel_of.rs reference/scalar.rs
named Binary binary.rs grad/elementwise.rs graph/algebra.rs plan/kernel_of.rs reference/scalar.rs
named Ternary ternary.rs grad/special.rs plan/kernel_of.rs reference/scalar.rs check/numbers.rs conformance/special.rs
named Reduce reduce.rs grad/rules.rs plan/lower_rows.rs plan/lower_whole.rs reference/evaluate.rs check/forward.rs conformance/reductions.rs
rule "every primitive is named wherever it must answer (no wildcard stands in for it)" "${unnamed%$'\n'}"
rule "no dyn in plans and kernels" "$(code '(^|[^A-Za-z0-9_])dyn ' "$ad/plan" "$ad/kernels")"

# --- What is absent --------------------------------------------------------------------------------------------

rule "no unsafe outside tests" "$(code '(^|[^A-Za-z0-9_])unsafe([^A-Za-z0-9_]|$)|allow\(unsafe' "${sources[@]}")"
rule "no global state and no environment variable in a library" \
    "$(code 'thread_local!|static mut |LazyLock|OnceLock|lazy_static|env::var' "${libraries[@]}")"
rule "no clock or operating system's randomness decides a number" \
    "$(code 'SystemTime|from_os_rng|OsRng|SysRng|thread_rng|rand::rng\(\)' "${sources[@]}")"
rule "no file is called utils, common or helpers" \
    "$(find crates benches -path '*/target' -prune -o \( -name 'util*' -o -name 'common*' -o -name 'helper*' \) -print)"

# --- What each crate and file has ------------------------------------------------------------------------------

rule "every Rust file opens with a sentence" \
    "$(find crates benches -name target -prune -o -name '*.rs' -print | sort | while read -r file; do
        case $(sed -n 1p "$file") in '//! '*) ;; *) echo "$file" ;; esac
    done)"
rule "every crate page has an example" \
    "$(for folder in crates/*/; do grep -q '^//! ```' "${folder}src/lib.rs" || echo "${folder}src/lib.rs"; done)"
rule "every public error enum is non_exhaustive" \
    "$(find crates/*/src -name '*.rs' | sort | xargs awk '
        /^ *#\[non_exhaustive\]/ { open = 1 }
        /^ *pub enum [A-Za-z]*Error[ <{]/ { if (!open) print FILENAME ":" FNR ":" $0 }
        /^ *$/ || /^}/ { open = 0 }')"
rule "no public item has more than two type parameters" \
    "$(find crates/*/src -name '*.rs' | sort | xargs awk '
        /^ *pub (struct|enum|trait|type|fn|const fn) [A-Za-z0-9_]+</ {
            rest = substr($0, index($0, "<") + 1); depth = 0; types = 0; part = ""
            for (i = 1; i <= length(rest); i++) {
                c = substr(rest, i, 1)
                if (c == "<" || c == "(" || c == "[") depth++
                if ((c == ">" && substr(rest, i - 1, 1) != "-") || c == ")" || c == "]") {
                    if (c == ">" && depth == 0) { c = "," ; last = 1 } else depth--
                }
                if (c == "," && depth == 0) {
                    sub(/^ */, "", part)
                    if (part != "" && part !~ /^(\047|const )/) types++
                    part = ""
                    if (last) break
                } else part = part c
            }
            last = 0
            if (types > 2) print FILENAME ":" FNR ":" $0
        }')"
rule "every golden table is described in the README beside it" \
    "$(find crates -path '*/tests/golden/*.json' | sort | while read -r table; do
        grep -qF "$(basename "$table")" "$(dirname "$table")/README.md" 2>/dev/null || echo "$table"
    done)"
rule "ARCHITECTURE.md calls a crate empty when it is, and only then" \
    "$(for folder in crates/*/; do
        name=$(basename "$folder")
        lines=$(find "$folder/src" -name '*.rs' -print0 | xargs -0 cat | wc -l)
        if grep -q "^- \`$name\` is empty" ARCHITECTURE.md; then
            [ "$lines" -lt 10 ] || echo "$name has $lines lines: remove its line under 'Not built yet'"
        else
            [ "$lines" -ge 10 ] || echo "$name has $lines lines and is not said to be empty"
        fi
    done)"
rule "nothing names a folder of one machine" \
    "$(grep -rnIE '(^|[^A-Za-z0-9_.:/])/(home|root|Users|mnt|work)/' . \
        --exclude-dir=.git --exclude=.git --exclude-dir=target --exclude-dir=out --exclude-dir=shared --exclude=check-invariants.sh || true)"

if [ "$broken" -gt 0 ]; then
    echo "$broken rules are broken" >&2
    exit 1
fi
echo "all rules hold"
