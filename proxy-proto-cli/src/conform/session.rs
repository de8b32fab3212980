//! One run of the command, from its arguments to its report.

use std::{
    fs,
    io::{self, Write},
    net::SocketAddr,
    path::Path,
    process::ExitCode,
    sync::Arc,
    time::Duration,
};

use super::{
    Arguments,
    case::Case,
    exchange::Timing,
    matrix,
    observer::Settings,
    progress::Progress,
    receiver::Receiver,
    recipe::Recipe,
    report,
    suite::{Suite, Tested},
    vector::Vectors,
    verdict::Grade,
};
use crate::{
    ascii,
    failure::{self, Failure},
};

/// Does what the arguments say.
pub(super) async fn run(arguments: &Arguments) -> Result<ExitCode, Failure> {
    if arguments.list_receivers {
        return list(&recipes(arguments)?);
    }
    let vectors = Vectors::of_this_version()?;
    let all = Case::all(&vectors.vectors);
    let session = Session {
        arguments,
        chosen: chosen(&arguments.cases, &all)?,
        vectors: &vectors,
        all: &all,
    };
    match &arguments.address {
        Some(address) => session.test_address(address).await,
        None => session.test_recipes(&recipes(arguments)?).await,
    }
}

struct Session<'a> {
    arguments: &'a Arguments,
    vectors: &'a Vectors,
    all: &'a [Case<'a>],
    /// The cases to report.
    chosen: Vec<Case<'a>>,
}

impl Session<'_> {
    async fn test_address(&self, address: &str) -> Result<ExitCode, Failure> {
        let suite = self.suite(lookup(address).await?, &self.arguments.service)?;
        let outcomes = suite
            .run(&self.chosen, self.all, &mut Progress::of("conform"))
            .await?;
        let tested = [Tested {
            name: address.to_owned(),
            title: address.to_owned(),
            version: String::new(),
            outcomes,
        }];
        self.report(&tested)?;
        self.finish(&tested)
    }

    /// Starts one receiver after the other.
    async fn test_recipes(&self, recipes: &[(String, Recipe)]) -> Result<ExitCode, Failure> {
        let mut tested = Vec::new();
        for (name, recipe) in recipes {
            let mut progress = Progress::of(name);
            let receiver = progress.during(Receiver::start(recipe)).await?;
            let mut suite = self.suite(receiver.address, &receiver.service)?;
            suite.jobs = recipe.jobs.unwrap_or(suite.jobs);
            if let Some(pause) = recipe.pause {
                suite.timing.pause = Duration::try_from_secs_f64(pause)
                    .map_err(|error| Failure::usage(format!("{name}: pause: {error}")))?;
            }
            let outcomes = suite.run(&self.chosen, self.all, &mut progress).await?;
            drop(progress);
            tested.push(Tested {
                name: name.clone(),
                title: recipe.title.clone(),
                version: receiver.version.clone(),
                outcomes,
            });
            if self.arguments.matrix.is_none() {
                self.report(
                    tested
                        .get(tested.len().saturating_sub(1)..)
                        .unwrap_or_default(),
                )?;
            }
        }
        match &self.arguments.matrix {
            Some(directory) => self.write_matrix(directory, &tested),
            None => self.finish(&tested),
        }
    }

    fn suite(&self, receiver: SocketAddr, service: &Settings) -> Result<Suite, Failure> {
        Ok(Suite {
            receiver,
            observer: Arc::new(service.observer()?),
            timing: Timing {
                pause: self.arguments.pause,
                wait: self.arguments.wait,
            },
            jobs: self.arguments.jobs.into(),
        })
    }

    /// Prints the outcomes of these suites.
    fn report(&self, tested: &[Tested<'_>]) -> Result<(), Failure> {
        let mut out = io::stdout().lock();
        for tested in tested {
            if self.arguments.json {
                out.write_all(&report::json(self.vectors, tested)?)?;
            } else if self.arguments.cases.is_empty() {
                out.write_all(report::text(self.vectors, tested).as_bytes())?;
            } else {
                for outcome in &tested.outcomes {
                    writeln!(out, "{}", report::transcript(outcome))?;
                }
            }
        }
        Ok(())
    }

    /// Writes the report for CI systems, if there is to be one, and returns the exit status.
    fn finish(&self, tested: &[Tested<'_>]) -> Result<ExitCode, Failure> {
        if let Some(file) = &self.arguments.junit {
            fs::write(file, report::junit(tested)?).map_err(|error| {
                Failure::new(failure::IO_ERROR, format!("{}: {error}", file.display()))
            })?;
        }
        let mut outcomes = tested.iter().flat_map(|tested| &tested.outcomes);
        Ok(if outcomes.any(|it| it.verdict.grade == Grade::Fail) {
            failure::NO.into()
        } else {
            ExitCode::SUCCESS
        })
    }

    fn write_matrix(&self, directory: &Path, tested: &[Tested<'_>]) -> Result<ExitCode, Failure> {
        let notes = Recipe::notes(self.arguments.recipes.as_deref());
        matrix::write(directory, self.vectors, tested, &notes)?;
        Ok(ExitCode::SUCCESS)
    }
}

fn list(recipes: &[(String, Recipe)]) -> Result<ExitCode, Failure> {
    let mut out = io::stdout().lock();
    for (name, recipe) in recipes {
        let title = ascii::escaped(&recipe.title);
        writeln!(out, "{:<18} {title}", ascii::escaped(name))?;
    }
    Ok(ExitCode::SUCCESS)
}

/// The recipes that are named, or all of them.
fn recipes(arguments: &Arguments) -> Result<Vec<(String, Recipe)>, Failure> {
    let mut recipes = Recipe::all(arguments.recipes.as_deref())?;
    let names: Vec<String> = recipes.iter().map(|(name, _)| name.clone()).collect();
    let chosen = &arguments.receiver;
    if let Some(name) = chosen.iter().find(|name| !names.contains(name)) {
        return Err(Failure::usage(format!("no receiver is called {name}"))
            .advise(format!("there are: {}", names.join(", "))));
    }
    recipes.retain(|(name, _)| chosen.is_empty() || chosen.contains(name));
    Ok(recipes)
}

/// The cases with these ids, or all of them.
fn chosen<'a>(ids: &[String], all: &[Case<'a>]) -> Result<Vec<Case<'a>>, Failure> {
    if ids.is_empty() {
        return Ok(all.to_vec());
    }
    let find = |id: &String| {
        let case = all.iter().find(|case| case.id() == *id).copied();
        case.ok_or_else(|| {
            Failure::usage(format!("no case is called {id}"))
                .advise("a report with --json has the ids of all cases")
        })
    };
    ids.iter().map(find).collect()
}

async fn lookup(address: &str) -> Result<SocketAddr, Failure> {
    let addresses = tokio::net::lookup_host(address).await;
    let no_address = |error| {
        Failure::usage(format!("{address}: {error}"))
            .advise("it is a name or address, and a port: 127.0.0.1:8080 or [::1]:8080")
    };
    let mut addresses = addresses.map_err(|error| no_address(error.to_string()))?;
    let first = addresses.next();
    first.ok_or_else(|| no_address("it has no address".to_owned()))
}
