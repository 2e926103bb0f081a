//! Prints a table of nanoseconds an element of every transcendental kernel, on each level of vector instructions, beside
//! the standard library's function (libm's where that has none): the best of many windows.
#![allow(clippy::print_stdout)]

use std::hint::black_box;
use std::time::Duration;

use elbo_benches::transcendental::{COUNT, EXPONENT, functions, plain};
use elbo_benches::windows::windows;
use elbo_tensor_ad::kernels::Processor;

fn main() {
    let total = Duration::from_millis(60);
    let each = |call: &mut dyn FnMut()| windows(total, call).best / COUNT as f64;
    let levels: Vec<Processor> = Processor::available().into_iter().skip(1).collect();
    let names: Vec<&str> = levels.iter().map(|p| p.name()).collect();
    let wide: Vec<String> = names.iter().map(|n| format!("f64 {n}")).collect();
    let narrow: Vec<String> = names.iter().map(|n| format!("f32 {n}")).collect();
    println!("| function | {} | f64 libm | {} | f32 libm |", wide.join(" | "), narrow.join(" | "));
    println!("|{}", " --- |".repeat(3 + 2 * levels.len()));
    let cell = |time: Option<f64>| time.map_or("-".to_owned(), |t| format!("{t:.2}"));
    for f in functions() {
        let mut row = vec![f.name.to_owned()];
        let x = f.arguments();
        let mut out = vec![0.0; COUNT];
        for &p in &levels {
            row.push(cell(Some(each(&mut || f.run(p, black_box(&x), EXPONENT, black_box(&mut out))))));
        }
        row.push(cell(f.wide.map(|g| each(&mut || plain(g, black_box(&x), black_box(&mut out))))));
        let x: Vec<f32> = x.iter().map(|&v| v as f32).collect();
        let mut out = vec![0.0; COUNT];
        for &p in &levels {
            row.push(cell(Some(each(&mut || f.run(p, black_box(&x), EXPONENT as f32, black_box(&mut out))))));
        }
        row.push(cell(f.narrow.map(|g| each(&mut || plain(g, black_box(&x), black_box(&mut out))))));
        println!("| {} |", row.join(" | "));
    }
}
