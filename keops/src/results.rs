//! Results of a call: where they are, and as what they are returned.

use std::fmt::Debug;
use std::ops::Range;

use keops_device::reduction::Item;
use ndarray::{Array1, Array2, Array3, ArrayBase, ArrayRef, ArrayView, Axis, RawData};

use crate::gpu::Driver;
use crate::input::Input;
use crate::layout::{Batched, Single, only};
use crate::parts::{columns, summed, totals, unzipped};
use crate::{Device, DeviceArray, Error, Matrix, Scalar};

/// As what results are returned. It is a type: [`Single`] and [`Batched`] are arrays of the host; where an argument is a
/// [`DeviceArray`], it is [`OnGpu`].
pub trait Results: Copy + Debug + Send + Sync + 'static {
    /// Values, one row per index.
    type Matrix<T: Scalar>: Debug;
    /// Indices and counts, one row per index.
    type Positions: Debug;
    /// The gradient by a parameter.
    type Vector<T: Scalar>: Debug;

    #[doc(hidden)]
    fn values<T: Scalar>(outcome: Outcome<T, T>) -> Result<Self::Matrix<T>, Error>;

    #[doc(hidden)]
    fn positions<T: Scalar>(outcome: Outcome<T, usize>) -> Result<Self::Positions, Error>;

    #[doc(hidden)]
    fn both<T: Scalar>(outcome: Outcome<T, (T, usize)>) -> Result<(Self::Matrix<T>, Self::Positions), Error>;

    /// From one vector per entry of the batch.
    #[doc(hidden)]
    fn vector<T: Scalar>(all: Array2<T>) -> Self::Vector<T>;
}

/// Where the data of an argument for a `Vi` or `Vj` is, and so are the results.
// Without the type of the numbers, which the compiler does not know yet when it asks for the type of a result.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be the data of a variable `Vi(d)` or `Vj(d)`",
    note = "expected a matrix with one row per index: `&Array2<T>`, a two-dimensional view, `&[[T; D]]` or `&DeviceArray<T>`"
)]
pub trait Place {
    /// As what results are returned that would be returned as `R` but for this argument: `R` for data in the memory of the
    /// processor, [`OnGpu`] for a [`DeviceArray`].
    type Results<R: Results>: Results;
}

impl<S: RawData<Elem = T>, D, T> Place for &ArrayBase<S, D> {
    type Results<R: Results> = R;
}

impl<T, D> Place for ArrayView<'_, T, D> {
    type Results<R: Results> = R;
}

impl<T, D> Place for &ArrayRef<T, D> {
    type Results<R: Results> = R;
}

impl<T> Place for &[T] {
    type Results<R: Results> = R;
}

impl<T, const M: usize> Place for &[T; M] {
    type Results<R: Results> = R;
}

impl<T> Place for &Vec<T> {
    type Results<R: Results> = R;
}

impl<T> Place for &DeviceArray<T> {
    type Results<R: Results> = OnGpu;
}

/// Results that stay on the GPU: [`DeviceArray`]s. Gradients by parameters are vectors of the host.
#[derive(Clone, Copy, Debug)]
pub struct OnGpu;

/// What a pass has computed.
#[doc(hidden)]
#[derive(Debug)]
pub enum Outcome<T, X> {
    /// (batch, rows, columns).
    Host(Array3<X>),
    /// Of a problem with an argument that is on that GPU.
    Device(Resident<T>),
}

/// Results on a GPU. What an item does not have has no rows.
#[doc(hidden)]
#[derive(Debug)]
pub struct Resident<T> {
    pub(crate) values: DeviceArray<T>,
    pub(crate) positions: DeviceArray<u32>,
}

impl<T: Scalar, X: Item<T>> Outcome<T, X> {
    /// As an array of the host.
    fn on_host(self) -> Result<Array3<X>, Error> {
        match self {
            Outcome::Host(all) => Ok(all),
            Outcome::Device(resident) => Ok(resident.download()?.insert_axis(Axis(0))),
        }
    }

