//! Operators made of operators.

use ndarray::{Array1, Array2, ArrayView2, Zip};

use super::operator::{check_column, check_product, check_square, check_transposed};
use super::{Entries, LinearOperator};
use crate::{Error, Scalar};

/// `factor A`: made by [`LinearOperator::scaled`].
#[derive(Clone, Copy, Debug)]
pub struct Scaled<T, A> {
    factor: T,
    a: A,
}

impl<T: Scalar, A> Scaled<T, A> {
    pub(crate) fn new(factor: T, a: A) -> Self {
        Scaled { factor, a }
    }
}

impl<T: Scalar, A: LinearOperator<T>> LinearOperator<T> for Scaled<T, A> {
    fn shape(&self) -> (usize, usize) {
        self.a.shape()
    }
    fn apply(&self, v: ArrayView2<'_, T>) -> Result<Array2<T>, Error> {
        Ok(self.a.apply(v)?.mapv_into(|x| self.factor * x))
    }
    fn apply_transposed(&self, v: ArrayView2<'_, T>) -> Result<Array2<T>, Error> {
        Ok(self.a.apply_transposed(v)?.mapv_into(|x| self.factor * x))
    }
}

impl<T: Scalar, A: Entries<T>> Entries<T> for Scaled<T, A> {
    fn diagonal(&self) -> Result<Array1<T>, Error> {
        Ok(self.a.diagonal()?.mapv_into(|x| self.factor * x))
    }
    fn column(&self, j: usize) -> Result<Array1<T>, Error> {
        Ok(self.a.column(j)?.mapv_into(|x| self.factor * x))
    }
}

/// `A + B`: made by [`LinearOperator::plus`].
#[derive(Clone, Copy, Debug)]
pub struct Sum<A, B> {
    a: A,
    b: B,
}

impl<A, B> Sum<A, B> {
    pub(crate) fn new(a: A, b: B) -> Self {
        Sum { a, b }
    }

    fn check<T: Scalar>(&self) -> Result<(), Error>
    where
        A: LinearOperator<T>,
        B: LinearOperator<T>,
    {
        let (left, right) = (self.a.shape(), self.b.shape());
        if left == right { Ok(()) } else { Err(Error::OperatorShapes { operation: "sum", left, right }) }
    }
}

impl<T: Scalar, A: LinearOperator<T>, B: LinearOperator<T>> LinearOperator<T> for Sum<A, B> {
    fn shape(&self) -> (usize, usize) {
        self.a.shape()
    }
    fn apply(&self, v: ArrayView2<'_, T>) -> Result<Array2<T>, Error> {
        self.check()?;
        Ok(self.a.apply(v)? + self.b.apply(v)?)
    }
    fn apply_transposed(&self, v: ArrayView2<'_, T>) -> Result<Array2<T>, Error> {
        self.check()?;
        Ok(self.a.apply_transposed(v)? + self.b.apply_transposed(v)?)
    }
}

impl<T: Scalar, A: Entries<T>, B: Entries<T>> Entries<T> for Sum<A, B> {
    fn diagonal(&self) -> Result<Array1<T>, Error> {
        self.check()?;
        Ok(self.a.diagonal()? + self.b.diagonal()?)
    }
    fn column(&self, j: usize) -> Result<Array1<T>, Error> {
        self.check()?;
        Ok(self.a.column(j)? + self.b.column(j)?)
    }
}

/// First one operator, then another: made by [`LinearOperator::then`].
#[derive(Clone, Copy, Debug)]
pub struct Composition<A, B> {
    first: A,
    second: B,
}

impl<A, B> Composition<A, B> {
    pub(super) fn new(first: A, second: B) -> Self {
        Composition { first, second }
    }

    fn check<T: Scalar>(&self) -> Result<(), Error>
    where
        A: LinearOperator<T>,
        B: LinearOperator<T>,
    {
        let (left, right) = (self.first.shape(), self.second.shape());
        if left.0 == right.1 { Ok(()) } else { Err(Error::OperatorShapes { operation: "composition", left, right }) }
    }
}

impl<T: Scalar, A: LinearOperator<T>, B: LinearOperator<T>> LinearOperator<T> for Composition<A, B> {
    fn shape(&self) -> (usize, usize) {
        (self.second.shape().0, self.first.shape().1)
    }
    fn apply(&self, v: ArrayView2<'_, T>) -> Result<Array2<T>, Error> {
        self.check()?;
        self.second.apply(self.first.apply(v)?.view())
    }
    fn apply_transposed(&self, v: ArrayView2<'_, T>) -> Result<Array2<T>, Error> {
        self.check()?;
        self.first.apply_transposed(self.second.apply_transposed(v)?.view())
    }
}

/// An operator applied several times: made by [`LinearOperator::pow`].
#[derive(Clone, Copy, Debug)]
pub struct Power<A> {
    a: A,
    exponent: usize,
}

impl<A> Power<A> {
    pub(super) fn new(a: A, exponent: usize) -> Self {
        Power { a, exponent }
    }
}

