//! All cases against one receiver.

use std::{
    collections::{HashMap, HashSet},
    net::SocketAddr,
    slice,
    sync::Arc,
    time::Duration,
};

use tokio::{task::JoinSet, time::sleep};

use super::{
    case::{Case, Delivery},
    exchange::{self, Timing},
    observation::{Observation, Reaction},
    observer::Observer,
    progress::Progress,
    vector::{Expected, Payload},
    verdict::{Grade, PROMPT, Question, Verdict},
};
use crate::failure::{self, Failure};

/// A receiver, and how to test it.
#[derive(Clone, Debug)]
pub(crate) struct Suite {
    pub(crate) receiver: SocketAddr,
    pub(crate) observer: Arc<Observer>,
    pub(crate) timing: Timing,
    /// How many connections to open at once.
    pub(crate) jobs: usize,
}

/// A receiver, and the outcome of each case.
#[derive(Debug)]
pub(crate) struct Tested<'a> {
    /// What the receiver is called on the command line.
    pub(crate) name: String,
    pub(crate) title: String,
    /// Empty if it is not known.
    pub(crate) version: String,
    pub(crate) outcomes: Vec<Outcome<'a>>,
}

/// The outcome of a case.
#[derive(Debug)]
pub(crate) struct Outcome<'a> {
    pub(crate) case: Case<'a>,
    /// What was seen, or why there was nothing to see.
    pub(crate) observation: Result<Observation, String>,
    pub(crate) verdict: Verdict,
}

/// For a log to report a crash.
const LOGGED: Duration = Duration::from_millis(100);

type Observations = Vec<Result<Observation, String>>;

impl Tested<'_> {
    /// Title and version.
    pub(crate) fn label(&self) -> String {
        format!("{} {}", self.title, self.version)
            .trim_end()
            .to_owned()
    }
}

impl Suite {
    /// Runs the cases, and those that they need.
    ///
    /// # Errors
    ///
    /// The receiver cannot be reached, or serves nothing at all.
    pub(crate) async fn run<'a>(
        &self,
        chosen: &[Case<'a>],
        all: &[Case<'a>],
        progress: &mut Progress,
    ) -> Result<Vec<Outcome<'a>>, Failure> {
        self.check_that_something_is_served(all, progress).await?;
        let needed = chosen.iter().filter_map(|case| need(case, all));
        let mut cases: Vec<Case<'a>> = chosen.iter().copied().chain(needed).collect();
        let mut seen = HashSet::new();
        cases.retain(|case| seen.insert(case.id()));
        let chosen: HashSet<String> = chosen.iter().map(Case::id).collect();

        let mut observations = self.observe(&cases, progress).await;
        self.find_crashes(&cases, &mut observations, progress).await;
        let served: HashMap<String, bool> = cases
            .iter()
            .zip(&observations)
            .map(|(case, observation)| (case.id(), is_served(observation)))
            .collect();
        let outcomes = cases.into_iter().zip(observations);
        let outcomes = outcomes.filter(|(case, _)| chosen.contains(&case.id()));
        Ok(outcomes
            .map(|(case, observation)| {
                let need = need(&case, all).map(|need| need.id());
                let unserved = need.filter(|need| served.get(need) == Some(&false));
                Outcome {
                    verdict: verdict(&case, &observation, unserved.as_deref()),
                    case,
                    observation,
                }
            })
            .collect())
    }