    /// On a GPU: the one where it is, or else the first one.
    fn on_gpu(self) -> Result<Resident<T>, Error> {
        match self {
            Outcome::Device(resident) => Ok(resident),
            Outcome::Host(all) => Resident::upload(&only(all), Device::Auto),
        }
    }
}

impl<T: Scalar> Resident<T> {
    /// Room for results, whose content is whatever it was.
    pub(crate) fn unwritten<X: Item<T>>(driver: &'static dyn Driver, shape: (usize, usize)) -> Result<Self, Error> {
        let shape_of = |wanted: bool| if wanted { shape } else { (0, 0) };
        Ok(Self {
            values: DeviceArray::unwritten(driver, shape_of(X::HAS_VALUE))?,
            positions: DeviceArray::unwritten(driver, shape_of(X::HAS_POSITION))?,
        })
    }

    /// Waits, and puts together what came out.
    pub(crate) fn download<X: Item<T>>(&self) -> Result<Array2<X>, Error> {
        let (values, positions) = (self.values.download()?, self.positions.download()?);
        let item = |at: (usize, usize)| {
            let value = values.get(at).copied().unwrap_or_default();
            X::from_parts(value, positions.get(at).map_or(0, |&position| position as usize))
        };
        let shape = if X::HAS_VALUE { values.dim() } else { positions.dim() };
        Ok(Array2::from_shape_fn(shape, item))
    }

    /// Copies results to a GPU.
    fn upload<X: Item<T>>(all: &Array2<X>, device: Device) -> Result<Self, Error> {
        let values = match X::HAS_VALUE {
            true => DeviceArray::upload(&all.mapv(|item| item.parts().0), device)?,
            false => DeviceArray::zeros(device, (0, 0))?,
        };
        let positions = match X::HAS_POSITION {
            true => DeviceArray::of_host(all.mapv(|item| item.parts().1 as u32).view(), device)?,
            false => DeviceArray::zeros(device, (0, 0))?,
        };
        Ok(Self { values, positions })
    }
}

impl<T: Scalar> Outcome<T, T> {
    /// Values on the host, of a single problem.
    pub(crate) fn single(values: Array2<T>) -> Self {
        Outcome::Host(values.insert_axis(Axis(0)))
    }

    /// Values on a GPU.
    pub(crate) fn resident(values: DeviceArray<T>) -> Result<Self, Error> {
        let positions = DeviceArray::zeros(values.device(), (0, 0))?;
        Ok(Outcome::Device(Resident { values, positions }))
    }

    /// Values that were computed on the host, for a single problem with an argument on `home`.
    pub(crate) fn at(home: Option<Device>, values: Array2<T>) -> Result<Self, Error> {
        match home {
            None => Ok(Self::single(values)),
            Some(device) => Self::resident(DeviceArray::upload(&values, device)?),
        }
    }
}

/// What generated code does with the results of a pass.
impl<T: Scalar> Outcome<T, T> {
    /// Some columns.
    pub fn columns(&self, range: Range<usize>) -> Result<Self, Error> {
        match self {
            Outcome::Host(all) => Ok(Outcome::Host(columns(all, range))),
            Outcome::Device(Resident { values, .. }) => Self::resident(values.columns(range)?),
        }
    }

    /// The sums over all rows of some columns: (batch, columns).
    pub fn totals(&self, range: Range<usize>) -> Result<Array2<T>, Error> {
        match self {
            Outcome::Host(all) => Ok(totals(all, range)),
            Outcome::Device(Resident { values, .. }) => Ok(totals(&values.download()?.insert_axis(Axis(0)), range)),
        }
    }