impl<T: Scalar, A: LinearOperator<T>> LinearOperator<T> for Power<A> {
    fn shape(&self) -> (usize, usize) {
        self.a.shape()
    }
    fn apply(&self, v: ArrayView2<'_, T>) -> Result<Array2<T>, Error> {
        check_square("power", self.a.shape())?;
        check_product(self.a.shape(), &v)?;
        (0..self.exponent).try_fold(v.to_owned(), |v, _| self.a.apply(v.view()))
    }
    fn apply_transposed(&self, v: ArrayView2<'_, T>) -> Result<Array2<T>, Error> {
        check_square("power", self.a.shape())?;
        check_transposed(self.a.shape(), &v)?;
        (0..self.exponent).try_fold(v.to_owned(), |v, _| self.a.apply_transposed(v.view()))
    }
}

/// The transpose of an operator: made by [`LinearOperator::transpose`].
#[derive(Clone, Copy, Debug)]
pub struct Transpose<A>(A);

impl<A> Transpose<A> {
    pub(super) fn new(a: A) -> Self {
        Transpose(a)
    }
}

impl<T: Scalar, A: LinearOperator<T>> LinearOperator<T> for Transpose<A> {
    fn shape(&self) -> (usize, usize) {
        let (rows, columns) = self.0.shape();
        (columns, rows)
    }
    fn apply(&self, v: ArrayView2<'_, T>) -> Result<Array2<T>, Error> {
        self.0.apply_transposed(v)
    }
    fn apply_transposed(&self, v: ArrayView2<'_, T>) -> Result<Array2<T>, Error> {
        self.0.apply(v)
    }
}

/// Its columns are the rows of the operator, each of which is a product.
impl<T: Scalar, A: Entries<T>> Entries<T> for Transpose<A> {
    fn diagonal(&self) -> Result<Array1<T>, Error> {
        self.0.diagonal()
    }
    fn column(&self, j: usize) -> Result<Array1<T>, Error> {
        check_column(self.shape(), j)?;
        let mut unit = Array2::zeros((self.0.shape().0, 1));
        unit[[j, 0]] = T::one();
        Ok(self.0.apply_transposed(unit.view())?.column(0).to_owned())
    }
}

/// `A + shift I`: made by [`LinearOperator::shifted`].
#[derive(Clone, Copy, Debug)]
pub struct Shifted<T, A> {
    a: A,
    shift: T,
}

impl<T: Scalar, A: LinearOperator<T>> Shifted<T, A> {
    pub(super) fn new(a: A, shift: T) -> Self {
        Shifted { a, shift }
    }

    fn add(&self, mut product: Array2<T>, v: ArrayView2<'_, T>) -> Array2<T> {
        Zip::from(&mut product).and(v).for_each(|product, &v| *product = *product + self.shift * v);
        product
    }
}

impl<T: Scalar, A: LinearOperator<T>> LinearOperator<T> for Shifted<T, A> {
    fn shape(&self) -> (usize, usize) {
        self.a.shape()
    }
    fn apply(&self, v: ArrayView2<'_, T>) -> Result<Array2<T>, Error> {
        check_square("shift", self.a.shape())?;
        Ok(self.add(self.a.apply(v)?, v))
    }
    fn apply_transposed(&self, v: ArrayView2<'_, T>) -> Result<Array2<T>, Error> {
        check_square("shift", self.a.shape())?;
        Ok(self.add(self.a.apply_transposed(v)?, v))
    }
}

impl<T: Scalar, A: Entries<T>> Entries<T> for Shifted<T, A> {
    fn diagonal(&self) -> Result<Array1<T>, Error> {
        check_square("shift", self.a.shape())?;
        Ok(self.a.diagonal()?.mapv_into(|x| x + self.shift))
    }
    fn column(&self, j: usize) -> Result<Array1<T>, Error> {
        check_square("shift", self.a.shape())?;
        let mut column = self.a.column(j)?;
        column[j] = column[j] + self.shift;
        Ok(column)
    }
}

/// `a + b` and `factor * a` for types of operators and references to them. (They cannot be had for every type that is an
/// operator.)
macro_rules! arithmetic {
    ($([$($generic:tt),*] $operator:ty),* $(,)?) => {$(
        $crate::linalg::arithmetic!(@one [$($generic),*] $operator);
        $crate::linalg::arithmetic!(@one ['r, $($generic),*] &'r $operator);
    )*};
    (@one [$($generic:tt)*] $operator:ty) => {
        impl<$($generic)*, Other> std::ops::Add<Other> for $operator {
            type Output = $crate::linalg::Sum<Self, Other>;
            fn add(self, other: Other) -> Self::Output {
                $crate::linalg::Sum::new(self, other)
            }
        }
        $crate::linalg::arithmetic!(@multiple [$($generic)*] $operator, f32);
        $crate::linalg::arithmetic!(@multiple [$($generic)*] $operator, f64);
    };
    (@multiple [$($generic:tt)*] $operator:ty, $scalar:ty) => {
        impl<$($generic)*> std::ops::Mul<$operator> for $scalar {
            type Output = $crate::linalg::Scaled<$scalar, $operator>;
            fn mul(self, operator: $operator) -> Self::Output {
                $crate::linalg::Scaled::new(self, operator)
            }
        }
    };
}

pub(crate) use arithmetic;

arithmetic!(
    [T, A] Scaled<T, A>,
    [A, B] Sum<A, B>,
    [A, B] Composition<A, B>,
    [A] Power<A>,
    [A] Transpose<A>,
    [T, A] Shifted<T, A>,
);
