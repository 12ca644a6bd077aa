//! The source files of a package.

use std::fs;
use std::path::{Path, PathBuf};

/// All `.rs` files below a folder, in an order that does not depend on the file system. Folders of other packages are
/// left out, and so are hidden ones.
pub(crate) fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    collect(folder, &mut files);
    files
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    let mut entries: Vec<_> = fs::read_dir(folder).into_iter().flatten().flatten().collect();
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries {
        let path = entry.path();
        // Of the entry itself: a link to a folder could lead back here.
        let is_folder = entry.file_type().is_ok_and(|kind| kind.is_dir());
        if is_folder {
            let is_hidden = entry.file_name().to_string_lossy().starts_with('.');
            if !is_hidden && !path.join("Cargo.toml").exists() {
                collect(&path, files);
            }
        } else if path.extension().is_some_and(|extension| extension == "rs") && path.is_file() {
            files.push(path);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Folder;

    #[test]
    fn the_files_of_a_package() {
        let folder = Folder::new("sources");
        for name in ["b.rs", "a.rs", "deep/er/c.rs", "other/Cargo.toml", "other/d.rs", ".hidden/e.rs", "notes.txt"] {
            folder.write(name, "");
        }
        let found: Vec<_> = rust_files(folder.path()).into_iter().map(|path| folder.relative(&path)).collect();
        assert_eq!(found, ["a.rs", "b.rs", "deep/er/c.rs"]);
        assert!(rust_files(&folder.path().join("none")).is_empty());
    }
}