    /// The sums over all rows of some columns, as a matrix of one row.
    pub fn row(&self, range: Range<usize>) -> Result<Self, Error> {
        let totals = self.totals(range)?;
        match self {
            Outcome::Host(_) => Ok(Outcome::Host(totals.insert_axis(Axis(1)))),
            Outcome::Device(Resident { values, .. }) => Self::at(Some(values.device()), totals),
        }
    }

    /// The gradient by an argument that may stand for all entries of a batch: then it is the sum over them.
    pub fn summed(self, argument: &Input<'_, T>) -> Self {
        match self {
            Outcome::Host(all) => Outcome::Host(summed(all, argument)),
            // There are no batches.
            Outcome::Device(_) => self,
        }
    }

    /// As the argument of a later pass.
    pub fn whole(&self) -> Input<'_, T> {
        match self {
            Outcome::Host(all) => Input::Batch(all.view()),
            Outcome::Device(Resident { values, .. }) => Input::Rows(Matrix::Device(values)),
        }
    }

    /// The first row of each entry, as the argument for a parameter.
    pub fn first_rows(&self) -> Result<Input<'_, T>, Error> {
        match self {
            Outcome::Host(all) => Ok(Input::Vectors(all.index_axis(Axis(1), 0).to_owned())),
            Outcome::Device(Resident { values, .. }) => Ok(Input::Vector(values.download()?.row(0).to_owned())),
        }
    }
}

impl Results for Single {
    type Matrix<T: Scalar> = Array2<T>;
    type Positions = Array2<usize>;
    type Vector<T: Scalar> = Array1<T>;

    fn values<T: Scalar>(outcome: Outcome<T, T>) -> Result<Array2<T>, Error> {
        Ok(only(outcome.on_host()?))
    }

    fn positions<T: Scalar>(outcome: Outcome<T, usize>) -> Result<Array2<usize>, Error> {
        Ok(only(outcome.on_host()?))
    }

    fn both<T: Scalar>(outcome: Outcome<T, (T, usize)>) -> Result<(Array2<T>, Array2<usize>), Error> {
        let (values, positions) = unzipped(&outcome.on_host()?);
        Ok((only(values), only(positions)))
    }

    fn vector<T: Scalar>(all: Array2<T>) -> Array1<T> {
        only(all)
    }
}

impl Results for Batched {
    type Matrix<T: Scalar> = Array3<T>;
    type Positions = Array3<usize>;
    type Vector<T: Scalar> = Array2<T>;

    fn values<T: Scalar>(outcome: Outcome<T, T>) -> Result<Array3<T>, Error> {
        outcome.on_host()
    }

    fn positions<T: Scalar>(outcome: Outcome<T, usize>) -> Result<Array3<usize>, Error> {
        outcome.on_host()
    }

    fn both<T: Scalar>(outcome: Outcome<T, (T, usize)>) -> Result<(Array3<T>, Array3<usize>), Error> {
        Ok(unzipped(&outcome.on_host()?))
    }

    fn vector<T: Scalar>(all: Array2<T>) -> Array2<T> {
        all
    }
}

impl Results for OnGpu {
    type Matrix<T: Scalar> = DeviceArray<T>;
    type Positions = DeviceArray<u32>;
    type Vector<T: Scalar> = Array1<T>;

    fn values<T: Scalar>(outcome: Outcome<T, T>) -> Result<DeviceArray<T>, Error> {
        Ok(outcome.on_gpu()?.values)
    }

    fn positions<T: Scalar>(outcome: Outcome<T, usize>) -> Result<DeviceArray<u32>, Error> {
        Ok(outcome.on_gpu()?.positions)
    }

    fn both<T: Scalar>(outcome: Outcome<T, (T, usize)>) -> Result<(DeviceArray<T>, DeviceArray<u32>), Error> {
        let Resident { values, positions } = outcome.on_gpu()?;
        Ok((values, positions))
    }

    fn vector<T: Scalar>(all: Array2<T>) -> Array1<T> {
        only(all)
    }
}
