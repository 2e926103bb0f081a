//! What holds for every distribution over vectors and matrices whose values are not counts: one function for each test.
#![allow(dead_code, unreachable_pub, clippy::unwrap_used, clippy::panic)]

use elbo_distributions::{Distribution, Error, MvStudentT, Noise, Requirement};
use elbo_tensor_ad::{Array, Expr, Plan, check, grad};
use rand::{RngExt, SeedableRng};
use rand_distr::StandardNormal;
use rand_xoshiro::Xoshiro256PlusPlus as Generator;

use super::golden::close;

/// The expressions by a compiled plan.
pub fn values(exprs: &[Expr], given: &[(&str, &Array<f64>)]) -> Vec<Array<f64>> {
    let plan = Plan::<f64>::compile(exprs).unwrap();
    let used: Vec<_> = given.iter().copied().filter(|(n, _)| plan.input(n).is_some()).collect();
    plan.call(&used).unwrap()
}

/// A random covariance.
pub fn covariance(n: usize, rng: &mut Generator) -> Array<f64> {
    let a: Vec<f64> = (0..n * n).map(|_| rng.sample(StandardNormal)).collect();
    let data = (0..n * n)
        .map(|at| {
            let (i, j) = (at / n, at % n);
            let (i, j) = (i.min(j), i.max(j));
            (0..n).map(|k| a[i * n + k] * a[j * n + k]).sum::<f64>() / n as f64
                + 0.6 * f64::from(u8::from(i == j))
        })
        .collect();
    Array::new([n, n], data).unwrap()
}

pub fn lower(n: usize, rng: &mut Generator) -> Array<f64> {
    let data = (0..n * n)
        .map(|at| match (at / n).cmp(&(at % n)) {
            std::cmp::Ordering::Less => 0.0,
            std::cmp::Ordering::Equal => 0.5 + rng.random::<f64>(),
            std::cmp::Ordering::Greater => rng.random::<f64>() - 0.5,
        })
        .collect();
    Array::new([n, n], data).unwrap()
}

pub fn normals(shape: &[usize], rng: &mut Generator) -> Array<f64> {
    let n = shape.iter().product();
    Array::new(shape, (0..n).map(|_| rng.sample(StandardNormal)).collect()).unwrap()
}

pub fn between(low: f64, high: f64, shape: &[usize], rng: &mut Generator) -> Array<f64> {
    let n = shape.iter().product();
    Array::new(shape, (0..n).map(|_| low + (high - low) * rng.random::<f64>()).collect()).unwrap()
}

pub fn mean_and_error(x: impl Iterator<Item = f64> + Clone) -> (f64, f64) {
    let n = x.clone().count() as f64;
    let mean = x.clone().sum::<f64>() / n;
    let variance = x.map(|v| (v - mean).powi(2)).sum::<f64>() / (n - 1.0);
    (mean, (variance / n).sqrt())
}

/// One number of a draw with a known distribution: which number, and its distribution function.
pub type Marginal = (fn(&[f64], &[Array<f64>]) -> f64, fn(f64, &[Array<f64>]) -> f64);

/// One distribution for the tests that hold for all.
pub struct Entry {
    pub name: &'static str,
    pub event: &'static [usize],
    pub build: fn(&[Expr]) -> Box<dyn Distribution>,
    pub parameters: fn(&mut Generator) -> Vec<Array<f64>>,
    pub marginal: Option<Marginal>,
}

impl Entry {
    pub fn literal(&self, p: &[Array<f64>]) -> Box<dyn Distribution> {
        (self.build)(&p.iter().map(|a| Expr::literal(a.clone())).collect::<Vec<_>>())
    }

    /// Parameters stretched to a batch of `n`, as inputs `p0`, `p1`, ..., and their numbers.
    pub fn inputs(
        &self,
        p: &[Array<f64>],
        n: usize,
    ) -> (Box<dyn Distribution>, Vec<String>, Vec<Array<f64>>) {
        let names: Vec<String> = (0..p.len()).map(|i| format!("p{i}")).collect();
        let arrays: Vec<Array<f64>> =
            p.iter().map(|a| Array::new([&[n], a.shape()].concat(), a.data().repeat(n)).unwrap()).collect();
        let exprs: Vec<Expr> = names.iter().zip(&arrays).map(|(n, a)| Expr::input(n, a.shape())).collect();
        ((self.build)(&exprs), names, arrays)
    }

