//! The man pages and shell completions, from the declaration of the arguments.

use std::{io, process::ExitCode};

use clap::{Args, CommandFactory};
use clap_complete::Shell;

use crate::{arguments, failure::Failure};

/// Prints the man page.
#[derive(Args)]
pub(crate) struct ManArguments {}

/// Prints the completions for a shell.
#[derive(Args)]
pub(crate) struct CompletionsArguments {
    shell: Shell,
}

impl ManArguments {
    pub(crate) fn run(&self) -> Result<ExitCode, Failure> {
        let page = clap_mangen::Man::new(arguments::CommandLine::command());
        page.render(&mut io::stdout().lock())?;
        Ok(ExitCode::SUCCESS)
    }
}

impl CompletionsArguments {
    pub(crate) fn run(&self) -> Result<ExitCode, Failure> {
        let mut command = arguments::CommandLine::command();
        let name = command.get_name().to_owned();
        let mut out = Vec::new();
        clap_complete::generate(self.shell, &mut command, name, &mut out);
        io::Write::write_all(&mut io::stdout().lock(), &out)?;
        Ok(ExitCode::SUCCESS)
    }
}
