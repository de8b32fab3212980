//! Recipes: how to start a receiver on this machine, and how it shows its clients.

use std::{collections::BTreeMap, fs, path::Path};

use serde::Deserialize;

use super::observer::Settings;
use crate::failure::Failure;

/// A receiver to start, from `receivers/NAME/recipe.toml`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Recipe {
    /// What the receiver is called.
    pub(crate) title: String,
    /// Commands to run before it is started.
    #[serde(default)]
    pub(crate) prepare: Vec<Vec<String>>,
    /// How many connections to open at once, instead of `--jobs`.
    pub(crate) jobs: Option<usize>,
    /// Seconds between the two parts that are sent, instead of `--pause`.
    pub(crate) pause: Option<f64>,
    /// The command that starts it in the foreground.
    pub(crate) start: Vec<String>,
    pub(crate) version: Version,
    /// How the service is used and what it shows.
    pub(crate) service: Settings,
    /// The directory's other files by name, which may be edited like the commands.
    #[serde(skip)]
    pub(crate) files: BTreeMap<String, String>,
}

/// How to find out a version.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Version {
    pub(crate) command: Vec<String>,
    /// Matches the version as (?<version>...) in what the command prints.
    pub(crate) pattern: String,
}

/// The files of a recipe, each with its name.
type Files = &'static [(&'static str, &'static str)];

macro_rules! recipe {
    ($name:literal: $($file:literal),+) => {
        ($name, &[$(($file, include_str!(concat!("../../receivers/", $name, "/", $file)))),+])
    };
}

/// The recipes that come with this program, in the order of the matrix.
const BUILT_IN: &[(&str, Files)] = &[
    recipe!("proxy-proto": "recipe.toml"),
    recipe!("proxy-proto-tokio": "recipe.toml"),
    recipe!("proxy-proto-mio": "recipe.toml"),
    recipe!("haproxy": "recipe.toml", "haproxy.cfg"),
    recipe!("nginx-http": "recipe.toml", "nginx.conf"),
    recipe!("nginx-stream": "recipe.toml", "nginx.conf"),
    recipe!("dovecot": "recipe.toml", "dovecot.conf"),
    recipe!("varnish": "recipe.toml", "default.vcl"),
    recipe!("apache": "recipe.toml", "apache2.conf", "index.html"),
    recipe!("postfix": "recipe.toml", "main.cf", "master.cf"),
    recipe!("lighttpd": "recipe.toml", "lighttpd.conf", "index.shtml"),
    recipe!("envoy": "recipe.toml", "envoy.yaml"),
];

const RECIPE: &str = "recipe.toml";
const NOTES: &str = "NOTES.md";

impl Recipe {
    /// Those that come with this program, or those in the directories inside `directory`, each with its name.
    ///
    /// # Errors
    ///
    /// A recipe cannot be read.
    pub(crate) fn all(directory: Option<&Path>) -> Result<Vec<(String, Self)>, Failure> {
        match directory {
            Some(directory) => read_directory(directory),
            None => BUILT_IN
                .iter()
                .map(|(name, files)| {
                    let files = files
                        .iter()
                        .map(|&(name, text)| (name.to_owned(), text.to_owned()));
                    Ok(((*name).to_owned(), Self::parse(name, files.collect())?))
                })
                .collect(),
        }
    }

    /// What is written by hand about the receivers of [`all`](Self::all).
    pub(crate) fn notes(directory: Option<&Path>) -> String {
        match directory {
            Some(directory) => fs::read_to_string(directory.join(NOTES)).unwrap_or_default(),
            None => include_str!("../../receivers/NOTES.md").to_owned(),
        }
    }

    fn parse(name: &str, mut files: BTreeMap<String, String>) -> Result<Self, Failure> {
        let text = files.remove(RECIPE).unwrap_or_default();
        let recipe: Self = toml::from_str(&text)
            .map_err(|error| Failure::usage(format!("{name}/{RECIPE}: {error}")))?;
        Ok(Self { files, ..recipe })
    }
}

fn read_directory(directory: &Path) -> Result<Vec<(String, Recipe)>, Failure> {
    let in_context = |path: &Path, error| Failure::usage(format!("{}: {error}", path.display()));
    let mut recipes = BTreeMap::new();
    for entry in fs::read_dir(directory).map_err(|error| in_context(directory, error))? {
        let path = entry?.path();
        if !path.join(RECIPE).is_file() {
            continue;
        }
        let mut files = BTreeMap::new();
        for file in fs::read_dir(&path).map_err(|error| in_context(&path, error))? {
            let file = file?.path();
            let name = file.file_name().unwrap_or_default().to_string_lossy();
            let text = fs::read_to_string(&file).map_err(|error| in_context(&file, error))?;
            files.insert(name.into_owned(), text);
        }
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let recipe = Recipe::parse(&name, files)?;
        recipes.insert(name.into_owned(), recipe);
    }
    if recipes.is_empty() {
        let directory = directory.display();
        return Err(Failure::usage(format!("{directory}: no recipe in it"))
            .advise(format!("each directory inside it needs a {RECIPE}")));
    }
    Ok(recipes.into_iter().collect())
}

#[cfg(test)]
mod tests {
    use super::Recipe;

    #[test]
    fn the_built_in_recipes_are_valid() {
        let recipes = Recipe::all(None).unwrap();
        assert_eq!(recipes.len(), super::BUILT_IN.len());
        for (name, recipe) in recipes {
            assert!(
                regex_lite::Regex::new(&recipe.version.pattern).is_ok(),
                "{name}"
            );
            assert!(!recipe.start.is_empty(), "{name}");
            assert!(recipe.service.observer().is_ok(), "{name}");
        }
    }

    #[test]
    fn recipes_of_a_directory_are_the_built_in_ones() {
        let directory = concat!(env!("CARGO_MANIFEST_DIR"), "/receivers");
        let of = |directory| {
            let mut recipes = Recipe::all(directory).unwrap();
            recipes.sort_by(|(one, _), (other, _)| one.cmp(other));
            format!("{recipes:?}")
        };
        assert_eq!(of(Some(directory.as_ref())), of(None));
    }
}
