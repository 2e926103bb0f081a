//! Optimiser rules against PyMC's, torch's and their own definitions.
#![allow(clippy::unwrap_used, clippy::panic)]

mod golden;

use elbo_vi::Error;
use elbo_vi::rule::*;
use golden::{cases, matrix, number, table, vector};
use proptest::prelude::*;
use serde_json::Value;

fn arg(args: &Value, name: &str) -> f64 {
    number(&args[name])
}

fn rule(case: &Value) -> Box<dyn Rule> {
    let a = &case["args"];
    let name = case["optimizer"].as_str().unwrap();
    if case["semantics"] == "torch" {
        let betas = vector(&a["betas"]);
        let decay = if name == "adamw" { Decay::Decoupled } else { Decay::Gradient };
        return Box::new(AdamW {
            learning_rate: arg(a, "lr"),
            beta1: betas[0],
            beta2: betas[1],
            epsilon: arg(a, "eps"),
            weight_decay: arg(a, "weight_decay"),
            decay,
        });
    }
    let learning_rate = arg(a, "learning_rate");
    match name {
        "sgd" => Box::new(Sgd { learning_rate }),
        "momentum" => Box::new(Momentum { learning_rate, momentum: arg(a, "momentum") }),
        "nesterov_momentum" => Box::new(Nesterov { learning_rate, momentum: arg(a, "momentum") }),
        "adagrad" => Box::new(Adagrad { learning_rate, epsilon: arg(a, "epsilon") }),
        "adagrad_window" => Box::new(AdagradWindow {
            learning_rate,
            epsilon: arg(a, "epsilon"),
            window: a["n_win"].as_u64().unwrap() as usize,
        }),
        "rmsprop" => Box::new(RmsProp { learning_rate, rho: arg(a, "rho"), epsilon: arg(a, "epsilon") }),
        "adadelta" => Box::new(Adadelta { learning_rate, rho: arg(a, "rho"), epsilon: arg(a, "epsilon") }),
        "adam" => Box::new(Adam {
            learning_rate,
            beta1: arg(a, "beta1"),
            beta2: arg(a, "beta2"),
            epsilon: arg(a, "epsilon"),
        }),
        "adamax" => Box::new(Adamax {
            learning_rate,
            beta1: arg(a, "beta1"),
            beta2: arg(a, "beta2"),
            epsilon: arg(a, "epsilon"),
        }),
        other => panic!("the table has an optimiser without a rule: {other}"),
    }
}

fn gradient(problem: &str, table: &Value, x: &[f64]) -> Vec<f64> {
    match problem {
        "quadratic" => {
            let (a, b) = (matrix(&table["A"]), vector(&table["b"]));
            (0..x.len()).map(|i| (0..x.len()).map(|j| a[i][j] * x[j]).sum::<f64>() - b[i]).collect()
        }
        "rosenbrock3" => {
            let mut g = vec![0.0; 3];
            for i in 0..2 {
                let valley = x[i + 1] - x[i] * x[i];
                g[i] += -400.0 * x[i] * valley - 2.0 * (1.0 - x[i]);
                g[i + 1] += 200.0 * valley;
            }
            g
        }
        other => panic!("unknown problem {other}"),
    }
}

#[test]
fn every_rule_walks_the_golden_trajectory() {
    let table = table("optimizers.json");
    assert!(cases(&table).len() >= 48);
    for case in cases(&table) {
        let problem = case["problem"].as_str().unwrap();
        let tolerance = if problem == "quadratic" { 1e-12 } else { 1e-9 };
        let rule = rule(case);
        let path = matrix(&case["x"]);
        let mut x = path[0].clone();
        let mut state = rule.init(x.len());
        for (t, expected) in path.iter().enumerate().skip(1) {
            let mut g = gradient(problem, &table, &x);
            rule.step(&mut x, &mut g, &mut state);
            for (found, expected) in x.iter().zip(expected) {
                let error = (found - expected).abs();
                assert!(
                    error <= tolerance * expected.abs().max(1.0),
                    "{rule:?} on {problem}, step {t}: {found} for {expected}"
                );
            }
        }
        assert_eq!(state.step, path.len() as u64 - 1);
    }
}

#[test]
fn every_rule_in_f32_follows_its_own_f64_trajectory() {
    for name in Optimiser::NAMES {
        let rule: Optimiser = name.parse().unwrap();
        let rule = rule.learning_rate(0.01);
        let (mut x, mut y) = ([1.5f64, -2.0, 0.7], [1.5f32, -2.0, 0.7]);
        let mut wide: RuleState<f64> = rule.init(3);
        let mut narrow: RuleState<f32> = rule.init(3);
        for _ in 0..200 {
            let mut g = x.map(|x| 2.0 * x);
            rule.step(&mut x, &mut g, &mut wide);
            let mut g = y.map(|y| 2.0 * y);
            rule.step(&mut y, &mut g, &mut narrow);
        }
        for (x, y) in x.iter().zip(y) {
            assert!((x - f64::from(y)).abs() < 1e-4, "{name}: {x} and {y}");
        }
    }
}

