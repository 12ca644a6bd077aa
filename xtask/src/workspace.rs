//! What cargo knows of the workspace, from the messages that it writes for programs.

use std::path::PathBuf;
use std::process::{Command, Stdio};

use crate::steps::cargo_program;

/// Where cargo puts what it builds.
pub(crate) fn target_folder() -> Result<PathBuf, String> {
    let messages = cargo(&["metadata", "--format-version", "1", "--no-deps", "--offline"], &[])?;
    text_field(&messages, "target_directory").map(PathBuf::from).ok_or("cargo does not say where it builds".into())
}

/// The root of the workspace.
pub(crate) fn root() -> PathBuf {
    let package = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    package.parent().unwrap_or(package).to_owned()
}

/// A build script that was run for what the tests are made of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Script {
    pub(crate) package: String,
    pub(crate) folder: PathBuf,
}

/// The build scripts behind the tests of the workspace, which must have been built. It is asked for in this way because the
/// target folder also holds what earlier states of the workspace left.
pub(crate) fn scripts() -> Result<Vec<Script>, String> {
    let arguments = ["test", "--workspace", "--no-run", "--quiet", "--message-format=json-render-diagnostics"];
    Ok(scripts_in(&cargo(&arguments, crate::ONCE)?))
}

/// The scripts of the workspace's own packages among cargo's messages.
fn scripts_in(messages: &str) -> Vec<Script> {
    let mut scripts: Vec<Script> = Vec::new();
    for line in messages.lines().filter(|line| line.contains("\"reason\":\"build-script-executed\"")) {
        let (Some(id), Some(folder)) = (text_field(line, "package_id"), text_field(line, "out_dir")) else { continue };
        let script = Script { package: package_name(&id).to_owned(), folder: folder.into() };
        if id.starts_with("path+") && !scripts.contains(&script) {
            scripts.push(script);
        }
    }
    scripts
}

/// The programs of the tests and binaries among cargo's messages, as name of the target and path.
pub(crate) fn executables_in(messages: &str) -> Vec<(String, PathBuf)> {
    let lines = messages.lines().filter(|line| line.contains("\"reason\":\"compiler-artifact\""));
    lines
        .filter_map(|line| {
            let (_, target) = line.split_once("\"target\":{")?;
            Some((text_field(target, "name")?, text_field(line, "executable")?.into()))
        })
        .collect()
}

/// `path+file:///home/me/keops/tests#keops-tests@0.1.0` or, where folder and package have one name,
/// `path+file:///home/me/keops/keops#0.1.0`.
fn package_name(id: &str) -> &str {
    let (path, fragment) = id.rsplit_once('#').unwrap_or(("", id));
    match fragment.split_once('@') {
        Some((name, _)) => name,
        None => path.rsplit('/').next().unwrap_or(path),
    }
}

/// What cargo writes to its standard output.
pub(crate) fn cargo(arguments: &[&str], environment: &[(&str, &str)]) -> Result<String, String> {
    let program = cargo_program();
    let output = Command::new(&program)
        .args(arguments)
        .envs(environment.iter().copied())
        .current_dir(root())
        .stderr(Stdio::inherit())
        .output()
        .map_err(|error| format!("cannot run {program}: {error}"))?;
    if output.status.success() {
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    } else {
        Err(format!("cargo {} failed: {}", arguments.join(" "), output.status))
    }
}

/// The first field of this name that is a text.
fn text_field(json: &str, name: &str) -> Option<String> {
    let (_, rest) = json.split_once(&format!("\"{name}\":\""))?;
    let mut text = String::new();
    let mut characters = rest.chars();
    loop {
        match characters.next()? {
            '"' => return Some(text),
            // Only paths of Windows have something to escape.
            '\\' => text.push(characters.next()?),
            other => text.push(other),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_of_cargo() {
        let messages = concat!(
            r#"{"reason":"build-script-executed","package_id":"path+file:///w/tests#keops-tests@0.1.0","linked_libs":[],"out_dir":"/t/debug/build/keops-tests-1/out"}"#,
            "\n",
            r#"{"reason":"build-script-executed","package_id":"path+file:///w/keops#0.1.0","linked_libs":[],"out_dir":"C:\\t\\out"}"#,
            "\n",
            r#"{"reason":"build-script-executed","package_id":"registry+https://github.com/x#serde@1.0.0","out_dir":"/t/no"}"#,
            "\n",
            r#"{"reason":"compiler-artifact","package_id":"p","target":{"kind":["test"],"name":"arrays"},"executable":"/t/arrays-1"}"#,
            "\n",
            r#"{"reason":"compiler-artifact","package_id":"p","target":{"kind":["lib"],"name":"p"},"executable":null}"#,
            "\n",
        );
        let script = |package: &str, folder: &str| Script { package: package.into(), folder: folder.into() };
        let expected = [script("keops-tests", "/t/debug/build/keops-tests-1/out"), script("keops", "C:\\t\\out")];
        assert_eq!(scripts_in(messages), expected);
        assert_eq!(executables_in(messages), [("arrays".to_owned(), PathBuf::from("/t/arrays-1"))]);
    }
}