    pub fn draws(&self, p: &[Array<f64>], n: usize, rng: &mut Generator) -> Array<f64> {
        self.literal(p).sample(p, &[&[n], self.event].concat(), rng).unwrap()
    }

    pub fn len(&self) -> usize {
        self.event.iter().product()
    }
}

pub fn support(entries: Vec<Entry>, seed: u64) {
    let mut rng = Generator::seed_from_u64(seed);
    for e in entries {
        let p = (e.parameters)(&mut rng);
        let d = e.literal(&p);
        let x = e.draws(&p, 500, &mut rng);
        d.support().literal().unwrap().check(d.name(), &x).unwrap();
        let value = Expr::input("x", x.shape());
        let found = values(&[d.log_density(&value), d.log_density_unchecked(&value)], &[("x", &x)]);
        assert_eq!(found[0].shape(), [500], "{}", e.name);
        for (a, b) in found[0].data().iter().zip(found[1].data()) {
            assert!(a.is_finite() && close(*a, *b, 1e-12, 1e-12), "{}: {a} {b}", e.name);
        }
        // The same through the trait again.
        let parameters: Vec<Expr> = d.parameters().into_iter().map(|p| p.value).collect();
        let again = d.with_parameters(&parameters).unwrap();
        assert_eq!(values(&[again.log_density(&value)], &[("x", &x)])[0].data(), found[0].data());
        assert!(matches!(d.with_parameters(&[]), Err(Error::ParameterCount { .. })));
    }
}

/// At other draws where `PROPTEST_RNG_SEED` is another number: it holds at any.
pub fn gradients(entries: Vec<Entry>, seed: u64) {
    let other: u64 = std::env::var("PROPTEST_RNG_SEED").map_or(0, |s| s.parse().unwrap());
    let mut rng = Generator::seed_from_u64(seed + 1000 * other);
    for e in entries {
        let p = (e.parameters)(&mut rng);
        gradient_at(&e, &p, &e.draws(&p, 2, &mut rng));
    }
}

/// The gradient at values `[2, ..]`, which may lie beside the edge of the support.
///
/// Differences are taken in the unconstrained space, where no step leaves the support and nothing is near an edge, unless the way there and back has lost the
/// digits that they are held to. Dual numbers are held to what rounding leaves, there and for each entry of the value, off the simplex or the symmetric
/// matrices too.
pub fn gradient_at(e: &Entry, p: &[Array<f64>], x: &Array<f64>) {
    let (d, names, arrays) = e.inputs(p, 2);
    let b = d.bijector().unwrap();
    let (free, at) =
        (Expr::input("free", b.unconstrained_shape(x.shape()).unwrap()), b.inverse_at(x).unwrap());
    let total = d.log_density_unchecked(&b.forward(&free)).sum();
    let mut given: Vec<(&str, &Array<f64>)> = names.iter().map(String::as_str).zip(&arrays).collect();
    given.push(("free", &at));
    // Ten times less than the difference is held to.
    if against_duals(e.name, &total, &given) < 1e-10 {
        // So is a correlation: a step of a tenth may lead beyond 1.
        let own = d.parameters();
        let bent: Vec<bool> = own.iter().map(|p| p.requires == Requirement::OpenCorrelation).collect();
        let atanh = |a: &Array<f64>| a.data().iter().map(|v| v.atanh()).collect();
        let inner: Vec<Array<f64>> =
            arrays.iter().map(|a| Array::new(a.shape(), atanh(a)).unwrap()).collect();
        let mut moved = Vec::new();
        for (i, (n, a)) in names.iter().zip(&arrays).enumerate() {
            let input = Expr::input(n, a.shape());
            moved.push(if bent[i] { input.tanh() } else { input });
            if bent[i] {
                given[i].1 = &inner[i];
            }
        }
        let total = (e.build)(&moved).log_density_unchecked(&b.forward(&free)).sum();
        let wrt: Vec<&str> = given.iter().map(|(n, _)| *n).collect();
        check::gradient(&total, &wrt, &given).unwrap_or_else(|fault| panic!("{}: {fault}", e.name));
    }
    let mut given: Vec<(&str, &Array<f64>)> = names.iter().map(String::as_str).zip(&arrays).collect();
    given.push(("x", x));
    let total = d.log_density_unchecked(&Expr::input("x", x.shape())).sum();
    let noise = against_duals(e.name, &total, &given);
    assert!(noise < 1e-4, "{}: rounding leaves {noise} of the gradient", e.name);
}

