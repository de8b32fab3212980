//! The man pages and shell completions, from the declaration of the arguments.

use std::{
    io::{self, Write},
    process::ExitCode,
};

use clap::{Args, CommandFactory};
use clap_complete::Shell;

use crate::{arguments::CommandLine, failure::Failure};

/// Prints a man page.
#[derive(Args)]
#[command(after_help = "Example:\n  proxy-proto man send | man -l -")]
pub(crate) struct ManArguments {
    /// The command to describe; without it, all of proxy-proto.
    command: Option<String>,
}

/// Prints the completions for a shell.
#[derive(Args)]
#[command(after_help = "Example:\n  source <(proxy-proto completions bash)")]
pub(crate) struct CompletionsArguments {
    /// The shell.
    shell: Shell,
}

impl ManArguments {
    pub(crate) fn run(&self) -> Result<ExitCode, Failure> {
        let mut command = CommandLine::command();
        command.build();
        let command = match &self.command {
            None => command,
            Some(name) => {
                let found = command.find_subcommand(name).cloned();
                let unknown = || {
                    Failure::usage(format!("there is no command {name}"))
                        .advise("proxy-proto --help lists them")
                };
                found.ok_or_else(unknown)?
            }
        };
        clap_mangen::Man::new(command).render(&mut io::stdout().lock())?;
        Ok(ExitCode::SUCCESS)
    }
}

impl CompletionsArguments {
    pub(crate) fn run(&self) -> Result<ExitCode, Failure> {
        let mut command = CommandLine::command();
        let name = command.get_name().to_owned();
        let mut out = Vec::new();
        clap_complete::generate(self.shell, &mut command, name, &mut out);
        io::stdout().lock().write_all(&out)?;
        Ok(ExitCode::SUCCESS)
    }
}