#[test]
fn the_defaults_are_pymcs() {
    assert_eq!(AdagradWindow::default(), AdagradWindow { learning_rate: 1e-3, epsilon: 0.1, window: 10 });
    let adam = Adam { learning_rate: 1e-3, beta1: 0.9, beta2: 0.999, epsilon: 1e-8 };
    assert_eq!(Adam::default(), adam);
    assert_eq!(Adamax::default().learning_rate, 2e-3);
    assert_eq!(Adadelta::default(), Adadelta { learning_rate: 1.0, rho: 0.95, epsilon: 1e-6 });
    assert_eq!(Adagrad::default(), Adagrad { learning_rate: 1.0, epsilon: 1e-6 });
}

#[test]
fn every_optimiser_is_found_by_its_name_and_an_unknown_name_lists_them() {
    for name in Optimiser::NAMES {
        let rule: Optimiser = name.parse().unwrap();
        assert_eq!(&rule.to_string(), name);
        assert!(Rule::<f64>::check(&rule).is_ok());
    }
    let message = "Adam".parse::<Optimiser>().unwrap_err().to_string();
    for name in Optimiser::NAMES {
        assert!(message.contains(name), "{message}");
    }
}

#[test]
fn settings_out_of_range_are_named() {
    let bad: [(&str, Box<dyn Rule>); 8] = [
        ("learning_rate", Box::new(Sgd::new(0.0))),
        ("learning_rate", Box::new(Adam::new(f64::NAN))),
        ("beta1", Box::new(Adam { beta1: 1.0, ..Adam::default() })),
        ("momentum", Box::new(Momentum { momentum: -0.1, ..Momentum::default() })),
        ("window", Box::new(AdagradWindow { window: 0, ..AdagradWindow::default() })),
        ("max_norm", Box::new(TotalNorm::new(Sgd::default(), -1.0))),
        ("learning_rate", Box::new(MaxNorm::new(Sgd::new(-1.0), 1.0))),
        ("decay", Box::new(Scheduled::new(Sgd::default(), Schedule::Step { decay: 1.5, every: 1 }))),
    ];
    for (expected, rule) in bad {
        match rule.check() {
            Err(Error::Setting { name, .. }) => assert_eq!(name, expected),
            other => panic!("{rule:?}: {other:?}"),
        }
    }
}

#[test]
fn the_total_norm_is_pymcs_total_norm_constraint() {
    // total_norm_constraint([[3, 4]], 1): norm 5, factor 1 / (1e-7 + 5); within the bound: 5 / (1e-7 + 5).
    let mut clipped = [3.0, 4.0];
    assert_eq!(norm_constraint(&mut clipped, 1.0), 5.0);
    assert_eq!(clipped, [3.0 * (1.0 / (1e-7 + 5.0)), 4.0 * (1.0 / (1e-7 + 5.0))]);
    let mut within = [3.0, 4.0];
    norm_constraint(&mut within, 10.0);
    assert_eq!(within, [3.0 * (5.0 / (1e-7 + 5.0)), 4.0 * (5.0 / (1e-7 + 5.0))]);

    let rule = TotalNorm::new(Sgd::new(1.0), 1.0);
    let mut x = [0.0f64, 0.0];
    rule.step(&mut x, &mut [30.0, 40.0], &mut rule.init(2));
    assert!((x[0] + 0.6).abs() < 1e-8 && (x[1] + 0.8).abs() < 1e-8, "{x:?}");
}

#[test]
fn the_max_norm_holds_each_group_and_no_other() {
    let rule = MaxNorm::new(Sgd::new(1.0), 1.0).groups([0..2, 3..9]);
    let mut x = [3.0f64, 4.0, 7.0, 0.1, 0.2];
    rule.step(&mut x, &mut [0.0; 5], &mut rule.init(5));
    assert!(((x[0] * x[0] + x[1] * x[1]).sqrt() - 1.0).abs() < 1e-6);
    assert_eq!(x[2], 7.0);
    assert!((x[3] - 0.1).abs() < 1e-6 && (x[4] - 0.2).abs() < 1e-6, "beyond the end, and within the bound");
    let whole = MaxNorm::new(Sgd::new(1.0), 1.0);
    whole.step(&mut x, &mut [0.0; 5], &mut whole.init(5));
    assert!((x.iter().map(|x| x * x).sum::<f64>().sqrt() - 1.0).abs() < 1e-6);
}