/// Holds the gradient in all inputs, interpreted and compiled, against dual numbers; the largest share of the gradient in an input that rounding may take.
fn against_duals(name: &str, total: &Expr, given: &[(&str, &Array<f64>)]) -> f64 {
    let wrt: Vec<Expr> = given.iter().map(|(n, a)| Expr::input(n, a.shape())).collect();
    let slopes = grad(total, &wrt).unwrap();
    let compiled = values(&slopes, given);
    let mut worst = 0.0f64;
    for (k, (slope, bound)) in check::rounding(&slopes, given, false).unwrap().into_iter().enumerate() {
        let (input, at) = given[k];
        let size = slope.data().iter().fold(1.0, |m: f64, v| m.max(v.abs()));
        let bound = bound.data().iter().fold(0.0, |m: f64, v| m.max(*v));
        worst = worst.max(bound / size);
        // The dual numbers round too.
        let noise = 1e-11 * size + 4.0 * bound;
        for i in 0..at.len() {
            let direction = (0..at.len()).map(|k| f64::from(u8::from(k == i))).collect();
            let direction = Array::new(at.shape(), direction).unwrap();
            let dual = check::jvp(std::slice::from_ref(total), given, &[(input, &direction)]).unwrap();
            let dual = dual[0].1.data()[0];
            for found in [slope.data()[i], compiled[k].data()[i]] {
                assert!(
                    (found - dual).abs() <= noise,
                    "{name} d/d{input}[{i}]: {found}, not {dual} ± {noise}"
                );
            }
        }
    }
    worst
}

pub fn normalisation(entries: Vec<Entry>, seed: u64) {
    let mut rng = Generator::seed_from_u64(seed);
    const N: usize = 40_000;
    for e in entries {
        let p = (e.parameters)(&mut rng);
        let d = e.literal(&p);
        let b = d.bijector().unwrap();
        let flat = |a: &Array<f64>, n: usize| a.data().len() / n;
        // A heavy-tailed proposal of the draws' own mean and covariance.
        let pilot = b.inverse_at(&e.draws(&p, 2000, &mut rng)).unwrap();
        let m = flat(&pilot, 2000);
        let mean: Vec<f64> =
            (0..m).map(|i| pilot.data().iter().skip(i).step_by(m).sum::<f64>() / 2000.0).collect();
        let mut scale = vec![0.0; m * m];
        for row in pilot.data().chunks(m) {
            for at in 0..m * m {
                scale[at] += (row[at / m] - mean[at / m]) * (row[at % m] - mean[at % m]) / 2000.0 * 1.2;
            }
        }
        let proposal = MvStudentT::new(5.0, Array::vector(mean), Array::new([m, m], scale).unwrap());
        let q: Vec<Array<f64>> =
            values(&proposal.parameters().into_iter().map(|p| p.value).collect::<Vec<_>>(), &[]);
        let y = proposal.sample(&q, &[N, m], &mut rng).unwrap();
        let shape = b.unconstrained_shape(&[&[N], e.event].concat()).unwrap();
        let free = Expr::input("y", &shape[..]);
        let log_det = b.log_abs_det_jacobian(&free);
        let log_det = if b.is_identity() { Expr::constant(0.0) } else { log_det };
        // The checked form: far out in the proposal's tails a matrix may round to one that is not positive definite.
        let log = d.log_density(&b.forward(&free)) + log_det - proposal.log_density(&free.reshape([N, m]));
        let log = values(&[log], &[("y", &y.reshaped(shape).unwrap())]).remove(0);
        let (total, error) = mean_and_error(log.data().iter().map(|l| l.exp()));
        assert!(error < 0.02, "{}: {total} ± {error} says nothing", e.name);
        // One false alarm in 2e6 for each.
        assert!((total - 1.0).abs() < 5.0 * error, "{}: {total} ± {error}", e.name);
    }
}

