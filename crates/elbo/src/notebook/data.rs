//! The notebook's data and its model, as a user writes them.

use elbo::prelude::*;

/// The notebook's rows: scikit-learn's moons, scaled before the split (as the notebook does, so that the numbers are
/// its own; the test rows thereby lend the scaler their mean), halved by the seed that the peers' scripts use.
pub fn moons() -> Result<Split, elbo::datasets::Error> {
    let moons = make_moons(1000).noise(0.2).random_state(0).generate()?;
    moons.scaled()?.split(0.5).random_state(42).generate()
}

/// A 2-5-5-1 network with standard normal weights.
pub fn model(train: &Dataset) -> Result<Model, elbo::model::Error> {
    Model::build(|m| {
        m.dim("hidden_1", 5);
        m.dim("hidden_2", 5);
        let x = m.data("x", &train.x, ["obs", "feature"]);
        let w1 = m.sample("w_in_1", Normal::standard(), ["feature", "hidden_1"]);
        let w2 = m.sample("w_1_2", Normal::standard(), ["hidden_1", "hidden_2"]);
        let w3 = m.sample("w_2_out", Normal::standard(), ["hidden_2"]);
        let logit = x.matmul(&w1).tanh().matmul(&w2).tanh().matmul(&w3);
        m.deterministic("p", logit.sigmoid());
        m.observe("out", Bernoulli::logits(logit), &train.y);
    })
}

/// The source of [`model`], for the page.
pub const MODEL_SOURCE: &str = r#"let model = Model::build(|m| {
    m.dim("hidden_1", 5);
    m.dim("hidden_2", 5);
    let x = m.data("x", &train.x, ["obs", "feature"]);
    let w1 = m.sample("w_in_1", Normal::standard(), ["feature", "hidden_1"]);
    let w2 = m.sample("w_1_2", Normal::standard(), ["hidden_1", "hidden_2"]);
    let w3 = m.sample("w_2_out", Normal::standard(), ["hidden_2"]);
    let logit = x.matmul(&w1).tanh().matmul(&w2).tanh().matmul(&w3);
    m.deterministic("p", logit.sigmoid());
    m.observe("out", Bernoulli::logits(logit), &train.y);
})?;
let fit = Advi::new(model.density()?).steps(30_000).seed(42).run()?;"#;

#[cfg(test)]
mod tests {
    #[test]
    fn the_source_on_the_page_is_the_source_of_the_model() {
        let squeeze = |s: &str| s.split_whitespace().collect::<String>();
        let file = squeeze(include_str!("data.rs"));
        let shown = super::MODEL_SOURCE.split("})?;").next().unwrap_or_default();
        let body = squeeze(shown.trim_start_matches("let model = "));
        assert_eq!(file.matches(&body).count(), 2, "once in `model`, once in the constant");
    }
}
