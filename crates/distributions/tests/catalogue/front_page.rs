//! The table on the crate's front page says of each distribution what it has, and no more.

use super::all;

/// What a distribution may have beside its density, sampler and initial value, in the order of the table.
const WORDS: [&str; 7] = ["cdf", "quantile", "mean", "variance", "mode", "entropy", "path"];

#[test]
fn the_front_page_says_what_each_distribution_has() {
    let page = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/src/lib.rs")).unwrap();
    let mut wrong = String::new();
    for entry in all() {
        let mut units = std::iter::repeat(0.4);
        let d = entry.literal(&entry.values(&mut || units.next().unwrap()));
        let half = 0.5.into();
        let has = [
            d.cdf(&half).is_some(),
            d.quantile(&half).is_some(),
            d.mean().is_some(),
            d.variance().is_some(),
            d.mode().is_some(),
            d.entropy().is_some(),
            d.noise().is_some(),
        ];
        let words: Vec<&str> = WORDS.iter().zip(has).filter(|(_, has)| *has).map(|(word, _)| *word).collect();
        let words = if words.len() == WORDS.len() { "all".into() } else { words.join(", ") };
        let row = format!("//! | [`{}`]", d.name());
        let found = page.lines().find(|line| line.starts_with(&row));
        if !found.is_some_and(|line| line.contains(&format!("| {words} |"))) {
            wrong += &format!("{}: the row should have | {words} |\n", d.name());
        }
    }
    assert!(wrong.is_empty(), "\n{wrong}");
}