#[test]
fn schedules_have_the_shapes_that_they_state() {
    assert_eq!(Schedule::Constant.factor(1_000_000), 1.0);
    let exponential = Schedule::Exponential { decay: 0.25, every: 10 };
    assert_eq!([exponential.factor(0), exponential.factor(5), exponential.factor(20)], [1.0, 0.5, 0.0625]);
    let stair = Schedule::Step { decay: 0.5, every: 10 };
    assert_eq!([stair.factor(9), stair.factor(10), stair.factor(29)], [1.0, 0.5, 0.25]);
    let cosine = Schedule::Cosine { steps: 100, floor: 0.2 };
    assert_eq!(cosine.factor(0), 1.0);
    assert!((cosine.factor(50) - 0.6).abs() < 1e-15);
    assert_eq!([cosine.factor(100), cosine.factor(500)], [0.2, 0.2]);
    let held = Schedule::HoldThenCosine { hold: 30, steps: 100, floor: 0.2 };
    assert_eq!([held.factor(29), held.factor(30), held.factor(130)], [1.0, 1.0, 0.2]);
    let warm = Schedule::WarmUp { steps: 4 };
    assert_eq!([0, 1, 3, 9].map(|t| warm.factor(t)), [0.25, 0.5, 1.0, 1.0]);
}

#[test]
fn a_schedule_scales_the_rate_of_whatever_rule_it_wraps() {
    for name in Optimiser::NAMES {
        let rule: Optimiser = name.parse().unwrap();
        let half = rule.learning_rate(0.005);
        let scheduled =
            Scheduled::new(rule.learning_rate(0.01), Schedule::Exponential { decay: 0.5, every: 1 });
        let (mut x, mut y) = ([1.0, -2.0], [1.0, -2.0]);
        // The second step of the schedule has half the rate: compare it with a rule of half the rate from the same state.
        let mut state: RuleState<f64> = scheduled.init(2);
        scheduled.step(&mut x, &mut [0.3, -0.1], &mut state);
        y.copy_from_slice(&x);
        let mut same = state.clone();
        scheduled.step(&mut x, &mut [0.2, 0.4], &mut state);
        half.step(&mut y, &mut [0.2, 0.4], &mut same);
        assert_eq!((x, &state), (y, &same), "{name}");
    }
}

#[test]
fn nested_schedules_multiply() {
    let inner = Scheduled::new(Sgd::new(1.0), Schedule::Step { decay: 0.5, every: 1 });
    let rule = Scheduled::new(inner, Schedule::WarmUp { steps: 4 });
    let mut state: RuleState<f64> = rule.init(1);
    let mut x = [0.0];
    let mut moved = Vec::new();
    for _ in 0..4 {
        let before = x[0];
        rule.step(&mut x, &mut [-1.0], &mut state);
        moved.push(x[0] - before);
    }
    assert_eq!(moved, [0.25, 0.25, 0.1875, 0.125]);
    assert_eq!(state.scale, 1.0);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_constrained_norm_is_never_above_its_bound(
        mut x in prop::collection::vec(-1e3f64..1e3, 1..40), bound in 1e-3f64..1e3,
    ) {
        norm_constraint(&mut x, bound);
        let norm = x.iter().map(|x| x * x).sum::<f64>().sqrt();
        prop_assert!(norm <= bound * (1.0 + 1e-12));
    }

    #[test]
    fn each_parameter_is_stepped_by_its_own_gradient_alone(
        x in prop::collection::vec(-3.0f64..3.0, 1..30), seed in 0.1f64..3.0,
    ) {
        // Vector lanes and blocks must not mix coordinates: a step of all equals steps of each.
        for name in Optimiser::NAMES {
            let rule: Optimiser = name.parse().unwrap();
            let mut all = x.clone();
            let mut state: RuleState<f64> = rule.init(all.len());
            let mut alone: Vec<([f64; 1], RuleState<f64>)> = x.iter().map(|&x| ([x], rule.init(1))).collect();
            for t in 0..12 {
                let g = |i: usize| (seed * (i + 1) as f64 * (t + 1) as f64).sin();
                let mut gradient: Vec<f64> = (0..x.len()).map(g).collect();
                rule.step(&mut all, &mut gradient, &mut state);
                for (i, (x, state)) in alone.iter_mut().enumerate() {
                    rule.step(x, &mut [g(i)], state);
                }
            }
            for (all, (alone, _)) in all.iter().zip(&alone) {
                prop_assert_eq!(*all, alone[0], "{}", name);
            }
        }
    }
}
