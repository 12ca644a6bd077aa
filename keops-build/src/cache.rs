//! What was compiled before: files that are named after everything that their content depends on.
//!
//! ```text
//! <target folder>/keops-device-cache/
//!     lock                     held while libraries are built
//!     build-<key>/             a package that depends on keops-device, and cargo's target folder for it
//!     libraries-<key>/         core and keops-device for a compiler, an architecture, a state of keops-device
//!     formulas/<key>.ptx       a formula, as the compiler wrote it
//! ```
//!
//! Build scripts of several packages may run at once. Files and folders are written under another name and renamed, so
//! one that is there is whole.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::process;
use std::sync::atomic::{AtomicU32, Ordering};

/// A name for a content: 128-bit FNV-1a of what it depends on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Key(u128);

impl Key {
    /// The key of several texts; where one ends and the next begins counts.
    pub(crate) fn of<'a>(parts: impl IntoIterator<Item = &'a str>) -> Self {
        let mut hash = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d_u128;
        let mut add = |bytes: &[u8]| {
            for &byte in bytes {
                hash = (hash ^ u128::from(byte)).wrapping_mul(0x0000_0000_0100_0000_0000_0000_0000_013b);
            }
        };
        for part in parts {
            add(&(part.len() as u64).to_le_bytes());
            add(part.as_bytes());
        }
        Key(hash)
    }
}

impl std::fmt::Display for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:032x}", self.0)
    }
}

/// The folder of the cache.
#[derive(Clone, Debug)]
pub(crate) struct Cache {
    folder: PathBuf,
}

impl Cache {
    /// The cache that the packages of a workspace share, found from the folder for the output of a build script.
    pub(crate) fn beside(out_dir: &Path, target: &str) -> io::Result<Self> {
        Cache::in_target_folder(target_folder(out_dir, target).unwrap_or(out_dir))
    }

    /// The cache in a target folder.
    pub(crate) fn in_target_folder(target: &Path) -> io::Result<Self> {
        let folder = target.join("keops-device-cache");
        fs::create_dir_all(folder.join("formulas"))?;
        Ok(Cache { folder })
    }

    /// The file or folder of a name.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// Waits until no other process holds the lock, which is released when the file is dropped.
    pub(crate) fn lock(&self) -> io::Result<File> {
        let file = File::create(self.path("lock"))?;
        file.lock()?;
        Ok(file)
    }

    /// A path in the cache that nobody else writes to.
    pub(crate) fn temporary(&self) -> PathBuf {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        self.path(&format!("temporary-{}-{}", process::id(), COUNT.fetch_add(1, Ordering::Relaxed)))
    }
}

/// The folder that `<target>/<profile>/build/<package>/out` and `<target>/<triple>/<profile>/build/<package>/out` begin with.
fn target_folder<'a>(out_dir: &'a Path, target: &str) -> Option<&'a Path> {
    let build = out_dir.ancestors().skip(1).find(|folder| folder.file_name().is_some_and(|name| name == "build"))?;
    let above_the_profile = build.parent()?.parent()?;
    let has_triple = above_the_profile.file_name().is_some_and(|name| name == target);
    if has_triple { above_the_profile.parent() } else { Some(above_the_profile) }
}

/// Writes a file that other processes may look for.
pub(crate) fn write_whole(path: &Path, temporary: &Path, text: &str) -> io::Result<()> {
    fs::write(temporary, text)?;
    fs::rename(temporary, path)
}

/// Writes a file, unless it says so already: the time of the last change tells cargo what to compile again.
pub(crate) fn write_if_changed(path: &Path, text: &str) -> io::Result<()> {
    if fs::read(path).is_ok_and(|old| old == text.as_bytes()) { Ok(()) } else { fs::write(path, text) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Folder;

    #[test]
    fn keys_depend_on_every_part() {
        let parts = ["rustc 1.96", "sm_80", "source"];
        let key = Key::of(parts);
        assert_eq!(key, Key::of(parts));
        assert_eq!(key.to_string().len(), 32);
        assert_ne!(key, Key::of(["rustc 1.96", "sm_90", "source"]));
        assert_ne!(key, Key::of(["rustc 1.96", "sm_80source", ""]));
        assert_ne!(key, Key::of(["rustc 1.96", "sm_80"]));
    }

    #[test]
    fn the_target_folder() {
        let found = |path| target_folder(Path::new(path), "x86_64-unknown-linux-gnu").and_then(Path::to_str);
        assert_eq!(found("/w/target/debug/build/p-1234/out"), Some("/w/target"));
        assert_eq!(found("/build/t/x86_64-unknown-linux-gnu/release/build/p-1234/out"), Some("/build/t"));
        assert_eq!(found("/w/target/debug/build/p/1234/out"), Some("/w/target"));
        assert_eq!(found("/somewhere/else"), None);
    }

    #[test]
    fn files_are_replaced_and_left_alone() {
        let folder = Folder::new("cache");
        let cache = Cache::beside(folder.path(), "none").expect("a cache");
        let path = cache.path("formulas/a.ptx");
        for text in ["one", "two"] {
            write_whole(&path, &cache.temporary(), text).expect("a file");
            assert_eq!(fs::read_to_string(&path).expect("the file"), text);
        }
        let changed = || fs::metadata(&path).and_then(|data| data.modified()).expect("a time");
        let before = changed();
        write_if_changed(&path, "two").expect("no change");
        assert_eq!(changed(), before);
        write_if_changed(&path, "three").expect("a change");
        assert_eq!(fs::read_to_string(&path).expect("the file"), "three");
        let lock = cache.lock().expect("the lock");
        assert!(File::open(cache.path("lock")).expect("the file").try_lock().is_err());
        drop(lock);
    }
}