    /// If not even a plain header is served, this may not be a receiver at all, or its answers may look
    /// different.
    async fn check_that_something_is_served(
        &self,
        all: &[Case<'_>],
        progress: &mut Progress,
    ) -> Result<(), Failure> {
        let plain = all.iter().copied().filter(|case| {
            case.delivery == Delivery::Whole
                && case.vector.needs.is_none()
                && matches!(case.vector.expected(), Expected::Serve(_))
        });
        let plain: Vec<_> = plain.collect();
        let observations = self.observe(&plain, progress).await;
        if observations.iter().any(is_served) {
            return Ok(());
        }
        let receiver = self.receiver;
        let unreachable = observations.iter().find_map(|seen| seen.as_ref().err());
        Err(match unreachable {
            Some(error) => Failure::new(failure::UNAVAILABLE, format!("{receiver}: {error}"))
                .advise("start the receiver first, and check its address"),
            None => Failure::new(
                failure::NO,
                format!("{receiver} serves neither a plain header of version 1 nor one of version 2, so nothing can be checked"),
            )
            .advise(
                "see what it answers with --case v1-tcp4; does it trust this address, and is an answer recognized?",
            ),
        })
    }

    /// Repeats the cases that were refused, one at a time, if there were crashes.
    async fn find_crashes(
        &self,
        cases: &[Case<'_>],
        observations: &mut Observations,
        progress: &mut Progress,
    ) {
        if self.crashes().is_empty() {
            return;
        }
        let candidates = cases
            .iter()
            .zip(observations)
            .filter(|(case, observation)| {
                case.delivery == Delivery::Whole && is_refused(observation)
            });
        let candidates: Vec<_> = candidates.collect();
        progress.expect(candidates.len());
        for (case, observation) in candidates {
            let before = self.crashes().len();
            self.observe(slice::from_ref(case), &mut Progress::silent())
                .await;
            sleep(LOGGED).await;
            progress.step();
            if let Ok(observation) = observation {
                observation.crash = self.crashes().get(before).cloned();
            }
        }
    }

    /// A log that cannot be read has been reported by then.
    fn crashes(&self) -> Vec<String> {
        self.observer.crashes().unwrap_or_default()
    }

    /// In the order of the cases.
    async fn observe(&self, cases: &[Case<'_>], progress: &mut Progress) -> Observations {
        let mut running = JoinSet::new();
        let mut observations: Observations = Vec::new();
        observations.resize_with(cases.len(), || Err("not run".to_owned()));
        let mut finish = |finished: Option<Result<_, _>>| {
            let Some(Ok((number, observation))) = finished else {
                return;
            };
            if let Some(place) = observations.get_mut::<usize>(number) {
                *place = observation;
            }
        };
        progress.expect(cases.len());
        for (number, case) in cases.iter().enumerate() {
            if running.len() >= self.jobs {
                finish(progress.during(running.join_next()).await);
                progress.step();
            }
            let (receiver, timing) = (self.receiver, self.timing);
            let observer = Arc::clone(&self.observer);
            let token = observer.next_token();
            let script = case.script(&observer.request(&token));
            running.spawn(async move {
                let observed = exchange::run(receiver, &script, (&observer, &token), timing).await;
                (number, observed.map_err(|error| error.to_string()))
            });
        }
        while let Some(finished) = progress.during(running.join_next()).await {
            finish(Some(finished));
            progress.step();
        }
        observations
    }
}

/// The case that must be served for a refusal of this one to mean anything.
fn need<'a>(case: &Case<'a>, all: &[Case<'a>]) -> Option<Case<'a>> {
    let id = case.vector.needs.as_deref()?;
    all.iter()
        .find(|other| other.vector.id == id && other.delivery == case.delivery)
        .copied()
}

fn is_served(observation: &Result<Observation, String>) -> bool {
    let served = |observation: &Observation| matches!(observation.reaction(), Reaction::Served(_));
    observation.as_ref().is_ok_and(served)
}

fn is_refused(observation: &Result<Observation, String>) -> bool {
    let refused = |observation: &Observation| match observation.reaction() {
        Reaction::Refused { after, .. } => after < PROMPT,
        _ => false,
    };
    observation.as_ref().is_ok_and(refused)
}

fn verdict(
    case: &Case<'_>,
    observation: &Result<Observation, String>,
    unserved: Option<&str>,
) -> Verdict {
    let observation = match observation {
        Ok(observation) => observation,
        Err(error) => {
            return Verdict {
                grade: Grade::NotChecked,
                reason: error.clone(),
            };
        }
    };
    if let Some(crash) = &observation.crash {
        return Verdict {
            grade: Grade::Fail,
            reason: format!("crashes: {crash}"),
        };
    }
    let question = Question {
        expected: case.vector.expected(),
        strength: case.vector.strength,
        delivery: case.delivery,
        is_silent: case.vector.bytes().is_empty(),
        is_odd_request: case.vector.payload() == Payload::Header,
        unserved,
        own: observation.own,
        bytes: case.vector.bytes(),
    };
    question.verdict(observation.reaction())
}