pub fn moments(entries: Vec<Entry>, seed: u64) {
    let mut rng = Generator::seed_from_u64(seed);
    const N: usize = 40_000;
    for e in entries {
        let p = (e.parameters)(&mut rng);
        let d = e.literal(&p);
        let x = e.draws(&p, N, &mut rng);
        let k = e.len();
        let column = |i: usize| x.data().iter().skip(i).step_by(k).copied();
        let of = |found: Option<Expr>| found.map(|f| values(&[f], &[]).remove(0).into_data());
        let (means, variances) = (of(d.mean()), of(d.variance()));
        for i in 0..k {
            let Some(means) = &means else { continue };
            assert_eq!(means.len(), k, "{}", e.name);
            let (mean, error) = mean_and_error(column(i));
            assert!(
                (mean - means[i]).abs() < 5.0 * error + 1e-12,
                "{} [{i}]: mean {mean} ± {error}, not {}",
                e.name,
                means[i]
            );
            let Some(variances) = &variances else { continue };
            assert_eq!(variances.len(), k, "{}", e.name);
            let (variance, error) = mean_and_error(column(i).map(|v| (v - means[i]).powi(2)));
            assert!(
                (variance - variances[i]).abs() < 5.0 * error + 1e-12,
                "{} [{i}]: variance {variance} ± {error}, not {}",
                e.name,
                variances[i]
            );
        }
        let value = Expr::input("x", x.shape());
        let log = values(&[d.log_density_unchecked(&value)], &[("x", &x)]).remove(0);
        let (entropy, error) = mean_and_error(log.data().iter().map(|l| -l));
        if let Some(want) = of(d.entropy()) {
            assert!(
                (entropy - want[0]).abs() < 5.0 * error,
                "{}: entropy {entropy} ± {error}, not {}",
                e.name,
                want[0]
            );
        }
        if let Some((number, cdf)) = e.marginal {
            let mut u: Vec<f64> = x.data().chunks(k).map(|x| cdf(number(x, &p), &p)).collect();
            u.sort_by(f64::total_cmp);
            let n = N as f64;
            let distance =
                (0..N).map(|i| (u[i] - i as f64 / n).max((i as f64 + 1.0) / n - u[i])).fold(0.0, f64::max);
            // Kolmogorov's distribution: P(√n D > 2.7) = 1e-6.
            assert!(distance * n.sqrt() < 2.7, "{}: distance {}", e.name, distance * n.sqrt());
        }
    }
}

