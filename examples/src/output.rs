//! Where a program writes its picture.

use anyhow::{Result, ensure};
use std::path::Path;

/// Refuses a file that could not be written before anything is computed.
///
/// # Errors
///
/// When it is not called `.png`, or its folder does not exist.
pub fn check(path: &Path) -> Result<()> {
    let png = path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("png"));
    ensure!(png, "--output {}: the name of a .png file is needed", path.display());
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    ensure!(folder.is_dir(), "--output {}: there is no folder {}", path.display(), folder.display());
    Ok(())
}
