//! Programs, data, bindings and passes grown from the fuzzer's bytes: a typed error or the reference's answer, never a panic.
#![no_main]

#[path = "../../crates/tensor-ad/tests/grown/mod.rs"]
mod grown;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    if let Err(what) = grown::case(bytes).and_then(|case| grown::hold(&case)) {
        panic!("{what}");
    }
});
