//! The memories of a device, with checks of each access.

pub(crate) mod address;
mod bytes;
mod constants;
mod global;
mod layout;

pub(crate) use bytes::{Bytes, Flaw};
pub(crate) use constants::Constants;
pub(crate) use global::Global;
pub(crate) use layout::Layout;
