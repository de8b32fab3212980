//! The outcomes of a suite, for the test reports of CI systems.

use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};

use super::one_line;
use crate::{
    ascii,
    conform::{
        suite::{Outcome, Tested},
        verdict::Grade,
    },
    failure::{self, Failure},
};

/// A test suite for each receiver, with a test for each case. Only what fails is a failure; what is
/// not checked is skipped.
pub(crate) fn junit(tested: &[Tested<'_>]) -> Result<String, Failure> {
    let mut report = Report::new("proxy-proto conform");
    for tested in tested {
        let mut suite = TestSuite::new(ascii::escaped(&tested.label()));
        suite.add_test_cases(tested.outcomes.iter().map(test));
        report.add_test_suite(suite);
    }
    report
        .to_string()
        .map_err(|error| Failure::new(failure::IO_ERROR, error.to_string()))
}

fn test(outcome: &Outcome<'_>) -> TestCase {
    let message = one_line(outcome);
    let status = match outcome.verdict.grade {
        Grade::Pass | Grade::Lenient | Grade::Strict => TestCaseStatus::success(),
        Grade::Fail => {
            let mut failed = TestCaseStatus::non_success(NonSuccessKind::Failure);
            failed.set_message(message.as_str());
            failed
        }
        Grade::NotChecked => {
            let mut skipped = TestCaseStatus::skipped();
            skipped.set_message(message.as_str());
            skipped
        }
    };
    let mut test = TestCase::new(outcome.case.id(), status);
    test.set_classname(format!("section {}", outcome.case.vector.section()));
    if outcome.verdict.grade != Grade::Pass {
        test.set_system_out(message);
    }
    test
}