pub fn paths(entries: Vec<Entry>, seed: u64) {
    let mut rng = Generator::seed_from_u64(seed);
    const N: usize = 40_000;
    for e in entries {
        let p = (e.parameters)(&mut rng);
        let k = e.len();
        let shape = [&[N], e.event].concat();
        let (d, names, arrays) = e.inputs(&p, N);
        let noise = match d.noise().unwrap() {
            Noise::Normal => normals(&shape, &mut rng),
            Noise::Uniform => between(1e-12, 1.0, &shape, &mut rng),
            Noise::Draw => e.draws(&p, N, &mut rng),
            other => panic!("{other:?}"),
        };
        let x = d.pathwise(&Expr::input("noise", &shape[..])).unwrap();
        assert_eq!(x.shape().fixed().unwrap(), shape, "{}", e.name);
        let inputs: Vec<Expr> = names.iter().zip(&arrays).map(|(n, a)| Expr::input(n, a.shape())).collect();
        let mut given: Vec<(&str, &Array<f64>)> = names.iter().map(String::as_str).zip(&arrays).collect();
        given.push(("noise", &noise));

        // A statistic of each draw whose expectation is known: of first and second moments.
        let w: Vec<f64> = (0..k).map(|i| 1.0 - 0.37 * i as f64).collect();
        let w = Expr::literal(Array::new(e.event, w).unwrap());
        let statistic = |mean: &Expr, square: &Expr| ((mean + 0.3 * square) * &w).sum();
        // Where there is no formula of the variance, of first moments alone.
        let squares = f64::from(u8::from(d.variance().is_some()));
        let drawn = statistic(&x, &(squares * x.square()));
        let mut wanted = vec![x.clone()];
        wanted.extend(grad(&drawn, &inputs).unwrap());
        let found = values(&wanted, &given);
        if d.noise() == Some(Noise::Draw) {
            for (a, b) in found[0].data().iter().zip(noise.data()) {
                assert!(close(*a, *b, 1e-12, 1e-12), "{}: {a} {b}", e.name);
            }
        }
        // One parameter: the exact gradient of the expectation.
        let plain: Vec<Expr> = names.iter().zip(&p).map(|(n, a)| Expr::input(n, a.shape())).collect();
        let one = (e.build)(&plain);
        let (mean, variance) = match (one.mean(), one.variance()) {
            (Some(mean), Some(variance)) => (mean, variance),
            (Some(mean), None) => (mean, Expr::constant(0.0)),
            _ => panic!("{} has a path and no mean", e.name),
        };
        let expected = statistic(&mean, &(squares * (variance + mean.square())));
        let plain_given: Vec<(&str, &Array<f64>)> = names.iter().map(String::as_str).zip(&p).collect();
        let exact = values(&grad(&expected, &plain).unwrap(), &plain_given);
        // Draws themselves have the moments.
        let (first, error) = mean_and_error(found[0].data().iter().step_by(k).copied());
        let want = values(&[mean], &plain_given)[0].data()[0];
        assert!((first - want).abs() < 5.0 * error + 1e-9, "{}: {first} ± {error}, not {want}", e.name);
        for (i, exact) in exact.iter().enumerate() {
            let width = exact.len();
            // The gradient of a variance need not be symmetric in a matrix that is: the half sum of both entries is what counts.
            let n = *exact.shape().last().unwrap_or(&1);
            let both = one.parameters()[i].requires == Requirement::PositiveDefinite;
            let mirror = |at: usize| if both { at % n * n + at / n } else { at };
            for at in 0..width {
                let rows = found[i + 1].data().chunks(width);
                let (found, error) = mean_and_error(rows.map(|row| 0.5 * (row[at] + row[mirror(at)])));
                let want = 0.5 * (exact.data()[at] + exact.data()[mirror(at)]);
                assert!(
                    (found - want).abs() < 5.0 * error + 1e-9 * (1.0 + want.abs()),
                    "{} d/d{} [{at}]: {found} ± {error}, not {want}",
                    e.name,
                    names[i]
                );
            }
        }
    }
}

/// Each parameter out of its range is an error that names it: at literals, at computed numbers, and at draws.
pub fn faults(entries: Vec<Entry>, seed: u64) {
    let mut rng = Generator::seed_from_u64(seed);
    for e in entries {
        let numbers = (e.parameters)(&mut rng);
        let d = e.literal(&numbers);
        for (at, p) in d.parameters().into_iter().enumerate() {
            for value in [0.0, -1.0, f64::INFINITY, f64::NAN] {
                // A diagonal, where there is one, begins with the first number.
                let mut array = numbers[at].clone();
                array.data_mut()[0] = value;
                let wrong = !p.requires.allows(value)
                    || matches!(p.requires, Requirement::CholeskyFactor | Requirement::PositiveDefinite);
                if !wrong {
                    continue;
                }
                let mut all = numbers.clone();
                all[at] = array;
                let draw = d.sample(&all, &[&[2], e.event].concat(), &mut rng).map(|_| ());
                for found in [e.literal(&all).check(), d.check_values(&all), draw] {
                    assert!(
                        matches!(&found, Err(Error::Parameter { parameter, requires, .. }) if *parameter == p.name && *requires == p.requires),
                        "{}: {} = {value}: {found:?}",
                        e.name,
                        p.name
                    );
                }
            }
        }
    }
}

