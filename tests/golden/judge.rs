//! Says what a replay is worth: which differences are known, and which are not.

use super::compare::Verdict;
use super::replay::Outcome;
use std::collections::BTreeMap;
use std::fmt::{Display, Formatter, Result};

/// The count of a replay and what is wrong with it.
#[derive(Debug, Default)]
pub struct Report {
    /// Answers equal byte for byte.
    pub exact: usize,
    /// Answers equal but for an allowance.
    pub as_sets: usize,
    /// Answers equal to our own in `deviations.txt`.
    pub deviations: usize,
    /// Requests of `debt.txt` that differ, as the list says.
    pub debt: usize,
    /// What must be mended, in the code or in a list.
    pub failures: Vec<String>,
}

impl Display for Report {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        let Report { exact, as_sets, deviations, debt, .. } = self;
        write!(f, "golden: {exact} exact, {as_sets} as sets, {deviations} deviations, {debt} debt")
    }
}

/// Holds each outcome against the lists.
pub fn judge(outcomes: &[Outcome], debt: &BTreeMap<u32, String>, is_deviation: impl Fn(u32) -> bool) -> Report {
    let mut report = Report::default();
    for outcome in outcomes {
        let Outcome { number, result, story, .. } = outcome;
        let wrong = match result {
            Err(lacked) => Some(lacked.clone()),
            Ok(Verdict::Differs(place)) => Some(place.clone()),
            Ok(_) => None,
        };
        match (wrong, debt.get(number)) {
            (Some(_), Some(_)) => report.debt += 1,
            (Some(place), None) => report.failures.push(format!("differs at {place}\n{story}")),
            (None, Some(reason)) => report.failures.push(format!("remove {number} from debt ({reason}): it passes")),
            (None, None) if is_deviation(*number) => report.deviations += 1,
            (None, None) if matches!(result, Ok(Verdict::Exact)) => report.exact += 1,
            (None, None) => report.as_sets += 1,
        }
    }
    report
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outcome(number: u32, verdict: Verdict) -> Outcome {
        Outcome { number, result: Ok(verdict), answer: None, reordered: None, story: String::new() }
    }

    #[test]
    fn debt_that_passes_and_difference_that_is_no_debt_fail() {
        let outcomes = [
            outcome(1, Verdict::Exact),
            outcome(2, Verdict::AsSet),
            outcome(3, Verdict::Exact),
            outcome(4, Verdict::Differs("body".to_owned())),
            outcome(5, Verdict::Differs("body".to_owned())),
            outcome(6, Verdict::Exact),
            Outcome { result: Err("$x is not known".to_owned()), ..outcome(7, Verdict::Exact) },
        ];
        let debt = BTreeMap::from([(3, "files".to_owned()), (4, "files".to_owned())]);
        let report = judge(&outcomes, &debt, |number| number == 6);
        assert_eq!(report.to_string(), "golden: 1 exact, 1 as sets, 1 deviations, 1 debt");
        assert_eq!(report.failures.len(), 3, "{:?}", report.failures);
        assert!(report.failures[0].contains("remove 3 from debt"));
    }
}
