//! [`Kernel`]: what the formula compiler emits, and the small types that it is made of.
//!
//! A kernel is the formula, split by what each value depends on, so that nothing invariant is computed in the inner
//! loop. The kept index is the one of the result (rows i for `axis = 1`), the reduced index the one that is summed
//! over. Values cross from one stage to the next in small arrays of *prepared* numbers:
//!
//! ```text
//! parameters  raw parameters                     -> Params     once
//! kept        raw vectors of a kept index, Params -> Kept       once per kept index, on lanes
//! reduced     raw vectors of a reduced index, Params -> Reduced once per tile
//! folds, pair Params, Kept, Reduced              -> Shared     for every pair: the inner loop
//! terms       Params, Kept, Reduced, Shared      -> a Term for each component of the formula
//! factors     raw vectors of a kept index, Params -> Factors    once per kept index, for the finished sums
//! ```

use crate::real::{Real, Scalar, Wide};
use crate::tile::Accumulation;

/// A fixed number of values of one type: `[X; N]`.
pub trait Values<X: Copy>: Copy + Send + Sync + 'static {
    /// How many.
    const LEN: usize;
    /// All of them equal to `x`.
    fn filled(x: X) -> Self;
    /// As a slice of [`Values::LEN`] entries.
    fn as_slice(&self) -> &[X];
    /// As a mutable slice of [`Values::LEN`] entries.
    fn as_mut_slice(&mut self) -> &mut [X];
}

impl<X: Copy + Send + Sync + 'static, const N: usize> Values<X> for [X; N] {
    const LEN: usize = N;
    #[inline(always)]
    fn filled(x: X) -> Self {
        [x; N]
    }
    #[inline(always)]
    fn as_slice(&self) -> &[X] {
        self
    }
    #[inline(always)]
    fn as_mut_slice(&mut self) -> &mut [X] {
        self
    }
}

/// One component of the formula at one pair. A product is kept apart, so that a sum can use a fused multiply-add.
pub trait Term<S: Real>: Copy {
    /// The number itself.
    fn value(self) -> S;
    /// `sum` plus the number.
    fn add_to(self, sum: S) -> S;
    /// The same in `f64`, where a product is exact.
    fn add_to_wide(self, sum: S::Wide) -> S::Wide;
}

/// A term that is no product.
#[derive(Clone, Copy, Debug)]
pub struct Single<S>(pub S);

/// A term that is the product of two numbers.
#[derive(Clone, Copy, Debug)]
pub struct Product<S>(pub S, pub S);

impl<S: Real> Term<S> for Single<S> {
    #[inline(always)]
    fn value(self) -> S {
        self.0
    }
    #[inline(always)]
    fn add_to(self, sum: S) -> S {
        sum + self.0
    }
    #[inline(always)]
    fn add_to_wide(self, sum: S::Wide) -> S::Wide {
        sum + self.0.widen()
    }
}

impl<S: Real> Term<S> for Product<S> {
    #[inline(always)]
    fn value(self) -> S {
        self.0 * self.1
    }
    #[inline(always)]
    fn add_to(self, sum: S) -> S {
        self.0.mul_add(self.1, sum)
    }
    #[inline(always)]
    fn add_to_wide(self, sum: S::Wide) -> S::Wide {
        self.0.widen().mul_add(self.1.widen(), sum)
    }
}

/// A computation that depends on the shape of the register tile: `R` vectors of kept indices times `C` reduced
/// indices. See [`Registers::with_shape`](crate::real::Registers::with_shape).
pub trait ShapeVisitor {
    /// What it returns.
    type Output;
    /// Runs it for one shape.
    fn visit<const R: usize, const C: usize>(self) -> Self::Output;
}

/// What a kernel was compiled to for GPUs.
#[derive(Clone, Copy, Debug)]
pub struct DeviceKernel {
    /// The code of all kernels of the formula, if it was compiled.
    pub ptx: Option<&'static str>,
    /// Its entry points, without those that finish: which types of numbers and schemes of sums there are is the choice of
    /// the build script.
    pub entries: &'static [&'static str],
    /// The number of the kernel: its entry points are `k{number}_{reduction}{suffix}_{f32|f64}`, and the same with `_finish`. The
    /// suffix is that of the scheme of a sum.
    pub number: usize,
    /// Kept indices of a thread, for `f32` and for `f64`.
    pub rows: [usize; 2],
    /// Components of a chunk, likewise; 0 where there are no chunks.
    pub chunks: [usize; 2],
}