pub fn batches(entries: Vec<Entry>, seed: u64) {
    let mut rng = Generator::seed_from_u64(seed);
    for e in entries {
        let sets: Vec<Vec<Array<f64>>> = (0..3).map(|_| (e.parameters)(&mut rng)).collect();
        let xs: Vec<Array<f64>> = sets.iter().map(|p| e.draws(p, 2, &mut rng)).collect();
        let stacked = |arrays: Vec<&Array<f64>>, middle: &[usize]| {
            let data = arrays.iter().flat_map(|a| a.data().to_vec()).collect();
            let tail = arrays[0].shape();
            Array::new([&[arrays.len()], middle, tail].concat(), data).unwrap()
        };
        let parameters: Vec<Array<f64>> =
            (0..sets[0].len()).map(|i| stacked(sets.iter().map(|p| &p[i]).collect(), &[1])).collect();
        let d = e.literal(&parameters);
        d.check().unwrap();
        // Parameters [3, 1, ..], values [3, 2, ..].
        let x = stacked(xs.iter().collect(), &[]);
        let all =
            values(&[d.log_density(&x.clone().into()), d.log_density_unchecked(&x.clone().into())], &[]);
        assert_eq!(all[0].shape(), [3, 2], "{}", e.name);
        for (i, (p, x)) in sets.iter().zip(&xs).enumerate() {
            let one = e.literal(p);
            let found = values(&[one.log_density(&x.clone().into())], &[]).remove(0);
            for j in 0..2 {
                let want = found.data()[j];
                assert!(close(all[0].data()[2 * i + j], want, 1e-12, 1e-12), "{}", e.name);
                assert!(close(all[1].data()[2 * i + j], want, 1e-12, 1e-12), "{}", e.name);
            }
            for (batched, one) in [
                (d.mean(), one.mean()),
                (d.variance(), one.variance()),
                (d.entropy(), one.entropy()),
                (d.mode(), one.mode()),
            ] {
                let (Some(batched), Some(one)) = (batched, one) else { continue };
                let (batched, one) = (values(&[batched], &[]).remove(0), values(&[one], &[]).remove(0));
                let k = one.len();
                for (a, b) in batched.data()[i * k..(i + 1) * k].iter().zip(one.data()) {
                    assert!(close(*a, *b, 1e-12, 1e-12), "{}: {a} {b}", e.name);
                }
            }
        }
        // Draws too: of the batch, each member its own parameters.
        let drawn = d.sample(&parameters, &[&[3, 2], e.event].concat(), &mut rng).unwrap();
        assert_eq!(drawn.shape(), [&[3, 2], e.event].concat());
    }
}

pub fn modes(entries: Vec<Entry>, seed: u64) {
    let mut rng = Generator::seed_from_u64(seed);
    for e in entries {
        // Concentrations and degrees of freedom at which there is one.
        let mut p = (e.parameters)(&mut rng);
        if ["Dirichlet", "LKJC"].iter().any(|name| e.name.starts_with(name)) {
            p[0].data_mut().iter_mut().for_each(|v| *v += 1.0);
        }
        let d = e.literal(&p);
        let Some(mode) = d.mode() else { continue };
        let mode = values(&[mode.broadcast_to(e.event)], &[]).remove(0);
        let draws = e.draws(&p, 2000, &mut rng);
        // Between the mode and each draw, too.
        let near = |t: f64| {
            let data = draws
                .data()
                .iter()
                .enumerate()
                .map(|(i, x)| mode.data()[i % e.len()] * (1.0 - t) + t * x)
                .collect();
            Array::new(draws.shape(), data).unwrap()
        };
        let highest = values(&[d.log_density(&mode.clone().into())], &[])[0].data()[0];
        assert!(highest.is_finite(), "{}: {highest} at the mode", e.name);
        for t in [1.0, 0.1, 0.01] {
            let found = values(&[d.log_density(&near(t).into())], &[]).remove(0);
            assert!(found.data().iter().all(|l| *l <= highest + 1e-9), "{}", e.name);
        }
    }
}
