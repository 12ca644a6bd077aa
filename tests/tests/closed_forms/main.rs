//! Derivatives that are known: those of a Gaussian, and those that are what they are by convention. Through the
//! interpreter and through compiled kernels.

mod gauss;
mod kinks;