/// A formula, compiled. Implemented by the code that `formula!` emits.
///
/// All methods are `#[inline(always)]`: they are meant to dissolve in the tile loop.
pub trait Kernel: 'static {
    /// Entries of all parameters, one after the other, and last the numbers of rows i and of columns j.
    type RawParams<S: Real>: Values<S>;
    /// Entries of all variables on the kept axis.
    type RawKept<S: Real>: Values<S>;
    /// Entries of all variables on the reduced axis.
    type RawReduced<S: Real>: Values<S>;
    /// What later stages need of the parameters.
    type Params<S: Real>: Values<S>;
    /// What the inner loop needs of a kept index.
    type Kept<S: Real>: Values<S>;
    /// What the inner loop needs of a reduced index.
    type Reduced<S: Real>: Values<S>;
    /// The accumulators of the long sums over the entries of vectors, see [`Kernel::FOLDS`].
    type Folds<S: Real>: Values<S>;
    /// What the terms of one pair have in common.
    type Shared<S: Real>: Values<S>;
    /// [`Single`] or [`Product`].
    type Term<S: Real>: Term<S>;
    /// What the sums of a kept index are multiplied with: one number per component, or nothing.
    type Factors<S: Real>: Values<S>;
    /// One `X` per component of the formula.
    type Components<X: Copy + Send + Sync + 'static>: Values<X>;

    /// Whether it is clear before it runs which entries a term reads: not so for a part that is chosen at run time.
    const STATIC: bool = true;

    /// What it was compiled to for devices.
    const DEVICE: DeviceKernel = DeviceKernel { ptx: None, entries: &[], number: 0, rows: [1; 2], chunks: [0; 2] };

    /// Number of entries of each long sum: these loops run over register tiles.
    const FOLDS: &'static [usize];

    /// Number of components of each part of the formula, whose components share their code. They add up to all.
    const SEGMENTS: &'static [usize];

    /// Where the accumulators live.
    type Accumulation: Accumulation;

    /// Calls the visitor with the shape of the register tile for 32 registers.
    fn with_wide_shape<V: ShapeVisitor>(visitor: V) -> V::Output;
    /// Calls the visitor with the shape of the register tile for 16 registers.
    fn with_narrow_shape<V: ShapeVisitor>(visitor: V) -> V::Output;

    /// The stage of the parameters; all lanes are equal.
    fn params<S: Real>(raw: &Self::RawParams<S>) -> Self::Params<S>;
    /// The stage of the kept index. `index` is the index itself.
    fn kept<S: Real>(params: &Self::Params<S::Scalar>, raw: &Self::RawKept<S>, index: S) -> Self::Kept<S>;
    /// The stage of the reduced index. `index` is the index itself.
    fn reduced<S: Real>(params: &Self::Params<S::Scalar>, raw: &Self::RawReduced<S>, index: S) -> Self::Reduced<S>;

    /// `sum` plus entry `entry` of long sum number `fold`. A kernel without long sums has no use for it.
    #[inline(always)]
    fn fold<S: Real>(
        fold: usize,
        entry: usize,
        params: &Self::Params<S::Scalar>,
        kept: &Self::Kept<S>,
        reduced: &Self::Reduced<S::Scalar>,
        sum: S,
    ) -> S {
        let _ = (fold, entry, params, kept, reduced);
        sum
    }

    /// The part of the formula that is a scalar per pair.
    fn pair<S: Real>(
        params: &Self::Params<S::Scalar>,
        kept: &Self::Kept<S>,
        reduced: &Self::Reduced<S::Scalar>,
        folds: &Self::Folds<S>,
    ) -> Self::Shared<S>;

    /// Component `entry` of part `segment` of the formula.
    fn term<S: Real>(
        segment: usize,
        entry: usize,
        params: &Self::Params<S::Scalar>,
        kept: &Self::Kept<S>,
        reduced: &Self::Reduced<S::Scalar>,
        shared: &Self::Shared<S>,
    ) -> Self::Term<S>;

    /// The factors that all terms of a sum have in common, as they do not depend on the reduced index.
    fn factors<S: Real>(params: &Self::Params<S::Scalar>, raw: &Self::RawKept<S>, index: S) -> Self::Factors<S>;
}

/// The prepared numbers of a reduced index, aligned so that devices read them 16 bytes at a time.
#[repr(C, align(16))]
#[derive(Clone, Copy, Debug)]
pub struct Column<V>(pub V);

/// The [`Column`]s that a kernel reads on lanes `S`.
pub type ColumnOf<K, S> = Column<<K as Kernel>::Reduced<<S as Real>::Scalar>>;

/// Number of components of a kernel's formula.
pub const fn dim<K: Kernel>() -> usize {
    <K::Components<()> as Values<()>>::LEN
}

/// The prepared parameters: the stage runs on lanes that are all equal, one of them is kept.
#[inline(always)]
pub fn prepare_params<K: Kernel, S: Real>(raw: &[S::Scalar]) -> K::Params<S::Scalar> {
    let mut lanes = K::RawParams::<S>::filled(S::constant(0.0));
    for (lane, &value) in lanes.as_mut_slice().iter_mut().zip(raw) {
        *lane = S::splat(value);
    }
    let prepared = K::params::<S>(&lanes);
    let mut params = K::Params::<S::Scalar>::filled(S::Scalar::from_f64(0.0));
    for (param, lanes) in params.as_mut_slice().iter_mut().zip(prepared.as_slice()) {
        *param = lanes.lane(0);
    }
    params
}
